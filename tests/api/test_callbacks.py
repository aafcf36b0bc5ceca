"""What an agent says of a campaign's call, over HTTP: the campaign's own outcomes, a promised call and who may see, move, cancel
and take it.
"""

from typing import Any

import pytest

from callcenter.runtime import clock
from callcenter.simulation.phones import Outside
from tests.api.house import Client, House, Page
from tests.api.test_lists import API
from tests.api.test_working import lead_of, me, opened

MINUTE = 60_000


def outcome(code: str, follow: str, **more: Any) -> dict[str, Any]:
    usual = {
        "code": code, "label": {"en": code, "zh": f"{code}（中）"}, "result": "neutral", "follow": follow, "like": "no_answer",
        "after_ms": 86_400_000, "probability": 0.5, "value": 0.0, "team": None,
    }  # fmt: skip
    return {**usual, **more}


OUTCOMES = [outcome("promised", "callback"), outcome("sold", "opportunity", result="success", team="day"), outcome("no", "done")]


@pytest.fixture
async def mia(house: House) -> Client:
    return await house.signed_in("mia")


@pytest.fixture
async def ana(house: House) -> Client:
    house.carrier.network.anywhere = Outside(after_ms=200, rings_after_ms=50)
    return await house.at_desk("ana")


async def in_wrap_up(house: House, mia: Client, ana: Client, **more: Any) -> tuple[int, Page, str]:
    """A campaign with outcomes of its own, and ana wraps up her first call: its number, her page, the call."""
    of = await opened(house, mia, dispositions=OUTCOMES, goal_outcomes=["sold"], **more)
    page = await (await ana.socket()).follow("desk")
    assert (await ana.put(f"{API}/me/campaign", {"campaign": of})).status == 200
    await page.until(lambda page: me(page)["lead"])
    dialed = await ana.post(f"{API}/me/leads/{me(page)['lead']['attempt']}/dial")
    call = dialed.json()["call"]
    await page.until(lambda page: page.call and page.call["state"] == "connected")
    await ana.post(f"{API}/calls/{call}/hang-up")
    await page.until(lambda page: me(page)["wrap_up"])
    return of, page, call


async def items(client: Client, path: str = "/me/callbacks") -> Any:
    return (await client.get(f"{API}{path}")).json()["items"]


async def test_a_call_is_promised_seen_moved_and_taken(house: House, mia: Client, ana: Client):
    of, page, call = await in_wrap_up(house, mia, ana)
    assert [one["code"] for one in (await lead_of(ana))["dispositions"]] == ["promised", "sold", "no"]
    url, now = f"{API}/calls/{call}/disposition", clock.now()
    assert (await ana.put(url, {"code": "resolved"})).code == "unknown_disposition"
    assert (await ana.put(url, {"code": "promised"})).code == "time_missing"
    assert (await ana.put(url, {"code": "promised", "at": now - 3_600_000})).code == "time_impossible"
    said = {"code": "promised", "at": now + 4 * MINUTE, "whose": "mine", "note": "ask for the brother"}
    assert (await ana.put(url, said)).status == 200
    await house.until(lambda state: not state.jobs)
    (mine,) = await items(ana)
    assert (mine["at"], mine["mine"], mine["may_take"], mine["note"]) == (said["at"], True, True, "ask for the brother")
    assert (mine["name"], mine["number"]["value"], mine["zone"]) == ("Maya Marsh", "+12125550190", "America/New_York")
    assert await items(mia, f"/campaigns/{of}/callbacks") == [{**mine, "mine": False, "may_take": False}]

    bo = await house.at_desk("bo")
    assert await items(bo) == [], "a colleague's promise is none of hers"
    path = f"{API}/callbacks/{mine['id']}"
    for act, body in (("take", None), ("cancel", {"seen": mine["changed_at"]}), ("hour", {"at": said["at"]})):
        assert (await bo.post(f"{path}/{act}", body)).code == "not_found"
    moved = await ana.ask("PATCH", path, {"seen": mine["changed_at"], "at": now + 60 * MINUTE, "agent": None})
    assert (moved.status, moved.json()["at"], moved.json()["agent"]) == (200, now + 60 * MINUTE, None)
    assert [one["id"] for one in await items(bo)] == [mine["id"]], "anyone's of a campaign that she may work"
    assert (await ana.post(f"{path}/take")).code == "callback_early"
    late = await ana.ask("PATCH", path, {"seen": mine["changed_at"], "at": now, "agent": None})
    assert (late.status, late.code) == (409, "conflict")
    hers = {"seen": moved.json()["changed_at"], "at": now + 4 * MINUTE, "agent": "ana"}
    assert (await bo.ask("PATCH", path, hers)).code == "forbidden", "nobody is given a promise by a colleague"
    back = await mia.ask("PATCH", path, hers)
    assert (back.status, back.json()["agent"]) == (200, "ana")

    await ana.ask("POST", f"{API}/me/wrap-up/finish")
    await page.until(lambda page: me(page)["lead"])
    assert me(page)["lead"]["attempt"] != page.call
    assert (await ana.post(f"{path}/take")).status == 200
    assert (await ana.post(f"{path}/take")).status == 200, "repeated, it is the same"
    await house.until(lambda state: any(one.asked_for and one.reader == "ana" for one in state.attempts.values()))
    reading = await lead_of(ana)
    assert (reading["name"], reading["promised"], reading["promised_at"]) == ("Maya Marsh", "ask for the brother", hers["at"])
    assert (await ana.post(f"{API}/me/leads/{reading['attempt']}/dial")).status == 201
    await page.until(lambda page: page.call and page.call["attempt"] == reading["attempt"] and page.call["state"] == "connected")
    await ana.post(f"{API}/calls/{page.call['id']}/hang-up")
    await house.until(lambda state: not state.jobs and reading["attempt"] not in state.attempts)
    assert await items(ana) == [], "kept"
    assert (await ana.ask("PATCH", path, hers)).code == "conflict"


