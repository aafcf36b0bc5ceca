"""Identifiers and where they come from.

An id that we mint is one kind letter and 19 characters of lower-case base 32: fixed length, so that none is the prefix of
another (Asterisk 22.10 matches channel ids as case-insensitive prefixes), and 95 bits, so that two never meet. Ids of the
center's own things (queues, agents, skills, flows) are short words chosen by people and never a person's name.

`Entropy` is the only source of chance that a decision has: the same seed gives the same ids, so a decision can be repeated
byte for byte.
"""

import hashlib
from typing import NewType

CallId = NewType("CallId", str)
LegId = NewType("LegId", str)
BridgeId = NewType("BridgeId", str)
OfferId = NewType("OfferId", str)
RecordingId = NewType("RecordingId", str)
EffectId = NewType("EffectId", str)
PersonalId = NewType("PersonalId", str)
AttemptId = NewType("AttemptId", str)
"""One dial of one lead, from its claim on."""

AgentId = NewType("AgentId", str)
QueueId = NewType("QueueId", str)
SkillId = NewType("SkillId", str)
TeamId = NewType("TeamId", str)
FlowId = NewType("FlowId", str)
NodeId = NewType("NodeId", str)
NumberId = NewType("NumberId", str)
HoursId = NewType("HoursId", str)
PromptId = NewType("PromptId", str)
CarrierName = NewType("CarrierName", str)
CampaignId = NewType("CampaignId", str)
"""The number of the campaign's row, in digits."""
LeadId = NewType("LeadId", int)
ContactId = NewType("ContactId", int)
AccountId = NewType("AccountId", int)

ID_LENGTH = 20
_ALPHABET = b"abcdefghijklmnopqrstuvwxyz234567"
_LETTER_OF_BYTE = bytes(_ALPHABET[byte % 32] for byte in range(256))
"""Eight bytes for each letter, so that every letter is alike likely."""


class Entropy:
    """A seeded stream of ids.

    Two streams made from one seed yield the same values in the same order; streams of different seeds share nothing.
    """

    __slots__ = ("_count", "_seed")

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._count = 0

    def _block(self) -> bytes:
        self._count += 1
        return hashlib.blake2b(self._count.to_bytes(8, "big"), key=self._seed[:64], digest_size=ID_LENGTH - 1).digest()

    def _id(self, kind: str) -> str:
        return kind + self._block().translate(_LETTER_OF_BYTE).decode("ascii")

    def call(self) -> CallId:
        return CallId(self._id("c"))

    def leg(self) -> LegId:
        return LegId(self._id("l"))

    def bridge(self) -> BridgeId:
        return BridgeId(self._id("b"))

    def offer(self) -> OfferId:
        return OfferId(self._id("o"))

    def recording(self) -> RecordingId:
        return RecordingId(self._id("r"))

    def effect(self) -> EffectId:
        return EffectId(self._id("e"))

    def attempt(self) -> AttemptId:
        return AttemptId(self._id("a"))

    def personal(self) -> PersonalId:
        return PersonalId(self._id("p"))
