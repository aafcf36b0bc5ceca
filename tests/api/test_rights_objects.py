"""Whose calls, recordings, notes, agents and figures somebody sees, once her role has opened the route.

Two teams: `day` has Ana, who answers billing; `night` has Chen, who answers technical. Bo of the night answers both.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
import pytest

from callcenter.kernel import commands as c
from callcenter.kernel.center import AgentValues, Center
from callcenter.kernel.ids import AgentId, TeamId
from callcenter.kernel.seed import UserSeed
from callcenter.runtime import clock
from tests.api.house import PASSWORD, STRAIGHT_TO_BILLING, UNKNOWN_CALLER, Client, House, Page
from tests.api.test_records import answered_call
from tests.unit.hub.story import PEOPLE, center, label

LEADERS = (
    UserSeed(login="dee", password=PASSWORD, role="supervisor", teams=(TeamId("day"),)),
    UserSeed(login="nia", password=PASSWORD, role="supervisor", teams=(TeamId("night"),)),
    UserSeed(login="nil", password=PASSWORD, role="supervisor", teams=()),
    UserSeed(login="chen", password=PASSWORD, role="agent", agent=AgentId("chen")),
)


def two_teams(**changes: Any) -> Center:
    values = center()
    agents: Mapping[AgentId, AgentValues] = values.agents
    moved = {id: msgspec.structs.replace(one, team="night") if id in ("bo", "chen") else one for id, one in agents.items()}
    teams = {TeamId("day"): label("Day"), TeamId("night"): label("Night")}
    straight = {"flows": {"main": STRAIGHT_TO_BILLING}, "agents": moved, "teams": teams, "agents_hear_own": True}
    return msgspec.structs.replace(values, **{**straight, **changes})


@pytest.fixture
async def split(house: House) -> House:
    """The house with two teams and their leaders."""
    await house.engine.ask(c.ApplyCenter(version=2, center=two_teams(), personal=PEOPLE))
    await house.users.seed(LEADERS, clock.now())
    return house


def wraps_up(board: Page, agent: str) -> bool:
    return bool(board.shown["agents"][agent]["state"] == "wrap_up")


class Told:
    """A call that went through: its id, its recording and its note's text."""

    def __init__(self, call: str, recording: str, text: str) -> None:
        self.call, self.recording, self.text = call, recording, text


async def told(house: House, agent: Client, caller: str, text: str) -> Told:
    call = await answered_call(house, agent, caller)
    assert (await agent.put(f"/api/v1/calls/{call}/notes", {"text": text})).status == 200
    record = await (await house.signed_in("sam")).get(f"/api/v1/calls/{call}")
    return Told(call, record.json()["recordings"][0]["id"], text)


async def everybody(house: House) -> dict[str, Client]:
    return {login: await house.signed_in(login) for login in ("bo", "chen", "sam", "dee", "nia", "nil", "mia", "uma", "adi")}


async def test_whose_calls_recordings_and_notes_somebody_reads(split: House):
    ana = await split.at_desk("ana")
    hers = await told(split, ana, UNKNOWN_CALLER, "words of Ana's call")
    people = {"ana": ana, **await everybody(split)}
    reads = {  # record, notes, recording
        "ana": (200, 200, 200),
        "bo": (404, 404, 404),
        "chen": (404, 404, 404),
        "sam": (200, 200, 200),
        "dee": (200, 200, 200),
        "nia": (404, 404, 404),
        "nil": (404, 404, 404),
        "mia": (200, 200, 403),
        "uma": (200, 200, 200),
        "adi": (403, 403, 403),
    }
    found = {}
    for login, client in people.items():
        paths = (f"calls/{hers.call}", f"calls/{hers.call}/notes", f"recordings/{hers.recording}")
        replies = [await client.get(f"/api/v1/{path}") for path in paths]
        found[login] = tuple(reply.status for reply in replies)
        for reply in replies:
            if reply.status != 200:
                assert hers.text.encode() not in reply.text
                assert UNKNOWN_CALLER.encode() not in reply.text
    assert found == reads
    listed = {login: (await client.get("/api/v1/calls")) for login, client in people.items() if login != "adi"}
    assert {login for login, reply in listed.items() if reply.json()["items"]} == {"ana", "sam", "dee", "mia", "uma"}
    for login in ("bo", "chen"):
        assert (await people[login].put(f"/api/v1/calls/{hers.call}/notes", {"text": "mine now"})).status == 404
    for login in ("sam", "dee", "uma", "mia"):
        assert (await people[login].put(f"/api/v1/calls/{hers.call}/notes", {"text": "mine now"})).code == "forbidden"
    assert (await ana.get(f"/api/v1/calls/{hers.call}/notes")).json()["text"] == hers.text
    heard = [entry.user_id for entry in (await split.audit.page(limit=50, cursor_=None, action="listened")).items]
    assert sorted(filter(None, heard)) == sorted([(await split.users.user(login)).id for login in ("ana", "sam", "dee", "uma")])


