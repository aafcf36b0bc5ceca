"""Passwords: argon2id, in threads, a few at a time. Nothing here knows whose password it is.

One hash takes up to 0.2 s of a processor and 64 MiB on purpose; without a limit, twenty people who sign in at nine o'clock
would stop the telephone calls.
"""

import asyncio
import secrets
from collections.abc import Mapping
from typing import Literal, Self

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from msgspec import Struct

from callcenter.kernel.errors import Refused

SHORTEST = 8
LONGEST = 256
"""Characters; hashing a longer text would only cost time."""
AT_ONCE = 2

Cost = Literal["standard", "light"]
HASHERS: Mapping[Cost, PasswordHasher] = {
    "standard": PasswordHasher(),
    "light": PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),
}
"""standard: RFC 9106's choice for little memory (64 MiB, 3 passes). light: the least that OWASP's password storage cheat sheet
calls safe (19 MiB, 2 passes), in a seventh of the time."""


class Verdict(Struct, frozen=True):
    """`rehash` is the hash to keep from now on, when the old one was made with other parameters than today's."""

    right: bool
    rehash: str | None = None


class Passwords:
    """`hasher` sets the cost. What was hashed at another cost stays valid, and is hashed anew when its owner signs in."""

    def __init__(self, hasher: PasswordHasher = HASHERS["standard"]) -> None:
        self._hasher = hasher
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._decoy: str | None = None

    @classmethod
    def at(cls, cost: Cost) -> Self:
        return cls(HASHERS[cost])

    async def hash(self, password: str) -> str:
        """Refused when the password is too short or too long."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise Refused("password_length", f"a password has {SHORTEST} to {LONGEST} characters: choose another")
        return await self._hash(password)

    async def verify(self, kept: str | None, password: str) -> Verdict:
        """`kept` None: there is no such log-in, which takes as long to find out as a wrong password."""
        if len(password) > LONGEST:
            return Verdict(False)
        if kept is None:
            if self._decoy is None:
                self._decoy = await self._hash(secrets.token_urlsafe(16))
            await self._check(self._decoy, password)
            return Verdict(False)
        if not await self._check(kept, password):
            return Verdict(False)
        if self._hasher.check_needs_rehash(kept):
            return Verdict(True, await self._hash(password))
        return Verdict(True)

    async def _hash(self, password: str) -> str:
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def _check(self, kept: str, password: str) -> bool:
        async with self._turns:
            try:
                return await asyncio.to_thread(self._hasher.verify, kept, password)
            except (VerifyMismatchError, VerificationError, InvalidHashError):
                return False
