"""Captures what a real Asterisk says into the .jsonl files beside this one, all of them or those named (as root):
`python -m tests.recordings.asterisk.capture [STORY...]`

A line is one thing that reached `Translation`, in order: an effect, an event as Asterisk wrote it, the reply to a request, a
tick; or, of `Passed`, an event that Asterisk had kept and the ids of the channels listed after them; with `now` in ms. Numbers
are invented ones. tests/unit/telephony replays them without any Asterisk.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from callcenter.kernel import effects as fx
from callcenter.kernel import signals as sig
from callcenter.kernel.flow import SayNumber, SayPrompt
from callcenter.kernel.words import Treatment
from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk.passed import Passed
from callcenter.telephony.asterisk.translate import Translation
from tests.contract.asterisk_world import asterisk_world
from tests.contract.stage import Stage
from tests.contract.world import CallerDoes, PhoneDoes, Press
from tests.integration.exchange import furnished

HERE = Path(__file__).parent
MAC = "02:00:00:00:00:01"


def listen_for_kept(passed: Passed, lines: list[dict[str, Any]], raw: dict[int, str]) -> None:
    """Notes everything that was told before anybody listened, and what was there then."""
    take, calls = passed.take, passed.calls

    def on_take(one: Any) -> None:
        lines.append({"now": ari.moment(one.timestamp), "kept": msgspec.json.decode(raw[id(one)]) | {"asterisk_id": MAC}})
        take(one)

    def on_calls(there: Any, meanwhile: Any, now: int) -> Any:
        lines.append({"now": now, "listed": sorted(there)})
        return calls(there, meanwhile, now)

    for name, ear in {"take": on_take, "calls": on_calls}.items():
        setattr(passed, name, ear)


def listen(translation: Translation, lines: list[dict[str, Any]], raw: dict[int, str]) -> None:
    """Notes everything that reaches a translation."""
    effect, event, reply, tick = translation.effect, translation.event, translation.reply, translation.tick

    def note(now: int, **what: Any) -> None:
        lines.append({"now": now, **what})

    def on_effect(one: Any, now: int) -> None:
        note(now, effect=msgspec.to_builtins(one))
        effect(one, now)

    def on_event(one: Any, now: int) -> None:
        note(now, event=msgspec.json.decode(raw[id(one)]) | {"asterisk_id": MAC})
        event(one, now)

    def on_reply(one: Any, now: int) -> None:
        if one.token.step not in ("subscribe", "devices"):  # asked by the listing, and after it
            note(now, reply={"status": one.status, "reason": one.reason, "body": one.body})
        reply(one, now)

    def on_tick(now: int) -> None:
        if (due := translation.next_deadline()) is not None and due <= now:
            note(now, tick=True)
        tick(now)

    for name, ear in {"effect": on_effect, "event": on_event, "reply": on_reply, "tick": on_tick}.items():
        setattr(translation, name, ear)


async def served_call(stage: Stage) -> None:
    """Menu with a key, position, music, agent, recording, hold, the agent hangs up."""
    leg = await stage.caller(CallerDoes(keys=(Press(600, "2"),)))
    menu = {"prompts": (SayPrompt(stage.world.prompt),), "language": "en", "maximum": 1, "terminator": "#"}
    asked = await stage.do(fx.Gather, leg=leg, timeout_ms=3_000, between_ms=1_000, **menu)
    await stage.hears(sig.DigitsGathered, effect=asked)
    said = await stage.do(fx.PlayPrompts, leg=leg, prompts=(SayNumber(2),), language="en", then=Treatment.MUSIC)
    await stage.hears(sig.PlaybackEnded, effect=said)
    agent = await stage.agent(PhoneDoes(hangs_up_ms=1_500))
    bridge, recording = stage.bridge(), stage.entropy.recording()
    await stage.do(fx.JoinBridge, bridge=bridge, leg=leg)
    await stage.do(fx.JoinBridge, bridge=bridge, leg=agent)
    await stage.hears(sig.LegJoined, leg=agent)
    await stage.do(fx.StartRecording, bridge=bridge, recording=recording)
    await stage.hears(sig.RecordingStarted)
    await stage.do(fx.LeaveBridge, bridge=bridge, leg=leg, then=Treatment.MUSIC)
    await stage.hears(sig.LegLeft, leg=leg)
    await stage.do(fx.JoinBridge, bridge=bridge, leg=leg)
    await stage.hears(sig.LegEnded, leg=agent)
    await stage.do(fx.CloseBridge, bridge=bridge)
    await stage.hears(sig.BridgeClosed)
    await stage.do(fx.HangUpLeg, leg=leg)
    await stage.hears(sig.LegEnded, leg=leg)


async def abandoned_in_a_prompt(stage: Stage) -> None:
    """The caller hangs up while a prompt plays."""
    leg = await stage.caller(CallerDoes(hangs_up_ms=400))
    await stage.do(fx.PlayPrompts, leg=leg, prompts=(SayPrompt(stage.world.prompt),), language="en")
    await stage.hears(sig.LegEnded, leg=leg)


async def not_reached(stage: Stage) -> None:
    """Busy, rejected, no such number, congestion, nobody answers, nobody there, not registered."""
    for does in ("busy", "rejects", "invalid", "congestion", "ignores"):
        number = await stage.world.number(PhoneDoes(does))
        leg = await stage.ring(fx.NumberTarget(number), ring_ms=1_000)
        await stage.hears(sig.LegEnded, leg=leg)
    leg = await stage.ring(fx.DeviceTarget("deskleo"), ring_ms=700)
    await stage.hears(sig.LegEnded, leg=leg)
    leg = await stage.ring(fx.DeviceTarget("nobodyhere"))
    await stage.hears(sig.EffectFailed, leg=leg)


async def came_and_went(stage: Stage) -> None:
    """While the socket is gone two callers come and give up, the dialplan takes one back, and one still waits."""
    world = stage.world
    await world.cut()
    await stage.hears(sig.CarrierDown)
    for number, patience_ms in (("+12025550011", 60_000), ("+12025550012", 700), ("+12025550013", 1_500)):
        await world.call_in(number, CallerDoes(gives_up_ms=patience_ms))
    await asyncio.sleep(10)  # the dialplan's eight seconds, and some of its message
    await world.call_in("+12025550014", CallerDoes())
    await asyncio.sleep(1)  # she has reached the application
    stage.heard.clear()
    await world.mend()
    await stage.hears(sig.CarrierUp)


async def rang_out(stage: Stage) -> None:
    """While the socket is gone, and we give nothing up, Asterisk's own limit ends a call that rings."""
    number = await stage.world.number(PhoneDoes("ignores"))
    leg = await stage.ring(fx.NumberTarget(number), ring_ms=500)
    await stage.hears(sig.LegRinging, leg=leg)
    await stage.world.cut()
    await stage.hears(sig.CarrierDown)
    await asyncio.sleep(fx.SETUP_MS / 1_000 + 3)
    stage.heard.clear()
    await stage.world.mend()
    await stage.hears(sig.CarrierUp)


