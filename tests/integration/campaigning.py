"""A campaign with lists, as the tests of lists and claims need it: real files, the real process that reads them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from callcenter.kernel.ids import AgentId
from callcenter.runtime.list_jobs import ListJobs
from callcenter.store.campaigns import Campaign, Campaigns
from callcenter.store.claim_facts import LeadToDial
from callcenter.store.database import Database
from callcenter.store.leads import Hold, Never, Pass
from callcenter.store.list_import import ListImport, Progress
from callcenter.store.list_orders import Choice, Order, preview, rules
from callcenter.store.lists import Lists, keep_file
from dialer.screening import Policy

NOW = 1_800_000_000_000


def phone(number: int) -> str:
    """A number that may be dialed, for each of a hundred million."""
    return f"({(212, 415, 312, 305, 617)[number % 5]}) {200 + number // 10_000 % 700}-{number % 10_000:04}"


def rows(count: int, first: int = 0) -> list[list[str]]:
    return [[f"Ann{number}", phone(number)] for number in range(first, first + count)]


def csv_file(path: Path, lines: Iterable[Sequence[str]], heads: Sequence[str] = ("Name", "Phone")) -> Path:
    path.write_text("".join(",".join(line) + "\n" for line in (heads, *lines)), "utf-8")
    return path


class Office:
    """`folder` is where files of imports are kept."""

    def __init__(self, database: Database, url: str, folder: Path) -> None:
        self.database, self.url, self.folder = database, url, folder
        self.lists, self.campaigns = Lists(database), Campaigns(database)
        self.jobs = ListJobs(url, folder)
        self._files = 0

    async def campaign(self, name: str = "spring") -> int:
        return (await self.campaigns.create(Campaign(name=name), "ana", NOW)).id

    async def begin(
        self, campaign: int, path: Path, name: str = "", policy: Policy | None = None, *, priority: int = 0, share: float = 1.0
    ) -> int:
        self._files += 1
        kept = keep_file(path, self.folder, f"file{self._files}{name}", path.name)
        order = preview(path, await rules(self.database), Choice()).order
        order = Order(form=order.form, header=order.header, columns=order.columns, policy=policy or Policy())
        return await self.lists.begin_import(campaign, name or path.stem, kept, order, "ana", NOW, priority=priority, share=share)

    async def fill(self, call_list: int, owner: str = "me") -> Progress:
        """In this process: most tests ask for the rows, not for the process."""
        return await ListImport(self.database, self.folder, call_list, owner, lambda: NOW, lambda _: None).run()

    async def imported(
        self,
        campaign: int,
        path: Path,
        name: str = "",
        policy: Policy | None = None,
        *,
        priority: int = 0,
        share: float = 1.0,
    ) -> int:
        call_list = await self.begin(campaign, path, name, policy, priority=priority, share=share)
        done = await self.fill(call_list)
        assert done.state == "done", (await self.lists.import_state(call_list)).why
        return call_list

    async def refused(self, call_list: int, language: str = "en") -> list[str]:
        text = "".join([piece async for piece in self.lists.refused_csv(call_list, language)])
        return text.removeprefix("\ufeff").splitlines()


def anyone(lead: LeadToDial) -> Pass | Hold | Never:
    """A gate that is open."""
    return Pass(place=lead.numbers[0].place, rule="none/1/allowed")


ANA = AgentId("ana")
