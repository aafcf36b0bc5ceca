"""The recount of a day on which the service was away for a while: what may differ then, by how much, and what may not.

    python -m tests.recount.gaps FOLDER        (with records.json and statistics.json in it, and "gaps" in scenario.json)

A gap begins when the service stands still or dies and ends when it has taken over what Asterisk has ("until"). What happens while
it still decides what came of that, until a command that was asked for then is answered ("level"), it hears late. Standard library
only. What is asked of a call:
- known before the gap, or still there after it: exactly one record; a time that fell into the gap is recorded within the gap
  (what had been decided when it began, and was heard only after it, is recorded at its beginning); a call that ended in the gap
  is marked as lost, and its true end lies between the last certain moment and the recorded end;
- come and gone within the gap: one record at most, and one for certain when she went after Asterisk had seen the dead service's
  socket close ("killed"), for from then on it keeps its events: with her own times and end, as if somebody had listened;
- taken by the dialplan's fallback (Asterisk's own records say so): no record unless it was known before.
What people heard is judged besides: in a conversation each other's tone, in a queue the music, without a pause.
"""

import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tests.recount.cdr import NAMES
from tests.recount.compare import Differences
from tests.recount.figures import CENTER_FIGURES, QUEUE_FIGURES, TIMES, from_records, total
from tests.recount.heard import Stretch
from tests.recount.outside import digits
from tests.recount.recount import Observed
from tests.recount.values import OutsideCall, Talk

GUARDED_MS = 8_000
"""The dialplan takes a call back that nobody has taken for so long (config/asterisk/extensions.conf)."""
HEARABLE_MS = 200
"""A conversation that is over sooner is recorded, and no ear can be asked about it."""
FILES = ("scenario", "records", "statistics")
ADOPTED = ("", "Stasis")
"""Last application of a channel that the service had, or that was gone before anybody took it."""


