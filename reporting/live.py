"""The live board and the agents' desks: events in, the changed entities out.

Each event yields one `Delta`; a snapshot patched with every later delta equals a snapshot taken afterwards. What the entities
hold is in `reporting.views`; how a call is counted is in `reporting.tally`, by which board and statistics agree. The day's
counters begin anew with the first event (or `turn`) after the center's midnight; an entry made before midnight belongs to
the day before, whenever it is answered.
"""

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from callcenter.kernel import events as e
from callcenter.kernel.call_state import CallState
from callcenter.kernel.center import AgentValues, QueueValues
from callcenter.kernel.clock import local
from callcenter.kernel.flow import Spoken
from callcenter.kernel.ids import AgentId, CallId, CarrierName, QueueId
from callcenter.kernel.presence import Presence
from reporting.agent_time import ABSENT, AgentClock, Clock, Span, agent_of
from reporting.call_record import CallRecord
from reporting.counters import EVERYTHING, NOTHING, Counters, Tally, add, counters, difference
from reporting.fold import call_of
from reporting.intervals import COUNTED
from reporting.portraits import Desk, agent_view, call_view, desk_after, desks_with_leads, figures
from reporting.records import RecordBook
from reporting.tally import Calendar, Contribution, day_bounds, of_span, queues_of, tally
from reporting.views import AgentView, CallView, CenterView, Delta, LiveSnapshot, QueueView

Subject = tuple[str, str]
"""Kind and id of what a counter of the day belongs to."""
CENTER: Subject = ("center", EVERYTHING)


FORMAT = 4
"""Of `dump`; raised when what it holds, or the meaning of folding, changes."""

_AFTER_A_PROMPT = (e.PromptOver, e.DigitsEntered, e.CallQueued, e.LegJoining, e.CallOver)


class _Saved(Struct):
    position: int
    at: int
    version: int
    records: bytes
    clocks: dict[AgentId, Clock]
    desks: dict[AgentId, Desk]
    hears: dict[CallId, tuple[Spoken, ...]]
    carriers: dict[CarrierName, bool]
    today: dict[str, Tally]
    day: str


