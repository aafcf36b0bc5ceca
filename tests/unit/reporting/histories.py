"""Random legal histories for the tests of reporting: a small center whose every event passes the kernel's tables.

A history is made from a tape of whole numbers, so hypothesis can shrink it; nothing here knows how reporting counts.
"""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from callcenter.kernel import events as e
from callcenter.kernel.activity import ACTIVITY, Activity
from callcenter.kernel.call_state import CALL, CallState
from callcenter.kernel.center import AgentValues, Center, Label, QueueValues
from callcenter.kernel.clock import HOUR, MINUTE, SECOND
from callcenter.kernel.ids import (
    AgentId,
    BridgeId,
    CallId,
    CarrierName,
    ContactId,
    EffectId,
    FlowId,
    LegId,
    NodeId,
    NumberId,
    OfferId,
    PersonalId,
    QueueId,
    RecordingId,
    SkillId,
    TeamId,
)
from callcenter.kernel.leg_state import LEG, LegState
from callcenter.kernel.presence import PRESENCE, Presence
from callcenter.kernel.signals import ContactMatch
from callcenter.kernel.words import CallEnd, Cause, GatherEnd, LegRole, Match, NotReady, OfferEnd, Party

# 2026-04-14 09:00:00 in New York
NINE = 1_776_171_600_000
CARRIER = CarrierName("simulated")
BILLING, SUPPORT, FRONT = QueueId("billing"), QueueId("support"), QueueId("front")
ANA, BEN, CHO = AgentId("ana"), AgentId("ben"), AgentId("cho")
BUSY_PAUSES = (0, 0, 0, 0, 1, 1, 700, 700, 4_999, 5_000, 20_000, 20_001, MINUTE, 3 * MINUTE)
"""Time between two decisions when much happens."""


def center(*, threshold: int = 20 * SECOND, zone: str = "America/New_York") -> Center:
    """Three queues (one that anybody may answer) and three agents."""
    billing, support = SkillId("billing"), SkillId("support")

    def agent(name: AgentId, **skills: int) -> AgentValues:
        levels = {SkillId(skill): level for skill, level in skills.items()}
        return AgentValues(id=name, name=PersonalId(f"p-{name}"), team=TeamId("all"), skills=levels)

    return Center(
        name="Test", zone=zone,
        queues={
            BILLING: QueueValues(id=BILLING, label=Label("Billing", "账单"), skill=billing, service_level_ms=threshold),
            SUPPORT: QueueValues(id=SUPPORT, label=Label("Support", "支持"), skill=support, minimum_level=2),
            FRONT: QueueValues(id=FRONT, label=Label("Front desk", "前台"), short_abandon_ms=0),
        },
        agents={ANA: agent(ANA, billing=5), BEN: agent(BEN, billing=2, support=3), CHO: agent(CHO, support=1)},
        teams={TeamId("all"): Label("All", "全部")}, skills={billing: Label("b", "b"), support: Label("s", "s")},
        default_queue=FRONT,
    )  # fmt: skip


class Caller:
    """A call as the world sees it."""

    def __init__(self, call: CallId) -> None:
        self.id = call
        self.state = CallState.NEW
        self.since = 0
        self.queue: QueueId | None = None
        self.offer: tuple[OfferId, AgentId, bool] | None = None
        self.agent: AgentId | None = None
        self.legs: dict[LegId, LegState] = {}
        self.agent_legs: dict[AgentId, LegId] = {}
        self.recording: RecordingId | None = None


