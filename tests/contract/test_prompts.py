"""Contract: what a leg hears while it is in no bridge: one thing at a time, and keys that are collected."""

import asyncio
from typing import Any

from callcenter.kernel.effects import Gather, HangUpLeg, PlayPrompts, SetTreatment
from callcenter.kernel.flow import SayNumber, SayPrompt
from callcenter.kernel.ids import EffectId, LegId
from callcenter.kernel.signals import DigitsGathered, EffectFailed, LegEnded, PlaybackEnded
from callcenter.kernel.words import Fault, GatherEnd, PlaybackEnd, Treatment
from tests.contract.stage import Stage, provokes
from tests.contract.world import CallerDoes, Press


async def play(stage: Stage, leg: LegId, *, missing: bool = False, then: Treatment = Treatment.SILENCE) -> EffectId:
    prompt = stage.world.missing if missing else stage.world.prompt
    return await stage.do(PlayPrompts, leg=leg, prompts=(SayPrompt(prompt),), language="en", then=then)


async def gather(stage: Stage, leg: LegId, **changes: Any) -> EffectId:
    fields: dict[str, Any] = {
        "prompts": (SayPrompt(stage.world.prompt),),
        "language": "en",
        "maximum": 3,
        "terminator": "#",
        "timeout_ms": 800,
        "between_ms": 800,
    }
    return await stage.do(Gather, leg=leg, **(fields | changes))


@provokes(PlayPrompts, PlaybackEnded, ends=(PlaybackEnd.COMPLETED,))
async def test_a_prompt_is_played_to_its_end(stage: Stage) -> None:
    leg = await stage.caller()
    effect = await play(stage, leg, then=Treatment.MUSIC)
    ended = await stage.hears(PlaybackEnded, effect=effect)
    assert (ended.leg, ended.end) == (leg, PlaybackEnd.COMPLETED)


@provokes(PlayPrompts, PlaybackEnded)
async def test_several_prompts_and_a_number_are_one_effect(stage: Stage) -> None:
    leg = await stage.caller()
    prompts = (SayPrompt(stage.world.prompt), SayNumber(12))
    effect = await stage.do(PlayPrompts, leg=leg, prompts=prompts, language="en")
    await stage.hears(PlaybackEnded, effect=effect, end=PlaybackEnd.COMPLETED)
    assert len([signal for signal in stage.heard if isinstance(signal, PlaybackEnded)]) == 1


@provokes(PlayPrompts, PlaybackEnded, ends=(PlaybackEnd.REPLACED,))
async def test_a_second_prompt_replaces_the_first(stage: Stage) -> None:
    leg = await stage.caller()
    first = await play(stage, leg)
    second = await play(stage, leg)
    replaced = await stage.hears(PlaybackEnded, effect=first)
    completed = await stage.hears(PlaybackEnded, effect=second)
    assert (replaced.end, completed.end) == (PlaybackEnd.REPLACED, PlaybackEnd.COMPLETED)
    stage.order(replaced, completed)


@provokes(SetTreatment, PlaybackEnded, ends=(PlaybackEnd.REPLACED,))
async def test_a_treatment_replaces_a_prompt_and_each_is_accepted(stage: Stage) -> None:
    leg = await stage.caller()
    effect = await play(stage, leg)
    for treatment in (Treatment.MUSIC, Treatment.RINGBACK, Treatment.SILENCE):
        await stage.do(SetTreatment, leg=leg, treatment=treatment)
    assert (await stage.hears(PlaybackEnded, effect=effect)).end is PlaybackEnd.REPLACED
    await stage.do(HangUpLeg, leg=leg)
    await stage.hears(LegEnded, leg=leg)
    assert not [signal for signal in stage.heard if isinstance(signal, EffectFailed)]


@provokes(PlayPrompts, EffectFailed, faults=((PlayPrompts, Fault.MISSING_MEDIA),))
async def test_a_prompt_without_sound_fails_and_the_leg_stays(stage: Stage) -> None:
    leg = await stage.caller()
    failed = await stage.fails(await play(stage, leg, missing=True), Fault.MISSING_MEDIA)
    assert failed.leg == leg
    await stage.hears(PlaybackEnded, effect=await play(stage, leg), end=PlaybackEnd.COMPLETED)


@provokes(Gather, DigitsGathered, ends=(GatherEnd.MAXIMUM,))
async def test_keys_up_to_the_maximum(stage: Stage) -> None:
    leg = await stage.caller(CallerDoes(keys=(Press(300, "1"), Press(200, "2"), Press(200, "3"))))
    gathered = await stage.hears(DigitsGathered, effect=await gather(stage, leg))
    assert (gathered.leg, gathered.digits, gathered.end) == (leg, "123", GatherEnd.MAXIMUM)


@provokes(Gather, DigitsGathered, ends=(GatherEnd.TERMINATOR,))
async def test_keys_up_to_the_terminator_which_is_not_one_of_them(stage: Stage) -> None:
    leg = await stage.caller(CallerDoes(keys=(Press(300, "4"), Press(200, "*"), Press(200, "#"))))
    gathered = await stage.hears(DigitsGathered, effect=await gather(stage, leg, maximum=9))
    assert (gathered.digits, gathered.end) == ("4*", GatherEnd.TERMINATOR)


