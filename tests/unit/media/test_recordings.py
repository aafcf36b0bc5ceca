"""What recordings hold, the broken ones that exchanges leave behind included, and the forms in which they are served."""

import subprocess

import imageio_ffmpeg
import numpy as np
import pytest

from callcenter.media.recordings import measure, serve_as, waveform
from callcenter.media.sound import RATE, open_wav, resample, to_samples, to_segment, wav_bytes
from callcenter.media.tone import goertzel, sine, write_tone


def test_duration_and_level(tmp_path):
    measured = measure(write_tone(tmp_path / "call.wav", 500, 2.5, level_db=-20))
    assert (measured.duration_ms, measured.rate, measured.silent) == (2_500, RATE, False)
    assert measured.peak_db == pytest.approx(-20, abs=0.2)
    assert measured.level_db == pytest.approx(-23, abs=0.2)


def test_a_recording_without_a_word_says_so(tmp_path):
    (tmp_path / "still.wav").write_bytes(wav_bytes(to_segment(np.zeros(RATE))))
    measured = measure(tmp_path / "still.wav")
    assert measured.silent
    assert measured.level_db == -96.0


def test_a_header_without_sound_is_a_recording_of_no_length(tmp_path):
    (tmp_path / "empty.wav").write_bytes(wav_bytes(to_segment(np.zeros(0))))
    assert measure(tmp_path / "empty.wav").duration_ms == 0
    assert waveform(tmp_path / "empty.wav", 3) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"this is no sound at all" * 100])
def test_a_file_that_is_no_recording_is_refused_by_name(tmp_path, content):
    (tmp_path / "broken.wav").write_bytes(content)
    with pytest.raises(ValueError, match=r"broken\.wav"):
        measure(tmp_path / "broken.wav")


def test_a_recording_cut_off_in_a_sample_keeps_what_is_there(tmp_path):
    whole = wav_bytes(to_segment(sine(500, 1.0)))
    (tmp_path / "cut.wav").write_bytes(whole[: len(whole) // 2 + 1])
    assert 490 <= measure(tmp_path / "cut.wav").duration_ms <= 500


def test_the_waveform_shows_where_somebody_speaks(tmp_path):
    sound = np.concatenate([np.zeros(RATE), sine(500, 1.0, level_db=-6), np.zeros(RATE)])
    (tmp_path / "call.wav").write_bytes(wav_bytes(to_segment(sound)))
    shape = waveform(tmp_path / "call.wav", 6)
    assert shape[:2] == (0.0, 0.0)
    assert shape[2] == pytest.approx(0.5, abs=0.02)
    assert shape[4:] == (0.0, 0.0)


@pytest.mark.parametrize("form", ["mp3", "ogg"])
def test_served_in_another_form_it_is_smaller_and_still_the_same_sound(tmp_path, form):
    served = serve_as(write_tone(tmp_path / "call.wav", 700, 5), form, tmp_path / f"call.{form}")
    assert served.stat().st_size < (tmp_path / "call.wav").stat().st_size / 2
    back = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(served), "-ar", "8000", "-ac", "1", "-f", "wav", "-"]
    samples = to_samples(open_wav(subprocess.run(back, capture_output=True, check=True).stdout, "served"))
    assert goertzel(samples, 700) > 0.8
    assert len(samples) / RATE == pytest.approx(5, abs=0.2)


def test_lowering_the_rate_folds_nothing_back_into_the_voice():
    high = sine(5_000, 1.0, rate=22_050)
    assert np.max(np.abs(resample(high, 22_050, RATE)[400:-400])) < 0.02
    voice = resample(sine(1_000, 1.0, rate=22_050), 22_050, RATE)
    assert len(voice) == RATE
    assert goertzel(voice, 1_000) > 0.98
