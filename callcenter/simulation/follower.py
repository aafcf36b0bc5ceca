"""A second state that knows the log only: it folds every event after the codec's round trip, as a restart would. At any moment
its dump must say what the live one's says; so each comparison proves the fold of everything up to there.
"""

from collections.abc import Iterator, Sequence

import msgspec

from callcenter.hub import checkpoint
from callcenter.hub.apply import apply
from callcenter.hub.state import State
from callcenter.kernel import codec
from callcenter.kernel.events import Recorded
from callcenter.kernel.personal import PersonalRow


class Follower:
    """Follows one hub from its first event on."""

    def __init__(self) -> None:
        self.state = State()
        self.compared = 0

    def follow(self, events: Sequence[Recorded], rows: Sequence[PersonalRow]) -> None:
        """Folds what one decision wrote: its events, and the personal rows that they name for the first time."""
        for recorded in events:
            event = recorded.event
            kind = codec.kind(event)
            read = codec.decode(codec.encode(event), kind, codec.version(kind))
            apply(self.state, Recorded(recorded.position, recorded.at, read), rows)
            rows = ()

    def differences(self, live: State) -> Iterator[str]:
        """What the fold of the log has otherwise than the live state, part by part."""
        self.compared += 1
        folded, lived = checkpoint.dump(self.state), checkpoint.dump(live)
        if self.state.personal != live.personal:
            yield "personal values differ"
        if folded == lived:
            return
        ours, theirs = msgspec.json.decode(folded), msgspec.json.decode(lived)
        for one in (ours, theirs):
            one["deadlines"].sort()  # a limit that was met and set anew stands further down where it was met
            one["agents"].sort(key=lambda agent: agent["values"]["id"])  # the codec sorts the center's names
        for part in sorted(ours.keys() | theirs.keys()):
            if ours.get(part) != theirs.get(part):
                yield f"{part}: folded {_short(ours.get(part))}, live {_short(theirs.get(part))}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]}..."
