"""When a delivery is tried again, and when its receiver counts as down."""

import random

from hypothesis import given
from hypothesis import strategies as st

from callcenter.webhooks.retry import DOWN_AFTER, FIRST_MS, GIVE_UP_AFTER_MS, LONGEST_MS, LOOK_AGAIN_MS, Receiver, pause_ms


@given(st.integers(1, 10_000), st.randoms(use_true_random=False))
def test_pauses_grow_to_an_hour_and_are_spread(attempts: int, dice: random.Random):
    whole = min(FIRST_MS * 2 ** min(attempts - 1, 40), LONGEST_MS)
    assert whole // 2 <= pause_ms(attempts, dice) <= whole


def test_a_day_of_attempts_is_some_dozens():
    dice, waited, attempts = random.Random(1), 0, 0
    while waited < GIVE_UP_AFTER_MS:
        attempts += 1
        waited += pause_ms(attempts, dice)
    assert 24 < attempts < 70


def test_two_that_failed_together_are_not_tried_together():
    dice = random.Random(2)
    assert len({pause_ms(8, dice) for _ in range(20)}) > 15


def test_a_receiver_is_down_after_three_and_back_with_one_answer():
    receiver, dice = Receiver(), random.Random(3)
    assert [receiver.failed(1_000, dice) for _ in range(5)] == [False, False, True, False, False]
    assert receiver.down
    assert 1_000 < receiver.resume_at <= 1_000 + LOOK_AGAIN_MS
    assert receiver.answered(), "it is told once that it is back"
    assert not receiver.answered()
    assert (receiver.down, receiver.resume_at, receiver.failures) == (False, 0, 0)
    assert DOWN_AFTER == 3


@given(st.integers(DOWN_AFTER, 500))
def test_a_receiver_that_is_down_is_looked_at_every_minute(failures: int):
    receiver, dice = Receiver(failures - 1), random.Random(failures)
    receiver.failed(0, dice)
    assert 0 < receiver.resume_at <= LOOK_AGAIN_MS
