"""What can be said of the deliveries of this process in numbers, for /metrics and /readyz. Words are from closed lists."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, get_args

Fault = Literal[
    "timeout", "refused", "unreachable", "unknown_name", "tls", "protocol", "address_not_allowed", "redirect", "client_error",
    "server_error", "gone", "key_changed", "inactive",
]  # fmt: skip
"""What can go wrong with a delivery, in one word. docs/webhooks.md explains each."""
FAULTS: tuple[str, ...] = get_args(Fault)


@dataclass(slots=True)
class Figures:
    """Counters begin with the process, the rest is as it was when last looked at."""

    delivered: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    """Attempts, by what went wrong."""
    given_up: int = 0
    untold: int = 0
    """Events of the log that could not be put into words: each is a mistake of the program's, told in its log."""
    pending: int = 0
    oldest_at: int = 0
    """When the oldest delivery that waits was made, ms since the epoch; 0: none waits."""
    subscriptions: int = 0
    """Active ones."""
    down: int = 0
    """Active ones whose receiver does not answer, or whose secret cannot be made."""
