"""The mechanics of a simulated phone network: lines, what each one hears, bridges, recordings. How lines are rung is in
`dialing`; who may ask for what, and what can go wrong on the way, in `carrier`.

A line that is in no bridge hears one thing at a time. People are told through the agenda, never in the middle of a move, so
a person who reacts at once finds everything in order.
"""

from collections.abc import Iterable, Mapping

from callcenter.kernel.center import Label
from callcenter.kernel.effects import KEYS_AHEAD, Gather, PlayPrompts
from callcenter.kernel.flow import SayPrompt, Spoken
from callcenter.kernel.ids import BridgeId, LegId, PromptId, RecordingId
from callcenter.kernel.signals import (
    BridgeClosed,
    CarrierSignal,
    DigitsGathered,
    EffectFailed,
    LegEnded,
    LegJoined,
    LegLeft,
    PlaybackEnded,
    RecordingEnded,
    RecordingStarted,
)
from callcenter.kernel.words import Cause, Fault, GatherEnd, Language, PlaybackEnd, Treatment
from callcenter.simulation.agenda import Agenda
from callcenter.simulation.phones import NOBODY, Gathering, Line, Recording, Speaking
from callcenter.simulation.sound import prompt_ms


class Failure(Exception):
    """An effect cannot be carried out."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail


class Switch:
    """Lines, bridges and recordings. Subclasses say where signals go."""

    def __init__(self, agenda: Agenda) -> None:
        self.agenda = agenda
        self.texts: Mapping[PromptId, Label] = {}
        """The prompts that there are."""
        self.missing: set[PromptId] = set()
        """Prompts whose sound is missing although the center knows their text."""
        self.lines: dict[LegId, Line] = {}
        self.bridges: dict[BridgeId, list[LegId]] = {}
        self.recordings: dict[RecordingId, Recording] = {}
        """Those that run, and finished ones until somebody discards them."""
        self._running: dict[BridgeId, list[Recording]] = {}

    def tell(self, signal: CarrierSignal) -> None:
        raise NotImplementedError

    # -- lines ----------------------------------------------------------------------------------------------------------

    def line(self, leg: LegId) -> Line:
        """The line of a leg; raises Failure when it is gone."""
        try:
            return self.lines[leg]
        except KeyError:
            raise Failure(Fault.GONE, "no such leg") from None

    def line_up(self, leg: LegId) -> Line:
        """The line of a leg that can be talked on; raises Failure."""
        line = self.line(leg)
        if line.state != "up":
            raise Failure(Fault.REFUSED, f"the leg is {line.state}")
        return line

    def end(self, line: Line, cause: Cause, now: int, *, by_us: bool = False) -> None:
        """The line is gone; the last that is heard of it."""
        if line.bridge is not None:
            self.take_out(line, now)
        if isinstance(line.hears, Speaking | Gathering) and line.hears.ends is not None:
            line.hears.ends.cancel()
        if line.gives_up is not None:
            line.gives_up.cancel()
        line.state = "ended"
        del self.lines[line.leg]
        self.tell(LegEnded(leg=line.leg, cause=cause, by_us=by_us))
        if line.person is not NOBODY:
            self.agenda.arrange(now, lambda at: line.person.ended(line, cause, at))

    # -- what a line hears ----------------------------------------------------------------------------------------------

    def silence(self, line: Line) -> None:
        """Whatever it heard of ours is over, because something else was asked."""
        if isinstance(line.hears, Speaking | Gathering):
            if line.hears.ends is not None:
                line.hears.ends.cancel()
            self.tell(PlaybackEnded(leg=line.leg, effect=line.hears.effect, end=PlaybackEnd.REPLACED))
        line.hears = Treatment.SILENCE

    def treat(self, line: Line, treatment: Treatment, now: int) -> None:
        self.silence(line)
        self._left_to(line, treatment)
        self._heard(line, now)

    @staticmethod
    def _left_to(line: Line, treatment: Treatment) -> None:
        line.hears = treatment
        if treatment is not Treatment.SILENCE:
            line.ahead = ""

    def speak(self, line: Line, asked: PlayPrompts, now: int) -> None:
        if isinstance(line.hears, Speaking) and line.hears.effect == asked.effect:
            return
        self.silence(line)
        speaking = Speaking(effect=asked.effect, prompts=asked.prompts, language=asked.language, then=asked.then)
        lasts, complete = self._length(asked.prompts, asked.language)

        def over(at: int) -> None:
            self._left_to(line, speaking.then)
            if complete:
                self.tell(PlaybackEnded(leg=line.leg, effect=asked.effect, end=PlaybackEnd.COMPLETED))
            else:
                self._unspoken(line, asked)
            self._heard(line, at)

        line.hears = speaking
        speaking.ends = self.agenda.arrange(now + lasts, over)
        self._heard(line, now)

    def gather(self, line: Line, asked: Gather, now: int) -> None:
        if isinstance(line.hears, Gathering) and line.hears.effect == asked.effect:
            return
        self.silence(line)
        gathering = Gathering(
            effect=asked.effect,
            prompts=asked.prompts,
            language=asked.language,
            maximum=asked.maximum,
            terminator=asked.terminator,
            between_ms=asked.between_ms,
            timeout_ms=asked.timeout_ms,
        )
        lasts, complete = self._length(asked.prompts, asked.language)

        def spoken(at: int) -> None:
            if complete:
                gathering.speaking = False
                self._await_key(line, gathering, asked.timeout_ms, at)
            else:
                line.hears = Treatment.SILENCE
                self._unspoken(line, asked)
                self._heard(line, at)

        line.hears = gathering
        ahead, line.ahead = line.ahead, ""
        for key in ahead:
            self.key(line, key, now)
        if not ahead:
            gathering.ends = self.agenda.arrange(now + lasts, spoken)
            self._heard(line, now)

    def key(self, line: Line, key: str, now: int) -> None:
        """A key was pressed, for the question that is asked or, by a caller who hears prompts, for the next."""
        gathering = line.hears
        if line.bridge is not None:
            return
        if not isinstance(gathering, Gathering):
            if line.inbound and (isinstance(gathering, Speaking) or gathering is Treatment.SILENCE):
                line.ahead = (line.ahead + key)[:KEYS_AHEAD]
            return
        gathering.speaking = False
        if key in gathering.terminator:
            self._gathered(line, gathering, GatherEnd.TERMINATOR, now)
            return
        gathering.digits += key
        if len(gathering.digits) >= gathering.maximum:
            self._gathered(line, gathering, GatherEnd.MAXIMUM, now)
        else:
            self._await_key(line, gathering, gathering.between_ms, now)

    def _await_key(self, line: Line, gathering: Gathering, wait_ms: int, now: int) -> None:
        if gathering.ends is not None:
            gathering.ends.cancel()
        gathering.ends = self.agenda.arrange(now + wait_ms, lambda at: self._gathered(line, gathering, GatherEnd.TIMEOUT, at))

    def _gathered(self, line: Line, gathering: Gathering, end: GatherEnd, now: int) -> None:
        if gathering.ends is not None:
            gathering.ends.cancel()
        line.hears = Treatment.SILENCE
        self.tell(DigitsGathered(leg=line.leg, effect=gathering.effect, digits=gathering.digits, end=end))
        self._heard(line, now)

    def _length(self, prompts: tuple[Spoken, ...], language: Language) -> tuple[int, bool]:
        """How long the prompts last together, up to the first that is missing; and whether none is."""
        total = 0
        for spoken in prompts:
            lasts = prompt_ms(spoken, language, self.texts)
            if lasts is None or (isinstance(spoken, SayPrompt) and spoken.prompt in self.missing):
                return total, False
            total += lasts
        return total, True

    def _unspoken(self, line: Line, asked: PlayPrompts | Gather) -> None:
        self.tell(
            EffectFailed(
                effect=asked.effect,
                kind=type(asked).__name__,
                fault=Fault.MISSING_MEDIA,
                leg=line.leg,
                detail="a prompt has no sound",
            )
        )

    def _heard(self, line: Line, now: int) -> None:
        if line.person is not NOBODY:
            self.agenda.arrange(now, lambda at: line.person.hears(line, at) if line.state == "up" else None)

    # -- bridges --------------------------------------------------------------------------------------------------------

    def put_in(self, line: Line, bridge: BridgeId, now: int) -> None:
        if line.bridge == bridge:
            self.tell(LegJoined(bridge=bridge, leg=line.leg))
            return
        if line.bridge is not None:
            self.take_out(line, now)
        self.silence(line)
        self.bridges.setdefault(bridge, []).append(line.leg)
        line.bridge, line.ahead = bridge, ""
        self.tell(LegJoined(bridge=bridge, leg=line.leg))
        self.changed(bridge, now)

    def take_out(self, line: Line, now: int) -> None:
        bridge = line.bridge
        assert bridge is not None, "only a leg in a bridge is taken out"
        self.bridges[bridge].remove(line.leg)
        line.bridge = None
        self.tell(LegLeft(bridge=bridge, leg=line.leg))
        self.changed(bridge, now)

    def close(self, bridge: BridgeId, now: int) -> None:
        for recording in self.running(bridge):
            self.stop(recording, now)
        for leg in tuple(self.bridges.get(bridge, ())):
            line = self.lines[leg]
            self.take_out(line, now)
            self._heard(line, now)
        self.bridges.pop(bridge, None)
        self.tell(BridgeClosed(bridge=bridge))

    def changed(self, bridge: BridgeId, now: int) -> None:
        """Somebody came, left, fell silent or spoke again: recordings and parties notice."""
        members = [self.lines[leg] for leg in self.bridges[bridge]]
        tones = tuple(sorted(line.tone for line in members if line.tone and not line.muted))
        for recording in self.running(bridge):
            recording.turn(tones, now)
        for line in members:
            if line.person is not NOBODY:
                self._company(line, len(members) - 1, now)

    def _company(self, line: Line, others: int, now: int) -> None:
        self.agenda.arrange(now, lambda at: line.person.in_company(line, others, at) if line.bridge is not None else None)

    # -- recordings -----------------------------------------------------------------------------------------------------

    def running(self, bridge: BridgeId | None = None) -> Iterable[Recording]:
        if bridge is not None:
            return tuple(self._running.get(bridge, ()))
        return [recording for recordings in self._running.values() for recording in recordings]

    def record(self, name: RecordingId, bridge: BridgeId, now: int) -> None:
        if bridge not in self.bridges:
            raise Failure(Fault.GONE, "no such bridge")
        known = self.recordings.get(name)
        if known is not None:
            if known.duration_ms is not None or known.bridge != bridge:
                raise Failure(Fault.REFUSED, "a recording of this name exists")
            return
        members = [self.lines[leg] for leg in self.bridges[bridge]]
        tones = tuple(sorted(line.tone for line in members if line.tone and not line.muted))
        recording = Recording(recording=name, bridge=bridge, began_at=now, since_at=now, tones=tones)
        self.recordings[name] = recording
        self._running.setdefault(bridge, []).append(recording)
        self.tell(RecordingStarted(recording=name))

    def stop(self, recording: Recording, now: int) -> None:
        if recording.duration_ms is None:
            recording.turn((), now)
            recording.duration_ms = now - recording.began_at
            beside = self._running[recording.bridge]
            beside.remove(recording)
            if not beside:
                del self._running[recording.bridge]
        self.tell(RecordingEnded(recording=recording.recording, duration_ms=recording.duration_ms))
