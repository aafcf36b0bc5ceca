"""ARI's HTTP half: recordings' files, which the socket refuses to carry, and the questions of `doctor`. Never an event socket:
a classic one on our application would take its events away for good."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import msgspec

from callcenter.kernel.errors import CarrierFault
from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.settings import OLDEST, AsteriskSettings, new_enough

PARALLEL = 50
"""Connections at once: Asterisk's web server disconnects whoever exceeds its sessionlimit (100 by default)."""
_HEADER = 44
"""Bytes before the sound in a WAV file of Asterisk's."""
BACKOFF_MS = (100, 400, 1_600)
"""Waits between attempts; only reads are repeated."""


def whole_header(beginning: bytes, size: int) -> bytes:
    """The beginning of a WAV file of `size` bytes, with its lengths put in if they never were: Asterisk writes them when it
    closes the file, and one that was killed in mid-recording has left a header that says there is nothing."""
    unfinished = beginning[:4] == b"RIFF" and beginning[36:44] == b"data\0\0\0\0" and size > _HEADER
    if not unfinished:
        return beginning
    lengths = ((size - 8).to_bytes(4, "little"), (size - _HEADER).to_bytes(4, "little"))
    return beginning[:4] + lengths[0] + beginning[8:40] + lengths[1] + beginning[_HEADER:]


class AriFiles:
    """Reads over HTTP from one Asterisk."""

    def __init__(self, settings: AsteriskSettings) -> None:
        self._settings = settings
        self._http: aiohttp.ClientSession | None = None

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            login = aiohttp.encode_basic_auth(self._settings.ari_user, self._settings.ari_password)
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=PARALLEL),
                headers={"Authorization": login},
                timeout=aiohttp.ClientTimeout(total=60, connect=5, sock_read=10),
            )
        return self._http

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def recording(self, name: str) -> AsyncIterator[bytes]:
        """The file of a stored recording, in pieces. Raises CarrierFault; retryable unless Asterisk says it has no such file."""
        url = self._settings.ari_url + r.recording_file(name).path
        for attempt, wait_ms in enumerate((*BACKOFF_MS, None)):
            sent = False
            try:
                async with self._session().get(url) as answer:
                    if answer.status == 200:
                        async for piece in answer.content.iter_chunked(64 * 1024):
                            yield piece if sent else whole_header(piece, answer.content_length or 0)
                            sent = True
                        return
                    if answer.status == 404 and answer.content_type == "application/json":
                        raise CarrierFault("Asterisk has no such recording", retryable=False)
                    if answer.status in (401, 403):
                        raise CarrierFault("Asterisk refuses the ARI user or password for HTTP", retryable=False)
                    why = f"Asterisk answered {answer.status}"
            except (aiohttp.ClientError, TimeoutError) as error:
                why = f"Asterisk could not be read: {type(error).__name__}"
                if sent:
                    # Half a file has been given away already: whoever took it starts again.
                    raise CarrierFault(why, retryable=True) from error
            if wait_ms is None:
                raise CarrierFault(f"{why}, {attempt + 1} times", retryable=True)
            await asyncio.sleep(wait_ms / 1000)

    async def examine(self) -> list[str]:
        """What `doctor` says of Asterisk's web server: one sentence for each thing that is wrong, with its cure; [] is well."""
        url = self._settings.ari_url
        try:
            async with self._session().get(url + r.asterisk_info().path) as answer:
                body = await answer.read()
                status, kind = answer.status, answer.content_type
        except (aiohttp.ClientError, TimeoutError) as error:
            return [f"{url} does not answer ({type(error).__name__}): is Asterisk running, is http.conf enabled on that address?"]
        if status in (401, 403):
            return [f"{url} refuses the user {self._settings.ari_user}: compare the password in ari.conf with the settings."]
        if status == 404 and kind != "application/json":
            return [f"{url} has no ARI (yet): load res_ari.so and its friends (modules.conf), or wait while Asterisk boots."]
        if status == 503:
            return ["Asterisk is booting: ask again in a few seconds."]
        try:
            about = ari.read(body, ari.AsteriskInfo)
        except msgspec.DecodeError:
            return [f"{url} answers {status} with something that is not ARI: is the address right, does a proxy stand between?"]
        wrong: list[str] = []
        if not new_enough(about.system.version):
            oldest = ".".join(map(str, OLDEST))
            wrong.append(f"Asterisk {about.system.version} is too old: upgrade it to {oldest} or later (security fixes).")
        wrong += await self._examine_application()
        wrong += await self._examine_recording_folder()
        return wrong

    async def _examine_application(self) -> list[str]:
        name = self._settings.application
        async with self._session().get(self._settings.ari_url + r.application(name).path) as answer:
            if answer.status == 200:
                return []
        return [
            f"Asterisk does not know the application {name}: put the section [{name}] of config/asterisk/ari.conf and "
            "websocket_client.conf into its configuration and run `module reload res_ari.so`; if it is there already, another "
            "program took it: stop that program, take the section out, reload, put it back, reload."
        ]

    async def _examine_recording_folder(self) -> list[str]:
        async with self._session().get(self._settings.ari_url + r.stored_recordings().path) as answer:
            if answer.status == 200:
                return []
        return [
            "Asterisk cannot list its recordings: make the folder recording/ below astspooldir, owned by Asterisk's user."
        ]


async def begun(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same pieces, the first of them fetched: so a missing file is known now, and not in the middle."""
    first = await anext(pieces, b"")

    async def all_of_them() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return all_of_them()
