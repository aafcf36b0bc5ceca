"""Call records, notes, recordings, the timeline and statistics, of calls that really went through the house."""

import csv
import io

from tests.api.house import KNOWN_CALLER, UNKNOWN_CALLER, Client, House, Page


async def answered_call(house: House, agent: Client, caller: str = KNOWN_CALLER) -> str:
    """A call that the agent answers and the caller ends, wrap-up and recording included; its id."""
    desk = await (await agent.socket()).follow("desk")
    leg = house.call_in(caller)
    await desk.until(lambda d: d.call is not None and d.call["offer"] is not None)
    house.answer(agent.device)
    await desk.until(lambda d: d.call["state"] == "connected" and d.call["recording"]["state"] == "running")
    call = desk.call["id"]
    assert (await agent.put(f"/api/v1/calls/{call}/disposition", {"code": "resolved"})).status == 200
    house.hang_up(leg)
    await desk.until(lambda d: d.shown["agents"][agent_id(d)]["state"] == "wrap_up")
    assert (await agent.post("/api/v1/me/wrap-up/finish")).status == 200
    await desk.until(lambda d: d.call is None)
    await desk.socket.close()
    await house.stored(call)
    await house.recorded()
    return str(call)


def agent_id(desk: Page) -> str:
    (agent,) = desk.shown["agents"]
    return agent


async def test_a_call_record_tells_the_whole_call(house: House):
    ana = await house.at_desk("ana")
    call = await answered_call(house, ana)

    record = (await ana.get(f"/api/v1/calls/{call}")).json()

    summary = record["summary"]
    assert summary["number"]["shown"] == "+1 212 555 0123"
    assert (summary["contact_name"], summary["agent_name"], summary["queue"]) == ("Amelia Hartwell", "Ana", "billing")
    assert (summary["end"], summary["disposition"], summary["recorded"]) == ("completed", "resolved", True)
    assert [leg["role"] for leg in record["legs"]] == ["caller", "agent"]
    assert [(entry["queue"], entry["end"]) for entry in record["queue_entries"]] == [("billing", "answered")]
    assert [(offer["agent"], offer["end"]) for offer in record["offers"]] == [("ana", "accepted")]
    assert [(part["agent"], part["why"]) for part in record["conversations"]] == [("ana", "caller_hung_up")]
    assert [wrap_up["agent"] for wrap_up in record["wrap_ups"]] == ["ana"]
    assert [recording["state"] for recording in record["recordings"]] == ["kept"]
    assert record["ended_by"] == "customer"
    assert record["dialed"] == "main"


async def test_who_may_read_a_record_and_listen(house: House):
    ana, bo, sam = await house.at_desk("ana"), await house.signed_in("bo"), await house.signed_in("sam")
    call = await answered_call(house, ana)
    recording = (await ana.get(f"/api/v1/calls/{call}")).json()["recordings"][0]["id"]

    for path in (f"/api/v1/calls/{call}", f"/api/v1/calls/{call}/notes", f"/api/v1/recordings/{recording}"):
        assert (await ana.get(path)).status == 200, path
        assert (await sam.get(path)).status == 200, path
        assert (await bo.get(path)).status == 404, path
    assert (await bo.put(f"/api/v1/calls/{call}/notes", {"text": "mine now"})).status == 404
    assert (await bo.get("/api/v1/calls")).json()["items"] == []
    assert (await bo.get("/api/v1/calls?agent=ana")).code == "forbidden"
    assert [item["id"] for item in (await sam.get("/api/v1/calls?agent=ana")).json()["items"]] == [call]
    # The timeline is the customer's: everybody sees the call, and only those who may hear it see its recording.
    contact = (await ana.get(f"/api/v1/calls/{call}")).json()["summary"]["contact"]
    for client, heard in ((ana, recording), (sam, recording), (bo, None)):
        (item,) = (await client.get(f"/api/v1/contacts/{contact}/timeline")).json()["items"]
        assert (item["call"], item["recording"]) == (call, heard)
    assert [item["id"] for item in (await bo.get(f"/api/v1/calls?contact={contact}")).json()["items"]] == [call]


