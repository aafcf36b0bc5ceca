"""Prompts as espeak-ng really speaks them: telephone sound, even in level, made once, in Mandarin where it is Mandarin."""

import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from callcenter.kernel.center import Label
from callcenter.kernel.ids import PromptId
from callcenter.media.numbers import number_texts
from callcenter.media.prompts import VOICES, Made, SpeechFault, make_prompts, pieces
from callcenter.media.recordings import measure
from config.center_file import read_center

EXAMPLE = Path(__file__).parents[2] / "config" / "example" / "center.yaml"
WELCOME = PromptId("welcome")
CLOSED = PromptId("closed")
TWO = {
    WELCOME: Label("Thank you for calling Harbor Lane.", "感谢您致电海港里。"),
    CLOSED: Label("We are closed now. Please call again tomorrow.", "现在是非营业时间。请您明天再来电。"),
}
NUMBERS = 2 * len(number_texts())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "prompts"


def test_every_prompt_and_number_becomes_a_telephone_file_of_even_level(folder):
    assert make_prompts(TWO, ["en", "zh"], folder) == Made(made=4 + NUMBERS, kept=0, removed=0)
    for path in folder.rglob("*.wav"):
        with wave.open(str(path)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8_000, 1, 2), path.name
        measured = measure(path)
        assert -27 < measured.level_db < -17, path.name
        assert measured.peak_db <= -2.9, path.name
        assert 150 < measured.duration_ms < 15_000, path.name
    assert {path.parent.name for path in folder.rglob("welcome.wav")} == {"en", "zh"}


def test_the_second_run_makes_nothing_and_needs_no_espeak(folder, monkeypatch):
    make_prompts(TWO, ["en", "zh"], folder)
    monkeypatch.setenv("PATH", str(folder))
    assert make_prompts(TWO, ["en", "zh"], folder) == Made(made=0, kept=4 + NUMBERS, removed=0)


def test_only_what_changed_is_spoken_again_and_what_is_gone_goes(folder):
    make_prompts(TWO, ["en", "zh"], folder)
    before = (folder / "en" / "welcome.wav").read_bytes()
    changed = {WELCOME: Label("Good morning from Harbor Lane.", TWO[WELCOME].zh)}
    assert make_prompts(changed, ["en", "zh"], folder) == Made(made=1, kept=1 + NUMBERS, removed=2)
    assert (folder / "en" / "welcome.wav").read_bytes() != before
    assert not list(folder.rglob("closed.wav"))


def test_a_file_that_was_lost_is_made_again_and_a_run_that_was_cut_off_is_finished(folder):
    make_prompts(TWO, ["en", "zh"], folder)
    (folder / "zh" / "welcome.wav").unlink()
    assert make_prompts(TWO, ["en", "zh"], folder).made == 1
    (folder / "stamps.json").write_text("{ cut o")
    assert make_prompts(TWO, ["en", "zh"], folder).made == 4 + NUMBERS


def test_a_prompt_that_nobody_can_hear_is_named(folder):
    with pytest.raises(SpeechFault, match=r"\.\.\."):
        make_prompts({WELCOME: Label("...", "您好。")}, ["en"], folder)


def test_prompts_begin_and_end_without_a_wait(folder):
    make_prompts(TWO, ["en"], folder)
    with wave.open(str(folder / "en" / "welcome.wav")) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    loud = np.flatnonzero(np.abs(samples) > 600)
    assert loud[0] < 0.2 * 8_000
    assert len(samples) - loud[-1] < 0.3 * 8_000


def test_every_chinese_prompt_of_the_sample_center_is_read_as_mandarin_and_not_spelt_in_english():
    center = read_center(EXAMPLE).center
    texts = {**{str(name): label for name, label in center.prompts.items()}, **number_texts()}
    for name, label in texts.items():
        for words, voice in pieces(label.zh, "zh"):
            if voice == "zh":
                command = ["espeak-ng", "-q", "-x", "-v", VOICES["zh"], "--stdin"]
                sounds = subprocess.run(command, input=words, capture_output=True, text=True, check=True).stdout
                assert "(en)" not in sounds, f"{name}: {sounds}"
