"""One WebSocket's conversation, without the socket: messages in, messages out.

It knows who is at the other end, what she follows and up to which position she has seen it. It reads no clock and awaits
nothing; `callcenter.api.socket` carries its words. Leaving a session undoes all its subscriptions.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from callcenter.api import errors
from callcenter.api.errors import ApiError
from callcenter.api.schemas import live as m
from callcenter.api.schemas.common import Role
from callcenter.api.team_board import TeamBoard

HEARTBEAT_MS = 5_000
LARGEST_MESSAGE = 4 * 1024
MOST_MESSAGES = 20
WINDOW_MS = 10_000
MOST_SUBSCRIPTIONS = 8

GOING_DOWN = 1001
BROKEN_RULES = 4400
SIGNED_OUT = 4401
TOO_SLOW = 4408
TOO_MANY = 4429

CLOSE_CODES: dict[int, tuple[str, str]] = {
    1000: ("the page has closed it", "nothing"),
    GOING_DOWN: ("the service goes down, or shows nothing live any more", "connect anew, with a growing pause"),
    1002: ("a frame broke the WebSocket's own rules", "a mistake in the program: connect anew"),
    1007: ("a text was not UTF-8", "a mistake in the program: connect anew"),
    1009: ("a message was larger than 4 KiB", "a mistake in the program: connect anew"),
    1011: ("the service made a mistake, which is in its log", "connect anew, with a growing pause"),
    BROKEN_RULES: ("a message could not be read or broke the rules below", "a mistake in the program: connect anew"),
    SIGNED_OUT: ("the session is over, or its rights have changed", "sign in"),
    TOO_SLOW: ("the page was too slow and has missed something", "connect and subscribe again"),
    TOO_MANY: ("more than 20 messages in 10 s", "connect anew later"),
}
"""Every code with which a socket ends: why, and what the page does then. docs/websocket.md is printed from here."""

TOPICS: dict[m.Topic, frozenset[Role]] = {
    "board": frozenset({"supervisor", "auditor"}),
    "desk": frozenset({"agent"}),
    "destinations": frozenset({"agent", "supervisor"}),
}

_decoder = msgspec.json.Decoder(m.AnyClientMessage)


class Closing(Exception):
    """The conversation is over; the socket closes with `code`."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What changed up to `position`: whole views to put in, ids to take out, and words for single agents."""

    position: int
    center: m.CenterView | None
    queues: Mapping[str, m.QueueView]
    agents: Mapping[str, m.AgentView]
    calls: Mapping[str, m.CallView]
    queues_gone: frozenset[str]
    agents_gone: frozenset[str]
    calls_gone: frozenset[str]
    notices: tuple[tuple[str, m.Notice], ...]
    """With the agent whom each concerns."""
    about: frozenset[str] = field(init=False)
    """Ids of the agents and calls that are concerned, put together once for all pages that have to ask."""

    def __post_init__(self) -> None:
        told = (agent for agent, _ in self.notices)
        about = frozenset((*self.agents, *self.agents_gone, *self.calls, *self.calls_gone, *told))
        object.__setattr__(self, "about", about)


class Shown(Protocol):
    """Everything as it stands now, at one position."""

    @property
    def position(self) -> int: ...
    @property
    def center(self) -> m.CenterView: ...
    @property
    def queues(self) -> Mapping[str, m.QueueView]: ...
    @property
    def agents(self) -> Mapping[str, m.AgentView]: ...
    @property
    def calls(self) -> Mapping[str, m.CallView]: ...


@dataclass(slots=True)
class _Following:
    id: int
    topic: m.Topic
    position: int
    agents: set[str]
    calls: set[str]
    queues: frozenset[str]
    """Ids that the page has."""


