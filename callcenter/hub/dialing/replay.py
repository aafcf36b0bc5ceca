"""A campaign's decisions derived again from the log alone: how many leads were asked for, from which inputs, and what each
answered dial counted as. What differs from what is stored was decided otherwise, or the program has changed its mind since.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct, field, structs

from callcenter.hub.apply import apply
from callcenter.hub.dialing import floor as see
from callcenter.hub.dialing import pace
from callcenter.hub.state import State
from callcenter.kernel import events as e
from callcenter.kernel.ids import CampaignId
from dialer.abandon_cap import fate


class Difference(Struct, frozen=True, kw_only=True):
    """Between an event and what the state before it makes of it."""

    position: int
    what: str
    """leads, fate, or the name of an input."""
    stored: Any
    derived: Any

    def __str__(self) -> str:
        return f"event {self.position}: {self.what}: stored {self.stored!r}, derived {self.derived!r}"


class Replayed(Struct, kw_only=True):
    decisions: int = 0
    """Times that leads were asked for."""
    judged: int = 0
    """Answered dials."""
    differences: list[Difference] = field(default_factory=list)


class Replayer:
    """Give it every event of the log in order."""

    def __init__(self, campaign: CampaignId) -> None:
        self.found = Replayed()
        self._campaign = campaign
        self._state = State()
        self._pacers = pace.Pacers()

    def follow(self, events: Iterable[e.Recorded]) -> None:
        for recorded in events:
            event = recorded.event
            if isinstance(event, e.LeadsAsked) and event.campaign == self._campaign:
                self._asked(recorded, event)
            elif isinstance(event, e.AttemptJudged) and event.campaign == self._campaign:
                self._judged(recorded, event)
            apply(self._state, recorded)

    def _asked(self, recorded: e.Recorded, event: e.LeadsAsked) -> None:
        self.found.decisions += 1
        campaign, values = self._state.campaigns[event.campaign], self._state.center.campaigns[event.campaign]
        derived = pace.decide(self._state, self._pacers, campaign, values, recorded.at)
        count = min(derived.dial, pace.MOST_ASKED) if event.agent is None else 1
        self._compare(recorded, "leads", len(event.attempts), count)
        for name, value in structs.asdict(derived.inputs).items():
            self._compare(recorded, name, getattr(event.inputs, name), value)

    def _judged(self, recorded: e.Recorded, event: e.AttemptJudged) -> None:
        self.found.judged += 1
        attempt = self._state.attempts[event.attempt]
        facts = attempt.record.facts()
        rules = see.version(self._state, self._state.campaigns[event.campaign], event.answered_at)
        derived = None if facts is None else fate(facts, rules)
        self._compare(recorded, "fate", event.fate, derived)

    def _compare(self, recorded: e.Recorded, what: str, stored: Any, derived: Any) -> None:
        if stored != derived:
            self.found.differences.append(Difference(position=recorded.position, what=what, stored=stored, derived=derived))