STORIES: tuple[Callable[[Stage], Awaitable[None]], ...] = (
    served_call, abandoned_in_a_prompt, not_reached, came_and_went, rang_out,
)  # fmt: skip


async def main() -> None:
    raw: dict[int, str] = {}
    kept: list[Any] = []
    decode = ari.decode

    def remembering(text: str | bytes) -> Any:
        event = decode(text)
        kept.append(event)  # so that no other event gets its id
        raw[id(event)] = text if isinstance(text, str) else text.decode()
        return event

    ari.decode = remembering
    pbx = furnished(directory="/srv/callcenter/capture", system_name="pbx")
    pbx.start()
    try:
        for story in (one for one in STORIES if one.__name__ in (sys.argv[1:] or [one.__name__])):
            lines: list[dict[str, Any]] = []
            async with asterisk_world(pbx) as world:
                stage = Stage(world)
                listen(world.asterisk._translation, lines, raw)
                listen_for_kept(world.asterisk._passed, lines, raw)
                await world.carrier.start(stage.deliver)
                await stage.hears(sig.CarrierUp)
                await story(stage)
                await world.carrier.close()
            name = f"{story.__name__}.jsonl"
            (HERE / name).write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
            sys.stdout.write(f"{name}: {len(lines)} lines\n")
    finally:
        pbx.remove()


if __name__ == "__main__":
    asyncio.run(main())