class Session:
    """`agent` is None for a person who takes no calls, `teams` for whoever sees the whole center on the board."""

    def __init__(self, role: Role, agent: str | None, teams: frozenset[str] | None = None) -> None:
        self._role = role
        self._agent = agent
        self._team_board = None if teams is None else TeamBoard(teams)
        self._last_id = 0
        self._following: dict[int, _Following] = {}
        self._minds: frozenset[str] | None = frozenset()
        """Ids that are urgent here; None: everything is."""
        self._times: deque[int] = deque(maxlen=MOST_MESSAGES)

    @property
    def topics(self) -> list[m.Topic]:
        return [following.topic for following in self._following.values()]

    def welcome(self, now: int) -> m.Welcome:
        return m.Welcome(now=now, heartbeat_ms=HEARTBEAT_MS)

    def heartbeat(self, now: int, position: int, center_version: int, ready: bool) -> m.Heartbeat:
        return m.Heartbeat(now=now, position=position, center_version=center_version, ready=ready)

    def receive(self, text: str | bytes, now: int, shown: Shown) -> list[m.AnyServerMessage]:
        """The answers to one message. Raises Closing when the rules are broken."""
        if len(self._times) == MOST_MESSAGES and now - self._times[0] < WINDOW_MS:
            raise Closing(TOO_MANY, "too many messages")
        self._times.append(now)
        if len(text) > LARGEST_MESSAGE:
            raise Closing(BROKEN_RULES, "message too large")
        try:
            message = _decoder.decode(text)
        except msgspec.MsgspecError as mistake:
            raise Closing(BROKEN_RULES, "message not understood") from mistake
        if message.id <= self._last_id:
            raise Closing(BROKEN_RULES, "ids must rise")
        self._last_id = message.id
        try:
            if isinstance(message, m.Subscribe):
                return [self._subscribe(message, now, shown)]
            return [self._unsubscribe(message, now)]
        except ApiError as refusal:
            return [m.Failure(now=now, id=message.id, error=errors.body(refusal))]

    def _subscribe(self, message: m.Subscribe, now: int, shown: Shown) -> m.Snapshot:
        if self._role not in TOPICS[message.topic] or (message.topic == "desk" and self._agent is None):
            raise ApiError("forbidden", field="topic")
        if len(self._following) >= MOST_SUBSCRIPTIONS:
            raise ApiError("bad_request", f"at most {MOST_SUBSCRIPTIONS} subscriptions", field="topic")
        following = _Following(message.id, message.topic, shown.position, set(), set(), frozenset())
        board = self._board(following)
        following.queues = frozenset(shown.queues) if board is None else board.queues(shown)
        agents = {id: view for id in shown.agents if (view := self._agent_view(following, shown.agents[id])) is not None}
        calls = self._calls(following, shown)
        following.agents = set(agents)
        following.calls = set(calls)
        self._following[message.id] = following
        self._mind()
        return m.Snapshot(
            now=now,
            subscription=message.id,
            topic=message.topic,
            position=shown.position,
            center=shown.center if board is None else board.center(shown, following.queues),
            queues={id: view for id, view in shown.queues.items() if id in following.queues},
            agents=agents,
            calls=calls,
        )

    def _unsubscribe(self, message: m.Unsubscribe, now: int) -> m.Answer:
        if self._following.pop(message.subscription, None) is None:
            raise ApiError("not_found", field="subscription")
        self._mind()
        return m.Answer(now=now, id=message.id)

    def urgent(self, change: Change) -> bool:
        """Whether it must be sent at once: it is about this agent or her call, or somebody looks at more than her own desk.

        What remains (the center's and the queues' figures on a desk) is put together for a moment.
        """
        return self._minds is None or not self._minds.isdisjoint(change.about)

    def _mind(self) -> None:
        """Brings what is urgent up to date: it is asked of every page for every change, so it may cost next to nothing."""
        desks = [following for following in self._following.values() if following.topic == "desk"]
        if len(desks) < len(self._following):
            self._minds = None
        else:
            self._minds = frozenset((self._agent or "", *(call for desk in desks for call in desk.calls)))

    def changed(self, change: Change, now: int, shown: Shown) -> list[m.Delta]:
        """What each subscription must hear of this change; nothing for one whose snapshot is newer."""
        deltas = [self._delta(following, change, now, shown) for following in self._following.values()]
        self._mind()
        return [delta for delta in deltas if delta is not None]

    def _delta(self, following: _Following, change: Change, now: int, shown: Shown) -> m.Delta | None:
        if change.position < following.position:
            return None
        following.position = change.position
        agents: dict[str, m.AgentView] = {}
        agents_gone = {id for id in change.agents_gone if id in following.agents}
        for id, agent in change.agents.items():
            view = self._agent_view(following, agent)
            if view is not None:
                agents[id] = view
            elif id in following.agents:
                agents_gone.add(id)
        calls, calls_gone = self._call_changes(following, change, shown)
        queues, queues_gone, center = self._queue_changes(following, change, shown)
        notices = [notice for agent, notice in change.notices if following.topic == "desk" and agent == self._agent]
        following.agents = (following.agents - agents_gone) | set(agents)
        following.calls = (following.calls - calls_gone) | set(calls)
        if not (center or queues or queues_gone or agents or agents_gone or calls or calls_gone or notices):
            return None
        return m.Delta(
            now=now,
            subscription=following.id,
            position=change.position,
            center=center,
            set=m.Views(queues=queues, agents=agents, calls=calls),
            remove=m.Removed(queues=sorted(queues_gone), agents=sorted(agents_gone), calls=sorted(calls_gone)),
            notices=notices,
        )

    def _board(self, following: _Following) -> TeamBoard | None:
        """Who narrows what this subscription shows; None: nobody."""
        return self._team_board if following.topic == "board" else None

    def _queue_changes(
        self, following: _Following, change: Change, shown: Shown
    ) -> tuple[dict[str, m.QueueView], set[str], m.CenterView | None]:
        """Queues to put in and to take out, and the center's tiles."""
        board = self._board(following)
        if board is None:
            return dict(change.queues), set(change.queues_gone), change.center
        had, following.queues = following.queues, board.queues(shown)
        queues = {id: view for id, view in change.queues.items() if id in following.queues}
        queues.update((id, shown.queues[id]) for id in following.queues - had if id in shown.queues)
        gone = {id for id in had if id in change.queues_gone or id not in following.queues}
        new = board.center(shown, following.queues) if queues or gone or change.center is not None else None
        return queues, gone, new

    def _agent_view(self, following: _Following, agent: m.AgentView) -> m.AgentView | None:
        """The agent as this topic shows her; None: not at all."""
        if following.topic == "board":
            return agent if self._team_board is None or self._team_board.agent(agent) else None
        if following.topic == "desk":
            return agent if agent.id == self._agent else None
        if agent.presence == "signed_out":
            return None
        return msgspec.structs.replace(agent, call=None, wrap_up=None, lead=None, figures={})

    def _calls(self, following: _Following, shown: Shown) -> dict[str, m.CallView]:
        if following.topic == "board":
            return {id: view for id, view in shown.calls.items() if self._on_board(view, following, shown)}
        if following.topic == "desk":
            mine = self._my_call(shown)
            return {mine: shown.calls[mine]} if mine is not None and mine in shown.calls else {}
        return {}

    def _on_board(self, view: m.CallView, following: _Following, shown: Shown) -> bool:
        return self._team_board is None or self._team_board.call(view, shown, following.queues)

    def _call_changes(self, following: _Following, change: Change, shown: Shown) -> tuple[dict[str, m.CallView], set[str]]:
        if following.topic == "board":
            seen = {id: view for id, view in change.calls.items() if self._on_board(view, following, shown)}
            return seen, {id for id in following.calls if id in change.calls_gone or (id in change.calls and id not in seen)}
        if following.topic == "destinations":
            return {}, set()
        me = change.agents.get(self._agent or "")
        mine = me.call if me is not None else self._my_call(shown)
        calls: dict[str, m.CallView] = {}
        if mine is not None and mine not in change.calls_gone:
            if mine in change.calls:
                calls[mine] = change.calls[mine]
            elif mine not in following.calls and mine in shown.calls:
                calls[mine] = shown.calls[mine]
        gone = {id for id in following.calls if id != mine or id in change.calls_gone}
        return calls, gone

    def _my_call(self, shown: Shown) -> str | None:
        me = shown.agents.get(self._agent or "")
        return None if me is None else me.call
