"""The hub's state as bytes and back, so that a start need not fold years of events. Pure; who keeps the bytes is not known here.

No personal value goes in: `named` tells which rows a state still needs, and `know` gives it their values. What the rest of the
state implies (places in queues, who is free, whom to refuse) is made again, not stored.
"""

import re
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from callcenter.hub.deadlines import Due
from callcenter.hub.dialing.state import Attempt, Campaign, Job
from callcenter.hub.folding.agents import refused_numbers
from callcenter.hub.folding.register import sync_free, sync_waiting
from callcenter.hub.state import Agent, Call, Leg, Offer, Pending, Recording, State
from callcenter.kernel.center import Center
from callcenter.kernel.ids import AgentId, BridgeId, CallId, CarrierName, LegId, PersonalId
from dialer.trunk_breaker import TrunkBreaker

FORMAT = 9
"""Raised when the state gets another shape or folding another meaning: older bytes are then thrown away and all is folded."""

_MAY_BE_PERSONAL = re.compile(rb'"(p[^"\\]+)"')


class Saved(Struct):
    """What is written; the lists keep the order of the state's dictionaries."""

    position: int
    at: int
    center: Center
    center_version: int
    carriers: dict[CarrierName, bool]
    down_since: dict[CarrierName, int]
    calls: list[Call]
    legs: list[Leg]
    past_legs: list[LegId]
    agents: list[Agent]
    leaving: list[AgentId]
    offers: list[Offer]
    recordings: list[Recording]
    pending: list[Pending]
    bridges: dict[BridgeId, CallId]
    devices: list[tuple[CarrierName, str, AgentId]]
    deadlines: list[tuple[Due, str, int]]
    campaigns: list[Campaign]
    attempts: list[Attempt]
    jobs: list[Job]
    breakers: dict[CarrierName, TrunkBreaker]
    dialed: dict[CarrierName, list[int]]
    ignored: int


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Saved)


def dump(state: State) -> bytes:
    """Everything but personal values, as JSON."""
    return _encoder.encode(
        Saved(
            position=state.position,
            at=state.at,
            center=state.center,
            center_version=state.center_version,
            carriers=state.carriers,
            down_since=state.down_since,
            calls=list(state.calls.values()),
            legs=list(state.legs.values()),
            past_legs=list(state.past_legs),
            agents=list(state.agents.values()),
            leaving=sorted(state.leaving),
            offers=list(state.offers.values()),
            recordings=list(state.recordings.values()),
            pending=list(state.pending.values()),
            bridges=state.bridges,
            devices=[(carrier, device, agent) for (carrier, device), agent in state.devices.items()],
            deadlines=[(due, about, at) for (due, about), at in state.deadlines.as_dict().items()],
            campaigns=list(state.campaigns.values()),
            attempts=list(state.attempts.values()),
            jobs=list(state.jobs.values()),
            breakers=state.breakers,
            dialed=state.dialed,
            ignored=state.ignored,
        )
    )


def load(saved: bytes) -> State:
    """The state that was dumped, without personal values. Raises ValueError for bytes of another shape."""
    found = _decoder.decode(saved)
    state = State(
        position=found.position,
        at=found.at,
        center=found.center,
        center_version=found.center_version,
        carriers=found.carriers,
        down_since=found.down_since,
        calls={call.id: call for call in found.calls},
        legs={leg.id: leg for leg in found.legs},
        past_legs=dict.fromkeys(found.past_legs),
        agents={agent.id: agent for agent in found.agents},
        leaving=set(found.leaving),
        offers={offer.id: offer for offer in found.offers},
        recordings={recording.id: recording for recording in found.recordings},
        pending={pending.effect: pending for pending in found.pending},
        bridges=found.bridges,
        campaigns={campaign.id: campaign for campaign in found.campaigns},
        attempts={attempt.id: attempt for attempt in found.attempts},
        jobs={job.effect: job for job in found.jobs},
        breakers=found.breakers,
        dialed=found.dialed,
        devices={(carrier, device): agent for carrier, device, agent in found.devices},
        ignored=found.ignored,
    )
    for due, about, at in found.deadlines:
        state.deadlines.set(due, about, at)
    for call in state.calls.values():
        sync_waiting(state, call)
    for agent in state.agents.values():
        sync_free(state, agent)
    return state


def named(saved: bytes) -> set[PersonalId]:
    """The personal rows that a dumped state names, and whatever else in it begins as their ids do."""
    return {PersonalId(found.decode()) for found in _MAY_BE_PERSONAL.findall(saved)}


def know(state: State, values: Mapping[PersonalId, str]) -> None:
    """Gives the state the values of its personal rows, and takes away those it had."""
    state.personal = dict(values)
    state.blocked = refused_numbers(state)
