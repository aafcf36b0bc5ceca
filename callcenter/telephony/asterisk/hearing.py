"""What a leg hears while it is in no bridge: prompts file by file, keys collected, music, ringing; one thing at a time. Pure.

A prompt is stopped before its channel is asked for anything else: Asterisk would let the request wait for the prompt's end, and
every other request on the socket with it.
"""

from callcenter.kernel import effects as fx
from callcenter.kernel import signals as sig
from callcenter.kernel.ids import EffectId, LegId
from callcenter.kernel.words import Fault, GatherEnd, PlaybackEnd, Treatment
from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.lines import Gathering, Line, Speaking, Token
from callcenter.telephony.asterisk.telling import Telling
from callcenter.telephony.spoken import pieces


class Hearing(Telling):
    """The sound of single legs."""

    def _stop_hearing(self, line: Line) -> None:
        """Whatever it hears from us stops, because something else was asked."""
        hears, line.hears = line.hears, Treatment.SILENCE
        line.astray = False
        if line.stale:
            line.stale = False
            self._send(r.stop_music(line.leg), Token(step="stop_treatment", leg=line.leg))
            self._send(r.stop_ring(line.leg), Token(step="stop_treatment", leg=line.leg))
        if isinstance(hears, Speaking | Gathering):
            if hears.playback is not None:
                self._send(r.stop_playback(hears.playback), Token(step="stop_playback", leg=line.leg))
            self._say(sig.PlaybackEnded(leg=line.leg, effect=hears.asked.effect, end=PlaybackEnd.REPLACED))
        elif hears is Treatment.MUSIC:
            self._send(r.stop_music(line.leg), Token(step="stop_treatment", leg=line.leg))
        elif hears is Treatment.RINGBACK:
            self._send(r.stop_ring(line.leg), Token(step="stop_treatment", leg=line.leg))

    def _treat(self, line: Line, treatment: Treatment, effect: EffectId | None, kind: str) -> None:
        line.hears = treatment
        if treatment is Treatment.SILENCE:
            return
        line.ahead = ""
        request = r.start_music(line.leg) if treatment is Treatment.MUSIC else r.ring(line.leg)
        self._send(request, Token(step="treat", effect=effect, kind=kind, leg=line.leg))

    def _files(self, asked: fx.PlayPrompts | fx.Gather) -> list[str]:
        folder = f"{self.prompts}/{asked.language}"
        return [f"sound:{folder}/{name}" for spoken in asked.prompts for name in pieces(spoken, asked.language)]

    def _next_file(self, line: Line, hears: Speaking | Gathering, now: int) -> None:
        """Plays the next file, or goes on after the last."""
        if hears.files:
            hears.playback = f"{hears.asked.effect}-{hears.count:03}"
            hears.count += 1
            token = self._token(hears.asked, "play", leg=line.leg, part=hears.playback)
            self._send(r.play(line.leg, hears.playback, [hears.files.pop(0)]), token)
            return
        hears.playback = None
        if isinstance(hears, Gathering):
            hears.due_at = now + (hears.asked.between_ms if hears.digits else hears.asked.timeout_ms)
            return
        self._say(sig.PlaybackEnded(leg=line.leg, effect=hears.asked.effect, end=PlaybackEnd.COMPLETED))
        self._treat(line, hears.asked.then, hears.asked.effect, "PlayPrompts")

    def _unspoken(self, line: Line, hears: Speaking | Gathering, detail: str) -> None:
        """A file cannot be played; the leg hears what would have come after the prompts."""
        asked = hears.asked
        self._fail(asked.effect, type(asked).__name__, Fault.MISSING_MEDIA, line.leg, detail)
        line.hears = Treatment.SILENCE
        if isinstance(asked, fx.PlayPrompts):
            self._treat(line, asked.then, asked.effect, "PlayPrompts")

    def _played(self, playback: ari.Playback, now: int) -> None:
        line = self.known.lines.get(LegId(playback.target_uri.removeprefix("channel:")))
        if line is None or not isinstance(line.hears, Speaking | Gathering) or line.hears.playback != playback.id:
            return
        line.hears.playback = None
        if playback.state != "failed":
            self._next_file(line, line.hears, now)
        elif not line.hanging_up and not line.by_us:
            self._unspoken(line, line.hears, "a prompt's sound file is missing or cannot be read")

    def _ask(self, line: Line, asked: fx.Gather, now: int) -> None:
        """The question, or at once what was pressed ahead of it."""
        gathering = line.hears = Gathering(asked=asked, files=self._files(asked))
        ahead, line.ahead = line.ahead, ""
        for key in ahead:  # those that it does not take are ahead of the next
            self._key(line, key, now)
        if not ahead:
            self._next_file(line, gathering, now)

    def _key(self, line: Line, key: str, now: int) -> None:
        gathering = line.hears
        if line.bridge is not None:
            return
        if not isinstance(gathering, Gathering):
            if line.inbound and (isinstance(gathering, Speaking) or gathering is Treatment.SILENCE):
                line.ahead = (line.ahead + key)[: fx.KEYS_AHEAD]
            return
        if gathering.playback is not None:
            self._send(r.stop_playback(gathering.playback), Token(step="stop_playback", leg=line.leg))
            gathering.playback = None
        gathering.files.clear()
        if key in gathering.asked.terminator:
            self._gathered(line, gathering, GatherEnd.TERMINATOR)
            return
        gathering.digits += key
        if len(gathering.digits) >= gathering.asked.maximum:
            self._gathered(line, gathering, GatherEnd.MAXIMUM)
        else:
            gathering.due_at = now + gathering.asked.between_ms

    def _gathered(self, line: Line, gathering: Gathering, end: GatherEnd) -> None:
        line.hears = Treatment.SILENCE
        asked = gathering.asked
        self._say(sig.DigitsGathered(leg=line.leg, effect=asked.effect, digits=gathering.digits, end=end))