@provokes(Gather, DigitsGathered, ends=(GatherEnd.TIMEOUT,))
async def test_silence_is_an_answer_and_the_time_runs_from_the_end_of_the_prompt(stage: Stage) -> None:
    leg = await stage.caller()
    prompt = await stage.hears(PlaybackEnded, effect=await play(stage, leg))
    gathered = await stage.hears(DigitsGathered, effect=await gather(stage, leg, timeout_ms=400))
    assert (gathered.digits, gathered.end) == ("", GatherEnd.TIMEOUT)
    stage.order(prompt, gathered)


@provokes(Gather, DigitsGathered, ends=(GatherEnd.TIMEOUT,))
async def test_a_pause_between_keys_ends_what_was_keyed(stage: Stage) -> None:
    leg = await stage.caller(CallerDoes(keys=(Press(200, "7"),)))
    gathered = await stage.hears(DigitsGathered, effect=await gather(stage, leg, between_ms=400, timeout_ms=10_000))
    assert (gathered.digits, gathered.end) == ("7", GatherEnd.TIMEOUT)


@provokes(PlayPrompts, Gather, DigitsGathered, ends=(GatherEnd.MAXIMUM,))
async def test_keys_pressed_ahead_of_a_question_answer_it_and_the_next(stage: Stage) -> None:
    """Who knows the menu presses through it while the greeting plays."""
    leg = await stage.caller(CallerDoes(keys=(Press(100, "1"), Press(200, "2"), Press(200, "3"))))
    greeting = await play(stage, leg)
    assert (await stage.hears(PlaybackEnded, effect=greeting)).end is PlaybackEnd.COMPLETED, "it may be one that must be heard"
    first = await stage.hears(DigitsGathered, effect=await gather(stage, leg, maximum=2))
    assert (first.digits, first.end) == ("12", GatherEnd.MAXIMUM)
    loop = asyncio.get_running_loop()
    asked_at = loop.time()
    second = await stage.hears(DigitsGathered, effect=await gather(stage, leg, maximum=1))
    assert (second.digits, second.end) == ("3", GatherEnd.MAXIMUM)
    assert loop.time() - asked_at < 0.9, "without the prompt, which lasts a second at least"
    third = await stage.hears(DigitsGathered, effect=await gather(stage, leg, timeout_ms=300))
    assert (third.digits, third.end) == ("", GatherEnd.TIMEOUT), "each key once"


@provokes(SetTreatment, Gather, DigitsGathered, ends=(GatherEnd.TIMEOUT,))
async def test_keys_pressed_to_music_answer_nothing(stage: Stage) -> None:
    leg = await stage.caller(CallerDoes(keys=(Press(300, "1"),)))
    await stage.do(SetTreatment, leg=leg, treatment=Treatment.MUSIC)
    await asyncio.sleep(1)
    gathered = await stage.hears(DigitsGathered, effect=await gather(stage, leg, timeout_ms=300))
    assert (gathered.digits, gathered.end) == ("", GatherEnd.TIMEOUT)


@provokes(Gather, EffectFailed, faults=((Gather, Fault.MISSING_MEDIA),))
async def test_a_question_without_sound_fails(stage: Stage) -> None:
    leg = await stage.caller()
    effect = await gather(stage, leg, prompts=(SayPrompt(stage.world.missing),))
    await stage.fails(effect, Fault.MISSING_MEDIA)


@provokes(Gather, PlaybackEnded, ends=(PlaybackEnd.REPLACED,))
async def test_a_question_that_is_replaced_says_so_and_is_over(stage: Stage) -> None:
    leg = await stage.caller(CallerDoes(keys=(Press(1_500, "1"),)))
    first = await gather(stage, leg)
    second = await gather(stage, leg, timeout_ms=5_000, maximum=1)
    assert (await stage.hears(PlaybackEnded, effect=first)).end is PlaybackEnd.REPLACED
    assert (await stage.hears(DigitsGathered, leg=leg)).effect == second


@provokes(
    PlayPrompts,
    Gather,
    SetTreatment,
    faults=((PlayPrompts, Fault.GONE), (Gather, Fault.GONE), (SetTreatment, Fault.GONE)),
)
async def test_nothing_can_be_played_to_a_leg_that_is_gone(stage: Stage) -> None:
    leg = await stage.caller(CallerDoes(hangs_up_ms=100))
    await stage.hears(LegEnded, leg=leg)
    await stage.fails(await play(stage, leg), Fault.GONE)
    await stage.fails(await gather(stage, leg), Fault.GONE)
    await stage.fails(await stage.do(SetTreatment, leg=leg, treatment=Treatment.MUSIC), Fault.GONE)


@provokes(PlayPrompts)
async def test_asking_for_the_same_prompt_twice_plays_it_once(stage: Stage) -> None:
    leg = await stage.caller()
    effect = PlayPrompts(
        effect=stage.entropy.effect(),
        carrier=stage.carrier.name,
        leg=leg,
        prompts=(SayPrompt(stage.world.prompt),),
        language="en",
    )
    await stage.again(effect)
    await stage.again(effect)
    assert (await stage.hears(PlaybackEnded, effect=effect.effect)).end is PlaybackEnd.COMPLETED
    await stage.hears(PlaybackEnded, effect=await play(stage, leg), end=PlaybackEnd.COMPLETED)
    assert len([signal for signal in stage.heard if getattr(signal, "effect", None) == effect.effect]) == 1
