"""What many pages are sent alike is made once: several changes put together, and the frame of a change that is nobody's own.

Pure. Which changes may wait to be put together is said by `callcenter.api.session`, how long by `callcenter.api.stage`.
"""

from collections.abc import Hashable
from functools import lru_cache

import msgspec

from callcenter.api.schemas.live import AnyServerMessage, Delta
from callcenter.api.session import Change

MOST = 64
"""Frames, and changes put together, that are kept: pages that are told of the same come soon after each other."""

_encoder = msgspec.json.Encoder()
_frames: dict[Hashable, tuple[Change, str]] = {}
"""By change and subscription; the change is kept with it, so that no other one can come to have its identity."""


@lru_cache(maxsize=MOST)
def merged(changes: tuple[Change, ...]) -> Change:
    """One change that does what these do one after the other."""
    if len(changes) == 1:
        return changes[0]
    last = changes[-1]
    queues, agents, calls = dict(changes[0].queues), dict(changes[0].agents), dict(changes[0].calls)
    gone = [set(changes[0].queues_gone), set(changes[0].agents_gone), set(changes[0].calls_gone)]
    for change in changes[1:]:
        for there, went, new, away in (
            (queues, gone[0], change.queues, change.queues_gone),
            (agents, gone[1], change.agents, change.agents_gone),
            (calls, gone[2], change.calls, change.calls_gone),
        ):
            there.update(new)  # type: ignore[arg-type]
            went.difference_update(new)
            went.update(away)
            for id in away:
                there.pop(id, None)
    return Change(
        position=last.position,
        center=next((change.center for change in reversed(changes) if change.center is not None), None),
        queues=queues,
        agents=agents,
        calls=calls,
        queues_gone=frozenset(gone[0]),
        agents_gone=frozenset(gone[1]),
        calls_gone=frozenset(gone[2]),
        notices=tuple(notice for change in changes for notice in change.notices),
    )


def frame(message: AnyServerMessage) -> str:
    """The message as it is sent."""
    return _encoder.encode(message).decode()


def delta_frame(change: Change, delta: Delta) -> str:
    """`delta` as it is sent. What holds only what everybody is told of `change` is encoded for the first page that is sent it."""
    own = delta.set.agents or delta.set.calls or delta.remove.agents or delta.remove.calls or delta.notices
    if own or delta.center is not change.center or delta.set.queues.keys() != change.queues.keys():
        return frame(delta)
    key = (id(change), delta.subscription)
    kept = _frames.get(key)
    if kept is None:
        if len(_frames) >= MOST:
            _frames.clear()
        kept = _frames[key] = (change, frame(delta))
    return kept[1]