async def test_a_recording_is_sound_and_can_be_fetched_in_parts(house: House):
    ana = await house.at_desk("ana")
    call = await answered_call(house, ana)
    path = f"/api/v1/recordings/{(await ana.get(f'/api/v1/calls/{call}')).json()['recordings'][0]['id']}"

    whole = await ana.get(path)
    part = await ana.get(path, Range="bytes=4-11")
    beyond = await ana.get(path, Range=f"bytes={len(whole.text) + 10}-")

    assert (whole.status, whole.headers["Content-Type"]) == (200, "audio/wav")
    assert whole.text[:4] == b"RIFF"
    assert "no-store" in whole.headers["Cache-Control"]
    assert (part.status, part.text) == (206, whole.text[4:12])
    assert part.headers["Content-Range"] == f"bytes 4-11/{len(whole.text)}"
    assert beyond.status == 416
    assert (await ana.get("/api/v1/recordings/rnothing")).status == 404
    assert (await ana.get("/api/v1/recordings/..%2f..%2fevents.db")).status == 404


async def test_notes_are_kept_from_the_first_ring_on(house: House):
    ana = await house.at_desk("ana")
    desk = await (await ana.socket()).follow("desk")
    house.call_in()
    await desk.until(lambda d: d.call is not None and d.call["offer"] is not None)
    path = f"/api/v1/calls/{desk.call['id']}/notes"

    assert (await ana.get(path)).json() == {"text": "", "author": None, "saved_at": None}
    saved = (await ana.put(path, {"text": "Fee charged twice"})).json()

    assert (saved["text"], saved["author"]) == ("Fee charged twice", "ana")
    assert (await ana.get(path)).json() == saved
    assert (await ana.put(path, {"text": "x" * 20_001})).code == "text_too_long"
    assert (await ana.put("/api/v1/calls/cnothing/notes", {"text": "x"})).status == 404


async def test_the_timeline_has_what_was_said_and_pages_without_gaps(house: House):
    ana = await house.at_desk("ana")
    calls = [await answered_call(house, ana) for _ in range(3)]
    await ana.put(f"/api/v1/calls/{calls[1]}/notes", {"text": "second"})

    first = (await ana.get("/api/v1/contacts/1/timeline?limit=2")).json()
    rest = (await ana.get(f"/api/v1/contacts/1/timeline?limit=2&cursor={first['next']}")).json()

    assert [item["call"] for item in first["items"] + rest["items"]] == calls[::-1]
    assert rest["next"] is None
    assert first["items"][1]["notes"] == "second"
    assert first["items"][0]["agent_name"] == "Ana"
    assert (await ana.get("/api/v1/contacts/999/timeline")).status == 404


async def test_figures_their_numbers_and_the_calls_behind_them(house: House):
    ana, sam = await house.at_desk("ana"), await house.signed_in("sam")
    answered = [await answered_call(house, ana) for _ in range(2)]
    await ana.put("/api/v1/me/presence", {"presence": "not_ready", "reason": "break"})
    board = await (await sam.socket()).follow("board")
    leg = house.call_in(UNKNOWN_CALLER)
    await board.until(lambda b: b.shown["queues"]["billing"]["waiting"] == 1)
    house.hang_up(leg)
    await board.until(lambda b: b.shown["queues"]["billing"]["waiting"] == 0)
    await house.recorded()

    table = (await sam.get("/api/v1/statistics/queues")).json()

    billing, technical = table["rows"]
    assert (billing["queue"], technical["queue"]) == ("billing", "technical")
    assert billing["figures"]["offered"]["value"] == 3
    assert billing["figures"]["short_abandoned"]["value"] == 1
    # The one who hung up at once is out of both numbers.
    assert billing["figures"]["abandon_rate"] == {"value": 0.0, "numerator": 0, "denominator": 2, "target": 0.05}
    assert billing["figures"]["service_level"]["numerator"] == 2
    assert technical["figures"]["service_level"]["value"] is None
    assert table["total"]["offered"]["value"] == 3

    for figure, calls in (("answered", answered), ("service_level", answered), ("offered", None), ("abandon_rate", [])):
        listed = (await sam.get(f"/api/v1/calls?figure={figure}&queue=billing")).json()
        assert listed["total"] == (3 if calls is None else len(calls)), figure
        if calls is not None:
            assert {item["id"] for item in listed["items"]} == set(calls)
    entry = (await sam.get("/api/v1/calls?figure=short_abandoned")).json()["items"][0]
    assert entry["counted"]["outcome"] == "abandoned"
    assert entry["number"]["value"] == UNKNOWN_CALLER
    assert (await sam.get("/api/v1/calls?figure=occupancy")).json()["field"] == "figure"
    assert (await sam.get("/api/v1/calls?figure=offered&end=completed")).json()["field"] == "figure"
    # Of an agent: her own, and only those.
    assert {item["id"] for item in (await ana.get("/api/v1/calls?figure=handled")).json()["items"]} == set(answered)


