"""Who guesses is slowed down, who mistypes is not, and nobody can lock out somebody else."""

import pytest

from callcenter.auth.throttle import FORGET_MS, MOST_KEYS, Throttle, TooManyAttempts
from callcenter.kernel.clock import MINUTE, SECOND

HOME, ELSEWHERE = "192.0.2.1", "192.0.2.66"


def fail(throttle: Throttle, times: int, login: str = "ana", peer: str = HOME, now: int = 0) -> None:
    for _ in range(times):
        throttle.failed(login, peer, now)


def wait_of(throttle: Throttle, login: str = "ana", peer: str = HOME, now: int = 0) -> int:
    try:
        throttle.check(login, peer, now)
    except TooManyAttempts as refused:
        return refused.retry_ms
    return 0


def test_four_mistakes_cost_nothing():
    throttle = Throttle()
    fail(throttle, 4)
    assert wait_of(throttle) == 0


def test_from_the_fifth_on_the_wait_doubles_up_to_five_minutes():
    throttle = Throttle()
    fail(throttle, 5)
    waits = [wait_of(throttle)]
    for _ in range(12):
        fail(throttle, 1)
        waits.append(wait_of(throttle))
    assert waits[:4] == [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND]
    assert waits[-1] == 5 * MINUTE


def test_the_wait_passes_and_says_how_long_it_is():
    throttle = Throttle()
    fail(throttle, 7)
    assert wait_of(throttle, now=1_500) == 2_500
    assert wait_of(throttle, now=4_000) == 0
    with pytest.raises(TooManyAttempts, match="wait 4 s"):
        throttle.check("ana", HOME, 0)


def test_success_and_time_forgive():
    throttle = Throttle()
    fail(throttle, 6)
    throttle.succeeded("ana", HOME)
    assert wait_of(throttle) == 0
    fail(throttle, 6)
    assert wait_of(throttle, now=FORGET_MS) == 0
    fail(throttle, 1, now=FORGET_MS)
    assert wait_of(throttle, now=FORGET_MS) == 0


def test_a_guesser_elsewhere_does_not_lock_the_person_out_for_long():
    throttle = Throttle()
    fail(throttle, 1_000, peer=ELSEWHERE)
    assert wait_of(throttle, peer=ELSEWHERE) == 5 * MINUTE
    assert wait_of(throttle) == 30 * SECOND


def test_an_address_that_tries_many_log_ins_is_slowed_for_all_of_them():
    throttle = Throttle()
    for number in range(60):
        fail(throttle, 1, login=f"user{number}")
    assert wait_of(throttle, login="somebody else") > 0
    assert wait_of(throttle, login="somebody else", peer=ELSEWHERE) == 0


def test_memory_is_bounded():
    throttle = Throttle()
    for number in range(2 * MOST_KEYS):
        fail(throttle, 1, login=f"user{number}", peer=f"peer{number}")
    assert len(throttle._failures) <= MOST_KEYS + 3
