"""kill -9 of the service in the middle of calls, at once or after it had stood still for ten seconds; then it is started again.

Told by the seed: who calls when, and the moment. Looked at afterwards: what callers and agents heard (tones), who waited where,
how soon everything was taken over again, and what was written down, held against SIPp's logs by `tests.recount.gaps`.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.chaos.floor import Floor, Visit, floor, passers, visits
from tests.chaos.rounds import Round, Rounds, rounds
from tests.integration.asking import until
from tests.integration.people import Board, Json, now
from tests.recount.gaps import Gaps
from tests.recount.recount import Observed

pytestmark = pytest.mark.timeout(300)

READOPTED_MS = 5_000
"""The promise: so long after the restart everything is taken over again."""
SILENT_MS = 400
"""A conversation or the music may not be silent for longer."""
FROZEN_S = 10
PASSERS = 2
"""Callers who come and give up while the service is down (in rounds in which it is not started again at once)."""
ARRIVE_MS = {"killed": (5_000, 14_000), "frozen": (7_000, 22_000)}
DOWN_S = ((1, 2), (2, 6))
STAY_MS = ((1_500, 5_000), (2_000, 14_000))
"""In a short round, in a long one."""


def waiting(board: Board) -> dict[str, tuple[str, int]]:
    """Call -> (queue, since) of those who wait."""
    return {
        call["id"]: (call["queue"], call["waiting_since"]) for call in board.calls.values() if call["state"] == "queued"
    }


async def round_of(chaos: Round, frozen_s: int) -> None:
    over_ms = ARRIVE_MS["frozen" if frozen_s else "killed"][chaos.long] * max(1, chaos.calls // 50)
    at_ms = chaos.draw.randint(over_ms // 5, over_ms // 2)
    down_s = 0.0 if chaos.seed % 2 else chaos.draw.uniform(*DOWN_S[chaos.long])
    async with floor() as here:
        here.call(visits(chaos.draw, chaos.calls, over_ms, STAY_MS[chaos.long]))
        await here.moment(at_ms)
        before = waiting(here.service.board)
        gap = await away(here, frozen_s, down_s, passers(chaos.draw, PASSERS) if down_s else [])
        alive = {channel["id"] for channel in here.service.pbx.channels()}
        after = waiting(here.service.board)
        chaos.note(away_ms=gap["until"] - gap["since"], readopted_ms=gap["level"] - gap["ready"], live_legs=len(alive))
        assert gap["level"] - gap["ready"] <= READOPTED_MS
        assert {call: place for call, place in after.items() if call in before} == {
            call: place for call, place in before.items() if call in after
        }, "a place in the queue has changed"
        wrong = await here.all_gone()
        records, statistics = await here.keep()
        gaps = Gaps(Observed(here.day.folder), here.gaps)
        differences = gaps.compare(records, statistics)
        counted = await here.unadopted(gaps.counts["unadopted"])
        chaos.note(
            in_gap=gaps.counts["ended_in_gap"], came_and_went=gaps.counts["came_and_went"], fallback=gaps.counts["fallback"],
            kept=gaps.counts["kept"], unadopted=gaps.counts["unadopted"],
            longest_silence_ms=gaps.longest_silence_ms, differences=len(differences),
        )  # fmt: skip
        assert not wrong
        if down_s:
            assert gaps.counts["kept"] >= PASSERS, "who came and went while it was down"
        assert counted == (gaps.counts["unadopted"], gaps.counts["unadopted"]), "the doctor, and the statistics"
        assert not differences, "\n".join(differences)
        assert gaps.longest_silence_ms <= SILENT_MS, gaps.silences


async def away(here: Floor, frozen_s: int, down_s: float, passing: list[Visit]) -> Json:
    """The service stands still for so long, is killed, started again after a while; returns when it has taken everything over.

    `passing`: they come once it is dead.
    """
    service = here.service
    since = now()
    if frozen_s:
        service.freeze()
        await asyncio.sleep(frozen_s)  # the length of the fault itself
    killed = now()
    await service.killed()
    here.also_call(passing)
    await asyncio.sleep(down_s)  # whoever starts it again takes a moment
    seen = len(here.resynced_at())
    await service.launch()
    ready = now()
    await until(lambda: len(here.resynced_at()) > seen, 30)
    await here.desks[0].works(None)  # as she does; it is decided after all that waits
    level = now()
    await service.look()
    gap = {"since": since, "killed": killed, "ready": ready, "until": here.resynced_at()[seen], "level": level}
    here.gaps.append(gap)
    return gap


def live_alone(rounds: Sequence[Round], frozen_s: int) -> None:
    (one,) = rounds
    asyncio.run(round_of(one, frozen_s))


@pytest.mark.parametrize("chaos", rounds({"service killed": (8, 24)}), indirect=True)
def test_the_service_is_killed_and_started_again(chaos: Rounds, tmp_path: Path):
    chaos.live(lambda rounds, _: live_alone(rounds, 0), tmp_path)


@pytest.mark.parametrize("chaos", rounds({"service frozen 10 s, then killed": (8, 24)}), indirect=True)
def test_the_service_stands_still_is_killed_and_started_again(chaos: Rounds, tmp_path: Path):
    chaos.live(lambda rounds, _: live_alone(rounds, FROZEN_S), tmp_path)
