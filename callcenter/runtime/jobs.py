"""Effects that are ours to do: who calls, and fetching a finished recording into the store."""

from collections.abc import Callable

from callcenter.kernel.ids import CallId, RecordingId
from callcenter.kernel.signals import ContactMatch
from callcenter.store.crm import Crm
from callcenter.store.recordings import Recordings
from callcenter.telephony.port import Carrier


class StoreJobs:
    """Both may be repeated: a look-up changes nothing, a recording that is kept already is kept again under its own name."""

    def __init__(self, crm: Crm, recordings: Recordings, region: Callable[[], str]) -> None:
        self._crm = crm
        self._recordings = recordings
        self._region = region

    async def look_up(self, number: str) -> tuple[ContactMatch, ...]:
        return await self._crm.look_up(number, self._region())

    async def store_recording(self, carrier: Carrier, recording: RecordingId, call: CallId) -> tuple[int, int]:
        """Size in bytes and duration in ms. The carrier's copy goes only when ours is on the disk."""
        kept = await self._recordings.keep(recording, call, await carrier.fetch_recording(recording))
        await carrier.discard_recording(recording)
        return kept.size, kept.duration_ms