async def test_cancelled_and_promised_again(house: House, mia: Client, ana: Client):
    _, _, call = await in_wrap_up(house, mia, ana)
    at = clock.now() + 90 * MINUTE
    await ana.put(f"{API}/calls/{call}/disposition", {"code": "promised", "at": at})
    await house.until(lambda state: not state.jobs)
    (one,) = await items(ana)
    key = {"Idempotency_Key": "0123456789abcdef"}
    path, seen = f"{API}/callbacks/{one['id']}", {"seen": one["changed_at"]}
    gone, twin = [await ana.ask("POST", f"{path}/cancel", seen, **key) for _ in range(2)]
    assert (gone.status, gone.json()["state"], twin.json()) == (200, "cancelled", gone.json()), "the same request, answered twice"
    assert await items(ana) == []
    again = await ana.post(f"{path}/restore", {"seen": gone.json()["changed_at"]})
    assert (again.status, again.json()["state"], again.json()["at"]) == (200, "open", at)
    assert len(await items(ana)) == 1


async def test_what_may_not_be_promised_is_said_before_and_when_it_is_tried(house: House, mia: Client, ana: Client):
    _, _, call = await in_wrap_up(house, mia, ana)
    free = await ana.post(f"{API}/calls/{call}/callback-hour", {"at": clock.now() + 90 * MINUTE})
    assert (free.json()["allowed"], free.json()["reason"]) == (True, None)
    await mia.post(f"{API}/do-not-call/numbers", {"number": "(212) 555-0190"})
    held = (await ana.post(f"{API}/calls/{call}/callback-hour", {"at": clock.now() + 90 * MINUTE})).json()
    assert (held["allowed"], held["until"]) == (False, None)
    assert held["reason"] == {"en": "On the center's do-not-call list", "zh": "在本中心的免呼名单中"}
    said = {"code": "promised", "at": clock.now() + 90 * MINUTE}
    assert (await ana.put(f"{API}/calls/{call}/disposition", said)).code == "time_forbidden"
    bo = await house.at_desk("bo")
    assert (await bo.post(f"{API}/calls/{call}/callback-hour", {"at": clock.now()})).code == "not_found"


async def test_what_is_sold_counts_towards_the_goal(house: House, mia: Client, ana: Client):
    of, _, call = await in_wrap_up(house, mia, ana, goal=10)
    sold = {"code": "sold", "probability": 0.8, "value": 1200.0}
    assert (await ana.put(f"{API}/calls/{call}/disposition", sold)).status == 200
    await house.until(lambda state: not state.jobs)
    stood = (await mia.get(f"{API}/campaigns/{of}/progress")).json()
    assert (stood["said"], stood["successes"]) == ([{"code": "sold", "result": "success", "calls": 1}], 1)
    assert stood["income"] == pytest.approx(960.0), "value times probability"
    assert (await ana.put(f"{API}/calls/{call}/disposition", {"code": "no"})).status == 200
    await house.until(lambda state: not state.jobs)
    stood = (await mia.get(f"{API}/campaigns/{of}/progress")).json()
    assert (stood["successes"], stood["income"]) == (0, 0.0), "she has corrected herself"


async def test_a_campaigns_outcomes_are_checked(house: House, mia: Client):
    of = await opened(house, mia, leads=False, start=False)

    async def change(**more: Any) -> Any:
        seen = (await mia.get(f"{API}/campaigns/{of}")).json()["changed_at"]
        return await mia.ask("PATCH", f"{API}/campaigns/{of}", {"seen": seen, **more})

    plan = {"remind_before_ms": 600_000, "owner_waits_ms": 900_000, "expires_ms": 86_400_000}
    kept = (await change(dispositions=OUTCOMES, callbacks=plan, goal_outcomes=["sold", "resolved"])).json()
    assert (kept["dispositions"], kept["callbacks"], kept["goal_outcomes"]) == (OUTCOMES, plan, ["sold", "resolved"])
    twice = await change(dispositions=[OUTCOMES[0], OUTCOMES[0]])
    assert twice.code == "bad_dispositions"
    assert (await change(dispositions=[outcome("x", "done", label={"en": "x", "zh": ""})])).code == "bad_dispositions"
    assert (await change(dispositions=[outcome("x", "opportunity", team="nobody")])).code == "no_team"
    assert (await change(dispositions=[outcome("X y", "done")])).code == "bad_request"
    assert (await change(callbacks={**plan, "expires_ms": 1})).code == "bad_time"
    assert (await change(goal_outcomes=["unheard"])).code == "unknown_disposition"
