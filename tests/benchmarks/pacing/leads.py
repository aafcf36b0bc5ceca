"""The production class where leads differ, with the production answer model, which starts knowing nothing, and an oracle."""

from collections import Counter

import numpy as np
from msgspec.structs import replace

from dialer.pacing.answer_model import AnswerModel, Look
from tests.benchmarks.pacing.crowd import look, truth
from tests.benchmarks.pacing.ours import Ours
from tests.benchmarks.pacing.world import World


class LearnsLeads(Ours):
    """Each lead has a probability of its own, learned online."""

    knows_leads = True

    def __init__(self) -> None:
        super().__init__()
        self.model = AnswerModel()
        self._looks: dict[int, Look] = {}
        self._found: dict[Look, tuple[int, float]] = {}

    def lead(self, world: World, number: int) -> float:
        seen = look(number, world.seed, world.day, world.now / world.environment.day_ms)
        known = self._found.get(seen)
        if known is None or known[0] < self.model.dials // 20:
            known = self._found[seen] = (self.model.dials // 20, self.model.probability(seen))
        self._looks[number] = seen
        return known[1]

    def resolved(self, world: World, number: int, human: bool, rang_ms: int) -> None:
        super().resolved(world, number, human, rang_ms)
        self.model.resolved(self._looks.pop(number), human=human)


class KnowsLeads(Ours):
    """Told the true probability of each lead."""

    knows_leads = True

    def lead(self, world: World, number: int) -> float:
        return world.probability(number)


def ordering(seed: int, dials: int, by: str) -> float:
    """Answers for each dial of a day on a list three times as long, when each dial takes the best lead left by `by`.

    That is "rank" (which explores), "greedy", "list" (in order) or "truth".
    """
    model, answers = AnswerModel(), 0
    luck = np.random.Generator(np.random.PCG64([seed, 4])).random(dials).tolist()
    left = Counter(replace(look(number, seed, 0, 0.0), hour=0) for number in range(3 * dials))
    for done in range(dials):
        part = done / dials
        if by == "list":
            seen = look(done, seed, 0, part)
        else:
            score = {"rank": model.rank, "greedy": model.probability, "truth": truth}[by]
            hour = look(0, seed, 0, part).hour
            best = max(left, key=lambda one: (score(replace(one, hour=hour)), str(one)))
            left[best] -= 1
            if not left[best]:
                del left[best]
            seen = replace(best, hour=hour)
        human = luck[done] < truth(seen)
        answers += human
        model.resolved(seen, human=human)
    return answers / dials
