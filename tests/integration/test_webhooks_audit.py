"""Changes of subscriptions stand in the audit log, with the change or not at all, and tell no secret; on both databases."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.kernel.errors import NotFound
from callcenter.store import audit
from callcenter.store.audit import AuditLog, Entry, Written
from callcenter.store.database import Database
from callcenter.store.webhooks import Asked
from tests.integration.office import ROOT, Make, Office, receivers
from tests.integration.receiver import refuse
from tests.integration.test_webhooks_delivery import day

__all__ = ["receivers"]

TOKEN = "t0ken-in-the-path"
ASKED = Asked(name="crm", url=f"http://127.0.0.1:9/{TOKEN}?key={TOKEN}", kinds=("call.ended",))


@pytest.fixture
async def office(tmp_path: Path, database: Database) -> AsyncIterator[Office]:
    office = Office(tmp_path, database)
    await office.open()
    yield office
    await office.close()


async def entries(office: Office) -> list[Written]:
    """Oldest first."""
    found = await AuditLog(office.database).page(limit=50, cursor_=None)
    return list(found.items)[::-1]


async def test_each_change_is_one_entry_without_a_secret(office: Office):
    desk = office.dispatch.desk
    made, key = await desk.create(ASKED, 0, ROOT, office.now())
    await desk.change(made.id, {"kinds": ("call.ended", "call.queued"), "numbers_allowed_by": "root"}, 0, ROOT, office.now())
    await desk.change(made.id, {"kinds": ("call.ended", "call.queued")}, 0, ROOT, office.now())
    await desk.change(made.id, {"url": f"http://127.0.0.1:9/other-{TOKEN}"}, 0, ROOT, office.now())
    await desk.change(made.id, {"active": False}, 0, ROOT, office.now())
    _, fresh = await desk.new_secret(made.id, ROOT, office.now())
    await desk.remove(made.id, ROOT, office.now())
    told = await entries(office)
    assert [one.action for one in told] == [
        "webhook_created", "webhook_changed", "webhook_changed", "webhook_changed", "webhook_secret_changed", "webhook_deleted",
    ], "what changes nothing is not told"  # fmt: skip
    assert {(one.subject, one.user_id) for one in told} == {(f"webhooks/{made.id}", ROOT.user_id)}
    assert told[0].details == {
        "name": "crm", "host": "127.0.0.1:9", "kinds": ["call.ended"], "active": True, "numbers_allowed_by": None,
    }  # fmt: skip
    assert (told[1].details["before"]["numbers_allowed_by"], told[1].details["after"]["numbers_allowed_by"]) == (None, "root")
    assert told[1].details["after"]["kinds"] == ["call.ended", "call.queued"]
    assert [one.details["url_changed"] for one in told[1:4]] == [False, True, False]
    assert (told[3].details["before"]["active"], told[3].details["after"]["active"]) == (True, False)
    written = msgspec.json.encode(told).decode()
    for secret in (key.secret, fresh.secret, key.secret.removeprefix("whsec_"), TOKEN):
        assert secret not in written
    assert (await AuditLog(office.database).verify()).broken is None


async def test_a_receiver_that_is_gone_switches_off_once(office: Office, receivers: Make):
    await office.start()
    receiver = await receivers(refuse(410))
    webhook, _ = await office.subscribe(receiver)
    await office.happens(day(6, 40))

    async def off() -> bool:
        return not (await office.dispatch.desk.find(webhook.id)).active

    await office.until(off)
    await office.restart()
    told = await entries(office)
    assert [(one.action, one.user_id) for one in told] == [("webhook_created", ROOT.user_id), ("webhook_switched_off", None)]
    assert told[1].details == {"name": "test", "inactive_why": "gone"}


async def test_a_change_that_cannot_be_told_is_not_made(office: Office, monkeypatch: pytest.MonkeyPatch):
    """The entry is written in the transaction of the change: when it fails, so does the change."""
    desk = office.dispatch.desk
    made, _ = await desk.create(ASKED, 0, ROOT, office.now())
    real = audit.append

    async def fails(session: AsyncSession, now: int, *written: Entry) -> None:
        await real(session, now, *written)
        raise RuntimeError("planted")

    monkeypatch.setattr(audit, "append", fails)
    for change in (
        lambda: desk.create(ASKED, 0, ROOT, office.now()),
        lambda: desk.change(made.id, {"active": False}, 0, ROOT, office.now()),
        lambda: desk.new_secret(made.id, ROOT, office.now()),
        lambda: desk.remove(made.id, ROOT, office.now()),
    ):
        with pytest.raises(RuntimeError, match="planted"):
            await change()
    assert await desk.all() == [made]
    assert [one.action for one in await entries(office)] == ["webhook_created"]


async def test_what_is_not_there_is_not_told(office: Office):
    desk = office.dispatch.desk
    with contextlib.suppress(NotFound):
        await desk.remove(77, ROOT, office.now())
    with pytest.raises(NotFound):
        await desk.new_secret(77, ROOT, office.now())
    assert await entries(office) == []