async def test_an_agent_hears_herself_only_where_the_center_says_so(split: House):
    ana = await split.at_desk("ana")
    hers = await told(split, ana, UNKNOWN_CALLER, "a note")
    assert (await ana.get(f"/api/v1/recordings/{hers.recording}")).status == 200
    await split.engine.ask(c.ApplyCenter(version=3, center=two_teams(agents_hear_own=False), personal=PEOPLE))
    assert (await ana.get(f"/api/v1/recordings/{hers.recording}")).status == 404
    record = (await ana.get(f"/api/v1/calls/{hers.call}")).json()
    assert (record["recordings"], record["summary"]["recorded"]) == ([], True)
    assert (await (await split.signed_in("dee")).get(f"/api/v1/recordings/{hers.recording}")).status == 200


async def test_each_of_two_agents_hears_her_own_part_of_a_call(split: House):
    ana, bo = await split.at_desk("ana"), await split.signed_in("bo")
    bo.device = (await bo.post("/api/v1/me/phone")).json()["device"]
    board = await (await (await split.signed_in("sam")).socket()).follow("board")
    desk = await (await ana.socket()).follow("desk")
    caller = split.call_in(UNKNOWN_CALLER)
    await desk.until(lambda d: d.call is not None and d.call["offer"] is not None)
    split.answer(ana.device)
    await desk.until(lambda d: d.call["state"] == "connected" and d.call["recording"]["state"] == "running")
    call = desk.call["id"]
    assert (await bo.put("/api/v1/me/presence", {"presence": "available"})).status == 200
    assert (await ana.post(f"/api/v1/calls/{call}/transfer", {"to": {"type": "agent", "agent": "bo"}})).status == 200
    await board.until(lambda b: b.shown["agents"]["bo"]["state"] == "ringing")
    split.answer(bo.device)
    await board.until(lambda b: b.shown["calls"][call]["agent"] == "bo" and b.shown["calls"][call]["state"] == "connected")
    split.hang_up(caller)
    for client, agent in ((ana, "ana"), (bo, "bo")):
        await board.until(partial(wraps_up, agent=agent))
        assert (await client.post("/api/v1/me/wrap-up/finish")).status == 200
    await split.stored(call)
    await split.recorded()
    everything = (await (await split.signed_in("uma")).get(f"/api/v1/calls/{call}")).json()
    assert [part["agent"] for part in everything["conversations"]] == ["ana", "bo"]
    heard = {
        login: [(await client.get(f"/api/v1/recordings/{one['id']}")).status for one in everything["recordings"]]
        for login, client in (("ana", ana), ("bo", bo))
    }
    assert heard == {"ana": [200, 404], "bo": [404, 200]}
    for leader in ("dee", "nia"):
        assert (await (await split.signed_in(leader)).get(f"/api/v1/calls/{call}")).status == 200, "both teams took part"


async def test_a_team_sees_its_own_people_and_the_queues_that_they_serve(split: House):
    dee, nia, nil = [await split.signed_in(login) for login in ("dee", "nia", "nil")]
    assert {agent["id"] for agent in (await dee.get("/api/v1/agents")).json()["items"]} == {"ana"}
    assert {agent["id"] for agent in (await nia.get("/api/v1/agents")).json()["items"]} == {"bo", "chen"}
    session = (await dee.get("/api/v1/session")).json()
    assert (session["my_teams"], session["my_queues"]) == (["day"], ["billing"])
    assert (await (await split.signed_in("sam")).get("/api/v1/session")).json()["my_teams"] is None
    for client, queues, agents in (
        (dee, {"billing"}, {"ana"}), (nia, {"billing", "technical"}, {"bo", "chen"}), (nil, set(), set()),
    ):  # fmt: skip
        rows = (await client.get("/api/v1/statistics/queues")).json()["rows"]
        assert {row["queue"] for row in rows} == queues
        rows = (await client.get("/api/v1/statistics/agents")).json()["rows"]
        assert {row["agent"] for row in rows} == agents
        assert (await client.get("/api/v1/statistics/summary")).status == 200
        assert (await client.get("/api/v1/statistics/intervals")).status == 200
    for beyond in ("agent=chen", "team=night", "queue=technical"):
        for path in ("summary", "queues", "agents", "intervals", "queues.csv", "agents.csv", "intervals.csv"):
            reply = await dee.get(f"/api/v1/statistics/{path}?{beyond}")
            ignored = path.startswith("queues") and not beyond.startswith("queue")
            ignored |= path.startswith("agents") and beyond.startswith("queue")
            assert reply.status == (200 if ignored else 403), (path, beyond)
            assert b"chen" not in reply.text, (path, beyond)
    assert (await dee.get("/api/v1/calls?agent=chen")).code == "forbidden"


