"""Signed documents: a line of JSON, and a line with the signature over exactly the bytes of the first, without its line end.

Ed25519, so that anybody checks with the public key alone: `callcenter report check FILE`, or openssl (docs/auditing.md).
"""

from base64 import b64decode, b64encode
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from callcenter.kernel.errors import Refused
from callcenter.store import secret_file

FILE = "report.key"


class Signature(Struct, frozen=True, kw_only=True):
    """Base64 of 32 and 64 bytes."""

    algorithm: str
    key: str
    signature: str


class Seal:
    """Signs in the center's name. The key is a file of `folder`, made when it is missing, for our eyes only."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._key: Ed25519PrivateKey | None = None

    @property
    def public(self) -> str:
        """What an auditor is given beforehand, by another way than the report: base64."""
        return b64encode(self._private().public_key().public_bytes_raw()).decode()

    def seal(self, document: bytes) -> bytes:
        """The two lines. `document` must be one line."""
        assert b"\n" not in document
        signature = b64encode(self._private().sign(document)).decode()
        mark = Signature(algorithm="Ed25519", key=self.public, signature=signature)
        return document + b"\n" + msgspec.json.encode(mark) + b"\n"

    def _private(self) -> Ed25519PrivateKey:
        if self._key is None:
            if not self._file.exists():
                secret_file.keep(self._file, Ed25519PrivateKey.generate().private_bytes_raw())
            raw = self._file.read_bytes()
            if len(raw) != 32:
                why = f"{self._file} is no key: put it back from a backup, or remove it for a new one"
                raise Refused("report_key_damaged", why)
            self._key = Ed25519PrivateKey.from_private_bytes(raw)
        return self._key


def opened(sealed: bytes, key: str | None = None) -> tuple[bytes, str]:
    """The document and the public key by which it was signed. Raises Refused when it is not what was signed, or, with `key`,
    when somebody else signed it."""
    document, _, rest = sealed.partition(b"\n")
    try:
        mark = msgspec.json.decode(rest, type=Signature)
        public = Ed25519PublicKey.from_public_bytes(b64decode(mark.key, validate=True))
        public.verify(b64decode(mark.signature, validate=True), document)
    except InvalidSignature:
        raise Refused("seal_broken", "the report was changed after it was signed") from None
    except (msgspec.DecodeError, ValueError):
        raise Refused("seal_missing", "this is no signed report: its second line is the signature") from None
    if mark.algorithm != "Ed25519":
        raise Refused("seal_missing", "the signature is of a kind that this program does not make")
    if key is not None and mark.key != key:
        raise Refused("seal_of_another", f"the report is whole, but somebody else signed it, with the key {mark.key}")
    return document, mark.key