class World:
    """Emits events; `choose(n)` picks one of n from the tape."""

    def __init__(
        self, tape: Sequence[int], *, start: int = NINE, zone: str = "America/New_York", pauses: Sequence[int] = ()
    ) -> None:
        self._tape = list(tape)
        self._pauses = pauses or (*BUSY_PAUSES, 7 * MINUTE + 13, 15 * MINUTE, 47 * MINUTE, 9 * HOUR)
        self._next = 0
        self.now = start
        self.zone = zone
        self.log: list[e.Recorded] = []
        self.presence: dict[AgentId, Presence] = dict.fromkeys((ANA, BEN, CHO), Presence.SIGNED_OUT)
        self.activity: dict[AgentId, Activity] = dict.fromkeys((ANA, BEN, CHO), Activity.IDLE)
        self.aside: set[AgentId] = set()
        self.wraps: dict[AgentId, CallId] = {}
        self.calls: dict[CallId, Caller] = {}
        self._count = 0
        self.emit(e.CenterChanged(version=1, center=center(zone=zone)))

    # -- the tape -----------------------------------------------------------------------------------------------------

    @property
    def over(self) -> bool:
        return self._next >= len(self._tape)

    def choose(self, options: int) -> int:
        if self.over:
            return 0
        self._next += 1
        return self._tape[self._next - 1] % options

    def one_of(self, options: Sequence[Any]) -> Any:
        return options[self.choose(len(options))]

    def fresh(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count:019}"

    # -- emitting -----------------------------------------------------------------------------------------------------

    def emit(self, event: e.AnyEvent) -> None:
        """Appends an event; raises IllegalMove when a table forbids it."""
        kind = type(event)
        agent: AgentId | None = getattr(event, "agent", None)
        if agent is not None and any(kind in row for row in PRESENCE.moves.values()):
            self.presence[agent] = PRESENCE.next(self.presence[agent], kind)
        if agent is not None and any(kind in row for row in ACTIVITY.moves.values()):
            self.activity[agent] = ACTIVITY.next(self.activity[agent], kind)
        call: CallId | None = getattr(event, "call", None)
        if call is not None and isinstance(event, e.CallEvent):
            caller = self.calls.setdefault(call, Caller(call))
            if any(kind in row for row in CALL.moves.values()):
                caller.state = CALL.next(caller.state, kind)
            leg: LegId | None = getattr(event, "leg", None)
            if leg is not None and any(kind in row for row in LEG.moves.values()):
                caller.legs[leg] = LEG.next(caller.legs[leg], kind)
        self.log.append(e.Recorded(len(self.log) + 1, self.now, event))

    def pass_time(self) -> None:
        self.now += self.one_of(self._pauses)

    # -- what may happen ----------------------------------------------------------------------------------------------

    def step(self) -> None:
        moves: list[Callable[[], None]] = [self._change_center]
        going_on = [caller for caller in self.calls.values() if caller.state is not CallState.OVER]
        if len(going_on) < 5:
            moves.append(self._arrives)
        for agent in self.presence:
            moves += self._agent_moves(agent)
        # of those that are over only some, or their late events would crowd out everything else
        for caller in [*going_on, *(caller for caller in list(self.calls.values())[-4:] if caller not in going_on)]:
            moves += self._call_moves(caller)
        self.one_of(moves)()
        self.pass_time()

    def run(self) -> list[e.Recorded]:
        while not self.over:
            self.step()
        return self.log

    def close(self) -> list[e.Recorded]:
        """Runs to the tape's end, then ends everything, so that every record is settled and everybody is gone."""
        self.run()
        for caller in list(self.calls.values()):
            if caller.state is not CallState.OVER:
                self._hangs_up(caller)
        for agent in list(self.wraps):
            self._wrapped_up(agent)
        for caller in self.calls.values():
            if caller.recording is not None:
                self._recording_kept(caller)
            self._legs_down(caller)
        for agent, presence in self.presence.items():
            if presence is not Presence.SIGNED_OUT:
                self.emit(e.AgentSignedOut(agent=agent))
        return self.log

    def _change_center(self) -> None:
        version = 1 + sum(isinstance(recorded.event, e.CenterChanged) for recorded in self.log)
        self.emit(e.CenterChanged(version=version, center=center(threshold=self.one_of((10, 20, 30)) * SECOND, zone=self.zone)))

    def _agent_moves(self, agent: AgentId) -> list[Callable[[], None]]:
        if self.presence[agent] is Presence.SIGNED_OUT:
            return 4 * [lambda: self.emit(e.AgentSignedIn(agent=agent, carrier=CARRIER, device=f"d-{agent}", reachable=True))]
        moves: list[Callable[[], None]] = [lambda: self.emit(e.AgentNotReady(agent=agent, reason="break"))]
        if self.presence[agent] is Presence.NOT_READY:
            moves.append(lambda: self.emit(e.AgentAvailable(agent=agent)))
        if agent in self.aside:
            moves.append(lambda: self._back(agent))
        if self.activity[agent] is Activity.IDLE:
            moves += [lambda: self._signs_out(agent), lambda: self._places(agent)]
        if agent in self.wraps:
            moves.append(lambda: self._wrapped_up(agent))
        return moves

    def _signs_out(self, agent: AgentId) -> None:
        self.aside.discard(agent)
        self.emit(e.AgentSignedOut(agent=agent))

    def _set_aside(self, agent: AgentId, why: NotReady) -> None:
        self.aside.add(agent)
        self.emit(e.AgentSetAside(agent=agent, why=why, until=self.now + MINUTE))

    def _back(self, agent: AgentId) -> None:
        self.aside.discard(agent)
        self.emit(e.AgentBack(agent=agent, by_agent=True))

    def _wrapped_up(self, agent: AgentId) -> None:
        self.emit(e.WrapUpEnded(agent=agent, call=self.wraps.pop(agent), by_limit=False))

    def _arrives(self) -> None:
        call, leg = CallId(self.fresh("c")), LegId(self.fresh("l"))
        caller = self.calls[call] = Caller(call)
        caller.legs[leg] = LegState.DIALING
        self.emit(
            e.CallArrived(
                call=call, carrier=CARRIER, leg=leg, caller=PersonalId(self.fresh("p")), dialed=PersonalId(self.fresh("p")),
                number=NumberId("main"), answer_by=self.now + MINUTE,
            )
        )  # fmt: skip
        if self.choose(8) == 7:
            self.emit(e.CallBlocked(call=call))
            self.emit(e.CallOver(call=call, end=CallEnd.BLOCKED, by=Party.SYSTEM))
            return
        self.emit(e.LegUp(call=call, leg=leg))
        self.emit(e.IvrStarted(call=call, flow=FlowId("welcome"), until=self.now + HOUR))

    def _places(self, agent: AgentId) -> None:
        call, leg = CallId(self.fresh("c")), LegId(self.fresh("l"))
        self.emit(e.CallPlaced(call=call, carrier=CARRIER, agent=agent, number=PersonalId(self.fresh("p"))))
        self._dial(self.calls[call], leg, LegRole.PLACING, agent)
        self.calls[call].agent = agent
        self.calls[call].agent_legs[agent] = leg

    def _dial(self, caller: Caller, leg: LegId, role: LegRole, agent: AgentId | None = None) -> None:
        caller.legs[leg] = LegState.DIALING
        self.emit(
            e.LegDialed(
                call=caller.id, carrier=CARRIER, leg=leg, effect=EffectId(self.fresh("e")), role=role, agent=agent,
                give_up_at=self.now + MINUTE,
            )
        )  # fmt: skip

    def _call_moves(self, caller: Caller) -> list[Callable[[], None]]:
        call, state = caller.id, caller.state
        moves: list[Callable[[], None]] = []
        if caller.recording is not None:
            moves.append(lambda: self._recording_kept(caller))
        if state is CallState.OVER:
            if any(leg is not LegState.DOWN for leg in caller.legs.values()):
                moves.append(lambda: self._legs_down(caller))
            return [*moves, lambda: self.emit(e.DispositionSet(call=call, code="solved", agent=ANA))]
        moves.append(lambda: self._hangs_up(caller))
        if state is CallState.IVR:
            moves += [lambda: self._in_ivr(caller), lambda: self._queue(caller)]
        if state is CallState.QUEUED and caller.offer is None:
            moves += [lambda: self._queue(caller), lambda: self.emit(e.PositionTold(call=call, position=1, next_at=None))]
            # more often than the rest, or hardly a call would ever be answered
            moves += 3 * [lambda agent=agent: self._offer(caller, agent) for agent in self._idle()]
        if caller.offer is not None:
            moves += [lambda: self._offer_over(caller), *(5 * [lambda: self._accept(caller)])]
        if state is CallState.PLACING:
            moves.append(lambda: self._reached(caller))
        if state in (CallState.CONNECTED, CallState.HELD):
            moves += [lambda: self._hold(caller), lambda: self._transfer(caller), lambda: self._line_lost(caller)]
            moves += [lambda: self._record(caller)]
        if state is CallState.INTERRUPTED:
            moves += [lambda: self._restored(caller), lambda: self._given_up(caller)]
        if state is CallState.TRANSFERRING and caller.offer is None:
            moves.append(lambda: self._transfer_ends(caller))
        return moves

    def _idle(self) -> list[AgentId]:
        return [
            agent for agent, activity in self.activity.items()
            if activity is Activity.IDLE and self.presence[agent] is not Presence.SIGNED_OUT
        ]  # fmt: skip

    def _in_ivr(self, caller: Caller) -> None:
        call, effect = caller.id, EffectId(self.fresh("e"))
        self.one_of(
            (
                lambda: self.emit(e.IvrVisited(call=call, node=NodeId("menu"), outcome="sales")),
                lambda: self.emit(e.LanguageChosen(call=call, language="zh", why="key")),
                lambda: self.emit(e.ContactsAsked(call=call, effect=effect, number=PersonalId("p"))),
                lambda: self.emit(e.ContactsUnknown(call=call, effect=effect, why="down")),
                lambda: self.emit(
                    e.ContactsMatched(
                        call=call, effect=effect, matches=(ContactMatch(contact=ContactId(7), account=None, match=Match.EXACT),)
                    )
                ),
                lambda: self.emit(e.ContactChosen(call=call, contact=ContactId(7), agent=None)),
                lambda: self.emit(e.RequirementsSet(call=call, skills={SkillId("billing"): 2}, priority=3)),
                lambda: self.emit(
                    e.DigitsEntered(
                        call=call, leg=next(iter(caller.legs)), effect=effect, end=GatherEnd.MAXIMUM, count=4, into="account",
                        digits=PersonalId(self.fresh("p")),
                    )
                ),
            )
        )()  # fmt: skip

    def _queue(self, caller: Caller, *, back: bool = False) -> None:
        caller.queue = caller.queue if back else self.one_of((BILLING, SUPPORT, FRONT))
        caller.since = caller.since if back or self.choose(4) == 3 else self.now
        assert caller.queue is not None
        self.emit(
            e.CallQueued(
                call=caller.id, queue=caller.queue, since=caller.since or self.now, priority=self.choose(2), skills={}, back=back
            )
        )

    def _offer(self, caller: Caller, agent: AgentId) -> None:
        offer, leg = OfferId(self.fresh("o")), LegId(self.fresh("l"))
        caller.offer = (offer, agent, False)
        caller.agent_legs[agent] = leg
        self.emit(
            e.OfferMade(
                call=caller.id, offer=offer, agent=agent, leg=leg, expires_at=self.now + 20 * SECOND, reasons=("longest idle",)
            )
        )  # fmt: skip
        self._dial(caller, leg, LegRole.AGENT, agent)

    def _offer_over(self, caller: Caller, end: OfferEnd | None = None) -> None:
        assert caller.offer is not None
        offer, agent, accepted = caller.offer
        caller.offer = None
        leg = caller.agent_legs[agent]
        if accepted and end is None:
            self.emit(e.ConnectFailed(call=caller.id, agent=agent, why="agent_hung_up"))
        else:
            end = end or self.one_of((OfferEnd.REJECTED, OfferEnd.RANG_OUT, OfferEnd.DEVICE_ERROR))
            self.emit(e.OfferOver(call=caller.id, offer=offer, agent=agent, end=end))
            why = {
                OfferEnd.REJECTED: NotReady.REJECTED, OfferEnd.RANG_OUT: NotReady.MISSED_CALL,
                OfferEnd.DEVICE_ERROR: NotReady.DEVICE_ERROR,
            }.get(end)  # fmt: skip
            if why is not None:
                self._set_aside(agent, why)
        self.emit(e.LegDown(call=caller.id, leg=leg, cause=Cause.NO_ANSWER))
        if caller.state is CallState.TRANSFERRING:
            self.emit(e.TransferFailed(call=caller.id, why="no_answer"))
            self._queue(caller, back=caller.queue is not None)

    def _accept(self, caller: Caller) -> None:
        assert caller.offer is not None
        offer, agent, accepted = caller.offer
        leg = caller.agent_legs[agent]
        if not accepted:
            caller.offer = (offer, agent, True)
            self.emit(e.LegUp(call=caller.id, leg=leg))
            self.emit(e.OfferAccepted(call=caller.id, offer=offer, agent=agent, connect_by=self.now + 5 * SECOND))
            return
        caller.offer = None
        self._connect(caller, agent)

    def _connect(self, caller: Caller, agent: AgentId) -> None:
        caller.agent = agent
        bridge = BridgeId(self.fresh("b"))
        self.emit(
            e.CallConnected(
                call=caller.id, agent=agent, leg=caller.agent_legs[agent], bridge=bridge, until=self.now + 4 * HOUR
            )
        )  # fmt: skip

    def _reached(self, caller: Caller) -> None:
        assert caller.agent is not None
        leg = LegId(self.fresh("l"))
        self._dial(caller, leg, LegRole.CUSTOMER)
        self.emit(e.LegRang(call=caller.id, leg=leg))
        self.emit(e.LegUp(call=caller.id, leg=leg))
        self._connect(caller, caller.agent)

    def _hold(self, caller: Caller) -> None:
        assert caller.agent is not None
        if caller.state is CallState.CONNECTED:
            self.emit(e.CallHeld(call=caller.id, agent=caller.agent))
        else:
            self.emit(e.CallRetrieved(call=caller.id, agent=caller.agent))

    def _leave(self, caller: Caller, why: str) -> None:
        """The agent's part ends, and her wrap-up begins."""
        agent = caller.agent
        assert agent is not None
        caller.agent = None
        self.emit(e.AgentLeft(call=caller.id, agent=agent, why=why))
        self.emit(
            e.WrapUpStarted(
                agent=agent, call=caller.id, queue=caller.queue, limit_at=self.now + 45 * SECOND, hard_at=self.now + 5 * MINUTE
            )
        )  # fmt: skip
        self.wraps[agent] = caller.id

    def _transfer(self, caller: Caller) -> None:
        agent = caller.agent
        assert agent is not None
        way = self.choose(3)
        leave_first = self.choose(2)
        if way == 0:
            if leave_first:
                self._leave(caller, "transferred")
            self._queue(caller)
            if not leave_first:
                self._leave(caller, "transferred")
            return
        others = [one for one in self._idle() if one != agent]
        to_agent = self.one_of(others) if way == 1 and others else None
        number = None if to_agent else PersonalId(self.fresh("p"))
        if leave_first:
            self._leave(caller, "transferred")
        self.emit(e.TransferStarted(call=caller.id, agent=agent, to_agent=to_agent, to_number=number, until=self.now + MINUTE))
        if not leave_first:
            self._leave(caller, "transferred")
        if to_agent is not None:
            self._offer(caller, to_agent)

    def _transfer_ends(self, caller: Caller) -> None:
        if self.choose(2):
            leg = LegId(self.fresh("l"))
            self._dial(caller, leg, LegRole.TARGET)
            self.emit(e.LegUp(call=caller.id, leg=leg))
            self.emit(e.TransferCompleted(call=caller.id, leg=leg))
        else:
            self.emit(e.TransferFailed(call=caller.id, why="busy"))
            self._queue(caller, back=caller.queue is not None)

    def _line_lost(self, caller: Caller) -> None:
        assert caller.agent is not None
        self.emit(e.LegDown(call=caller.id, leg=caller.agent_legs[caller.agent], cause=Cause.LOST))
        self.emit(e.LineLost(call=caller.id, agent=caller.agent, until=self.now + 30 * SECOND))

    def _restored(self, caller: Caller) -> None:
        assert caller.agent is not None
        leg = LegId(self.fresh("l"))
        self._dial(caller, leg, LegRole.RECONNECT, caller.agent)
        self.emit(e.LegUp(call=caller.id, leg=leg))
        caller.agent_legs[caller.agent] = leg
        self.emit(e.LineRestored(call=caller.id, agent=caller.agent, leg=leg))

    def _given_up(self, caller: Caller) -> None:
        leave_first = self.choose(2)
        if leave_first:
            self._leave(caller, "line_lost")
        self._queue(caller, back=caller.queue is not None)
        if not leave_first:
            self._leave(caller, "line_lost")

    def _record(self, caller: Caller) -> None:
        if caller.recording is None:
            caller.recording = RecordingId(self.fresh("r"))
            effect = EffectId(self.fresh("e"))
            self.emit(e.RecordingAsked(call=caller.id, recording=caller.recording, bridge=BridgeId("b"), effect=effect))
            self.emit(e.RecordingRuns(call=caller.id, recording=caller.recording))

    def _recording_kept(self, caller: Caller) -> None:
        recording = caller.recording
        assert recording is not None
        caller.recording = None
        if self.choose(3) == 2:
            self.emit(e.RecordingFailed(call=caller.id, recording=recording, why="gone"))
            return
        self.emit(e.RecordingOver(call=caller.id, recording=recording, duration_ms=1_000))
        effect = EffectId(self.fresh("e"))
        self.emit(e.RecordingKept(call=caller.id, recording=recording, effect=effect, size=16_000, duration_ms=1_000))

    def _legs_down(self, caller: Caller) -> None:
        for leg, state in caller.legs.items():
            if state is not LegState.DOWN:
                self.emit(e.LegDown(call=caller.id, leg=leg, cause=Cause.NORMAL, by_us=True))

    def _hangs_up(self, caller: Caller) -> None:
        """The end of a call, in whatever state, the decision's events in one of two orders."""
        by = self.one_of((Party.CUSTOMER, Party.AGENT if caller.agent else Party.SYSTEM, Party.SYSTEM))
        end = {
            CallState.IVR: self.one_of((CallEnd.ABANDONED_IN_IVR, CallEnd.CLOSED, CallEnd.ENDED_BY_FLOW)),
            CallState.QUEUED: CallEnd.ABANDONED_IN_QUEUE if by is Party.CUSTOMER else CallEnd.FAILED,
            CallState.PLACING: CallEnd.NOT_REACHED,
        }.get(caller.state, CallEnd.COMPLETED)  # fmt: skip
        if self.choose(6) == 5:
            end, by = CallEnd.LOST, Party.SYSTEM
        over = e.CallOver(call=caller.id, end=end, by=by)
        first = self.choose(2)
        state = caller.state
        if first:
            self.emit(over)
        if caller.offer is not None:
            self._end_offer_quietly(caller)
        if state is CallState.PLACING:
            assert caller.agent is not None
            self.emit(e.PlacedCallFailed(call=caller.id, agent=caller.agent, cause=Cause.BUSY))
        elif caller.agent is not None:
            self._leave(caller, "agent_hung_up" if by is Party.AGENT else "caller_hung_up")
        if not first:
            self.emit(over)

    def _end_offer_quietly(self, caller: Caller) -> None:
        assert caller.offer is not None
        offer, agent, _ = caller.offer
        caller.offer = None
        self.emit(e.OfferOver(call=caller.id, offer=offer, agent=agent, end=OfferEnd.WITHDRAWN))


_NUMBERS = st.integers(0, 10_000)
# Left alone, hypothesis draws lists of five or so: too short for a call to be answered, transferred and wrapped up.
TAPES = st.one_of(st.lists(_NUMBERS, max_size=40), st.lists(_NUMBERS, min_size=100, max_size=200))


def history(
    tape: Sequence[int], *, closed: bool = False, start: int = NINE, zone: str = "America/New_York", pauses: Sequence[int] = ()
) -> list[e.Recorded]:
    """The log of a random day; `closed`: with everything brought to an end."""
    world = World(tape, start=start, zone=zone, pauses=pauses)
    return world.close() if closed else world.run()
