"""The least softphone that registers: SIP over WebSocket with digest access (RFC 7118, RFC 3261, RFC 2617), nothing else.

Sound and calls are a browser's (tests/web); this one only makes a device reachable. Imports nothing of ours.
"""

import hashlib
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp


class Softphone:
    """One registration on an open socket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, user: str, password: str, domain: str) -> None:
        self._socket = socket
        self._user = user
        self._password = password
        self._domain = domain
        self._call_id = secrets.token_hex(8)
        self._tag = secrets.token_hex(4)
        self._sequence = 0

    async def register(self, expires_s: int = 600) -> int:
        """Registers (0 seconds: unregisters); returns the final SIP status."""
        status, head = await self._send(expires_s)
        if status == 401:
            status, _ = await self._send(expires_s, self._answer(head))
        return status

    def _answer(self, head: str) -> str:
        found = re.search(r"WWW-Authenticate: Digest (.*)", head)
        assert found is not None, head
        fields = dict(re.findall(r'(\w+)="?([^",]*)"?', found[1]))
        uri = f"sip:{self._domain}"

        def md5(text: str) -> str:
            return hashlib.md5(text.encode()).hexdigest()

        key = md5(f"{self._user}:{fields['realm']}:{self._password}")
        nonce, cnonce = fields["nonce"], secrets.token_hex(8)
        response = md5(f"{key}:{nonce}:00000001:{cnonce}:auth:{md5(f'REGISTER:{uri}')}")
        opaque = f', opaque="{fields["opaque"]}"' if "opaque" in fields else ""
        return (
            f'Authorization: Digest username="{self._user}", realm="{fields["realm"]}", nonce="{nonce}", uri="{uri}", '
            f'response="{response}", algorithm=MD5, qop=auth, nc=00000001, cnonce="{cnonce}"{opaque}\r\n'
        )

    async def _send(self, expires_s: int, authorization: str = "") -> tuple[int, str]:
        self._sequence += 1
        me = f"<sip:{self._user}@{self._domain}>"
        await self._socket.send_str(
            f"REGISTER sip:{self._domain} SIP/2.0\r\n"
            f"Via: SIP/2.0/WS phone.invalid;branch=z9hG4bK{secrets.token_hex(6)}\r\n"
            f"Max-Forwards: 70\r\nFrom: {me};tag={self._tag}\r\nTo: {me}\r\n"
            f"Call-ID: {self._call_id}\r\nCSeq: {self._sequence} REGISTER\r\n"
            f"Contact: <sip:{self._user}@phone.invalid;transport=ws>;expires={expires_s}\r\n"
            f"Expires: {expires_s}\r\n{authorization}Content-Length: 0\r\n\r\n"
        )
        while True:
            head = await self._socket.receive_str(timeout=10)
            if head.startswith("SIP/2.0 ") and f"CSeq: {self._sequence} REGISTER" in head:
                status = int(head.split(" ", 2)[1])
                if status >= 200:
                    return status, head


@asynccontextmanager
async def softphone(url: str, user: str, password: str, *, domain: str, origin: str = "") -> AsyncIterator[Softphone]:
    """A softphone on the SIP socket `url`; not registered yet. It vanishes with the block."""
    headers = {"Origin": origin} if origin else {}
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(url, protocols=("sip",), headers=headers) as socket,
    ):
        yield Softphone(socket, user, password, domain)
