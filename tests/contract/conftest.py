"""The carriers that the contract suite holds to the port: one parameter each, one group each for pytest-xdist.

`stage` is what a story gets: a world with its carrier started and connected.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from callcenter.kernel.signals import CarrierUp
from tests.contract.asterisk_world import asterisk_world
from tests.contract.simulated_world import simulated_world
from tests.contract.stage import Stage
from tests.contract.world import World
from tests.integration.exchange import pbx

__all__ = ["pbx"]

WORLDS: dict[str, Callable[..., AbstractAsyncContextManager[Any]]] = {
    "simulated": simulated_world,
    "asterisk": asterisk_world,
}
NEEDS: dict[str, tuple[str, ...]] = {"asterisk": ("pbx",)}
"""Fixtures that a world is given."""


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.xdist_group(f"contract-{name}")) for name in WORLDS])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    needs = [request.getfixturevalue(name) for name in NEEDS.get(request.param, ())]
    async with WORLDS[request.param](*needs) as world:
        yield world


@pytest.fixture
async def stage(world: World) -> AsyncIterator[Stage]:
    stage = Stage(world)
    await world.carrier.start(stage.deliver)
    try:
        await stage.hears(CarrierUp)
        yield stage
    finally:
        await world.carrier.close()
