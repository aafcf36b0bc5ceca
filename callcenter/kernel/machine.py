"""Life cycles as tables: which event moves what into which state, and nothing else.

A table is data. Looking a move up has no effect; an event that fits no row is illegal, and the caller decides what that means
(a command is refused, a signal is ignored and counted). Tables draw themselves for the documentation.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)


class IllegalMove(AssertionError):
    """An event was emitted that the table does not allow: a bug in a decision, never a user's mistake."""


class Table(Generic[S]):
    """Moves of one life cycle.

    `moves[state][event_type]` is the next state. States without moves are final. `transient` names the states that must not
    last: whoever is in one of them has a deadline.
    """

    def __init__(
        self,
        name: str,
        start: S,
        moves: Mapping[S, Mapping[type, S]],
        *,
        transient: frozenset[S] = frozenset(),
    ) -> None:
        states = type(start)
        assert set(moves) == set(states), f"{name}: every state has a row, even an empty one"
        self.name = name
        self.start = start
        self.moves = moves
        self.transient = transient

    def allows(self, state: S, event: type) -> bool:
        return event in self.moves[state]

    def next(self, state: S, event: type) -> S:
        """The state after `event`; raises IllegalMove when no row fits."""
        try:
            return self.moves[state][event]
        except KeyError:
            raise IllegalMove(f"{self.name}: {event.__name__} in state {state.value}") from None

    def final(self, state: S) -> bool:
        return not self.moves[state]

    def diagram(self) -> str:
        """The table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.start.value}"]
        for state, row in self.moves.items():
            by_target: dict[S, list[str]] = {}
            for event, target in row.items():
                by_target.setdefault(target, []).append(event.__name__)
            for target, names in by_target.items():
                lines.append(f"    {state.value} --> {target.value}: {', '.join(names)}")
            if not row:
                lines.append(f"    {state.value} --> [*]")
        return "\n".join(lines)
