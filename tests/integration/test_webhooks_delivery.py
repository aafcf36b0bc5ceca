"""Deliveries from a real log, with real rows, to real receivers on loopback: everything, in order, whoever is slow or dead."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from callcenter.kernel.events import CallArrived, Recorded
from callcenter.kernel.personal import PersonalRow
from callcenter.store.database import Database
from callcenter.store.webhooks import Asked
from callcenter.webhooks.projection import Projection
from callcenter.webhooks.signing import ROTATION_MS
from tests.integration.office import DAY, ROOT, Make, Office, office, receivers, rows
from tests.integration.receiver import Receiver, accept, hang, in_order, refuse
from tests.unit.reporting.histories import history

__all__ = ["office", "receivers", "rows"]


def day(seed: int, length: int = 200) -> list[Recorded]:
    dice = random.Random(seed)
    return history([dice.randrange(10_000) for _ in range(length)], closed=True)


async def test_everything_that_happens_is_told_in_order_and_signed(office: Office, receivers: Make):
    await office.start()
    receiver = await receivers()
    _, key = await office.subscribe(receiver)
    await office.happens(day(1))
    wanted = set(office.expected())
    await receiver.until(lambda r: set(r.ids) == wanted)
    assert len(receiver.ids) == len(wanted), "nothing failed, so nothing came twice"
    assert in_order(receiver.taken)
    assert all(one.signed_with(key.secret) for one in receiver.taken)
    assert not receiver.taken[0].signed_with("whsec_" + "a" * 43)
    assert {one.event["call"]["customer"]["state"] for one in receiver.taken if "call" in one.event} == {"hidden"}
    await office.until(lambda: _delivered(office, len(wanted)))


async def _delivered(office: Office, count: int) -> bool:
    return office.dispatch.figures.delivered == count


@pytest.mark.parametrize("seed", [11, 12])
async def test_restarts_at_any_moment_lose_nothing(tmp_path: Path, database: Database, receivers: Make, seed: int):
    """The set of delivered ids is the set of events, whatever failed and whenever it all stopped; on both databases."""
    dice = random.Random(seed)

    async def moody(_: Receiver, __: bytes):
        if dice.random() < 0.02:
            return await refuse(503)(_, __)
        return await accept(_, __)

    office = Office(tmp_path, database)
    await office.open()
    await office.start()
    receiver = await receivers(moody)
    await office.subscribe(receiver)
    events = day(seed, 300)
    at = 0
    while at < len(events):
        some = events[at : at + dice.randrange(1, 120)]
        at += len(some)
        await office.happens(some)
        with contextlib.suppress(TimeoutError):
            await receiver.until(_more_than(len(receiver.came) + dice.randrange(40)), dice.random())
        await office.restart()
    wanted = set(office.expected())
    async with asyncio.timeout(60):
        while set(receiver.ids) != wanted:
            await office.later(2_000)  # pauses after failures are not what is tested
            with contextlib.suppress(TimeoutError):
                await receiver.until(lambda r: set(r.ids) == wanted, 0.5)
    assert in_order(receiver.good)
    bodies: dict[str, bytes] = {}
    for one in receiver.taken:
        assert bodies.setdefault(one.id, one.raw) == one.raw, "the same id is the same event"
    await office.close()


def _more_than(count: int) -> Callable[[Receiver], bool]:
    return lambda receiver: len(receiver.came) > count


async def test_who_subscribes_later_is_told_what_comes_later(office: Office, receivers: Make):
    await office.start()
    events = day(2)
    await office.happens(events[:100])
    receiver = await receivers()
    await office.subscribe(receiver, kinds=("call.ended", "agent.activity"))
    await office.happens(events[100:])
    projection = Projection()
    wanted = {
        one.event.id
        for recorded in office.events
        for one in projection.apply(recorded)
        if recorded.position > 100 and one.event.__struct_config__.tag in ("call.ended", "agent.activity")
    }
    await receiver.until(lambda r: set(r.ids) == wanted)
    assert {one.event["kind"] for one in receiver.taken} == {"call.ended", "agent.activity"}


async def test_nobody_waits_for_the_slow_and_the_dead(office: Office, receivers: Make):
    """One receiver hangs, one is not there; the third has everything before either has run into its first time limit."""
    office.timeout_s = 30
    await office.restart()
    slow, dead, quick = await receivers(hang), await receivers(running=False), await receivers()
    for receiver in (slow, dead, quick):
        await office.subscribe(receiver)
    await office.happens(day(3))
    wanted = set(office.expected())
    await quick.until(lambda r: set(r.ids) == wanted, 20)
    assert slow.taken == []
    assert 0 < len(slow.came) <= 8, "so many connections at most"
    assert in_order(quick.taken)


async def test_a_receiver_that_was_dead_for_a_while_gets_everything(office: Office, receivers: Make):
    await office.start()
    receiver = await receivers(running=False)
    webhook, _ = await office.subscribe(receiver)
    await office.happens(day(4))
    await office.until(lambda: _down(office))
    assert office.dispatch.figures.pending == len(office.expected())
    assert "receivers of webhooks" in office.dispatch.desk.warning()
    await receiver.start()
    await office.later(60_000)
    wanted = set(office.expected())
    await receiver.until(lambda r: set(r.ids) == wanted)
    assert in_order(receiver.taken)
    await office.until(lambda: _up(office))
    listed = await office.listed(webhook.id)
    assert {one.state for one in listed} == {"delivered"}
    assert max(one.attempts for one in listed) > 1
    assert office.dispatch.figures.failed["refused"] >= 3


async def _down(office: Office) -> bool:
    office.dispatch.read_again()
    return office.dispatch.figures.down == 1


async def _up(office: Office) -> bool:
    office.dispatch.read_again()
    return office.dispatch.figures.down == 0 and office.dispatch.figures.pending == 0


async def test_a_receiver_that_hangs_is_cut_off_and_tried_again(office: Office, receivers: Make):
    office.timeout_s = 0.3
    await office.restart()
    receiver = await receivers(hang)
    webhook, _ = await office.subscribe(receiver)
    await office.dispatch.desk.test(webhook.id, office.now())
    await receiver.until(lambda r: r.came)
    await office.until(lambda: _error(office, webhook.id, "timeout"))
    receiver.answer = accept
    await receiver.until(lambda r: r.good)
    assert len(set(receiver.came)) == 1


async def _error(office: Office, webhook: int, error: str) -> bool:
    listed = await office.listed(webhook)
    return bool(listed) and listed[0].last_error == error


async def test_one_event_that_is_refused_holds_up_its_call_only(office: Office, receivers: Make):
    await office.start()
    refused = next(id for id in _ids(day(5), "call.queued"))

    async def picky(receiver: Receiver, raw: bytes):
        return await (refuse(400) if f'"{refused}"'.encode() in raw else accept)(receiver, raw)

    receiver = await receivers(picky)
    webhook, _ = await office.subscribe(receiver)
    await office.happens(day(5))
    projection = Projection()
    all_told = [one for recorded in office.events for one in projection.apply(recorded)]
    (call,) = {one.subject for one in all_told if one.event.id == refused}
    others = {one.event.id for one in all_told if one.subject != call}
    await receiver.until(lambda r: others <= set(r.ids))
    position = int(refused.split(".")[0])
    assert all(one.event["position"] < position for one in receiver.good if one.subject == call)
    assert office.dispatch.figures.down == 0, "who refuses one event is there"
    receiver.answer = accept
    await office.later(60_000)
    await receiver.until(lambda r: set(r.ids) == set(office.expected()))
    assert in_order(receiver.good)
    assert (await office.listed(webhook.id))[0].state == "delivered"


def _ids(events: list[Recorded], kind: str) -> list[str]:
    projection = Projection()
    return [
        one.event.id for recorded in events for one in projection.apply(recorded) if one.event.__struct_config__.tag == kind
    ]


@pytest.mark.parametrize(
    ("answer", "error"),
    [(refuse(500), "server_error"), (refuse(404), "client_error"), (refuse(302, Location="http://127.0.0.1:1/"), "redirect")],
    ids=["500", "404", "302"],
)
async def test_what_is_no_success_is_said_and_tried_again(office: Office, receivers: Make, answer: object, error: str):
    await office.start()
    receiver = await receivers(answer)
    webhook, _ = await office.subscribe(receiver)
    await office.dispatch.desk.test(webhook.id, office.now())
    await office.until(lambda: _error(office, webhook.id, error))
    (delivery,) = await office.listed(webhook.id)
    assert (delivery.state, delivery.last_status) == ("pending", receiver.taken[0].status)
    assert delivery.last_at is not None
    assert delivery.next_at - delivery.last_at <= 1_000 * 2 ** (delivery.attempts - 1)
    receiver.answer = accept
    await receiver.until(lambda r: r.good)


async def test_a_receiver_may_ask_to_be_left_alone(office: Office, receivers: Make):
    await office.start()
    receiver = await receivers(refuse(503, Retry_After="120"))
    webhook, _ = await office.subscribe(receiver)
    await office.dispatch.desk.test(webhook.id, office.now())
    await office.until(lambda: _error(office, webhook.id, "server_error"))
    (delivery,) = await office.listed(webhook.id)
    assert 110_000 < delivery.next_at - office.now() <= 120_000


async def test_after_a_day_it_is_given_up_and_can_be_sent_again(
    office: Office, receivers: Make, capsys: pytest.CaptureFixture[str]
):
    await office.start()
    receiver = await receivers(refuse(500))
    webhook, _ = await office.subscribe(receiver)
    await office.dispatch.desk.test(webhook.id, office.now())
    await office.until(lambda: _error(office, webhook.id, "server_error"))
    await office.later(DAY + 1_000)
    await office.until(lambda: _state(office, webhook.id, "given_up"))
    assert office.dispatch.figures.given_up == 1
    assert "given_up" in capsys.readouterr().out, "loudly"
    receiver.answer = accept
    (delivery,) = await office.listed(webhook.id)
    await office.dispatch.desk.again(webhook.id, delivery.id, office.now())
    await receiver.until(lambda r: r.good)
    assert len(set(receiver.came)) == 1, "the same event id"


async def _state(office: Office, webhook: int, state: str) -> bool:
    return {one.state for one in await office.listed(webhook)} == {state}


async def test_410_ends_the_subscription(office: Office, receivers: Make):
    await office.start()
    receiver = await receivers(refuse(410))
    webhook, _ = await office.subscribe(receiver)
    await office.happens(day(6))
    await office.until(lambda: _state(office, webhook.id, "given_up"))
    found = await office.dispatch.desk.find(webhook.id)
    assert (found.active, found.inactive_why) == (False, "gone")
    came = len(receiver.came)
    await office.happens([_next(office, one) for one in day(7)][:50])
    await office.dispatch.follower.catch_up()
    assert len(receiver.came) == came
    assert len(await office.listed(webhook.id)) == len(office.expected()) - len(office.expected(after=len(day(6))))


def _next(office: Office, recorded: Recorded) -> Recorded:
    return Recorded(recorded.position + len(office.events), recorded.at, recorded.event)


async def test_numbers_only_for_whom_they_were_allowed_and_never_after_erasure(office: Office, receivers: Make):
    await office.start()
    shy, told = await receivers(), await receivers()
    await office.subscribe(shy)
    await office.subscribe(told, numbers=True)
    events = day(8)
    rows = {recorded.event.caller for recorded in events if isinstance(recorded.event, CallArrived) and recorded.event.caller}
    known = sorted(rows)[: len(rows) // 2]
    assert known
    await office.happens(events, tuple(PersonalRow(row, "number", "+15005550199") for row in known))
    wanted = set(office.expected())
    for receiver in (shy, told):
        await receiver.until(lambda r: set(r.ids) == wanted)
    assert b"+15005550199" not in b"".join(one.raw for one in shy.taken)
    customers = [one.event["call"]["customer"] for one in told.taken if "call" in one.event]
    assert {"state": "shown", "number": "+15005550199"} in customers
    assert {"state": "erased", "number": None} in customers, "rows that are not there any more"
    assert {one["state"] for one in customers} <= {"shown", "erased", "withheld"}


async def test_both_secrets_sign_for_a_day_after_a_rotation(office: Office, receivers: Make):
    await office.start()
    receiver = await receivers()
    webhook, old = await office.subscribe(receiver)
    _, new = await office.dispatch.desk.new_secret(webhook.id, ROOT, office.now())
    await office.dispatch.desk.test(webhook.id, office.now())
    await receiver.until(lambda r: len(r.good) == 1)
    assert receiver.good[0].signed_with(old.secret)
    assert receiver.good[0].signed_with(new.secret)
    office.shift_ms += ROTATION_MS + 1
    await office.dispatch.desk.test(webhook.id, office.now())
    await receiver.until(lambda r: len(r.good) == 2)
    header = receiver.good[1].headers["Callcenter-Signature"]
    assert f"{new.id}=" in header
    assert f"{old.id}=" not in header


async def test_without_the_key_nothing_is_sent_and_a_new_secret_mends_it(office: Office, receivers: Make):
    await office.start()
    receiver = await receivers()
    webhook, _ = await office.subscribe(receiver)
    office.master = b"another key, of a restored machine"
    await office.restart()
    await office.dispatch.desk.test(webhook.id, office.now())
    await office.until(lambda: _down(office))
    assert receiver.came == []
    assert office.dispatch.desk.key_changed(await office.dispatch.desk.find(webhook.id))
    _, key = await office.dispatch.desk.new_secret(webhook.id, ROOT, office.now())
    await receiver.until(lambda r: r.good)
    assert receiver.good[0].signed_with(key.secret)


async def test_a_network_that_is_not_allowed_any_more_is_not_sent_to(office: Office, receivers: Make):
    await office.start()
    receiver = await receivers()
    by_number, _ = await office.subscribe(receiver)
    named = Receiver(port=receiver.port)
    webhook, _ = await office.dispatch.desk.create(
        Asked(name="by name", url=named.url.replace("127.0.0.1", "localhost")), 0, ROOT, office.now()
    )
    office.allowed = []
    await office.restart()
    for id in (by_number.id, webhook.id):
        await office.dispatch.desk.test(id, office.now())
        await office.until(partial(_error, office, id, "address_not_allowed"))
    assert receiver.came == []


async def test_what_is_settled_is_forgotten_after_a_month(office: Office, receivers: Make):
    await office.start()
    receiver = await receivers()
    webhook, _ = await office.subscribe(receiver)
    await office.happens(day(9))
    await receiver.until(lambda r: set(r.ids) == set(office.expected()))
    await office.until(lambda: _state(office, webhook.id, "delivered"))
    office.shift_ms += 31 * DAY
    await office.restart()
    await office.until(lambda: _empty(office, webhook.id))
    came = len(receiver.came)
    await office.dispatch.follower.catch_up()
    assert len(receiver.came) == came, "and not told again"


async def _empty(office: Office, webhook: int) -> bool:
    return not await office.listed(webhook)
