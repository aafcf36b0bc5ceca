"""The numbers of the detector, as data: each with its unit and where it comes from.

`train` was set on the training half of the synthetic corpus (tests/benchmarks/amd) and scored on the other half, which shares no
phrase, name or English voice with it; docs/performance.md has the scores and says what they cannot show. Levels are dB of full
scale (a square wave of 16 bits is 0), durations whole ms since the answer or of a thing.
"""

from collections.abc import Mapping

from msgspec import Struct

RATE = 8_000
FRAME = 160
FRAME_MS = 20
"""What a telephone network sends at once: 160 samples of 8 kHz."""


class VoiceSettings(Struct, frozen=True, kw_only=True):
    """When a frame is speech."""

    quietest_db: float = -48.0
    """Below, nothing is speech (train; ITU-T P.56 puts active speech at -26, and lines lose up to 14)."""
    above_floor_db: float = 9.0
    """Speech stands so far above the quietest tenth of what was heard (train)."""
    below_peak_db: float = 15.0
    """... and at most so far below the loudest: what is much fainter is another voice (train)."""
    loud_db: float = 6.0
    """Speech of one mouth comes so near to the loudest again and again; a television behind a person does not (train)."""
    bridge_ms: int = 120
    """Gaps up to this are inside a word: stops and closures last 50 to 100 ms (textbooks of phonetics)."""
    shortest_ms: int = 60
    """Less is a click."""


class VerdictSettings(Struct, frozen=True, kw_only=True):
    """When what was said is a verdict."""

    decide_by_ms: int = 1_500
    """After this the verdict is `undecided`, which counts as a person (goal: decision p95 within 1.5 s after the answer)."""
    listen_ms: int = 8_000
    """An undecided verdict may be corrected until then."""
    least_speech_ms: int = 100
    """So much speech makes a greeting."""
    person_pauses: tuple[tuple[int, int], ...] = ((600, 380), (1_600, 520), (2_600, 740))
    """(length of the first phrase up to, silence after it from): a person says little and waits for us (train)."""
    machine_phrase_ms: int | None = None
    """A phrase without such a pause that is longer is a machine's; None: however long somebody speaks, she may be a person."""
    loud_gap_ms: int = 1_000
    """... if it is as loud as its loudest at least so often (train)."""
    clear_db: float = 32.0
    """... and the quietest tenth of what was heard is so far below it: among other voices nothing is certain (train)."""
    phrase_pause_ms: int = 800
    """Silence that ends a phrase, however long it was (train)."""


class ToneSettings(Struct, frozen=True, kw_only=True):
    """What a tone is, and which tone is whose."""

    quietest_db: float = -45.0
    lowest_hz: float = 380.0
    """Voiced speech with little but its lowest harmonic lies below (a child's or falsetto's fundamental ends there)."""
    highest_hz: float = 3_000.0
    share: float = 0.85
    """Of the power within 300 to 3,600 Hz that one tone, or two, hold in a window of 32 ms (train)."""
    second_share: float = 0.06
    """A second peak with less is not a tone of its own (window's side lobes, companding)."""
    wander_hz: float = 4.0
    """Four fifths of a tone's frames lie so near to a straight line through their frequencies (train: voices wander more)."""
    sway_db: float = 1.0
    """... and so near to its level (train)."""
    alone_db: float = 9.0
    """A beep stands so far above what is heard shortly before and after it: no beep begins in the middle of a word (train)."""
    shortest_ms: int = 120
    longest_ms: int = 2_000
    settle_ms: int = 240
    """After so much without a tone the beep is over; a second one within it belongs to it (train)."""
    before_ms: int = 300
    """Tones that networks play too (below) are beeps only after so much speech."""
    network_band_hz: tuple[float, float] = (380.0, 500.0)
    """Single ringback and busy tones (ITU-T E.180 supplement 2: Europe, China), and pairs that 32 ms cannot part."""
    network_pairs_hz: tuple[tuple[float, float], ...] = ((350.0, 440.0), (440.0, 480.0), (480.0, 620.0), (400.0, 450.0))
    """Dial, ringback, busy and congestion of North America; ringback of the United Kingdom (ITU-T E.180 supplement 2)."""
    network_within_hz: float = 14.0
    key_low_hz: tuple[float, ...] = (697.0, 770.0, 852.0, 941.0)
    key_high_hz: tuple[float, ...] = (1_209.0, 1_336.0, 1_477.0, 1_633.0)
    """Pressed keys (ITU-T Q.23)."""
    key_within: float = 0.02
    """Relative; receivers have to take 1.5 % (ITU-T Q.24)."""
    information_hz: tuple[tuple[float, float], ...] = ((900.0, 1_000.0), (1_350.0, 1_450.0), (1_740.0, 1_850.0))
    """The three tones before a carrier's announcement, in order (ITU-T E.180: 950, 1400, 1800, each within 50)."""
    fax_calling_hz: tuple[float, float] = (1_062.0, 1_138.0)
    fax_calling_ms: tuple[int, int] = (400, 620)
    """A calling fax: 1,100 Hz within 38 for 0.5 s within 15 % (ITU-T T.30), and a frame at each end."""
    fax_answering_hz: tuple[float, float] = (2_075.0, 2_125.0)
    fax_answering_ms: int = 400
    """An answering fax or modem: 2,100 Hz within 15 for 2.6 s or more (ITU-T T.30, V.25); a frame's is known within 10."""


class AmdSettings(Struct, frozen=True, kw_only=True):
    voice: VoiceSettings = VoiceSettings()
    verdict: VerdictSettings = VerdictSettings()
    tone: ToneSettings = ToneSettings()


QUICK = AmdSettings()
"""The default: a person is never kept waiting, and only tones make a machine."""
PATIENT = AmdSettings(verdict=VerdictSettings(decide_by_ms=7_000, machine_phrase_ms=6_000))
"""Waits for the end of long greetings, and takes speech without end for a machine's (6 s: train): for messages without agents."""
PRESETS: Mapping[str, AmdSettings] = {"quick": QUICK, "patient": PATIENT}
