"""A tone that was made is found, at its own frequency and no other; a speaking voice and silence are no tone."""

import numpy as np
import pytest

from callcenter.media.sound import RATE, read_wav
from callcenter.media.tone import goertzel, heard, sine, write_tone


@pytest.mark.parametrize("hz", [425.0, 697.0, 1_000.0, 3_100.0])
def test_a_pure_tone_has_all_its_power_at_its_frequency(hz):
    tone = sine(hz, 1.0)
    assert goertzel(tone, hz) > 0.98
    assert goertzel(tone, hz * 1.1) < 0.01


def test_two_tones_share_the_power():
    both = sine(500, 1.0) + sine(1_100, 1.0)
    assert goertzel(both, 500) == pytest.approx(0.5, abs=0.02)
    assert goertzel(both, 1_100) == pytest.approx(0.5, abs=0.02)


def test_silence_nothing_and_noise_hold_no_tone():
    assert goertzel(np.zeros(800), 500) == 0.0
    assert goertzel(np.zeros(0), 500) == 0.0
    assert goertzel(np.random.default_rng(7).normal(0, 0.1, RATE), 500) < 0.01


def test_how_long_a_tone_is_heard():
    sound = np.concatenate([np.zeros(RATE), sine(700, 2.0), sine(900, 1.0)])
    assert heard(sound, 700) == pytest.approx(2.0, abs=0.2)
    assert heard(sound, 900) == pytest.approx(1.0, abs=0.2)
    assert heard(sound, 1_500) == 0.0


def test_a_tone_too_soft_to_hear_is_not_heard():
    assert heard(sine(700, 1.0, level_db=-70), 700) == 0.0


def test_a_written_tone_is_telephone_sound(tmp_path):
    samples, rate = read_wav(write_tone(tmp_path / "tone.wav", 800, 0.5))
    assert (rate, len(samples)) == (RATE, RATE // 2)
    assert goertzel(samples, 800) > 0.98
