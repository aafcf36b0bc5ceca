"""docs/websocket.md is what the types say, and the socket survives whatever a program may send: it closes with a documented code
or goes on, never fails inside, and everybody else is served meanwhile.
"""

import asyncio
import json
from typing import Any

import msgspec
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from callcenter.api import session as rules
from callcenter.api.schemas import live as m
from callcenter.api.session import Closing, Session
from tests.api import protocol
from tests.api.house import House
from tests.api.test_socket import Nothing

ANSWERS = msgspec.json.Decoder(m.AnyServerMessage)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def test_the_document_is_printed_from_the_types():
    """Stale? `python -m tests.api.protocol` writes it anew."""
    text = protocol.DOCUMENT.read_text()
    assert text.split(protocol.BEGIN)[1].split(protocol.END)[0] == protocol.tables()


def test_the_document_names_every_message_topic_code_and_field():
    text = protocol.DOCUMENT.read_text()
    kinds = (*protocol.CLIENT, *protocol.SERVER)
    assert len(kinds) == 8
    for kind in kinds:
        section = text.split(f"### `{protocol.tag(kind)}`\n")[1].split("\n##")[0]
        for field in msgspec.structs.fields(kind):
            assert f"| `{field.encode_name}` |" in section, (kind, field)
    for word in (*rules.TOPICS, *map(str, rules.CLOSE_CODES)):
        assert word in text


def test_every_code_that_the_rules_know_is_in_the_table():
    named = {rules.GOING_DOWN, rules.BROKEN_RULES, rules.SIGNED_OUT, rules.TOO_SLOW, rules.TOO_MANY}
    assert named <= set(rules.CLOSE_CODES)


# -- the conversation, without a socket --------------------------------------------------------------------------------------


class Conversation(RuleBasedStateMachine):
    """A page that sends anything in any order, against a model of what it follows."""

    @precondition(lambda self: self.closed is not None)
    @rule(role=st.sampled_from(["agent", "supervisor"]))
    def connect_anew(self, role: Any) -> None:
        self.begin(role)

    @initialize(role=st.sampled_from(["agent", "supervisor", "campaign_manager", "administrator", "auditor"]))
    def begin(self, role: Any) -> None:
        self.role = role
        self.agent = "ana" if role == "agent" else None
        self.session = Session(role, self.agent)
        self.following: dict[int, str] = {}
        self.last_id = 0
        self.now = 0
        self.times: list[int] = []
        self.closed: int | None = None

    def _send(self, text: str | bytes) -> Any:
        """The one answer, decoded from its own bytes as a page would; None when the conversation ended."""
        crowded = len([at for at in self.times if self.now - at < rules.WINDOW_MS]) >= rules.MOST_MESSAGES
        answers: list[m.AnyServerMessage] = []
        try:
            answers = self.session.receive(text, self.now, Nothing())
        except Closing as closing:
            self.closed = closing.code
        assert self.closed is None or self.closed in rules.CLOSE_CODES
        assert (self.closed == rules.TOO_MANY) == crowded
        if self.closed is not None:
            return None
        self.times.append(self.now)
        (answer,) = answers
        return ANSWERS.decode(msgspec.json.encode(answer))

    @precondition(lambda self: self.closed is None)
    @rule(ms=st.integers(0, 5_000))
    def time_goes_by(self, ms: int) -> None:
        self.now += ms

    @precondition(lambda self: self.closed is None)
    @rule(topic=st.sampled_from(list(rules.TOPICS)), step=st.integers(1, 1000))
    def subscribe(self, topic: m.Topic, step: int) -> None:
        self.last_id += step
        answer = self._send(json.dumps({"type": "subscribe", "id": self.last_id, "topic": topic}))
        if answer is None:
            return
        if self.role in rules.TOPICS[topic] and len(self.following) < rules.MOST_SUBSCRIPTIONS:
            assert isinstance(answer, m.Snapshot)
            assert (answer.subscription, answer.topic, answer.position) == (self.last_id, topic, Nothing.position)
            self.following[self.last_id] = topic
        else:
            assert isinstance(answer, m.Failure)
            assert answer.id == self.last_id
            assert answer.error.field == "topic"

    @precondition(lambda self: self.closed is None)
    @rule(which=st.integers(0, 10), strange=st.integers(1, 2**53 - 1))
    def unsubscribe(self, which: int, strange: int) -> None:
        there = list(self.following)
        subscription = there[which] if which < len(there) else strange
        self.last_id += 1
        answer = self._send(json.dumps({"type": "unsubscribe", "id": self.last_id, "subscription": subscription}))
        if answer is None:
            return
        if self.following.pop(subscription, None) is not None:
            assert answer == m.Answer(now=self.now, id=self.last_id)
        else:
            assert isinstance(answer, m.Failure)
            assert answer.error.code == "not_found"

    @precondition(lambda self: self.closed is None)
    @rule(back=st.integers(0, 50))
    def an_id_that_does_not_rise(self, back: int) -> None:
        id = max(0, self.last_id - back)
        assert self._send(json.dumps({"type": "subscribe", "id": id, "topic": "desk"})) is None
        assert self.closed in (rules.BROKEN_RULES, rules.TOO_MANY)

    @precondition(lambda self: self.closed is None)
    @rule(
        text=JSON.map(json.dumps)
        | st.text(max_size=200)
        | st.binary(max_size=200)
        | st.integers(rules.LARGEST_MESSAGE + 1, 3 * rules.LARGEST_MESSAGE).map(lambda size: " " * size)
        | st.sampled_from([2**53, 2**64, 10**400]).map(lambda id: json.dumps({"type": "subscribe", "id": id, "topic": "board"}))
        | JSON.map(lambda more: json.dumps({"type": "subscribe", "id": 10**9, "topic": "board", "more": more}))
    )
    def nonsense(self, text: str | bytes) -> None:
        assert self._send(text) is None
        assert self.closed in (rules.BROKEN_RULES, rules.TOO_MANY)

    @precondition(lambda self: self.closed is None)
    @rule(position=st.integers(Nothing.position, Nothing.position + 5))
    def something_changes(self, position: int) -> None:
        change = rules.Change(
            position=position, center=Nothing.center, queues={}, agents={}, calls={},
            queues_gone=frozenset(), agents_gone=frozenset(), calls_gone=frozenset(), notices=(),
        )  # fmt: skip
        for delta in self.session.changed(change, self.now, Nothing()):
            assert isinstance(delta, m.Delta)
            assert delta.subscription in self.following
            ANSWERS.decode(msgspec.json.encode(delta))

    @invariant()
    def it_follows_what_it_was_told(self) -> None:
        if hasattr(self, "session"):
            assert sorted(self.session.topics) == sorted(self.following.values())


