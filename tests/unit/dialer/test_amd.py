"""Who answered, by made sounds: each rule alone, the moment of each verdict, and what no beep is."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from callcenter.kernel.words import Answerer
from dialer.amd.detector import BeepHeard, Detector, Finding, Verdict
from dialer.amd.settings import FRAME, FRAME_MS, PATIENT, PRESETS, QUICK, AmdSettings
from tests.unit.dialer.amd_sounds import Sound, glide, pcm, silence, tone, voice


def told(samples: NDArray[np.int16], how: AmdSettings = QUICK, since_answer_ms: int = 0) -> list[Finding]:
    detector = Detector(how, since_answer_ms=since_answer_ms)
    return [found for at in range(0, len(samples) - FRAME + 1, FRAME) for found in detector.feed(samples[at : at + FRAME])]


def verdicts(samples: NDArray[np.int16], how: AmdSettings = QUICK) -> list[Verdict]:
    return [found for found in told(samples, how) if isinstance(found, Verdict)]


def beeps(samples: NDArray[np.int16]) -> list[BeepHeard]:
    return [found for found in told(samples) if isinstance(found, BeepHeard)]


def test_a_hello_and_silence_is_a_person_as_soon_as_she_waits():
    (verdict,) = verdicts(pcm(silence(0.4), voice(0.4), silence(4)))
    assert (verdict.answerer, verdict.why, verdict.correction) == (Answerer.HUMAN, "pause", False)
    assert verdict.greeting_end_ms == pytest.approx(800, abs=60)
    assert verdict.delay_ms == pytest.approx(800 + QUICK.verdict.person_pauses[0][1], abs=100)


@pytest.mark.parametrize("level_db", [-34, -24, -12])
@pytest.mark.parametrize("pitch", [95, 140, 230])
def test_a_hello_is_a_person_however_loud_and_high(level_db: int, pitch: int):
    (verdict,) = verdicts(pcm(silence(0.3), voice(0.45, pitch=pitch, level_db=level_db), silence(3)))
    assert verdict.answerer is Answerer.HUMAN


def test_a_hello_on_a_loud_line_is_a_person():
    (verdict,) = verdicts(pcm(silence(0.3), voice(0.4, level_db=-14), silence(3), noise_db=-38))
    assert (verdict.answerer, verdict.why) == (Answerer.HUMAN, "pause")


@pytest.mark.parametrize("preset", list(PRESETS))
def test_who_says_nothing_counts_as_a_person_at_the_end_of_the_time(preset: str):
    how = PRESETS[preset]
    (verdict,) = verdicts(pcm(silence(9)), how)
    assert (verdict.answerer, verdict.delay_ms) == (Answerer.UNDECIDED, how.verdict.decide_by_ms)
    assert verdict.confidence == 0.5


def test_a_line_that_only_hisses_is_nobody_and_so_a_person():
    for noise_db in (-70, -45, -30, -18):
        (verdict,) = verdicts(pcm(silence(9), noise_db=noise_db))
        assert verdict.answerer is Answerer.UNDECIDED, noise_db


def test_a_long_greeting_alone_makes_no_machine_and_keeps_nobody_waiting():
    (verdict,) = verdicts(pcm(silence(0.3), voice(12), silence(1)))
    assert (verdict.answerer, verdict.delay_ms) == (Answerer.UNDECIDED, 1_500)


def test_a_long_greeting_may_be_told_to_make_a_machine_later():
    longest = 6_000
    how = msgspec.structs.replace(QUICK, verdict=msgspec.structs.replace(QUICK.verdict, machine_phrase_ms=longest))
    first, second = verdicts(pcm(silence(0.3), voice(9), silence(1)), how)
    assert (first.answerer, first.delay_ms) == (Answerer.UNDECIDED, 1_500)
    assert (second.answerer, second.why, second.correction) == (Answerer.MACHINE, "phrase", True)
    assert 300 + longest <= second.delay_ms <= 300 + longest + 200


def test_the_patient_wait_for_the_end_of_a_long_greeting():
    (verdict,) = verdicts(pcm(silence(0.3), voice(9), silence(1)), PATIENT)
    assert (verdict.answerer, verdict.correction) == (Answerer.MACHINE, False)
    (verdict,) = verdicts(pcm(silence(0.3), voice(2.2), silence(5)), PATIENT)
    assert verdict.answerer is Answerer.HUMAN


def test_a_person_before_a_television_is_no_machine():
    behind = voice(9, seed=4, level_db=-34)
    call = np.concatenate([silence(0.4), voice(0.5, level_db=-18), silence(8.1)]) + behind
    assert all(verdict.answerer in (Answerer.HUMAN, Answerer.UNDECIDED) for verdict in verdicts(pcm(call), PATIENT))


BEEPS = {
    "single": tone(0.4, 1_000),
    "low": tone(0.5, 440),
    "short": tone(0.15, 1_400),
    "long": tone(1.4, 850),
    "double": tone(0.4, 800, 1_200),
    "rising": glide(0.5, 800, 1_300),
    "falling": glide(0.3, 1_600, 1_100),
    "two": np.concatenate([tone(0.15, 900), silence(0.1), tone(0.15, 900)]),
    "warble": np.concatenate([tone(0.2, 800), tone(0.2, 1_100)]),
    "faint": tone(0.4, 1_000, level_db=-33),
}


@pytest.mark.parametrize("kind", list(BEEPS))
def test_a_beep_after_a_greeting_is_heard_when_it_is_over(kind: str):
    before = 0.3 + 4.0 + 0.4
    (beep,) = beeps(pcm(silence(0.3), voice(4.0), silence(0.4), BEEPS[kind], silence(1)))
    end = 1_000 * (before + len(BEEPS[kind]) / 8_000)
    assert beep.began_ms == pytest.approx(1_000 * before, abs=50)
    assert beep.ended_ms == pytest.approx(end, abs=50)
    assert beep.heard_ms - end <= QUICK.tone.settle_ms + 40


def test_a_beep_makes_a_machine_of_whom_was_taken_for_a_person():
    found = told(pcm(silence(0.3), voice(0.5), silence(1.2), tone(0.4, 1_000), silence(1)))
    first, second = (verdict for verdict in found if isinstance(verdict, Verdict))
    assert (first.answerer, second.answerer) == (Answerer.HUMAN, Answerer.MACHINE)
    assert (second.why, second.correction) == ("beep", True)
    assert isinstance(found[-1], BeepHeard)


def ringing(on: float, off: float, *hertz: float) -> Sound:
    return np.concatenate([tone(on, *hertz), silence(off), tone(on, *hertz), silence(1)])


NO_BEEPS = {
    "speech": voice(12, seed=3),
    "high voice": voice(12, seed=5, pitch=240),
    "keys": np.concatenate([np.concatenate([tone(0.2, low, high), silence(0.3)]) for low in (697, 770, 852, 941)
                            for high in (1_209, 1_336, 1_477)]),
    "ringback of North America": ringing(2, 4, 440, 480),
    "ringback of the United Kingdom": ringing(0.4, 0.2, 400, 450),
    "ringback of China": ringing(1, 4, 450),
    "ringback of Europe": ringing(1, 4, 425),
    "busy of North America": ringing(0.5, 0.5, 480, 620),
    "a whole minute's tone": tone(4, 1_000),
    "a click": np.concatenate([silence(1), tone(0.06, 1_000), silence(1)]),
    "a tone in the middle of a word": np.concatenate([voice(1), tone(0.2, 900, level_db=-20), voice(1)]),
}  # fmt: skip


@pytest.mark.parametrize("kind", list(NO_BEEPS))
def test_what_is_no_beep(kind: str):
    assert beeps(pcm(silence(0.3), NO_BEEPS[kind], silence(1))) == []


def test_fax_machines_that_call_and_that_answer():
    for start in (0.0, 0.1, 0.9):
        *_, verdict = verdicts(pcm(silence(start), tone(0.5, 1_100), silence(0.5)))
        assert (verdict.answerer, verdict.why) == (Answerer.FAX, "fax")
    (verdict,) = verdicts(pcm(silence(0.2), tone(2.8, 2_100), silence(1)))
    assert verdict.answerer is Answerer.FAX
    assert verdict.delay_ms <= 200 + 400 + 60, "its tone need not end first"


def test_a_voicemail_that_beeps_at_a_fax_machines_pitch_is_no_fax():
    call = pcm(silence(0.3), voice(3), silence(0.5), tone(0.5, 1_100), silence(1))
    assert verdicts(call)[-1].answerer is Answerer.MACHINE
    assert len(beeps(call)) == 1


def test_a_carriers_announcement_is_a_machine_and_its_tones_no_beep():
    tones = [tone(0.33, hertz) for hertz in (950, 1_400, 1_800)]
    call = pcm(silence(0.1), *tones, silence(0.2), voice(2), silence(1))
    (verdict,) = verdicts(call)
    assert (verdict.answerer, verdict.why, verdict.correction) == (Answerer.MACHINE, "information", False)
    assert beeps(call) == []


def test_times_count_from_the_answer_and_not_from_the_first_frame():
    call = pcm(silence(0.4), voice(0.4), silence(3))
    (early,), (late,) = told(call), told(call, since_answer_ms=60)
    assert isinstance(early, Verdict)
    assert isinstance(late, Verdict)
    assert late.delay_ms == early.delay_ms + 60
    assert early.greeting_end_ms is not None
    assert late.greeting_end_ms == early.greeting_end_ms + 60
    (nobody,) = told(pcm(silence(3)), since_answer_ms=60)
    assert isinstance(nobody, Verdict)
    assert nobody.delay_ms == 1_500


def test_a_frame_of_another_length_is_refused():
    with pytest.raises(ValueError, match="160"):
        Detector(QUICK).feed(np.zeros(80, dtype=np.int16))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), loud=st.lists(st.integers(0, 32_767), min_size=8, max_size=8), since=st.integers(0, 3_000))
def test_whatever_is_heard_there_is_one_verdict_in_time_and_at_most_one_correction_by_words(
    seed: int, loud: list[int], since: int
):
    chance = np.random.Generator(np.random.PCG64(seed))
    parts = [chance.integers(-one - 1, one + 1, 8_000 // 2) for one in loud]
    found = told(np.concatenate(parts).astype(np.int16), since_answer_ms=since)
    judged = [one for one in found if isinstance(one, Verdict)]
    assert judged
    assert judged[0].delay_ms <= max(since + FRAME_MS, QUICK.verdict.decide_by_ms + FRAME_MS)
    assert [one.correction for one in judged] == [False] + [True] * (len(judged) - 1)
    assert len(judged) <= 3, "undecided, a person, a tone: each once"