async def test_a_queues_figures_are_whole_and_another_teams_calls_in_it_are_outlines(split: House):
    """The day's leader sees that billing had two calls, and of Bo's no more than when and how long."""
    ana = await split.at_desk("ana")
    hers = await told(split, ana, UNKNOWN_CALLER, "of the day")
    assert (await ana.put("/api/v1/me/presence", {"presence": "not_ready", "reason": "break"})).status == 200
    bo = await split.at_desk("bo")
    his = await told(split, bo, UNKNOWN_CALLER, "of the night")
    dee, sam = await split.signed_in("dee"), await split.signed_in("sam")

    summary = (await dee.get("/api/v1/statistics/summary")).json()["figures"]
    assert summary["handled"]["value"] == 2, "billing's own figure"
    (row,) = (await dee.get("/api/v1/statistics/agents")).json()["rows"]
    assert (row["agent"], row["figures"]["handled"]["value"]) == ("ana", 1)

    behind = (await dee.get("/api/v1/calls?figure=handled&queue=billing")).json()
    whole = (await sam.get("/api/v1/calls?figure=handled&queue=billing")).json()
    assert behind["total"] == whole["total"] == 2
    shown = {item["id"]: item for item in behind["items"]}
    assert shown[hers.call]["number"] is not None
    outline = shown[his.call]
    assert [outline[name] for name in ("number", "contact", "contact_name", "agent", "agent_name", "disposition")] == [None] * 6
    assert outline["counted"]["agent"] is None
    assert outline["counted"]["length_ms"] > 0
    assert (await dee.get(f"/api/v1/calls/{his.call}")).status == 404
    assert (await dee.get("/api/v1/calls?figure=handled&queue=technical")).code == "forbidden"


async def test_a_caller_nobody_talked_with_is_of_every_team_that_serves_her_queue(split: House):
    board = {
        login: await (await (await split.signed_in(login)).socket()).follow("board") for login in ("dee", "nia", "nil", "uma")
    }
    caller = split.call_in(UNKNOWN_CALLER)
    for login in ("dee", "nia", "uma"):
        await board[login].until(lambda b: any(call["queue"] == "billing" for call in b.shown["calls"].values()))
        await board[login].until(lambda b: b.center["waiting"] == 1)
    assert board["nil"].shown["calls"] == {}
    (call,) = board["dee"].shown["calls"]
    split.hang_up(caller)
    await board["dee"].until(lambda b: b.shown["calls"] == {})
    await split.recorded()
    statuses = {
        login: (await (await split.signed_in(login)).get(f"/api/v1/calls/{call}")).status
        for login in ("dee", "nia", "nil", "uma", "ana")
    }
    assert statuses == {"dee": 200, "nia": 200, "nil": 404, "uma": 200, "ana": 404}


async def test_the_board_of_a_team_follows_who_joins_it(split: House):
    dee = await (await (await split.signed_in("dee")).socket()).follow("board")
    assert (set(dee.shown["agents"]), set(dee.shown["queues"])) == ({"ana"}, {"billing"})
    chen = await split.at_desk("chen")
    ana = await split.at_desk("ana")
    await dee.until(lambda b: b.shown["agents"]["ana"]["state"] == "available")
    assert set(dee.shown["agents"]) == {"ana"}, "what Chen does is not told"

    agents = {**two_teams().agents, AgentId("chen"): msgspec.structs.replace(two_teams().agents[AgentId("chen")], team="day")}
    await split.engine.ask(c.ApplyCenter(version=3, center=two_teams(agents=agents), personal=PEOPLE))
    await dee.until(lambda b: {"ana", "chen"} == set(b.shown["agents"]) and set(b.shown["queues"]) == {"billing", "technical"})
    await split.engine.ask(c.ApplyCenter(version=4, center=two_teams(), personal=PEOPLE))
    await dee.until(lambda b: set(b.shown["agents"]) == {"ana"} and set(b.shown["queues"]) == {"billing"})

    split.call_in(UNKNOWN_CALLER)
    await dee.until(lambda b: b.shown["agents"]["ana"]["state"] == "ringing")
    split.answer(ana.device)
    await dee.until(lambda b: any(call["agent"] == "ana" for call in b.shown["calls"].values()))
    assert chen.device


async def test_a_call_of_another_team_is_not_on_the_board(split: House):
    dee = await (await (await split.signed_in("dee")).socket()).follow("board")
    nia = await (await (await split.signed_in("nia")).socket()).follow("board")
    bo = await split.at_desk("bo")
    split.call_in(UNKNOWN_CALLER)
    await nia.until(lambda b: b.shown["agents"]["bo"]["state"] == "ringing")
    split.answer(bo.device)
    await nia.until(lambda b: any(call["agent"] == "bo" for call in b.shown["calls"].values()))
    await dee.until(lambda b: b.shown["calls"] == {} and b.position >= nia.position)
    assert not any("bo" in message.get("set", {}).get("agents", {}) for message in dee.messages)