class Live:
    """What pages show, folded from the log. Not thread-safe; all calls come from the one task that follows the log."""

    def __init__(self) -> None:
        self.position = 0
        self.at = 0
        self._version = 0
        self._records = RecordBook()
        self._clock = AgentClock()
        self._desks: dict[AgentId, Desk] = {}
        self._carriers: dict[CarrierName, bool] = {}
        self._calendar = Calendar(self._records.center.tz())
        self._day, self._day_start, self._day_end = "", 0, 0
        self._today: dict[Subject, Tally] = {}
        self._counted: dict[CallId, Contribution] = {}
        self._waiting: dict[QueueId, dict[CallId, int]] = {}
        self._in_ivr: set[CallId] = set()
        self._hears: dict[CallId, tuple[Spoken, ...]] = {}
        """Calls to which prompts are being played."""
        self._serves: dict[AgentId, tuple[QueueId, ...]] = {}
        self._queues: dict[QueueId, QueueView] = {}
        self._agents: dict[AgentId, AgentView] = {}
        self._calls: dict[CallId, CallView] = {}
        self._center = self._center_view()

    # -- the public face ----------------------------------------------------------------------------------------------

    def snapshot(self) -> LiveSnapshot:
        """Everything at the position of the last event applied."""
        return LiveSnapshot(
            position=self.position, at=self.at, center=self._center,
            queues=dict(self._queues), agents=dict(self._agents), calls=dict(self._calls),
        )  # fmt: skip

    def apply(self, recorded: e.Recorded) -> Delta:
        """Folds one event, the next of the log, and says what a page must change."""
        changed = _Changed()
        self._fold(recorded, changed)
        return self._delta(changed)

    def replay(self, batch: Iterable[e.Recorded]) -> Delta:
        """Folds many events and says what a page must change after them all: several times faster than `apply` for each."""
        changed = _Changed()
        for recorded in batch:
            self._fold(recorded, changed)
        return self._delta(changed)

    def _fold(self, recorded: e.Recorded, changed: "_Changed") -> None:
        assert recorded.position > self.position, "events come once and in order"
        event = recorded.event
        self.position, self.at = recorded.position, recorded.at
        self._new_day(recorded.at, changed)
        if isinstance(event, e.CenterChanged):
            self._change_center(recorded, event, changed)
        if isinstance(event, e.CarrierChanged):
            self._carriers[event.carrier] = event.up
            changed.center = True
        self._apply_call(recorded, changed)
        self._apply_agent(recorded, changed)
        self._apply_lead(recorded, changed)

    def turn(self, now: int) -> Delta | None:
        """Begins the center's new day when `now` is past midnight and no event has done so; None when there is nothing to do."""
        changed = _Changed()
        if not self._day or not self._new_day(now, changed):
            return None
        self.at = now
        return self._delta(changed)

    def dump(self) -> bytes:
        """All that `load` needs to go on from this position."""
        return msgspec.msgpack.encode(
            _Saved(
                self.position, self.at, self._version, self._records.dump(), self._clock.clocks, self._desks, self._hears,
                self._carriers,
                {"/".join(subject): amounts for subject, amounts in self._today.items()}, self._day,
            )
        )  # fmt: skip

    def load(self, saved: bytes) -> None:
        """Into a new Live; afterwards it is as if it had folded the log up to there. Raises ValueError for another format."""
        found = msgspec.msgpack.decode(saved, type=_Saved)
        self.position, self.at, self._version = found.position, found.at, found.version
        self._records.load(found.records)
        self._clock = AgentClock(found.clocks)
        self._desks, self._hears, self._carriers = found.desks, found.hears, found.carriers
        self._take_center()
        if found.day:
            self._take_day(found.day)
        for name, amounts in found.today.items():
            kind, _, subject = name.partition("/")
            self._today[(kind, subject)] = amounts
        changed = _Changed()
        for call, record in self._records.records.items():
            self._counted[call] = tally(record, self._calendar)
            self._place_call(record, changed)
        changed.everything(self._records.center.queues, self._records.center.agents)
        self._delta(changed)

    # -- the center ---------------------------------------------------------------------------------------------------

    def _take_center(self) -> None:
        center = self._records.center
        if center.tz() != self._calendar.zone:
            self._calendar = Calendar(center.tz())
        self._serves = {agent: queues_of(center, agent) for agent in center.agents}

    def _change_center(self, recorded: e.Recorded, event: e.CenterChanged, changed: "_Changed") -> None:
        zone = self._calendar.zone
        self._version = event.version
        for span in self._clock.settle_all(recorded.at):
            self._count_span(span, changed)
        self._records.apply(recorded)
        self._take_center()
        if self._calendar.zone != zone:
            self._day = ""
            self._new_day(recorded.at, changed)
        changed.everything(self._records.center.queues, self._records.center.agents)
        center = event.center
        changed.queues_gone.update(queue for queue in self._queues if queue not in center.queues)
        changed.agents_gone.update(agent for agent in self._agents if not self._shown(agent))

    def _take_day(self, day: str) -> None:
        self._day = day
        self._day_start, self._day_end = day_bounds(day, self._calendar.zone)

    def _new_day(self, at: int, changed: "_Changed") -> bool:
        """Forgets the day before at the first moment of the new one. An event that is late for its own day turns nothing back."""
        if self._day and at < self._day_end:
            return False
        self._take_day(local(at, self._calendar.zone).date().isoformat())
        self._today = {}
        self._clock.settle_all(self._day_start)
        for call, record in self._records.records.items():
            self._counted[call] = tally(record, self._calendar)
            self._count(self._counted[call], {}, changed)
        changed.everything(self._records.center.queues, self._records.center.agents)
        return True

    # -- calls --------------------------------------------------------------------------------------------------------

    def _apply_call(self, recorded: e.Recorded, changed: "_Changed") -> None:
        call = call_of(recorded.event)
        if call is None:
            return
        self._listen(call, recorded.event, changed)
        before = self._records.records.get(call)
        record = self._records.apply(recorded)
        if record is None or record is before:
            return
        if type(recorded.event) in COUNTED:
            after = tally(record, self._calendar)
            self._count(after, self._counted.get(call, {}), changed)
            self._counted[call] = after
        self._place_call(record, changed)

    def _listen(self, call: CallId, event: e.AnyEvent, changed: "_Changed") -> None:
        """What is being played to the caller; whatever follows a prompt ends it."""
        if isinstance(event, e.PromptAsked):
            self._hears[call] = event.prompts
        elif not isinstance(event, _AFTER_A_PROMPT) or self._hears.pop(call, None) is None:
            return
        if call in self._records.records:
            changed.calls.add(call)

    def _place_call(self, record: CallRecord, changed: "_Changed") -> None:
        """Where a call stands among those that wait, and whether it is still shown."""
        call = record.call
        if record.entries:
            queue = record.entries[-1].queue
            line = self._waiting.setdefault(queue, {})
            for entry in record.entries[:-1]:
                if entry.queue != queue and self._waiting.get(entry.queue, {}).pop(call, None) is not None:
                    changed.queues.add(entry.queue)
                    changed.center = True
            waits = record.state is CallState.QUEUED
            since = record.entries[-1].waiting_since
            if waits and line.get(call) != since:
                line[call] = since
                changed.queues.add(queue)
                changed.center = True
            elif not waits and line.pop(call, None) is not None:
                changed.queues.add(queue)
                changed.center = True
        if (record.state is CallState.IVR) is not (call in self._in_ivr):
            self._in_ivr ^= {call}
            changed.center = True
        if record.busy:
            changed.calls.add(call)
        else:
            changed.calls_gone.add(call)
            changed.calls.discard(call)
            self._counted.pop(call, None)
            self._records.forget(call)

    def _count(self, after: Contribution, before: Contribution, changed: "_Changed") -> None:
        """Adds to the day's counters what lies in this day."""
        for key in after.keys() | before.keys():
            if not self._day_start <= key.start_at < self._day_end:
                continue
            change = difference(after.get(key, {}), before.get(key, {}))
            if change:
                add(self._today.setdefault((key.kind, key.subject), {}), change)
                changed.mark(key.kind, key.subject)

    # -- agents -------------------------------------------------------------------------------------------------------

    def _apply_agent(self, recorded: e.Recorded, changed: "_Changed") -> None:
        agent = agent_of(recorded.event)
        if agent is None:
            return
        span = self._clock.apply(recorded)
        if span is not None:
            self._count_span(span, changed)
        self._desks[agent] = desk_after(self._desks.get(agent, Desk()), recorded, self._clock.state(agent))
        changed.agents.add(agent)
        if not self._shown(agent):
            changed.agents_gone.add(agent)

    def _apply_lead(self, recorded: e.Recorded, changed: "_Changed") -> None:
        for agent, desk in desks_with_leads(self._desks, recorded):
            self._desks[agent] = desk
            changed.agents.add(agent)

    def _count_span(self, span: Span, changed: "_Changed") -> None:
        for key, amounts in of_span(span, self._serves.get(span.agent, ()), self._calendar).items():
            if self._day_start <= key.start_at < self._day_end:
                add(self._today.setdefault((key.kind, key.subject), {}), amounts)
                changed.mark(key.kind, key.subject)

    def _shown(self, agent: AgentId) -> bool:
        values = self._records.center.agents.get(agent)
        return values is not None and (values.active or self._clock.state(agent).presence is not Presence.SIGNED_OUT)

    # -- views --------------------------------------------------------------------------------------------------------

    def _today_of(self, kind: str, subject: str) -> Counters:
        found = self._today.get((kind, subject))
        return counters(found) if found else NOTHING

    def _queue_view(self, values: QueueValues) -> QueueView:
        line = self._waiting.get(values.id, {})
        today = self._today_of("queue", values.id)
        return QueueView(
            id=values.id, label=values.label, skill=values.skill,
            waiting=len(line), oldest_since=min(line.values(), default=None),
            today=today, figures=figures(today), service_level_ms=values.service_level_ms,
            service_level_target=values.service_level_target, short_abandon_ms=values.short_abandon_ms,
            abandon_target=values.abandon_target, longest_wait_alarm_ms=values.longest_wait_alarm_ms,
        )  # fmt: skip

    def _agent_view(self, values: AgentValues) -> AgentView:
        desk = self._desks.get(values.id, Desk())
        clock = self._clock.clocks.get(values.id)
        return agent_view(
            values, self._serves.get(values.id, ()), ABSENT if clock is None else clock.state, desk,
            None if desk.call is None else self._records.records.get(desk.call),
            today=self._today_of("agent", values.id), category_since=0 if clock is None else clock.since,
        )  # fmt: skip

    def _center_view(self) -> CenterView:
        center = self._records.center
        today = self._today_of(*CENTER)
        waiting = [since for line in self._waiting.values() for since in line.values()]
        return CenterView(
            name=center.name, zone=center.zone, version=self._version, day=self._day, day_start=self._day_start,
            day_end=self._day_end, carriers=dict(self._carriers), in_ivr=len(self._in_ivr), waiting=len(waiting),
            oldest_since=min(waiting, default=None), today=today, figures=figures(today),
        )  # fmt: skip

    def _delta(self, changed: "_Changed") -> Delta:
        """Paints what changed, keeps it, and tells only what is really different."""
        center = self._records.center
        queues: dict[QueueId, QueueView] = {}
        agents: dict[AgentId, AgentView] = {}
        calls: dict[CallId, CallView] = {}
        for call in changed.calls:
            record = self._records.records.get(call)
            if record is not None:
                calls[call] = call_view(record, self._hears.get(call, ()))
        for agent in changed.agents:
            if self._shown(agent):
                agents[agent] = self._agent_view(center.agents[agent])
        for queue in changed.queues:
            if queue in center.queues:
                queues[queue] = self._queue_view(center.queues[queue])
        queues = {queue: view for queue, view in queues.items() if self._queues.get(queue) != view}
        agents = {agent: view for agent, view in agents.items() if self._agents.get(agent) != view}
        calls = {call: view for call, view in calls.items() if self._calls.get(call) != view}
        self._queues.update(queues)
        self._agents.update(agents)
        self._calls.update(calls)
        queues_gone = tuple(
            sorted(q for q in changed.queues_gone if q not in center.queues and self._queues.pop(q, None) is not None)
        )
        agents_gone = tuple(
            sorted(a for a in changed.agents_gone if not self._shown(a) and self._agents.pop(a, None) is not None)
        )
        calls_gone = tuple(sorted(call for call in changed.calls_gone if self._calls.pop(call, None) is not None))
        told: CenterView | None = None
        if changed.center:
            view = self._center_view()
            if view != self._center:
                told = self._center = view
        return Delta(
            position=self.position, at=self.at, center=told, queues=queues, agents=agents, calls=calls,
            queues_gone=queues_gone, agents_gone=agents_gone, calls_gone=calls_gone,
        )  # fmt: skip


class _Changed:
    """What one event touched."""

    def __init__(self) -> None:
        self.center = False
        self.queues: set[QueueId] = set()
        self.agents: set[AgentId] = set()
        self.calls: set[CallId] = set()
        self.queues_gone: set[QueueId] = set()
        self.agents_gone: set[AgentId] = set()
        self.calls_gone: set[CallId] = set()

    def mark(self, kind: str, subject: str) -> None:
        """The counters of this subject have changed."""
        if kind == "queue":
            self.queues.add(QueueId(subject))
        elif kind == "agent":
            self.agents.add(AgentId(subject))
        else:
            self.center = True

    def everything(self, queues: Iterable[QueueId], agents: Iterable[AgentId]) -> None:
        self.center = True
        self.queues.update(queues)
        self.agents.update(agents)
