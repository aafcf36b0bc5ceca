"""Contract: legs that we ask for, to devices and to numbers outside, and devices that come and go."""

import asyncio

from callcenter.kernel.effects import DeviceTarget, HangUpLeg, NumberTarget, OriginateLeg
from callcenter.kernel.signals import DeviceChanged, EffectFailed, LegAnswered, LegEnded, LegRinging
from callcenter.kernel.words import Cause, Fault
from tests.contract.stage import Stage, provokes
from tests.contract.world import PhoneDoes


@provokes(OriginateLeg, LegRinging, LegAnswered, LegEnded, causes=(Cause.NORMAL,))
async def test_a_device_rings_is_answered_and_hangs_up(stage: Stage) -> None:
    device = await stage.world.phone(PhoneDoes(after_ms=400, hangs_up_ms=300))
    leg = await stage.ring(DeviceTarget(device))
    ringing = await stage.hears(LegRinging, leg=leg)
    answered = await stage.hears(LegAnswered, leg=leg)
    ended = await stage.hears(LegEnded, leg=leg)
    stage.order(ringing, answered, ended)
    assert (ended.cause, ended.by_us) == (Cause.NORMAL, False)


@provokes(LegEnded, causes=(Cause.REJECTED,))
async def test_a_device_rejects(stage: Stage) -> None:
    leg = await stage.ring(DeviceTarget(await stage.world.phone(PhoneDoes("rejects", after_ms=300))))
    ended = await stage.hears(LegEnded, leg=leg)
    assert (ended.cause, ended.by_us) == (Cause.REJECTED, False)


@provokes(LegEnded, causes=(Cause.NO_ANSWER,))
async def test_ringing_ends_by_its_limit(stage: Stage) -> None:
    leg = await stage.ring(DeviceTarget(await stage.world.phone(PhoneDoes("ignores"))), ring_ms=1_000)
    await stage.hears(LegRinging, leg=leg)
    assert (await stage.hears(LegEnded, leg=leg)).cause is Cause.NO_ANSWER


@provokes(OriginateLeg, LegRinging, LegEnded, causes=(Cause.NO_ANSWER,))
async def test_a_numbers_ringing_is_counted_from_when_it_rings(stage: Stage) -> None:
    """The law asks how long it rang, not how long the network took."""
    number = await stage.world.number(PhoneDoes("ignores", rings_after_ms=2_000))
    loop = asyncio.get_running_loop()
    leg = await stage.ring(NumberTarget(number), ring_ms=1_500)
    await stage.hears(LegRinging, leg=leg)
    rang_at = loop.time()
    assert (await stage.hears(LegEnded, leg=leg)).cause is Cause.NO_ANSWER
    assert loop.time() - rang_at > 1.4


@provokes(HangUpLeg, LegEnded)
async def test_a_device_that_rings_is_called_off(stage: Stage) -> None:
    leg = await stage.ring(DeviceTarget(await stage.world.phone(PhoneDoes("ignores"))))
    await stage.hears(LegRinging, leg=leg)
    await stage.do(HangUpLeg, leg=leg)
    assert (await stage.hears(LegEnded, leg=leg)).by_us


@provokes(OriginateLeg, EffectFailed, faults=((OriginateLeg, Fault.UNREACHABLE),))
async def test_a_device_that_is_not_registered_never_rings(stage: Stage) -> None:
    leg = await stage.ring(DeviceTarget("nobodyhere"))
    failed = await stage.hears(EffectFailed, leg=leg)
    assert failed.fault is Fault.UNREACHABLE
    assert not [signal for signal in stage.about(leg) if isinstance(signal, LegRinging)]


@provokes(OriginateLeg, LegRinging, LegAnswered)
async def test_a_number_outside_answers(stage: Stage) -> None:
    leg = await stage.ring(NumberTarget(await stage.world.number(PhoneDoes(after_ms=300))))
    await stage.hears(LegRinging, leg=leg)
    await stage.hears(LegAnswered, leg=leg)
    await stage.do(HangUpLeg, leg=leg)
    assert (await stage.hears(LegEnded, leg=leg)).by_us


@provokes(
    OriginateLeg,
    LegEnded,
    causes=(
        Cause.BUSY,
        Cause.NO_ANSWER,
        Cause.REJECTED,
        Cause.INVALID_NUMBER,
        Cause.CONGESTION,
        Cause.UNREACHABLE,
        Cause.FAILED,
    ),
)
async def test_every_way_in_which_a_number_is_not_reached(stage: Stage) -> None:
    ways = {
        "busy": Cause.BUSY,
        "ignores": Cause.NO_ANSWER,
        "rejects": Cause.REJECTED,
        "invalid": Cause.INVALID_NUMBER,
        "congestion": Cause.CONGESTION,
        "unreachable": Cause.UNREACHABLE,
        "fails": Cause.FAILED,
    }
    for does, cause in ways.items():
        number = await stage.world.number(PhoneDoes(does))  # type: ignore[arg-type]
        leg = await stage.ring(NumberTarget(number), ring_ms=1_500)
        ended = await stage.hears(LegEnded, leg=leg)
        assert ended.cause is cause, does
        assert not [signal for signal in stage.about(leg) if isinstance(signal, LegAnswered)]


@provokes(OriginateLeg, EffectFailed, faults=((OriginateLeg, Fault.REFUSED),))
async def test_what_is_no_number_is_never_dialed(stage: Stage) -> None:
    for number in ("12025550100@elsewhere", "+1202555&Local/1", "", "+12"):
        leg = await stage.ring(NumberTarget(number))
        assert (await stage.hears(EffectFailed, leg=leg)).fault is Fault.REFUSED


@provokes(DeviceChanged)
async def test_a_device_is_reachable_while_it_is_registered(stage: Stage) -> None:
    account = await stage.carrier.open_device("contractdevice")
    async with stage.world.registered(account):
        await stage.hears(DeviceChanged, device=account.device, reachable=True)
    await stage.hears(DeviceChanged, device=account.device, reachable=False)
    await stage.carrier.close_device(account.device)
    leg = await stage.ring(DeviceTarget(account.device))
    assert (await stage.hears(EffectFailed, leg=leg)).fault is Fault.UNREACHABLE
