"""The waiting tune: long enough, soft enough, narrow enough for a telephone, and without a seam."""

import numpy as np

from callcenter.media.sound import RATE
from callcenter.media.tune import compose, write_tune

TUNE = compose()


def test_it_lasts_half_a_minute_and_is_the_same_every_time():
    assert 30 <= len(TUNE) / RATE <= 40
    assert np.array_equal(TUNE, compose())


def test_it_is_modest_and_never_clips():
    assert np.max(np.abs(TUNE)) < 0.7
    assert -25 < 20 * np.log10(np.sqrt(np.mean(TUNE**2))) < -22


def test_no_second_of_it_is_silent():
    seconds = TUNE[: len(TUNE) // RATE * RATE].reshape(-1, RATE)
    assert np.min(np.sqrt(np.mean(seconds**2, axis=1))) > 0.01


def test_played_in_a_circle_there_is_no_seam():
    steps = np.abs(np.diff(TUNE))
    seam = abs(TUNE[0] - TUNE[-1])
    assert seam <= np.percentile(steps, 99)
    before, after = TUNE[-RATE // 4 :], TUNE[: RATE // 4]
    assert 0.2 < np.sqrt(np.mean(before**2) / np.mean(after**2)) < 5, "the level does not jump either"


def test_it_fits_through_a_telephone():
    power = np.abs(np.fft.rfft(TUNE)) ** 2
    above = power[np.fft.rfftfreq(len(TUNE), 1 / RATE) > 3_400]
    assert float(above.sum()) < 0.001 * float(power.sum())


def test_writing_it_again_changes_nothing(tmp_path):
    path = write_tune(tmp_path / "tune.wav")
    before = path.stat().st_mtime_ns
    assert write_tune(path).stat().st_mtime_ns == before
