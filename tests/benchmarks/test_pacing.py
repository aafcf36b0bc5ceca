"""The yardsticks of the pacing bench stand where they are published, and the production class keeps the cap in their worlds."""

from dataclasses import replace
from itertools import count, product

import pytest

from callcenter.kernel.clock import HOUR, MINUTE
from tests.benchmarks.pacing import table
from tests.benchmarks.pacing.environments import ENVIRONMENTS, Environment
from tests.benchmarks.pacing.leads import LearnsLeads, ordering
from tests.benchmarks.pacing.optimum import optimum
from tests.benchmarks.pacing.ours import KnowsDials, Ours, Progressive
from tests.benchmarks.pacing.rivals import Ratio
from tests.benchmarks.pacing.table import cells, measure
from tests.benchmarks.pacing.world import Campaign, World, campaign


def short(name: str, hours: float = 1) -> Environment:
    return replace(ENVIRONMENTS[name], day_ms=int(hours * HOUR))


def utilisation(found: Campaign) -> float:
    return sum(day.busy_ms for day in found.days) / sum(day.signed_in_ms for day in found.days)


@pytest.mark.parametrize(("agents", "known"), [(5, 0.831), (10, 0.861)])
def test_the_exact_optimum(agents: int, known: float):
    """As an independent program found it; its grid was a little smaller."""
    assert optimum(agents, 0.3, 0.03) == pytest.approx(known, abs=0.003)


def test_without_any_abandon_allowed_the_optimum_is_lower():
    assert optimum(5, 0.3, 0.001, precision=2e-4) < 0.8


def test_a_table_ends_in_time(monkeypatch: pytest.MonkeyPatch):
    """What was not reached is left out, and that is said. Each look at this clock takes it a second on."""
    said: list[str] = []
    seconds = count()
    monkeypatch.setattr(table, "monotonic", lambda: next(seconds))
    rows, ratios = measure(full=False, small=True, until=30, say=said.append)
    assert 0 < len(rows) <= 30 < len(list(cells(full=False, small=True)))
    assert "left out" in said[-1]
    assert ratios["answers_per_dial_ordered_by_truth_to_list"] > 1


def test_the_whole_table_is_every_size_and_environment_on_twenty_seeds():
    whole = list(cells(full=True, small=False))
    assert {(cell.environment, cell.agents) for cell in whole} == set(product(ENVIRONMENTS, (5, 10, 20, 50, 100, 200)))
    assert all(len(cell.seeds) == 20 and cell.day_ms == 8 * HOUR for cell in whole)


def test_one_to_one_is_where_it_is_published():
    found = campaign(short("b2c", 8), 10, Progressive(), 1, 2)
    assert utilisation(found) == pytest.approx(0.722, abs=0.02)
    assert sum(day.abandons for day in found.days) == 0


def test_a_seed_plays_the_same_day():
    first, second = (campaign(short("b2c", 0.2), 5, Ours(), 3, 2) for _ in range(2))
    assert first == second
    assert first != campaign(short("b2c", 0.2), 5, Ours(), 4, 2)


@pytest.mark.parametrize("agents", [3, 30])
def test_a_cold_start_keeps_the_cap_from_its_first_answer(agents: int):
    found = campaign(short("b2c", 0.25), agents, Ours(), 1, 1)
    assert found.days[0].answers > 5
    assert found.most_over <= 0


def test_a_tripled_answer_rate_keeps_the_cap():
    environment = replace(short("b2c", 0.6), answer=lambda part: 0.12 if part < 0.6 else 0.36)
    found = campaign(environment, 12, Ours(), 2, 1)
    assert found.days[0].answers > 50
    assert found.most_over <= 0


def test_a_fixed_ratio_breaks_the_cap_there():
    """So that the test above can fail."""
    environment = replace(short("b2c", 0.6), answer=lambda part: 0.12 if part < 0.6 else 0.36)
    assert campaign(environment, 12, Ratio(4.0), 2, 1).worst_window > 0.03


def test_nobody_is_dialed_for_agents_who_all_went():
    """A quarter of an hour in, everybody asks for a break that does not end."""

    class Leaves(Ours):
        dialed_for_nobody = 0
        cancelled_dials = 0

        def act(self, world: World) -> tuple[int, list[int], int | None]:
            if world.now >= 15 * MINUTE:
                world.asked.update((*world.talking, *world.wrapping))
                for agent in list(world.free):
                    world.free.remove(agent)
                    world._leave(agent)
            dial, cancel, again = super().act(world)
            if world.now >= 15 * MINUTE:
                self.dialed_for_nobody += dial
                self.cancelled_dials += len(cancel)
            return dial, cancel, again

    controller = Leaves()
    found = World(replace(short("b2c", 0.4), break_ms=10 * HOUR), 20, controller, 1, 0, Campaign()).play()
    assert found.dials > 50
    assert controller.dialed_for_nobody == 0
    assert controller.cancelled_dials > 0


def test_knowing_more_is_worth_more():
    ours, knows = (campaign(short("b2c", 0.3), 5, make(), 5, 2) for make in (Ours, KnowsDials))
    assert utilisation(knows) > utilisation(ours) + 0.03


def test_leads_are_learned_while_dialing():
    controller = LearnsLeads()
    found = campaign(short("leads", 0.4), 5, controller, 1, 1)
    assert controller.model.dials > 30
    assert found.most_over <= 0


def test_an_order_by_what_was_learned_reaches_more_people():
    listed, ranked, best = (ordering(1, 300, by) for by in ("list", "rank", "truth"))
    assert listed < ranked < best + 0.05
    assert ranked > 1.3 * listed