async def test_board_and_statistics_agree(house: House):
    ana, sam = await house.at_desk("ana"), await house.signed_in("sam")
    await answered_call(house, ana)
    board = await (await sam.socket()).follow("board")

    queues = (await sam.get("/api/v1/statistics/queues")).json()["rows"][0]["figures"]
    agents = {row["agent"]: row["figures"] for row in (await sam.get("/api/v1/statistics/agents")).json()["rows"]}
    summary = (await sam.get("/api/v1/statistics/summary")).json()["figures"]

    for name, live in board.shown["queues"]["billing"]["figures"].items():
        if name in queues and name != "occupancy":
            assert queues[name] == live, name
    for name in ("handled", "aht", "transfer_rate", "offers", "accepted", "missed"):
        assert agents["ana"][name] == board.shown["agents"]["ana"]["figures"][name], name
    for name in ("offered", "answered", "service_level", "arrived"):
        assert summary[name] == board.center["figures"][name], name


async def test_series_have_no_gaps_and_compare_point_by_point(house: House):
    ana, sam = await house.at_desk("ana"), await house.signed_in("sam")
    await answered_call(house, ana)
    day = (await sam.get("/api/v1/statistics/summary")).json()["period"]["first"]

    for step, points in (("15m", 96), ("30m", 48), ("1h", 24), ("1d", 1)):
        series = (await sam.get(f"/api/v1/statistics/intervals?step={step}&first=2026-04-14&compare=2026-04-07")).json()
        assert len(series["points"]) == len(series["before"]) == points
        assert series["points"][0]["start_at"] == series["period"]["since_at"]
        today = (await sam.get(f"/api/v1/statistics/intervals?step={step}&first={day}&queue=billing")).json()
        assert sum(point["figures"]["offered"]["value"] for point in today["points"]) == 1
        assert today["before"] is None
    # The day on which clocks go forward has 23 hours, the one on which they go back 25.
    for first, hours in (("2026-03-08", 23), ("2026-11-01", 25)):
        assert len((await sam.get(f"/api/v1/statistics/intervals?step=1h&first={first}")).json()["points"]) == hours


async def test_periods_that_are_none(house: House):
    sam = await house.signed_in("sam")
    for query, field in (
        ("first=2026-02-30", "first"),
        ("first=tomorrow", "first"),
        ("first=2026-04-14&last=2026-04-13", "last"),
        ("first=2020-01-01&last=2026-01-01", "last"),
        ("compare=yesterday", "compare"),
    ):
        reply = await sam.get(f"/api/v1/statistics/summary?{query}")
        assert (reply.status, reply.json()["field"]) == (400, field), query
    long = await sam.get("/api/v1/statistics/intervals?step=15m&first=2026-01-01&last=2026-06-30")
    assert (long.status, long.json()["field"]) == (400, "step")
    both = await sam.get("/api/v1/statistics/intervals?queue=billing&agent=ana")
    assert (both.status, both.json()["field"]) == (400, "agent")


