"""Contract: who answered a leg is listened for, a person and a machine told apart, and a machine's beep is heard."""

import time

from callcenter.kernel.effects import DetectAnswer, HangUpLeg, NumberTarget, StopDetecting
from callcenter.kernel.ids import LegId
from callcenter.kernel.signals import AnswerJudged, BeepHeard, EffectFailed, LegAnswered, LegEnded
from callcenter.kernel.words import Answerer, Fault
from tests.contract.stage import Stage, provokes
from tests.contract.world import PhoneDoes


async def listened(stage: Stage, says: str) -> LegId:
    """A number outside that is answered so, and listened to from that moment."""
    number = await stage.world.number(PhoneDoes(says=says))  # type: ignore[arg-type]
    leg = await stage.ring(NumberTarget(number))
    await stage.hears(LegAnswered, leg=leg)
    await listen(stage, leg)
    return leg


async def listen(stage: Stage, leg: LegId) -> None:
    answered_at = time.time_ns() // 1_000_000
    await stage.do(DetectAnswer, leg=leg, answered_at=answered_at, preset="quick", until_ms=20_000)


@provokes(DetectAnswer, StopDetecting, AnswerJudged)
async def test_a_person_says_hello_and_nothing_more_is_heard_of_her(stage: Stage) -> None:
    leg = await listened(stage, "person")
    await listen(stage, leg)  # asked again, it changes nothing
    judged = await stage.hears(AnswerJudged, leg=leg)
    assert (judged.answerer, judged.why, judged.correction) == (Answerer.HUMAN, "pause", False)
    assert judged.greeting_end_ms is not None
    assert 0 < judged.greeting_end_ms < judged.delay_ms <= 1_500
    assert judged.confidence > 0.9
    await stage.do(StopDetecting, leg=leg)
    await stage.do(HangUpLeg, leg=leg)
    ended = await stage.hears(LegEnded, leg=leg)
    assert stage.about(leg)[-1] is ended
    assert len([signal for signal in stage.heard if isinstance(signal, AnswerJudged)]) == 1
    assert not [signal for signal in stage.heard if isinstance(signal, EffectFailed)]


@provokes(DetectAnswer, AnswerJudged, BeepHeard)
async def test_a_machine_is_not_known_in_time_and_by_its_beep(stage: Stage) -> None:
    leg = await listened(stage, "machine")
    first = await stage.hears(AnswerJudged, leg=leg)
    assert (first.answerer, first.confidence, first.correction) == (Answerer.UNDECIDED, 0.5, False)
    second = await stage.hears(AnswerJudged, leg=leg, answerer=Answerer.MACHINE)
    assert (second.why, second.correction) == ("beep", True)
    beep = await stage.hears(BeepHeard, leg=leg)
    stage.order(first, second, beep)
    assert beep.began_ms < beep.ended_ms <= beep.heard_ms
    assert second.delay_ms > first.delay_ms
    await stage.do(HangUpLeg, leg=leg)
    await stage.hears(LegEnded, leg=leg)


@provokes(DetectAnswer, StopDetecting, EffectFailed, faults=((DetectAnswer, Fault.GONE),))
async def test_nobody_listens_to_a_leg_that_is_gone(stage: Stage) -> None:
    leg = await listened(stage, "person")
    await stage.do(HangUpLeg, leg=leg)
    ended = await stage.hears(LegEnded, leg=leg)
    await stage.fails(
        await stage.do(DetectAnswer, leg=leg, answered_at=0, preset="patient", until_ms=20_000), Fault.GONE
    )
    await stage.do(StopDetecting, leg=leg)  # no failure
    assert [type(signal) for signal in stage.about(leg)[stage.about(leg).index(ended) :]] == [LegEnded, EffectFailed]
