"""Secrets of subscriptions, and the signature that proves a delivery to be ours. No input or output except the key's own file.

A secret is derived from the service's one key, so no row and no backup of the rows holds one: it is shown when it is made, and
afterwards the service makes it again whenever it signs. The signature covers the time of the attempt and the body; a receiver
refuses what is older than REPLAY_WINDOW_S, so that a recorded delivery cannot be sent again later.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from callcenter.kernel.errors import Refused
from callcenter.store import secret_file

HEADER = "Callcenter-Signature"
REPLAY_WINDOW_S = 300
ROTATION_MS = 24 * 3600 * 1000
"""For so long after a rotation deliveries bear the signatures of both keys."""
SECRET_PREFIX = "whsec_"
LEAST_KEY = 32


class Key(Struct, frozen=True):
    """One secret of a subscription by name."""

    id: str
    secret: str

    def __repr__(self) -> str:
        return f"Key({self.id})"


def new_key_id() -> str:
    return secrets.token_hex(8)


def key(master: bytes, key_id: str) -> Key:
    """The secret of this name."""
    digest = hmac.new(master, b"webhook/" + key_id.encode(), hashlib.sha256).digest()
    return Key(key_id, SECRET_PREFIX + base64.urlsafe_b64encode(digest).decode().rstrip("="))


def fingerprint(found: Key) -> str:
    """By which it is noticed that the service's key is not the one with which this secret was made. Tells nothing of either."""
    return hashlib.sha256(b"fingerprint/" + found.secret.encode()).hexdigest()[:16]


def signature(keys: Sequence[Key], body: bytes, at_s: int) -> str:
    """The header's value: `t=SECONDS,KEYID=HEX` with a further `,KEYID=HEX` while a rotation is under way."""
    text = str(at_s).encode() + b"." + body
    signed = (f"{one.id}={hmac.new(one.secret.encode(), text, hashlib.sha256).hexdigest()}" for one in keys)
    return ",".join([f"t={at_s}", *signed])


def master_key(given: str, folder: Path) -> bytes:
    """The service's key: what the environment gave, else a file of our own in `folder`, made when it is missing.

    Raises Refused for one that is too short to be a secret.
    """
    file = folder / "webhook.key"
    if not given and not file.exists():
        secret_file.keep(file, secrets.token_urlsafe(32).encode())
    found = given.encode() or file.read_bytes()
    if len(found) < LEAST_KEY:
        where = "CALLCENTER_WEBHOOK_KEY" if given else str(file)
        why = f"the key of the webhooks is shorter than {LEAST_KEY} characters: put a longer one into {where}"
        raise Refused("webhook_key_short", why)
    return found