async def test_tables_as_files_in_the_readers_language(house: House):
    ana, sam = await house.at_desk("ana"), await house.signed_in("sam")
    await answered_call(house, ana)

    english = await sam.get("/api/v1/statistics/queues.csv")
    await sam.ask("PATCH", "/api/v1/session", {"language": "zh"})
    chinese = await sam.get("/api/v1/statistics/agents.csv")
    intervals = await sam.get("/api/v1/statistics/intervals.csv?step=1h")

    assert english.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert english.headers["Content-Disposition"].startswith('attachment; filename="queues-20')
    rows = list(csv.DictReader(io.StringIO(english.text.decode("utf-8-sig"))))
    assert [row["Queue"] for row in rows] == ["Billing", "Technical", "All"]
    assert [row["Offered"] for row in rows] == ["1", "0", "1"]
    assert "坐席" in chinese.text.decode("utf-8-sig").splitlines()[0]
    assert len(intervals.text.decode().splitlines()) - 1 in (23, 24, 25)


async def test_every_figure_shown_has_its_formula(house: House):
    sam = await house.signed_in("sam")
    board = await (await sam.socket()).follow("board")
    formulas = {row["name"]: row for row in (await sam.get("/api/v1/statistics/formulas")).json()["formulas"]}

    shown = set(board.center["figures"])
    for views in (board.shown["queues"], board.shown["agents"]):
        shown |= {name for view in views.values() for name in view["figures"]}
    for path in ("summary", "queues", "agents"):
        body = (await sam.get(f"/api/v1/statistics/{path}")).json()
        shown |= set(body["figures"] if path == "summary" else body["total"])

    assert shown <= formulas.keys()
    assert formulas["abandon_rate"]["formula"]["en"] == "(abandoned − early hang-ups) / (offered − early hang-ups)"
    assert formulas["abandon_rate"]["target_is"] == "at_most"
    for name, row in formulas.items():
        listed = await sam.get(f"/api/v1/calls?figure={name}")
        assert (listed.status == 200) == row["calls"], name


async def test_contacts_are_found_created_and_renamed_on_the_live_desk(house: House):
    ana = await house.at_desk("ana")
    created = await ana.post(
        "/api/v1/contacts",
        {"name": "Wen Jiayi", "language": "zh", "numbers": [{"number": "(212) 555-0777", "label": "mobile"}]},
    )
    assert created.status == 201
    wen = created.json()
    assert wen["numbers"][0]["number"] == {"value": UNKNOWN_CALLER, "shown": "+1 212 555 0777"}
    for text in ("jiayi", "555-0777", "%2B12125550777"):
        assert [item["id"] for item in (await ana.get(f"/api/v1/contacts?q={text}")).json()["items"]] == [wen["id"]], text

    desk = await (await ana.socket()).follow("desk")
    house.call_in(UNKNOWN_CALLER)
    await desk.until(lambda d: d.call is not None and d.call["contact"] is not None)
    assert desk.call["contact"]["name"] == "Wen Jiayi"
    changed = await ana.ask("PATCH", f"/api/v1/contacts/{wen['id']}", {"name": "Wen Jia-Yi"})
    assert (changed.status, changed.json()["language"]) == (200, "zh")
    await desk.until(lambda d: d.call["contact"]["name"] == "Wen Jia-Yi")

    house.answer(ana.device)
    await desk.until(lambda d: d.call["state"] == "connected")
    assert (await ana.put(f"/api/v1/calls/{desk.call['id']}/contact", {"contact": 999})).status == 404
    assert (await ana.put(f"/api/v1/calls/{desk.call['id']}/contact", {"contact": 1})).status == 200
    await desk.until(lambda d: d.call["contact"]["name"] == "Amelia Hartwell")
    assert desk.call["contact"]["chosen_by"] == "agent"


async def test_accounts(house: House):
    sam = await house.signed_in("sam")
    made = (await sam.post("/api/v1/accounts", {"name": "Harbor Dental", "number": "7730"})).json()

    assert (await sam.get(f"/api/v1/accounts/{made['id']}")).json() == made
    found = (await sam.get("/api/v1/accounts?q=har")).json()["items"]
    assert [item["name"] for item in found] == ["Harbor Dental", "Hartwell Frames"]
    assert (await sam.get("/api/v1/accounts/999")).status == 404


