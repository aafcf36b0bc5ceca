"""Board, desk and transfer list over the WebSocket, with real calls behind them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from callcenter.api import stage
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import ContactId
from callcenter.store.customers import Contact
from callcenter.store.event_log import LogFault
from callcenter.store.sqlite_log import SqliteLog
from tests.api.house import KNOWN_CALLER, UNKNOWN_CALLER, House


async def test_the_board_follows_a_call_from_its_arrival_to_the_end_of_the_wrap_up(house: House):
    board = await (await (await house.signed_in("sam")).socket()).follow("board")
    assert board.shown["queues"]["billing"]["waiting"] == 0
    assert board.shown["agents"]["ana"]["state"] == "signed_out"
    assert list(board.shown["queues"]) == ["billing", "technical"]
    assert list(board.shown["agents"]) == ["ana", "bo", "chen"]

    caller = house.call_in()
    await board.until(lambda b: b.shown["queues"]["billing"]["waiting"] == 1)
    assert board.call["number"]["shown"] == "+1 212 555 0123"
    assert board.center["waiting"] == 1

    ana = await house.at_desk("ana")
    await board.until(lambda b: b.shown["agents"]["ana"]["state"] == "ringing")
    assert board.shown["queues"]["billing"]["agents"] == {"ringing": 1}
    house.answer(ana.device)
    await board.until(lambda b: b.shown["agents"]["ana"]["state"] == "talking")
    assert board.shown["queues"]["billing"]["waiting"] == 0
    assert board.shown["queues"]["billing"]["figures"]["service_level"] == {
        "value": 1.0, "numerator": 1.0, "denominator": 1.0, "target": 0.8,
    }  # fmt: skip

    house.hang_up(caller)
    await board.until(lambda b: b.shown["agents"]["ana"]["state"] == "wrap_up")
    assert board.shown["agents"]["ana"]["wrap_up"]["call"] == board.call["id"]
    assert (await ana.post("/api/v1/me/wrap-up/finish")).status == 200
    await board.until(lambda b: b.shown["agents"]["ana"]["state"] == "available")
    await board.until(lambda b: b.call is None)
    assert board.shown["agents"]["ana"]["figures"]["handled"]["value"] == 1


async def test_the_customer_is_on_the_desk_while_the_phone_rings_and_gone_when_the_offer_ends(house: House):
    ana = await house.at_desk("ana")
    desk = await (await ana.socket()).follow("desk")
    assert set(desk.shown["agents"]) == {"ana"}

    caller = house.call_in()
    await desk.until(lambda d: d.call is not None and d.call["offer"] is not None and d.call["contact"] is not None)
    assert desk.call["contact"]["name"] == "Amelia Hartwell"
    assert desk.call["contact"]["account"] == "Hartwell Frames"
    assert desk.call["contact"]["chosen_by"] == "system"
    assert [match["match"] for match in desk.call["matches"]] == ["exact"]
    assert desk.call["offer"]["expires_at"] > desk.call["offer"]["made_at"]
    assert {reason["code"] for reason in desk.call["offer"]["reasons"]} == {"skill", "only_free"}

    house.hang_up(caller)
    await desk.until(lambda d: d.call is None)
    assert [(notice["kind"], notice["code"]) for notice in desk.notices] == [("offer_over", "withdrawn")]


async def test_an_unknown_caller_is_shown_with_the_number_and_no_match(house: House):
    ana = await house.at_desk("ana")
    desk = await (await ana.socket()).follow("desk")

    house.call_in(UNKNOWN_CALLER)

    await desk.until(lambda d: d.call is not None and d.call["offer"] is not None and d.call["look_up"] == "not_found")
    assert desk.call["number"] == {"value": UNKNOWN_CALLER, "shown": "+1 212 555 0777"}
    assert desk.call["matches"] == []
    assert desk.call["contact"] is None


async def test_a_desk_sees_nothing_of_a_colleagues_call_and_a_reload_sees_its_own(house: House):
    ana, bo = await house.at_desk("ana"), await house.signed_in("bo")
    house.call_in()
    first = await (await ana.socket()).follow("desk")
    await first.until(lambda d: d.call is not None and d.call["offer"] is not None)
    house.answer(ana.device)
    await first.until(lambda d: d.call["state"] == "connected")

    other = await (await bo.socket()).follow("desk")
    again = await (await ana.socket()).follow("desk")
    for page in (first, again):
        await page.until(lambda d: d.call["contact"] is not None and d.call["recording"]["state"] == "running")

    assert other.shown["calls"] == {}
    assert set(other.shown["agents"]) == {"bo"}
    assert again.call == first.call
    assert again.call["conversations"][0]["agent"] == "ana"


async def test_the_transfer_list_shows_who_is_there_and_neither_calls_nor_days(house: House):
    ana, bo = await house.at_desk("ana"), await house.signed_in("bo")
    page = await (await bo.socket()).follow("destinations")
    assert set(page.shown["agents"]) == {"ana"}

    house.call_in()
    await page.until(lambda p: p.shown["agents"]["ana"]["state"] == "ringing")
    assert page.shown["agents"]["ana"]["call"] is None
    assert page.shown["agents"]["ana"]["figures"] == {}
    assert page.shown["calls"] == {}

    house.answer(ana.device)
    await page.until(lambda p: p.shown["agents"]["ana"]["state"] == "talking")
    assert (await (await house.signed_in("bo")).get("/api/v1/destinations")).json()["agents"][0]["state"] == "talking"


async def test_what_deltas_make_of_a_snapshot_equals_a_fresh_snapshot(house: House):
    sam = await house.signed_in("sam")
    old = await (await sam.socket()).follow("board")
    ana = await house.at_desk("ana")
    callers = [house.call_in(KNOWN_CALLER), house.call_in(UNKNOWN_CALLER)]
    await old.until(lambda b: b.shown["agents"]["ana"]["state"] == "ringing")
    house.answer(ana.device)
    await old.until(lambda b: b.shown["agents"]["ana"]["state"] == "talking")
    house.hang_up(callers[1])
    await old.until(lambda b: len(b.shown["calls"]) == 1)
    await old.until(lambda b: b.call["recording"]["state"] == "running")

    fresh = await (await sam.socket()).follow("board")
    await old.until(lambda b: b.position == fresh.position)

    assert fresh.shown == old.shown
    assert fresh.center == old.center


async def test_a_stage_that_starts_later_reads_the_log(house: House):
    ana = await house.at_desk("ana")
    desk = await (await ana.socket()).follow("desk")
    house.call_in()
    await desk.until(lambda d: d.call is not None and d.call["offer"] is not None)
    before = desk.shown["calls"]

    await desk.socket.close()
    await house.stop_serving()
    house.live = type(house.live)()
    await house.serve()

    again = await (await ana.socket()).follow("desk")
    assert again.shown["calls"].keys() == before.keys()
    house.answer(ana.device)
    await again.until(lambda d: d.call["state"] == "connected")


async def test_a_stage_that_falls_behind_catches_up_from_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The customer store is slow while much happens; the fan-out holds one batch and cuts the stage, which reads the log."""
    monkeypatch.setattr(stage, "NAMES_WITHIN_S", 30)
    house = House(tmp_path, fanout_capacity=1)
    await house.start()
    try:
        await _much_while_the_store_is_slow(house)
    finally:
        await house.stop()


