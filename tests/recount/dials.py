"""A campaign recounted from outside: what each number that was dialed got, from SIPp's logs and what its telephones heard.

Standard library only; imports nothing of the product. `read` makes one `Dial` of each INVITE that the callees got; what the
product says of its leads and of the law's figure is held against them by `wrong_leads` and `wrong_figure`, and `delays` tells how
long whoever answered waited for an agent's sound. Times are whole milliseconds since the epoch.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.recount.ears import PACKET, RATE, STEADY
from tests.recount.heard import Heard
from tests.recount.wire import Dialog

CONNECT_MS = 2_000
"""The law: somebody who answered has an agent on the line within this time, or was abandoned."""
UNSURE_MS = 150
"""So near to that limit two clocks may differ."""
BELIEVED_MS = STEADY * PACKET * 1000 // RATE
"""A sound that is heard for less time is not written down."""
CLOCKS_MS = 25
"""Two telephones may write down two things of one instant in either order."""
BY_STATUS = {
    404: "invalid", 484: "invalid", 486: "busy", 503: "congestion", 603: "blocked", 480: "no_answer",
}  # fmt: skip
"""Final status of a callee who did not answer -> what the dial came to. 480 only after it rang."""


@dataclass(frozen=True, slots=True)
class Dial:
    """One INVITE that a callee got."""

    number: str
    shown: str
    """The caller's number."""
    at: int
    rang_at: int | None
    answered_at: int | None
    given_up_at: int | None
    """When the caller cancelled."""
    status: int | None
    over_at: int | None
    hung_up_itself: bool
    agent_at: int | None = None
    """When the agent's sound began at the callee's telephone."""
    message_at: int | None = None
    """When the message for those whom nobody takes began there."""

    @property
    def waited_ms(self) -> int | None:
        """From the answer to the agent's sound; None: it never came."""
        return None if self.agent_at is None or self.answered_at is None else self.agent_at - self.answered_at


def read(dialogs: Iterable[Dialog], heard: Heard, agent: str, message: str) -> list[Dial]:
    """The dials in the order of their INVITEs. `agent` and `message`: what the ears call these sounds, such as "tone 1300"."""
    found = []
    for one in dialogs:
        sounds: dict[str, int] = {}
        if one.answered_at is not None:
            until = one.bye_at or (one.answered_at + 600_000)
            for stretch in heard.stretches(one.far_port, one.answered_at, until + 1):
                sounds.setdefault(stretch.what, stretch.since)
        found.append(
            Dial(
                number=one.dialed,
                shown=one.shown,
                at=one.invite_at,
                rang_at=one.rang_at,
                answered_at=one.answered_at,
                given_up_at=one.cancelled_at if one.answered_at is None else None,
                status=one.status,
                over_at=one.ended_at,
                hung_up_itself=one.bye_sent,
                agent_at=sounds.get(agent),
                message_at=sounds.get(message),
            )
        )
    return sorted(found, key=lambda dial: dial.at)


def outcomes(dial: Dial, ring_ms: int) -> frozenset[str]:
    """What the dial may be said to have come to; more than one only at the very limit of a time."""
    if dial.answered_at is not None:
        if dial.waited_ms is None:
            return frozenset({"abandoned"})
        if abs(dial.waited_ms - CONNECT_MS) <= UNSURE_MS:
            return frozenset({"answered", "abandoned"})
        return frozenset({"answered" if dial.waited_ms <= CONNECT_MS else "abandoned"})
    if dial.given_up_at is not None:
        rang_ms = dial.given_up_at - (dial.rang_at or dial.at)
        return frozenset({"no_answer" if rang_ms >= ring_ms - UNSURE_MS else "cancelled"})
    if dial.status == 480 and dial.rang_at is None:
        return frozenset({"failed"})
    return frozenset({BY_STATUS[dial.status]}) if dial.status in BY_STATUS else frozenset()


def too_often(dials: Sequence[Dial], again_ms: Mapping[str, Sequence[int]], ring_ms: int) -> list[str]:
    """Numbers that were dialed although no rule says so. `again_ms`: outcome -> the waits before the second, third ... dial of a
    number that ended so; an outcome that is not in it is final."""
    wrong = []
    for number, mine in _by_number(dials).items():
        for count, (before, after) in enumerate(pairwise(mine)):
            waits = [again_ms[what] for what in outcomes(before, ring_ms) if what in again_ms]
            ended = before.over_at
            if ended is None or not any(count < len(wait) and after.at - ended >= wait[count] - UNSURE_MS for wait in waits):
                wrong.append(f"{number} was dialed again after {after.at - before.at} ms")
    return wrong