async def test_a_call_is_placed_to_a_contact_that_there_is(house: House):
    ana = await house.at_desk("ana")
    desk = await (await ana.socket()).follow("desk")

    assert (await ana.post("/api/v1/calls", {"number": KNOWN_CALLER, "contact": 999})).status == 404
    placed = await ana.post("/api/v1/calls", {"number": "(212) 555-0123", "contact": 1})

    assert placed.status == 201
    await desk.until(lambda d: d.call is not None and d.call["contact"] is not None)
    assert desk.call["id"] == placed.json()["call"]
    assert (desk.call["direction"], desk.call["placed_by"]) == ("outbound", "ana")
    assert desk.call["contact"]["name"] == "Amelia Hartwell"
    assert desk.call["number"]["value"] == KNOWN_CALLER
    assert (await ana.post("/api/v1/calls", {"number": KNOWN_CALLER})).code == "busy"


async def test_a_placed_call_that_fails_says_why(house: House):
    """Nobody has this number on the simulated network: what became of it is a passing word, and stays in the record."""
    ana = await house.at_desk("ana")
    desk = await (await ana.socket()).follow("desk")
    call = (await ana.post("/api/v1/calls", {"number": UNKNOWN_CALLER})).json()["call"]

    await desk.until(lambda d: d.call is not None)
    await ana.post(f"/api/v1/calls/{call}/hang-up")
    await desk.until(lambda d: d.call is None)
    await house.recorded()

    record = (await ana.get(f"/api/v1/calls/{call}")).json()
    assert record["summary"]["end"] == "withdrawn"
    assert record["summary"]["agent_name"] == "Ana"


async def test_hold_transfer_and_what_the_desks_see(house: House):
    ana, bo = await house.at_desk("ana"), await house.signed_in("bo")
    desk = await (await ana.socket()).follow("desk")
    house.call_in()
    await desk.until(lambda d: d.call is not None and d.call["offer"] is not None)
    house.answer(ana.device)
    await desk.until(lambda d: d.call["state"] == "connected")
    call = desk.call["id"]

    assert (await ana.post(f"/api/v1/calls/{call}/retrieve")).code == "not_held"
    assert (await ana.post(f"/api/v1/calls/{call}/hold")).status == 200
    await desk.until(lambda d: d.call["state"] == "held" and d.call["conversations"][0]["held_since"] is not None)
    assert (await ana.post(f"/api/v1/calls/{call}/retrieve")).status == 200
    await desk.until(lambda d: d.call["state"] == "connected")
    to_bo = {"to": {"type": "agent", "agent": "bo"}}
    assert (await ana.post(f"/api/v1/calls/{call}/transfer", to_bo)).code == "agent_not_there"

    bo.device = (await bo.post("/api/v1/me/phone")).json()["device"]
    await bo.put("/api/v1/me/presence", {"presence": "available"})
    other = await (await bo.socket()).follow("desk")
    assert (await ana.post(f"/api/v1/calls/{call}/transfer", to_bo)).status == 200
    await other.until(lambda d: d.call is not None and d.call["offer"] is not None)
    assert other.call["offer"]["reasons"][0]["code"] == "transfer"
    assert desk.shown["agents"]["ana"]["call"] == call
    house.answer(bo.device)
    await other.until(lambda d: d.call["state"] == "connected")
    await desk.until(lambda d: d.shown["agents"]["ana"]["state"] == "wrap_up" and d.call["agent"] == "bo")
    assert (await ana.post("/api/v1/me/wrap-up/finish")).status == 200
    await desk.until(lambda d: d.call is None)
    assert other.call["conversations"][0]["why"] == "transferred"
    assert (await bo.post(f"/api/v1/calls/{call}/hang-up")).status == 200
    await other.until(lambda d: d.shown["agents"]["bo"]["state"] == "wrap_up")
