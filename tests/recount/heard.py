"""What `ears` wrote down, as stretches of sound of one telephone between two moments, and as keys pressed. Standard library only.

Times are whole milliseconds since the epoch.
"""

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `since` to `until` the telephone heard `what`: "tone HZ", "other" or "quiet"."""

    since: int
    until: int
    what: str


@dataclass(slots=True)
class Heard:
    """All telephones of one listening."""

    sounds: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    """Media port -> (from when on, what), in order of time."""
    sending: dict[int, list[int]] = field(default_factory=dict)
    """Media port -> when its telephone began to send sound."""
    pressed: dict[int, list[tuple[int, str]]] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> "Heard":
        heard = cls()
        for line in text.splitlines():
            stamp, port, kind, *rest = line.split()
            at = round(float(stamp) * 1000)
            if kind == "sends":
                heard.sending.setdefault(int(port), []).append(at)
            elif kind == "key":
                heard.pressed.setdefault(int(port), []).append((at, rest[0]))
            else:
                heard.sounds.setdefault(int(port), []).append((at, " ".join([kind, *rest])))
        for rows in (*heard.sounds.values(), *heard.pressed.values()):
            rows.sort()
        return heard

    def stretches(self, port: int | None, since: int, until: int) -> list[Stretch]:
        """What the telephone heard between the two moments, without gaps; quiet where nothing is written."""
        rows = self.sounds.get(port or 0, [])
        start = bisect_right(rows, (since, "\uffff"))
        found: list[Stretch] = []
        at, what = since, rows[start - 1][1] if start else "quiet"
        for next_at, next_what in rows[start:]:
            if next_at >= until:
                break
            if next_at > at:
                found.append(Stretch(at, next_at, what))
            at, what = next_at, next_what
        found.append(Stretch(at, until, what))
        return found

    def began_to_send(self, port: int | None, by: int) -> int:
        """When the telephone last began to send before this moment; 0 when it never did."""
        return max((at for at in self.sending.get(port or 0, []) if at <= by), default=0)

    def keys(self, port: int | None, since: int, until: int) -> list[tuple[int, str]]:
        """(when it was released, key) between the two moments."""
        return [(at, key) for at, key in self.pressed.get(port or 0, []) if since <= at <= until]