async def test_a_log_that_is_silent_while_the_stage_catches_up_does_not_end_the_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    faults = 2

    class Flaky(SqliteLog):
        async def read(self, after: int = 0, *, batch: int = 1_000) -> AsyncIterator[list[Recorded]]:
            nonlocal faults
            if house.fanout.cut and faults:
                faults -= 1
                raise LogFault("log_unreachable", "planned")
            async for events in super().read(after, batch=batch):
                yield events

    monkeypatch.setattr(stage, "NAMES_WITHIN_S", 30)
    monkeypatch.setattr("tests.api.house.SqliteLog", Flaky)
    house = House(tmp_path, fanout_capacity=1)
    await house.start()
    try:
        await _much_while_the_store_is_slow(house)
        assert faults == 0
    finally:
        await house.stop()


async def _much_while_the_store_is_slow(house: House) -> None:
    sam = await house.signed_in("sam")
    board = await (await sam.socket()).follow("board")
    ana = await house.at_desk("ana")
    asked, answering, quick = asyncio.Event(), asyncio.Event(), house.crm.contacts

    async def slow(ids: Iterable[ContactId]) -> dict[ContactId, Contact]:
        asked.set()
        await answering.wait()
        return await quick(ids)

    house.crm.contacts = slow  # type: ignore[method-assign]
    house.call_in(KNOWN_CALLER)
    await asked.wait()
    others = [house.call_in(f"+1212555{number:04}") for number in range(100, 130)]
    await house.until(lambda state: sum(call.queue is not None for call in state.calls.values()) == 31)
    for leg in others:
        house.hang_up(leg)
    await house.until(lambda state: sum(call.state != "over" for call in state.calls.values()) == 1)
    assert house.fanout.cut > 0, "nothing was missed, so nothing would be proved"
    assert board.shown["calls"] == {}
    answering.set()

    await board.until(lambda b: b.shown["queues"]["billing"]["figures"]["abandoned"]["value"] == 30)
    await board.until(lambda b: b.shown["agents"]["ana"]["state"] == "ringing")
    house.answer(ana.device)
    await board.until(lambda b: b.shown["agents"]["ana"]["state"] == "talking")
    assert board.call["contact"]["name"] == "Amelia Hartwell"
    fresh = await (await sam.socket()).follow("board")
    await board.until(lambda b: b.position == fresh.position)
    assert fresh.shown == board.shown
