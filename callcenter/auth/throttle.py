"""How often a wrong password may be tried. Pure: times are arguments, and what was tried is kept in memory only.

Somebody who guesses is slowed down, and somebody who mistypes is not. The one who guesses at another's log-in from elsewhere
must not lock that person out, so what counts most is the pair of log-in and address.
"""

from msgspec import Struct

from callcenter.kernel.clock import MINUTE, SECOND
from callcenter.kernel.errors import Refused

FORGET_MS = 15 * MINUTE
"""Failures are forgotten after this time without another."""
MOST_KEYS = 10_000


class TooManyAttempts(Refused):
    """`retry_ms`: how long to wait."""

    def __init__(self, retry_ms: int) -> None:
        super().__init__("too_many_attempts", f"too many attempts: wait {-(-retry_ms // SECOND)} s, then try again")
        self.retry_ms = retry_ms


class _Rule(Struct, frozen=True):
    name: str
    free: int
    """Failures that cost nothing."""
    longest_ms: int


_PAIR = _Rule("pair", 5, 5 * MINUTE)
_LOGIN = _Rule("login", 20, 30 * SECOND)
_PEER = _Rule("peer", 50, 5 * MINUTE)


class _Failures(Struct):
    count: int
    last_at: int


class Throttle:
    """The wait doubles with every failure beyond the free ones, from one second."""

    def __init__(self) -> None:
        self._failures: dict[tuple[str, str], _Failures] = {}

    def check(self, login: str, peer: str, now: int) -> None:
        """Raises TooManyAttempts when it is too early for another attempt."""
        waits = [self._wait(key, rule, now) for key, rule in _keys(login, peer)]
        if max(waits) > 0:
            raise TooManyAttempts(max(waits))

    def failed(self, login: str, peer: str, now: int) -> list[str]:
        """Which rules make the next one wait, each named when it begins to and whenever its count has doubled since then: a word
        for the audit log, which nobody can flood by guessing on.
        """
        begun: list[str] = []
        if len(self._failures) > MOST_KEYS:
            self._failures = {key: f for key, f in self._failures.items() if now - f.last_at < FORGET_MS}
        if len(self._failures) > MOST_KEYS:
            self._failures = dict(list(self._failures.items())[MOST_KEYS // 2 :])
        for key, rule in _keys(login, peer):
            failures = self._failures.get(key)
            if failures is None or now - failures.last_at >= FORGET_MS:
                failures = self._failures[key] = _Failures(0, now)
            failures.count += 1
            failures.last_at = now
            if failures.count % rule.free == 0 and (failures.count // rule.free).bit_count() == 1:
                begun.append(rule.name)
        return begun

    def succeeded(self, login: str, peer: str) -> None:
        """What this person mistyped is forgotten; what came from the same address for others is not."""
        self._failures.pop(_keys(login, peer)[0][0], None)

    def _wait(self, key: tuple[str, str], rule: _Rule, now: int) -> int:
        failures = self._failures.get(key)
        if failures is None or now - failures.last_at >= FORGET_MS or failures.count < rule.free:
            return 0
        pause = min(SECOND << min(failures.count - rule.free, 20), rule.longest_ms)
        return max(0, failures.last_at + pause - now)


def _keys(login: str, peer: str) -> tuple[tuple[tuple[str, str], _Rule], ...]:
    return (((login, peer), _PAIR), ((login, ""), _LOGIN), (("", peer), _PEER))