class Gaps:
    """One day with gaps, held against what the service says. After `compare`: `counts`, `longest_silence_ms`, `silences`."""

    def __init__(self, observed: Observed, gaps: Sequence[dict[str, int]], tolerance_ms: int = 250) -> None:
        self._observed = observed
        self._gaps = gaps
        self._tolerance = tolerance_ms
        self.counts: Counter[str] = Counter()
        self.silences: list[str] = []
        self.longest_silence_ms = 0
        rows = [dict(zip(NAMES, values, strict=True)) for values in csv.reader(io.StringIO(observed.legs))]
        self._channel = {row["call_id"]: row["uniqueid"] for row in rows if row["call_id"]}
        self._fallback = {row["call_id"] for row in rows if row["call_id"] and row["lastapp"] not in ADOPTED}

    def compare(self, records: Sequence[dict[str, Any]], statistics: dict[str, Any]) -> list[str]:
        """Every difference in words."""
        said = Differences(self._tolerance)
        left = list(records)
        for call in self._observed.calls:
            channel = self._channel.get(call.legs[0].dialog.call_id)
            mine = [one for one in left if any(leg["id"] == channel for leg in one["legs"])]
            for one in mine:
                left.remove(one)
            self._listen(call)
            self._call(said, call, mine)
        said.found += [f"record {one['summary']['id']}: there was no such call" for one in left]
        self._statistics(said, records, statistics)
        return said.found

    # -- one call -----------------------------------------------------------------------------------------------------------

    def _gap(self, at: int) -> dict[str, int] | None:
        """The gap that this moment lies in, its edges included."""
        near = self._tolerance
        return next((gap for gap in self._gaps if gap["since"] - near <= at <= gap["until"] + near), None)

    def _call(self, said: Differences, call: OutsideCall, records: list[dict[str, Any]]) -> None:
        about = f"call of {call.number} at {call.began_at}"
        began, ended = self._gap(call.began_at), self._gap(call.ended_at)
        within = began is not None and began is ended
        fallback = call.legs[0].dialog.call_id in self._fallback
        self.counts["calls"] += 1
        self.counts["fallback"] += fallback
        self.counts["came_and_went"] += within and not fallback
        self.counts["ended_in_gap"] += ended is not None and not within
        kept = within and not fallback and began is not None and self._kept(began, call)
        self.counts["kept"] += kept
        least = 0 if (began is not None and (within or fallback) and not kept) else 1
        if not least <= len(records) <= 1:
            said.found.append(f"{about}: it has {len(records)} records" + (" and took the fallback" if fallback else ""))
        if began is not None and fallback and records:
            if self._taken_back(call, records[0]):
                self.counts["taken_back"] += 1
                return
            said.found.append(f"{about}: it took the fallback, and is recorded")
        self.counts["unadopted"] += not records
        for record in records:
            self._record(said, about, call, record, fallback=fallback, kept=kept)

    def _kept(self, gap: dict[str, int], call: OutsideCall) -> bool:
        """Nobody had known her when the gap began; and Asterisk kept her end, and told it before anything else."""
        unknown = gap["since"] + self._tolerance < call.began_at
        return unknown and gap["killed"] + self._tolerance < call.ended_at < gap["until"] - self._tolerance

    def _taken_back(self, call: OutsideCall, record: dict[str, Any]) -> bool:
        """It was found and lost again in the instant in which its guarded time was over; its record ends there, and says so."""
        over_at, summary = call.began_at + GUARDED_MS, record["summary"]
        if summary["end"] != "lost":
            return False
        late = over_at - summary["started_at"] <= self._tolerance
        return late and not record["queue_entries"] and abs(summary["ended_at"] - over_at) <= self._tolerance

    def _record(
        self, said: Differences, about: str, call: OutsideCall, record: dict[str, Any], *, fallback: bool, kept: bool
    ) -> None:
        summary = record["summary"]
        shown = (summary["number"] or {}).get("value", "")
        said.same(about, "the number", digits(call.number), digits(shown))
        near = said.near if kept else partial(self._near, said)
        near(about, "its beginning", call.began_at, summary["started_at"])
        near(about, "its end", call.ended_at, summary["ended_at"])
        certain = record["certain_until"]
        if summary["end"] == "lost":
            self.counts["lost"] += 1
            if kept:
                said.found.append(f"{about}: it is recorded as lost, but Asterisk told how it ended")
            if self._gap(call.ended_at) is None and not fallback:
                said.found.append(f"{about}: it is recorded as lost, but ended when the service was there")
            if certain is None or not certain - self._tolerance <= call.ended_at:
                said.found.append(f"{about}: certain until {certain} in the record, it ended at {call.ended_at}")
            return
        said.same(about, "the last certain moment", None, certain)
        if self._too_brief(call, record):
            self.counts["too_brief"] += 1
            return
        if self._gap(call.ended_at) is None or kept:
            said.same(about, "how it ended", call.end, summary["end"])
            said.same(about, "who ended it", call.ended_by, record["ended_by"])
        said.same(about, "who talked", [talk.agent for talk in call.talks], [one["agent"] for one in record["conversations"]])
        if len(call.talks) == len(record["conversations"]):
            for talk, one in zip(call.talks, record["conversations"], strict=True):
                self._near(said, f"{about}, talk with {talk.agent}", "connected", talk.since, one["connected_at"])
                self._near(said, f"{about}, talk with {talk.agent}", "left", talk.until, one["left_at"])
        entries = record["queue_entries"]
        if self._gap(call.ended_at) is None:
            # A key that was pressed while nobody listened is lost: the menu sent her where the silent go.
            unheard = any(self._gap(at) for at, _ in self._keys(call))
            queues = [(seen.queue, seen.end) for seen in call.entries]
            if unheard and len(queues) == len(entries):
                queues = [(one["queue"], end) for one, (_, end) in zip(entries, queues, strict=True)]
            said.same(about, "its queue entries", queues, [(one["queue"], one["end"]) for one in entries])
        if len(call.entries) == len(entries):
            for entry, one in zip(call.entries, entries, strict=True):
                self._near(said, f"{about}, in {entry.queue}", "entered", entry.entered_at, one["entered_at"])
                self._near(said, f"{about}, in {entry.queue}", "left", entry.left_at, one["left_at"])

    def _keys(self, call: OutsideCall) -> list[tuple[int, str]]:
        return self._observed.scenario.heard.keys(call.legs[0].dialog.port, call.began_at, call.ended_at)

    def _too_brief(self, call: OutsideCall, record: dict[str, Any]) -> bool:
        """The last conversation was over before anybody could hear it."""
        talks = record["conversations"]
        return len(talks) == len(call.talks) + 1 and talks[-1]["left_at"] - talks[-1]["connected_at"] < HEARABLE_MS

    def _near(self, said: Differences, about: str, what: str, seen: int, recorded: int | None) -> None:
        """As close as ever; what happened in a gap is recorded between that moment and when the service was level again."""
        near = self._tolerance
        gap = next((gap for gap in self._gaps if gap["since"] - near <= seen <= gap["level"] + near), None)
        if gap is None or recorded is None:
            said.near(about, what, seen, recorded)
        elif not min(gap["since"], seen) - near <= recorded <= max(gap["level"], seen) + near:
            said.found.append(f"{about}: {what} is {recorded} in the record, {seen} outside, and the gap {gap}")

    # -- what was heard -----------------------------------------------------------------------------------------------------

    def _listen(self, call: OutsideCall) -> None:
        music = f"tone {self._observed.scenario.music}"
        customer = call.legs[0].dialog
        for entry in call.entries:
            heard = self._observed.scenario.heard.stretches(customer.port, entry.entered_at, entry.left_at)
            self._silence(f"call of {call.number} waiting from {entry.entered_at}", heard, {music})
        for talk in call.talks:
            for who, port, tones in self._ears(call, talk):
                heard = self._observed.scenario.heard.stretches(port, talk.since, talk.until)
                self._silence(f"call of {call.number}, {who} talking from {talk.since}", heard, tones)

    def _ears(self, call: OutsideCall, talk: Talk) -> Iterator[tuple[str, int | None, set[str]]]:
        scenario = self._observed.scenario
        hers = next(party.tone for party in scenario.agents if party.number == talk.agent)
        his = next(party.tone for party in scenario.parties if party.number == call.number)
        yield "customer", call.legs[0].dialog.port, {f"tone {hers}"}
        for leg in call.legs:
            if leg.who == talk.agent and (leg.dialog.answered_at or talk.until) <= talk.since < (leg.dialog.ended_at or 0):
                yield f"agent {talk.agent}", leg.dialog.port, {f"tone {his}"}

    def _silence(self, about: str, heard: Sequence[Stretch], expected: set[str]) -> None:
        pauses = [[0, 0]]
        for one in heard:
            if one.what in expected:
                pauses.append([one.until, one.until])
            elif pauses[-1][1] == one.since and pauses[-1][0]:
                pauses[-1][1] = one.until
            else:
                pauses.append([one.since, one.until])
        begin, end = max(pauses, key=lambda pause: pause[1] - pause[0])
        self.longest_silence_ms = max(self.longest_silence_ms, end - begin)
        if end - begin > self._tolerance:
            self.silences.append(f"{about}: {end - begin} ms of silence from {begin}")

    # -- statistics ---------------------------------------------------------------------------------------------------------

    def _statistics(self, said: Differences, records: Sequence[dict[str, Any]], statistics: dict[str, Any]) -> None:
        """The statistics are the records' own sums."""
        sums = from_records(records, self._observed.scenario)
        tables = [(("queue", str(row["queue"])), QUEUE_FIGURES, row["figures"]) for row in statistics["queues"]["rows"]]
        tables.append((("center", ""), CENTER_FIGURES, statistics["summary"]["figures"]))
        for subject, figures, row in tables:
            for name, (above, below) in figures.items():
                figure = row[name]
                parts = [(above, figure["numerator"]), (below, figure["denominator"])] if below else [(above, figure["value"])]
                for terms, value in parts:
                    if not any(term.lstrip("-") in TIMES for term in terms.split()):
                        said.same(f"statistics of {' '.join(subject)}", name, total(terms, sums.of(*subject)), value)


def main() -> int:
    folder = Path(sys.argv[1])
    observed = Observed(folder)
    scenario, records, statistics = (json.loads((folder / f"{name}.json").read_text()) for name in FILES)
    gaps = Gaps(observed, scenario["gaps"])
    differences = gaps.compare(records, statistics)
    for line in (*differences, *gaps.silences, json.dumps(gaps.counts)):
        sys.stdout.write(line + "\n")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
