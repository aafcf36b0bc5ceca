"""The life of an attempt: one dial of one lead, from the claim to its one outcome, with the four facts that the law asks for.

A claim becomes a dial or is released; after a crash a claim without a dial is released, and a dial without an end is settled by
what the carrier says, as an end like any other. Nothing here dials.
"""

from enum import StrEnum
from typing import Literal

import msgspec
from msgspec import Struct

from callcenter.kernel.dialing import Outcome
from callcenter.kernel.law import LawVersion
from callcenter.kernel.machine import Table
from dialer.abandon_cap import AnswerFacts, was_abandoned
from dialer.outcome import DialEnd, Told, told


class Move(Struct, frozen=True, kw_only=True):
    """What happened to an attempt, at `at` (ms since the epoch)."""

    at: int


class Released(Move, frozen=True, kw_only=True):
    """Nothing was dialed after all."""


class Dialed(Move, frozen=True, kw_only=True):
    pass


class Rang(Move, frozen=True, kw_only=True):
    """Ringing or progress."""


class Answered(Move, frozen=True, kw_only=True):
    pass


class GreetingEnded(Move, frozen=True, kw_only=True):
    """The last word about it counts: a detector that was undecided may know it better later."""


class MachineHeard(Move, frozen=True, kw_only=True):
    """The detector says so."""

    what: Literal["machine", "fax"] = "machine"
    confidence: float = 1.0


class PersonHeard(Move, frozen=True, kw_only=True):
    """It was a person whom the detector took for a machine."""


class Connected(Move, frozen=True, kw_only=True):
    """An agent and the callee hear each other; in an agentless campaign, its message begins."""


class MessageBegan(Move, frozen=True, kw_only=True):
    """The message for abandoned calls."""


class VoicemailBegan(Move, frozen=True, kw_only=True):
    """The message that is left to a machine."""


class Ended(Move, frozen=True, kw_only=True):
    end: DialEnd


class AttemptState(StrEnum):
    CLAIMED = "claimed"
    RELEASED = "released"
    DIALING = "dialing"
    RINGING = "ringing"
    ANSWERED = "answered"
    """Somebody or something is there, and nobody of ours yet."""
    MACHINE = "machine"
    CONNECTED = "connected"
    APOLOGY = "apology"
    """The message for abandoned calls plays."""
    OVER = "over"


S = AttemptState

ATTEMPT: Table[AttemptState] = Table(
    "attempt",
    S.CLAIMED,
    {
        S.CLAIMED: {Dialed: S.DIALING, Released: S.RELEASED},
        S.RELEASED: {},
        S.DIALING: {Rang: S.RINGING, Answered: S.ANSWERED, Ended: S.OVER},
        S.RINGING: {Answered: S.ANSWERED, Ended: S.OVER},
        S.ANSWERED: {
            GreetingEnded: S.ANSWERED,
            MachineHeard: S.MACHINE,
            Connected: S.CONNECTED,
            MessageBegan: S.APOLOGY,
            Ended: S.OVER,
        },
        S.MACHINE: {
            GreetingEnded: S.MACHINE,
            MachineHeard: S.MACHINE,
            VoicemailBegan: S.MACHINE,
            PersonHeard: S.ANSWERED,
            Connected: S.CONNECTED,
            MessageBegan: S.APOLOGY,
            Ended: S.OVER,
        },
        S.CONNECTED: {GreetingEnded: S.CONNECTED, PersonHeard: S.CONNECTED, Ended: S.OVER},
        S.APOLOGY: {PersonHeard: S.APOLOGY, Connected: S.CONNECTED, Ended: S.OVER},
        S.OVER: {PersonHeard: S.OVER},
    },
    transient=frozenset({S.CLAIMED, S.DIALING, S.RINGING, S.ANSWERED, S.MACHINE, S.APOLOGY}),
)


class Attempt(Struct, frozen=True, kw_only=True):
    """An attempt as its moves made it. All times in ms since the epoch."""

    state: AttemptState = S.CLAIMED
    dialed_at: int | None = None
    rang_at: int | None = None
    answered_at: int | None = None
    greeting_end_at: int | None = None
    agent_at: int | None = None
    message_played_at: int | None = None
    machine_at: int | None = None
    machine: Literal["machine", "fax"] | None = None
    confidence: float | None = None
    person: bool = False
    """A person, whatever the detector said."""
    ended_at: int | None = None
    end: DialEnd | None = None

    def after(self, move: Move) -> "Attempt":
        """The attempt after a move. Raises IllegalMove where the table has no row; then nothing has happened."""
        state = ATTEMPT.next(self.state, type(move))
        changes: dict[str, object] = {"state": state}
        match move:
            case Dialed():
                changes["dialed_at"] = move.at
            case Rang():
                changes["rang_at"] = move.at
            case Answered():
                changes["answered_at"] = move.at
            case GreetingEnded():
                changes["greeting_end_at"] = move.at
            case MachineHeard():
                changes |= {"machine_at": move.at, "machine": move.what, "confidence": move.confidence}
            case PersonHeard():
                changes["person"] = True
            case Connected():
                changes["agent_at"] = move.at
            case MessageBegan() | VoicemailBegan():
                changes["message_played_at"] = move.at
            case Ended():
                changes |= {"ended_at": move.at, "end": move.end}
        return msgspec.structs.replace(self, **changes)

    def facts(self) -> AnswerFacts | None:
        """The facts that the law asks for; None when nobody answered."""
        if self.answered_at is None:
            return None
        return AnswerFacts(
            answered_at=self.answered_at,
            greeting_end_at=self.greeting_end_at,
            agent_at=self.agent_at,
            message_played_at=self.message_played_at,
            taken_for_machine=self.machine is not None,
            was_person=True if self.person else None,
        )

    def told(self) -> Told | None:
        """What its end says about callee and trunk; None before the end. Whether it rang is known by our own count too."""
        if self.end is None:
            return None
        rang, answered = self.end.progressed or self.rang_at is not None, self.end.answered or self.answered_at is not None
        return told(msgspec.structs.replace(self.end, progressed=rang, answered=answered))

    def outcome(self, version: LawVersion) -> Outcome | None:
        """The one outcome; None before the end. Whether an answered call was abandoned is for the law's version to say."""
        told = self.told()
        facts = self.facts()
        if told is None or facts is None:
            return told.outcome if told is not None else None
        if was_abandoned(facts, version):
            return Outcome.ABANDONED
        if self.machine is not None and not self.person:
            return Outcome.FAX if self.machine == "fax" else Outcome.MACHINE
        return Outcome.ANSWERED