def test_any_conversation_keeps_the_rules():
    run_state_machine_as_test(
        Conversation,
        settings=settings(max_examples=150, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)),
    )


# -- the real socket ---------------------------------------------------------------------------------------------------------

BAD_FRAMES = st.one_of(
    st.tuples(st.just("text"), st.text(max_size=100)),
    st.tuples(st.just("text"), JSON.map(json.dumps)),
    st.tuples(st.just("binary"), st.binary(max_size=100)),
    st.tuples(st.just("text"), st.integers(4_097, 100_000).map(lambda size: "x" * size)),
    st.tuples(st.just("raw"), st.binary(min_size=2, max_size=40)),
    st.tuples(st.just("ping"), st.binary(max_size=100)),
    st.tuples(st.just("good"), st.sampled_from(list(rules.TOPICS))),
    st.tuples(st.just("cut"), st.none()),
)
SCRIPTS = st.lists(BAD_FRAMES, min_size=1, max_size=6)


async def test_the_real_socket_survives_anything_and_serves_the_others(house: House, capfd: pytest.CaptureFixture[str]):
    """Sockets of every kind of rudeness at once, in batches; one well-behaved page sees a call come and go all the while."""
    scripts: list[list[tuple[str, Any]]] = []

    @settings(max_examples=120, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(script=SCRIPTS)
    def collect(script: list[tuple[str, Any]]) -> None:
        scripts.append(script)

    collect()
    sam = await house.signed_in("sam")
    board = await (await sam.socket()).follow("board")
    codes: list[int | None] = []
    for start in range(0, len(scripts), 20):
        rude = [await sam.socket() for _ in scripts[start : start + 20]]
        jobs = (_play(page.socket, script) for page, script in zip(rude, scripts[start : start + 20], strict=True))
        codes += await asyncio.gather(*jobs)
        leg = house.call_in()
        await board.until(lambda page: len(page.shown["calls"]) == 1)
        house.hang_up(leg)
        await board.until(lambda page: not page.shown["calls"])

    assert len(codes) == len(scripts) >= 100
    undocumented = {code for code in codes if code not in {None, 1006, *rules.CLOSE_CODES}}
    assert undocumented == set()
    assert {rules.BROKEN_RULES, 1009} <= set(codes)
    assert 1011 not in codes
    told = "".join(capfd.readouterr())
    for failure in ("socket.failed", "api.failed", "Traceback"):
        assert failure not in told
    assert (await sam.get("/api/v1/session")).status == 200


async def _play(socket: ClientWebSocketResponse, script: list[tuple[str, Any]]) -> int | None:
    """The code with which the service closed; 1006 when the line was simply gone, None when it went on and the page closed."""
    try:
        for id, (kind, value) in enumerate(script, 1):
            match kind:
                case "text":
                    await socket.send_str(value)
                case "binary":
                    await socket.send_bytes(value)
                case "ping":
                    await socket.ping(value)
                case "good":
                    await socket.send_json({"type": "subscribe", "id": id, "topic": value})
                case "raw":
                    transport = socket._response.connection.transport  # type: ignore[union-attr]
                    transport.write(value)  # type: ignore[union-attr]
                case "cut":
                    socket._response.connection.transport.abort()  # type: ignore[union-attr]
        if all(kind in ("good", "ping") for kind, _ in script):
            await socket.close()
            return None
        async with asyncio.timeout(20):
            while (message := await socket.receive()).type in (WSMsgType.TEXT, WSMsgType.PONG):
                ANSWERS.decode(message.data)
    except (ConnectionError, AttributeError, TimeoutError):
        await socket.close()
        return 1006
    return socket.close_code


async def test_a_handshake_that_may_not_be_opens_no_socket(house: House):
    async with ClientSession() as http, http.get(f"{house.origin}/api/v1/ws") as reply:
        assert reply.status == 403
        assert (await reply.json())["code"] == "wrong_origin"
    async with ClientSession() as http, http.get(f"{house.origin}/api/v1/ws", headers={"Origin": house.origin}) as reply:
        assert reply.status == 401
        assert (await reply.json())["code"] == "signed_out"