def either(*unsure: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Number -> all that the product may say of it by these."""
    return {number: frozenset(one[number] for one in unsure if number in one) for number in set().union(*unsure)}


def wrong_leads(
    dials: Sequence[Dial], leads: Mapping[str, Any], ring_ms: int, unsure: Mapping[str, frozenset[str]]
) -> list[str]:
    """How the product's leads (number -> its lead, as the API says it) differ from what their callees did.

    `unsure`: number -> what the product may say instead, because nobody can know better (`either` of `unheard`, `crossed`)."""
    wrong = []
    mine = _by_number(dials)
    for number in sorted(mine.keys() - leads.keys()):
        wrong.append(f"{number} was dialed and is no lead")
    for number, lead in leads.items():
        dialed = mine.get(number, [])
        if len(dialed) != lead["attempts"]:
            wrong.append(f"{number} was dialed {len(dialed)} times and its lead says {lead['attempts']}")
        if not dialed:
            continue
        may = outcomes(dialed[-1], ring_ms) | unsure.get(number, frozenset())
        if lead["outcome"] not in may:
            wrong.append(f"{number}: its lead says {lead['outcome']}, and it was {' or '.join(sorted(may))}: {dialed[-1]}")
    return wrong


def unheard(dials: Iterable[Dial], at: int, before_ms: int = 1_000, after_ms: int = 1_000) -> dict[str, str]:
    """Numbers whose dial was answered or ended in the instant `at` in which whoever listened died; the product may say that they
    failed. It was told to nobody, or to somebody without the time to write it down, or dialed by an exchange that still had
    requests of the dead to carry out: on a busy machine each takes up to a second."""
    found = {}
    for dial in dials:
        moments = [one for one in (dial.answered_at, dial.over_at) if one is not None]
        if any(at - before_ms <= one <= at + after_ms for one in moments):
            found[dial.number] = "failed"
    return found


def crossed(dials: Sequence[Dial], rings: Iterable[Dialog]) -> dict[str, str]:
    """Numbers whose callee hung up while she was being joined with the agent whose telephone had been picked up for her.

    She left before the slowest agent of these dials would have been heard by her, and her sound believed; who left later was left
    in silence.
    """
    picked_up: dict[str, list[int]] = defaultdict(list)
    for ring in rings:
        if ring.answered_at is not None:
            picked_up[ring.shown].append(ring.answered_at)
    joining: dict[Dial, int] = {}
    for dial in dials:
        until = dial.over_at if dial.agent_at is None else dial.agent_at
        mine = [at for at in picked_up[dial.number] if until is not None and dial.at <= at <= until + CLOCKS_MS]
        if mine and until is not None:
            joining[dial] = until - max(mine)
    slowest = max((took for dial, took in joining.items() if dial.agent_at is not None), default=0)
    return {
        dial.number: "answered"
        for dial, took in joining.items()
        if dial.answered_at is not None and dial.agent_at is None and dial.hung_up_itself and took <= slowest + BELIEVED_MS
    }


def wrong_figure(dials: Sequence[Dial], figure: Mapping[str, Any], ring_ms: int, unsure: Collection[str] = ()) -> list[str]:
    """How the law's figure (answers, abandons, cap) differs from what the callees heard, but for the `unsure` numbers."""
    all_answered = [dial for dial in dials if dial.answered_at is not None]
    answered = [outcomes(dial, ring_ms) for dial in all_answered if dial.number not in unsure]
    least, most = sum(one == {"abandoned"} for one in answered), sum("abandoned" in one for one in answered)
    most += len(all_answered) - len(answered)
    wrong = []
    if not len(answered) <= figure["answers"] <= len(all_answered):
        wrong.append(f"{len(all_answered)} callees answered, and the figure says {figure['answers']}")
    if not least <= figure["abandons"] <= most:
        wrong.append(f"{least} to {most} callees had no agent in time, and the figure says {figure['abandons']}")
    return wrong


@dataclass
class Delays:
    """How long those who answered waited for an agent's sound, ms in ascending order: all, and those who found one free."""

    all: list[int] = field(default_factory=list)
    at_once: list[int] = field(default_factory=list)

    @staticmethod
    def percentile(values: Sequence[int], share: float) -> int:
        """Nearest rank; 0 of none."""
        return values[min(len(values) - 1, max(0, -(-len(values) * round(share * 1000) // 1000) - 1))] if values else 0


def delays(dials: Sequence[Dial], busy: Sequence[tuple[int, int]], agents: int, away: tuple[int, int] | None = None) -> Delays:
    """`busy`: from when to when an agent was not free, one for each time; so many `agents` there are in all. `away`: from when to
    when nobody could be given an agent, whoever was free."""
    found = Delays()
    answered = [dial for dial in dials if dial.answered_at is not None]
    for dial in answered:
        at = dial.answered_at
        assert at is not None
        if dial.waited_ms is None:
            continue
        found.all.append(dial.waited_ms)
        taken = sum(since < at < until for since, until in busy)
        before = sum(
            other is not dial
            and other.answered_at is not None
            and other.answered_at <= at
            and (other.agent_at or other.over_at or at) > at
            for other in answered
        )
        if taken + before < agents and not (away is not None and away[0] - CONNECT_MS < at < away[1]):
            found.at_once.append(dial.waited_ms)
    found.all.sort()
    found.at_once.sort()
    return found


def two_at_once(dialogs: Iterable[Dialog]) -> list[str]:
    """Devices that were in two conversations at the same time."""
    mine: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for one in dialogs:
        if one.answered_at is not None:
            mine[one.dialed].append((one.answered_at, one.bye_at or one.answered_at))
    wrong = []
    for device, spans in mine.items():
        spans.sort()
        wrong += [
            f"{device} was rung at {after[0]} while it talked until {before[1]}"
            for before, after in pairwise(spans)
            if after[0] < before[1]
        ]
    return wrong


def counted(dials: Sequence[Dial], ring_ms: int) -> dict[str, int]:
    """How many dials came to what."""
    return dict(Counter("/".join(sorted(outcomes(dial, ring_ms))) or f"status {dial.status}" for dial in dials))


def _by_number(dials: Sequence[Dial]) -> dict[str, list[Dial]]:
    mine: dict[str, list[Dial]] = defaultdict(list)
    for dial in dials:
        mine[dial.number].append(dial)
    return mine
