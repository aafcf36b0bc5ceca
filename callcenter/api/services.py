"""What the API is given by bootstrap, and nothing that it makes itself."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client import CollectorRegistry

from callcenter.api.measures import Socket
from callcenter.auth.sessions import Sessions
from callcenter.auth.staff import Staff
from callcenter.auth.tickets import Tickets
from callcenter.auth.users import Users
from callcenter.broadcast.fanout import Fanout
from callcenter.broadcast.others import Others
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import CarrierName
from callcenter.kernel.law import Pack, PackId
from callcenter.runtime.campaign_report import CampaignReports
from callcenter.runtime.deciding import Deciding
from callcenter.runtime.list_desk import ListDesk
from callcenter.runtime.seal import Seal
from callcenter.runtime.vitals import Vitals
from callcenter.store.audit import AuditLog
from callcenter.store.campaign_outlook import Outlooks
from callcenter.store.campaigns import Campaigns
from callcenter.store.crm import Crm
from callcenter.store.database import Database
from callcenter.store.do_not_call import DoNotCall
from callcenter.store.do_not_call_pages import DoNotCallPages
from callcenter.store.event_log import EventLog
from callcenter.store.lead_pages import LeadPages
from callcenter.store.lead_reading import LeadReading
from callcenter.store.recordings import Recordings
from callcenter.telephony.port import Softphones
from callcenter.webhooks.desk import WebhookDesk
from reporting.live import Live

Check = Callable[[], Awaitable[str]]
"""Empty when ready; else what is wrong and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """`fanout` must be published to by a listener of the engine; `live` may be empty or loaded from a checkpoint."""

    engine: Deciding
    live: Live
    fanout: Fanout[Sequence[Recorded]]
    log: EventLog
    """Only read: what is behind a position, and the personal values of calls that are over, which are in no memory."""
    keep_live: Callable[[Live], Awaitable[None]]
    """Keeps what `live` has folded, for the next start."""
    database: Database
    """Where call records and counters are read."""
    crm: Crm
    users: Users
    sessions: Sessions
    staff: Staff
    tickets: Tickets
    audit: AuditLog
    recordings: Recordings
    webhooks: WebhookDesk
    lists: ListDesk
    """Started and closed by whoever made it."""
    carriers: Mapping[CarrierName, Softphones]
    phone_carrier: CarrierName
    """The carrier on which agents' softphones live."""
    origins: frozenset[str]
    """Where the pages are served, as browsers write it: http://127.0.0.1:8080, https://name. Nothing else may command."""
    pages: Path
    """Folder of the built pages; index.html is in it."""
    version: str
    clock: Callable[[], int]
    seal: Seal
    """Signs what an auditor is given."""
    laws: Mapping[PackId, Pack] = field(default_factory=dict)
    """The law packs that campaigns may choose from."""
    checks: Mapping[str, Check] = field(default_factory=dict)
    """Further checks of /readyz by name; hub, live views, carriers and database are checked in any case."""
    set_aside: Callable[[], int] = lambda: 0
    """How many call records could not be written: told by /readyz as a warning, and by /metrics."""
    others: Others = field(default_factory=Others)
    """The other web processes of this center."""
    decides: bool = True
    """Whether the hub runs in this process, so that its measures are told here."""
    vitals: Vitals = field(default_factory=Vitals)
    """What the engine counts."""
    projection_lag: Callable[[], int] = lambda: 0
    """Events that the call records do not include yet."""
    carrier_sockets: Callable[[], Mapping[CarrierName, Socket]] = dict
    """Of the carriers that have one."""
    connect_sources: frozenset[str] = frozenset()
    """Further addresses that pages may open sockets to, for the policy: wss://pbx.example:8089."""
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    @property
    def campaigns(self) -> Campaigns:
        return Campaigns(self.database)

    @property
    def reports(self) -> CampaignReports:
        return CampaignReports(self.log.read_kinds, self.database, self.seal, self.version)

    @property
    def outlooks(self) -> Outlooks:
        return Outlooks(self.database)

    @property
    def leads(self) -> LeadPages:
        return LeadPages(self.database)

    @property
    def lead_reading(self) -> LeadReading:
        return LeadReading(self.database)

    @property
    def do_not_call(self) -> DoNotCall:
        return DoNotCall(self.database)

    @property
    def barred(self) -> DoNotCallPages:
        return DoNotCallPages(self.database)

    @property
    def secure(self) -> bool:
        """Whether the pages are served over https, so that the cookie must be."""
        return all(origin.startswith("https:") for origin in self.origins)

    @property
    def region(self) -> str:
        """In whose national form numbers are written here."""
        return self.engine.state.center.outside.region
