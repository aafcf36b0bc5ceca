"""Do-not-call lists: looked at, a number put on or taken off by hand, a registry loaded from a file.

Every change is in the audit log, which names no number: its last two digits tell a slip from another.
"""

from datetime import UTC, date, datetime

from callcenter.api import errors
from callcenter.api.numbers import phone_number
from callcenter.api.route import Ask
from callcenter.api.schemas import lists as m
from callcenter.api.schemas.common import PhoneNumber, Words
from callcenter.kernel.clock import DAY
from callcenter.kernel.errors import NotFound, Refused
from callcenter.runtime.list_desk import Loading
from callcenter.store import audit
from callcenter.store.audit import Entry


async def list_registers(ask: Ask) -> m.DoNotCallBody:
    registers = [
        m.RegisterBody(kind=one.kind, name=one.name, campaign=one.campaign, entries=one.entries, loaded_at=one.loaded_at)
        for one in await ask.services.barred.registers()
    ]
    return m.DoNotCallBody(registers=registers, loading=[_loading(one) for one in ask.services.lists.loading()], now=ask.now)


async def list_barred(ask: Ask) -> m.BarredListBody:
    query = ask.asked(m.BarredQuery)
    page = await ask.services.barred.numbers(query.campaign, limit=query.limit, cursor_=query.cursor)
    items = [m.BarredBody(number=_number(ask, one.e164), added_at=one.added_at, source=one.source) for one in page.items]
    return m.BarredListBody(items=items, next=page.next)


async def check_number(ask: Ask) -> m.BarredAtBody:
    return await _where(ask, ask.read(m.NumberRequest).number)


async def bar_number(ask: Ask) -> m.BarredAtBody:
    given, services = ask.read(m.BarRequest), ask.services
    async with services.database.together() as session:
        await services.do_not_call.add(given.number, services.region, "administrator", ask.now, campaign=given.campaign)
        await audit.append(session, ask.now, _entry(ask, "do_not_call_added", given))
        return await _where(ask, given.number)


async def free_number(ask: Ask) -> m.BarredAtBody:
    given, services = ask.read(m.BarRequest), ask.services
    async with services.database.together() as session:
        if not await services.do_not_call.remove(given.number, services.region, campaign=given.campaign):
            raise NotFound("the number does not stand on this list")
        await audit.append(session, ask.now, _entry(ask, "do_not_call_removed", given))
        return await _where(ask, given.number)


async def load_registry(ask: Ask) -> m.DoNotCallBody:
    """It goes on in the background; the answer tells that it has begun."""
    given, services = ask.read(m.RegistryRequest), ask.services
    try:
        day = date.fromisoformat(given.day)
    except ValueError:
        raise Refused("bad_day", "a day is written like 2026-11-23") from None
    loaded_at = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    if not ask.now - 3_650 * DAY < loaded_at <= ask.now + DAY:
        raise Refused("bad_day", "the data's day lies in the future, or more than ten years ago: look at the file")
    entry = Entry(
        action="registry_loaded", subject=f"registries/{given.name}", user_id=ask.who.user.id, details={"day": given.day}
    )  # fmt: skip
    async with services.database.together() as session:
        await audit.append(session, ask.now, entry)
        await services.lists.load_registry(given.upload, ask.who.user.id, given.name, min(loaded_at, ask.now))
    return await list_registers(ask)


async def _where(ask: Ask, written: str) -> m.BarredAtBody:
    e164, names = await ask.services.do_not_call.standing(written, ask.services.region)
    return m.BarredAtBody(number=_number(ask, e164), lists=list(names))


def _number(ask: Ask, e164: str) -> PhoneNumber:
    return phone_number(e164, ask.services.region) or PhoneNumber(value="", shown="")


def _loading(one: Loading) -> m.LoadingBody:
    why = Words(en=one.why, zh=errors.CHINESE.get(one.code, errors.CHINESE["import_failed"])) if one.code else None
    return m.LoadingBody(name=one.name, began_at=one.began_at, why=why)


def _entry(ask: Ask, action: audit.Action, given: m.BarRequest) -> Entry:
    where = "own" if given.campaign is None else f"campaigns/{given.campaign}"
    digits = "".join(letter for letter in given.number if letter.isdigit())
    return Entry(
        action=action, subject=f"do_not_call/{where}", user_id=ask.who.user.id, details={"ends_with": digits[-2:]}
    )  # fmt: skip
