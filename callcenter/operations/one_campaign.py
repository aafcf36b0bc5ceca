"""One campaign for an auditor: whether each of its decisions follows from what was known when it was made. Only reads the log."""

from callcenter.bootstrap import open_log
from callcenter.hub.dialing.replay import Replayed, Replayer
from callcenter.kernel.ids import CampaignId
from callcenter.store.campaigns import Campaigns
from callcenter.store.database import Database
from config.settings import Settings


async def replay(settings: Settings, name: str) -> Replayed:
    """`name`: the campaign's number or its short word. Raises NotFound, LogFault and StoreFault."""
    replayer = Replayer(CampaignId(str(await _number(settings, name))))
    event_log = open_log(settings.event_log_url)
    try:
        await event_log.open()
        async for batch in event_log.read():
            replayer.follow(batch)
    finally:
        await event_log.close()
    return replayer.found


async def _number(settings: Settings, name: str) -> int:
    database = Database(settings.database_url)
    try:
        campaigns = Campaigns(database)
        return (await (campaigns.campaign(int(name)) if name.isdecimal() else campaigns.named(name))).id
    finally:
        await database.close()
