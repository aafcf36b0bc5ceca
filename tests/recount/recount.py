"""The recount: calls, their times and the key figures, from SIPp's logs, its telephones' sound and Asterisk's records alone.

    python -m tests.recount.recount FOLDER [--records FILE --statistics FILE] [--tolerance MS]

FOLDER holds what was observed: scenario.json (below), SIPp's message logs, heard.log (see `ears`), legs.csv (Asterisk's call
detail records). Prints calls and figures as JSON. Given call records and statistics as the service's API answers them, prints
every difference instead and ends with status 1 when there is any. Standard library only; imports nothing of the product.

scenario.json describes the story from outside:
    {"music": 450,                       Hz, what a waiting or held caller hears
     "parties": [{"kind": "caller", "number": "+12125550123", "tone": 900, "log": "1/messages.log"},
                 {"kind": "agent", "number": "1001", "tone": 1300, "endpoint": "desk1", "log": ...},
                 {"kind": "customer" | "target", "number": ..., "tone": ..., "log": ..., "serves": ...}],
     "clicks": [{"at": ms, "until": ms, "agent": "1001", "did": "available", "to": {}, "refused": ""}],
     "center": {"numbers": {"+12125550100": {"menu": {"1": "orders", "": "orders"}, "closed": false}},
                "queues": {"orders": {"service_level_ms": 20000, "short_abandon_ms": 5000}},
                "default_queue": "orders", "wrap_up_hard_ms": 300000, "missed_call_hold_ms": 300000}}
A log may stand at several parties' side when they shared a telephone one after the other; then each call counts once.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.recount import cdr, figures, outside, wire
from tests.recount.compare import compare
from tests.recount.heard import Heard
from tests.recount.values import Click, Party, Scenario


class Observed:
    """A folder of observations, read."""

    def __init__(self, folder: Path) -> None:
        told: dict[str, Any] = json.loads((folder / "scenario.json").read_text())
        parties = [
            Party(
                kind=one["kind"],
                number=one["number"],
                tone=one["tone"],
                dialogs=wire.dialogs((folder / one["log"]).read_text(errors="replace")),
                serves=one.get("serves", ""),
            )
            for one in told["parties"]
        ]
        self._endpoints = [one.get("endpoint", "trunk") for one in told["parties"]]
        self.legs = (folder / "legs.csv").read_text()
        self.scenario = Scenario(
            parties=_joined(parties),
            heard=Heard.read((folder / "heard.log").read_text()),
            clicks=[Click(**click) for click in told["clicks"]],
            music=told["music"],
            center=told["center"],
        )
        self._dialogs = [
            (endpoint, party, dialog)
            for endpoint, party in zip(self._endpoints, parties, strict=True)
            for dialog in party.dialogs
        ]
        self.calls = outside.calls(self.scenario)

    def witnesses(self, tolerance_ms: int = 100) -> list[str]:
        """Where Asterisk's own records disagree with what was seen and heard: about legs, and about who talked when."""
        stretches = [(leg.dialog, stretch) for call in self.calls for leg, stretch in call.stretches()]
        left: dict[int, list[int]] = {}
        for dialog, (_, until) in stretches:
            left.setdefault(id(dialog), []).append(until)
        legs = [(endpoint, dialog, left.get(id(dialog), [])) for endpoint, _, dialog in self._dialogs]
        said = cdr.disagreements(legs, cdr.channels(self.legs), tolerance_ms)
        endpoints = {id(dialog): endpoint for endpoint, _, dialog in self._dialogs}
        rows = cdr.bridged(self.legs)
        for call in self.calls:
            for leg, (since, until) in call.stretches():
                if leg.who == "customer":
                    continue
                endpoint = endpoints[id(leg.dialog)]
                near = [one for one in rows if endpoint in one.endpoints and abs(one.since - since) <= tolerance_ms]
                if not any(abs(one.until - until) <= tolerance_ms for one in near):
                    said.append(f"{endpoint} from {since} to {until}: Asterisk did not have the two in one bridge then")
        return said

    def tallies(self) -> dict[str, dict[str, int]]:
        tallies = figures.from_outside(self.calls, self.scenario)
        return {f"{kind} {subject}".strip(): dict(tally) for (kind, subject), tally in sorted(tallies.by.items())}

    def compare(self, records: list[dict[str, Any]], statistics: dict[str, Any], tolerance_ms: int = 100) -> list[str]:
        """Every difference between what was seen and what the service says."""
        return self.witnesses(tolerance_ms) + compare(self.calls, self.scenario, records, statistics, tolerance_ms)


def _joined(parties: list[Party]) -> list[Party]:
    """One party for each person: an agent's logs of several stories are one."""
    found: dict[tuple[str, str, str, int], Party] = {}
    for party in parties:
        key = (party.kind, party.number, party.serves, party.tone)
        if key in found:
            found[key].dialogs.extend(party.dialogs)
        else:
            found[key] = Party(party.kind, party.number, party.tone, list(party.dialogs), party.serves)
    return list(found.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=Path, help="call records as the API answers them: a JSON list")
    parser.add_argument("--statistics", type=Path, help='JSON: {"queues": ..., "agents": ..., "summary": ...}')
    parser.add_argument("--tolerance", type=int, default=100, metavar="MS")
    given = parser.parse_args()
    observed = Observed(given.folder)
    if given.records is None:
        json.dump({"calls": [asdict(call) for call in observed.calls], "tallies": observed.tallies()}, sys.stdout, indent=1)
        return 0
    records, statistics = json.loads(given.records.read_text()), json.loads(given.statistics.read_text())
    differences = observed.compare(records, statistics, given.tolerance)
    for line in differences:
        sys.stdout.write(line + "\n")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
