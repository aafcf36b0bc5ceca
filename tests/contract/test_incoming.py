"""Contract: calls that come in, from the offer to the end."""

from callcenter.kernel.effects import AnswerLeg, HangUpLeg
from callcenter.kernel.signals import EffectFailed, LegAnswered, LegEnded, LegOffered
from callcenter.kernel.words import Cause, Fault
from tests.contract.stage import Stage, provokes
from tests.contract.world import CallerDoes


@provokes(LegOffered)
async def test_a_caller_is_offered_once_with_both_numbers_and_nothing_is_answered(stage: Stage) -> None:
    leg = await stage.offered(CallerDoes(gives_up_ms=700))
    offered = await stage.hears(LegOffered, leg=leg)
    assert offered.carrier == stage.carrier.name
    assert offered.dialed.lstrip("+") == stage.world.dialed.lstrip("+")
    await stage.hears(LegEnded, leg=leg)
    assert [type(signal) for signal in stage.about(leg)] == [LegOffered, LegEnded]


@provokes(LegEnded)
async def test_a_caller_who_gives_up_before_the_answer_ends_by_herself(stage: Stage) -> None:
    leg = await stage.offered(CallerDoes(gives_up_ms=300))
    assert not (await stage.hears(LegEnded, leg=leg)).by_us


@provokes(AnswerLeg, LegAnswered, LegEnded, causes=(Cause.NORMAL,))
async def test_answered_then_the_caller_hangs_up(stage: Stage) -> None:
    leg = await stage.caller(CallerDoes(hangs_up_ms=300))
    ended = await stage.hears(LegEnded, leg=leg)
    assert ended.cause is Cause.NORMAL
    assert not ended.by_us
    assert stage.about(leg)[-1] is ended, "nothing is heard of a leg after its end"


@provokes(HangUpLeg, LegEnded)
async def test_we_hang_up(stage: Stage) -> None:
    leg = await stage.caller()
    await stage.do(HangUpLeg, leg=leg)
    assert (await stage.hears(LegEnded, leg=leg)).by_us


@provokes(HangUpLeg, LegEnded)
async def test_a_call_can_be_refused_without_an_answer(stage: Stage) -> None:
    leg = await stage.offered(CallerDoes())
    await stage.do(HangUpLeg, leg=leg, cause=Cause.REJECTED)
    assert (await stage.hears(LegEnded, leg=leg)).by_us
    assert not [signal for signal in stage.about(leg) if isinstance(signal, LegAnswered)]


@provokes(HangUpLeg)
async def test_hanging_up_what_is_gone_is_no_failure(stage: Stage) -> None:
    leg = await stage.caller()
    await stage.do(HangUpLeg, leg=leg)
    await stage.hears(LegEnded, leg=leg)
    await stage.do(HangUpLeg, leg=leg)
    other = await stage.caller()  # effects before this one have been answered by now
    await stage.do(HangUpLeg, leg=other)
    await stage.hears(LegEnded, leg=other)
    assert not [signal for signal in stage.heard if isinstance(signal, EffectFailed)]


@provokes(AnswerLeg, EffectFailed, faults=((AnswerLeg, Fault.GONE),))
async def test_answering_a_caller_who_is_gone_fails(stage: Stage) -> None:
    leg = await stage.offered(CallerDoes(gives_up_ms=100))
    await stage.hears(LegEnded, leg=leg)
    effect = await stage.do(AnswerLeg, leg=leg)
    assert (await stage.fails(effect, Fault.GONE)).leg == leg


@provokes(AnswerLeg)
async def test_answering_twice_does_no_harm(stage: Stage) -> None:
    leg = await stage.offered(CallerDoes(hangs_up_ms=1_000))
    effect = AnswerLeg(effect=stage.entropy.effect(), carrier=stage.carrier.name, leg=leg)
    await stage.again(effect)
    await stage.again(effect)
    await stage.hears(LegAnswered, leg=leg)
    await stage.hears(LegEnded, leg=leg)
    assert not [signal for signal in stage.heard if isinstance(signal, EffectFailed)]
