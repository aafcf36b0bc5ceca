"""What a detector of answering machines says about a simulated callee, by what she is: no sound, only which rule speaks when.

The rules are those of `dialer.amd` on clean sound (a short greeting and silence is a person, what is not known in time is
undecided, tones tell at any time), so a simulated hub hears late corrections and short greetings of machines as a real one does.
"""

from collections.abc import Iterator
from typing import NamedTuple

from callcenter.kernel.effects import DetectAnswer
from callcenter.kernel.signals import AnswerJudged, BeepHeard
from callcenter.kernel.words import Answerer
from callcenter.simulation.phones import Outside
from dialer.amd.settings import PRESETS, VerdictSettings

CONFIDENCE = {"pause": 0.97, "phrase": 0.87, "beep": 0.99, "fax": 0.99, "time": 0.5}
FAX_MS = 500
BEEP_MS = 300
SETTLE_MS = 240
"""From the end of a beep to its being told."""
ODD_MS = 1_400
"""When the wrong verdict about an odd person comes."""


class _Rule(NamedTuple):
    """A rule that would speak; times in ms after the answer."""

    at: int
    answerer: Answerer
    why: str
    greeting_end: int | None = None


def findings(asked: DetectAnswer, callee: Outside) -> Iterator[tuple[int, AnswerJudged | BeepHeard]]:
    """(ms after the answer, what is said then), in order."""
    rules = PRESETS[asked.preset].verdict
    last: Answerer | None = None
    for rule in _in_time(sorted(_rules(callee, rules)), rules.decide_by_ms):
        by_words = rule.why in ("pause", "phrase")
        if last in (Answerer.MACHINE, Answerer.FAX) or (by_words and (last is Answerer.HUMAN or rule.at > rules.listen_ms)):
            continue  # after a verdict by words only tones tell
        yield rule.at, AnswerJudged(
            leg=asked.leg,
            answerer=rule.answerer,
            confidence=CONFIDENCE[rule.why],
            delay_ms=rule.at,
            why=rule.why,
            greeting_end_ms=rule.greeting_end,
            correction=last is not None,
        )
        last = rule.answerer
    if (end := _beep_end(callee)) is not None:
        heard = end + SETTLE_MS
        yield heard, BeepHeard(leg=asked.leg, began_ms=max(0, end - BEEP_MS), ended_ms=end, heard_ms=heard)


def _beep_end(callee: Outside) -> int | None:
    return callee.greeting_ms + callee.beep_ms if callee.who == "machine" and callee.beep_ms is not None else None


def _rules(callee: Outside, rules: VerdictSettings) -> Iterator[_Rule]:
    spoken = callee.greeting_ms
    match callee.who:
        case "fax":
            yield _Rule(FAX_MS, Answerer.FAX, "fax")
            return
        case "odd":
            yield _Rule(ODD_MS, Answerer.MACHINE, "phrase")
            return
    pause = next((pause for up_to, pause in rules.person_pauses if spoken <= up_to), rules.phrase_pause_ms)
    beep_end = _beep_end(callee)
    if beep_end is None or spoken + pause < beep_end:
        yield _Rule(spoken + pause, Answerer.HUMAN, "pause", spoken)
    if rules.machine_phrase_ms is not None and spoken >= rules.machine_phrase_ms:
        yield _Rule(rules.machine_phrase_ms, Answerer.MACHINE, "phrase")
    if beep_end is not None:
        yield _Rule(beep_end + SETTLE_MS, Answerer.MACHINE, "beep")


def _in_time(rules: list[_Rule], decide_by_ms: int) -> Iterator[_Rule]:
    """With the undecided verdict, where none comes before it."""
    if not rules or rules[0].at > decide_by_ms:
        yield _Rule(decide_by_ms, Answerer.UNDECIDED, "time")
    yield from rules
