"""What tests against a real Asterisk get: an exchange (`pbx`, `own_pbx`), a connected socket (`ari`), or a stage with the whole
carrier and people on its network (`stage`, as in the contract suite); and those of campaigns, on both databases: the rows'
`office`, and a `dialer` under the usual law."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callcenter.kernel.signals import CarrierUp
from callcenter.store.database import Database
from callcenter.telephony.asterisk.client import AriClient, Connected
from tests.contract.asterisk_world import AsteriskWorld, asterisk_world
from tests.contract.stage import Stage
from tests.integration.campaigning import Office
from tests.integration.dialing import Dialer, law
from tests.integration.exchange import own_pbx, pbx, settings, sweep
from tests.integration.listening import Ears
from tests.integration.pbx import Pbx

__all__ = ["own_pbx", "pbx"]


@pytest.fixture
async def ari(pbx: Pbx) -> AsyncIterator[AriClient]:
    """A socket that Asterisk has opened and that is ready; its first item, Connected, has been taken."""
    client = AriClient(settings(pbx))
    await client.start()
    client.activate()
    try:
        await Ears(client).hears(Connected)
        yield client
    finally:
        await client.close()
        sweep(pbx)


@pytest.fixture
async def world(pbx: Pbx) -> AsyncIterator[AsteriskWorld]:
    """People around the exchange, and its carrier, not started."""
    async with asterisk_world(pbx) as world:
        yield world


@pytest.fixture
async def stage(world: AsteriskWorld) -> AsyncIterator[Stage]:
    """The whole carrier, connected."""
    stage = Stage(world)
    await world.carrier.start(stage.deliver)
    try:
        await stage.hears(CarrierUp)
        yield stage
    finally:
        await world.carrier.close()


@pytest.fixture
def office(database: Database, rows_url: str, tmp_path: Path) -> Office:
    return Office(database, rows_url, tmp_path / "imports")


@pytest.fixture
def dialer(database: Database) -> Dialer:
    return Dialer(database, law())
