"""Customers: accounts, contacts and their phones, what agents wrote about calls, and who a number belongs to.

A number is looked up on a ladder: exact in E.164, else by its last nine digits, else by its last seven. A match below the
first rung is tentative, and several contacts on one rung are a choice for a person. The calls of a customer are call records,
in `reporting.tables`.
"""

from collections.abc import Iterable

from msgspec import UNSET
from sqlalchemy import ColumnElement, and_, delete, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.kernel.errors import NotFound, Refused
from callcenter.kernel.ids import AccountId, CallId, ContactId
from callcenter.kernel.seed import AccountSeed, ContactSeed
from callcenter.kernel.signals import ContactMatch
from callcenter.kernel.words import Language, Match
from callcenter.store.customers import Account, AccountChange, CallNote, Contact, ContactChange, ContactPhone, PhoneInput
from callcenter.store.database import Database
from callcenter.store.paging import Page, after, cursor
from callcenter.store.phones import FEWEST_DIGITS, digits_of, read_phone
from callcenter.store.tables.crm import AccountRow, CallNoteRow, ContactPhoneRow, ContactRow

MOST_MATCHES = 20
"""More contacts on one rung are no help to anybody."""
LONGEST_TEXT = 20_000


class Crm:
    """Methods raise NotFound for what is not there, Refused for input that cannot be kept, StoreFault when the database fails.

    `region` is the region in whose national form numbers are written here; `now` is ms since the epoch.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- who is calling -----------------------------------------------------------------------------------------------------

    async def look_up(self, number: str, region: str) -> tuple[ContactMatch, ...]:
        """The contacts of the first rung of the ladder on which there are any, those changed last first."""
        phone = read_phone(number, region)
        rungs = (
            (Match.EXACT, ContactPhoneRow.e164, phone.e164),
            (Match.LAST_9, ContactPhoneRow.last9, phone.last9),
            (Match.LAST_7, ContactPhoneRow.last7, phone.last7),
        )
        async with self._database.read() as session:
            for match, column, value in rungs:
                if value is None:
                    continue
                mine = select(ContactPhoneRow.contact).where(column == value)
                rows = await session.execute(
                    select(ContactRow.id, ContactRow.account, ContactRow.language)
                    .where(ContactRow.id.in_(mine))
                    .order_by(ContactRow.changed_at.desc(), ContactRow.id)
                    .limit(MOST_MATCHES)
                )
                found = tuple(
                    ContactMatch(contact=ContactId(id), account=_account_id(account), match=match, language=_language(language))
                    for id, account, language in rows
                )
                if found:
                    return found
        return ()

    # -- contacts -----------------------------------------------------------------------------------------------------------

    async def contact(self, id: ContactId) -> Contact:
        found = await self.contacts([id])
        if id not in found:
            raise NotFound("there is no such contact")
        return found[id]

    async def contacts(self, ids: Iterable[ContactId]) -> dict[ContactId, Contact]:
        """Those of these ids that there are."""
        wanted = [id for id in dict.fromkeys(ids) if 0 < id < 1 << 63]  # no row has another, and no database takes it
        async with self._database.read() as session:
            found = await _contacts(session, ContactRow.id.in_(wanted))
        return {contact.id: contact for contact in found}

    async def create_contact(self, values: ContactChange, region: str, now: int) -> Contact:
        if values.name is UNSET:
            raise Refused("name_missing", "a contact needs a name")
        async with self._database.write() as session:
            row = ContactRow(
                account=None, name="", search_name="", language=None, tier="", email="", external_url="", note="",
                created_at=now, changed_at=now,
            )  # fmt: skip
            await _change_contact(session, row, values, region)
            (made,) = await _contacts(session, ContactRow.id == row.id)
        return made

    async def change_contact(self, id: ContactId, values: ContactChange, region: str, now: int) -> Contact:
        async with self._database.write() as session:
            row = await session.get(ContactRow, id)
            if row is None:
                raise NotFound("there is no such contact")
            row.changed_at = now
            await _change_contact(session, row, values, region)
            (changed,) = await _contacts(session, ContactRow.id == id)
        return changed

    async def find_contacts(
        self, text: str, region: str, *, account: AccountId | None = None, limit: int = 50, cursor_: str | None = None
    ) -> Page[Contact]:
        """By any part of a number, or by words of name, account and e-mail, all of which must occur; in order of the name."""
        where: list[ColumnElement[bool]] = []
        if account is not None:
            where.append(ContactRow.account == account)
        where.extend(_wanted(text, region))
        if cursor_ is not None:
            where.append(tuple_(ContactRow.search_name, ContactRow.id) > tuple_(*after(cursor_, "contacts", str, int)))
        async with self._database.read() as session:
            found = await _contacts(session, and_(True, *where), limit=limit + 1)
        shown = found[:limit]
        more = cursor("contacts", shown[-1].name.casefold(), shown[-1].id) if len(found) > limit else None
        return Page(tuple(shown), more)

    # -- accounts -----------------------------------------------------------------------------------------------------------

    async def account(self, id: AccountId) -> Account:
        async with self._database.read() as session:
            row = await session.get(AccountRow, id)
        if row is None:
            raise NotFound("there is no such account")
        return _account(row)

    async def create_account(self, values: AccountChange, now: int) -> Account:
        if values.name is UNSET:
            raise Refused("name_missing", "an account needs a name")
        async with self._database.write() as session:
            row = AccountRow(
                name="", search_name="", number="", address="", tier="", external_url="", created_at=now, changed_at=now
            )
            _change_account(row, values)
            session.add(row)
        return _account(row)

    async def change_account(self, id: AccountId, values: AccountChange, now: int) -> Account:
        async with self._database.write() as session:
            row = await session.get(AccountRow, id)
            if row is None:
                raise NotFound("there is no such account")
            row.changed_at = now
            _change_account(row, values)
        return _account(row)

    async def find_accounts(self, text: str, *, limit: int = 50, cursor_: str | None = None) -> Page[Account]:
        """By words of the name, or by the beginning of the customer number; in order of the name."""
        query = select(AccountRow).order_by(AccountRow.search_name, AccountRow.id).limit(limit + 1)
        words = text.casefold().split()
        if words:
            by_name = and_(*(AccountRow.search_name.contains(word, autoescape=True) for word in words))
            query = query.where(or_(by_name, AccountRow.number.startswith(text.strip(), autoescape=True)))
        if cursor_ is not None:
            query = query.where(tuple_(AccountRow.search_name, AccountRow.id) > tuple_(*after(cursor_, "accounts", str, int)))
        async with self._database.read() as session:
            rows = list(await session.scalars(query))
        more = cursor("accounts", rows[limit - 1].search_name, rows[limit - 1].id) if len(rows) > limit else None
        return Page(tuple(map(_account, rows[:limit])), more)

    # -- notes --------------------------------------------------------------------------------------------------------------

    async def note(self, call: CallId) -> CallNote | None:
        return (await self.notes([call])).get(call)

    async def notes(self, calls: Iterable[CallId]) -> dict[CallId, CallNote]:
        async with self._database.read() as session:
            rows = await session.scalars(select(CallNoteRow).where(CallNoteRow.call.in_(list(calls))))
            return {CallId(row.call): _note(row) for row in rows}

    async def save_note(self, call: CallId, text: str, author: str, now: int) -> CallNote:
        """Replaces what stood there. `author` is a log-in."""
        if len(text) > LONGEST_TEXT:
            raise Refused("text_too_long", f"a note has at most {LONGEST_TEXT} characters: shorten it")
        async with self._database.write() as session:
            row = await session.merge(CallNoteRow(call=call, text=text, author=author, saved_at=now))
        return _note(row)

    # -- an empty database --------------------------------------------------------------------------------------------------

    async def seed(self, accounts: Iterable[AccountSeed], contacts: Iterable[ContactSeed], region: str, now: int) -> bool:
        """Writes them all if there is no contact and no account yet, else nothing; says whether it did."""
        async with self._database.write() as session:
            return await self.write_seed(session, accounts, contacts, region, now)

    async def write_seed(
        self, session: AsyncSession, accounts: Iterable[AccountSeed], contacts: Iterable[ContactSeed], region: str, now: int
    ) -> bool:
        """`seed` in a transaction that writes more than customers."""
        for there in (ContactRow.id, AccountRow.id):
            if (await session.scalar(select(there).limit(1))) is not None:
                return False
        ids: dict[str, AccountId] = {}
        for given in accounts:
            account = AccountRow(number="", address="", created_at=now, changed_at=now)
            _change_account(account, AccountChange(name=given.name, tier=given.tier, external_url=given.external_url))
            session.add(account)
            await session.flush()
            ids[given.name] = AccountId(account.id)
        for one in contacts:
            if one.account is not None and one.account not in ids:
                raise Refused("no_account", "a contact names an account that is not listed: add it under accounts")
            row = ContactRow(created_at=now, changed_at=now)
            values = ContactChange(
                name=one.name,
                account=ids[one.account] if one.account is not None else None,
                language=one.language,
                tier=one.tier,
                email=one.email,
                external_url=one.external_url,
                note=one.notes,
                phones=tuple(PhoneInput(number=phone.number, label=phone.label) for phone in one.phones),
            )
            await _change_contact(session, row, values, region)
        return True


async def _change_contact(session: AsyncSession, row: ContactRow, values: ContactChange, region: str) -> None:
    """Puts the values into the row and the phones beside it; the row is in the session afterwards."""
    if values.name is not UNSET:
        row.name = values.name.strip()
        row.search_name = row.name.casefold()
        if not row.name:
            raise Refused("name_missing", "a contact needs a name")
    if values.account is not UNSET:
        if values.account is not None and await session.get(AccountRow, values.account) is None:
            raise Refused("no_account", "there is no such account: create it first")
        row.account = values.account
    if values.language is not UNSET:
        row.language = values.language
    for field in ("tier", "email", "external_url", "note"):
        value = getattr(values, field)
        if value is not UNSET:
            if len(value) > LONGEST_TEXT:
                raise Refused("text_too_long", f"{field} has at most {LONGEST_TEXT} characters: shorten it")
            setattr(row, field, value.strip())
    session.add(row)
    await session.flush()
    if values.phones is not UNSET:
        await session.execute(delete(ContactPhoneRow).where(ContactPhoneRow.contact == row.id))
        for place, given in enumerate(values.phones):
            session.add(_phone_row(row.id, place, given, region))
        await session.flush()


def _phone_row(contact: int, place: int, given: PhoneInput, region: str) -> ContactPhoneRow:
    phone = read_phone(given.number, region)
    if not phone.readable:
        raise Refused("number_impossible", "this is no telephone number: write it with at least seven digits")
    return ContactPhoneRow(
        contact=contact,
        place=place,
        label=given.label.strip(),
        number=given.number.strip(),
        e164=phone.e164,
        last9=phone.last9,
        last7=phone.last7,
    )


def _change_account(row: AccountRow, values: AccountChange) -> None:
    for field in ("name", "number", "address", "tier", "external_url"):
        value = getattr(values, field)
        if value is not UNSET:
            setattr(row, field, value.strip())
    row.search_name = row.name.casefold()
    if not row.name:
        raise Refused("name_missing", "an account needs a name")


def _wanted(text: str, region: str) -> list[ColumnElement[bool]]:
    """The conditions that a search text stands for."""
    words = text.casefold().split()
    digits = digits_of(text)
    if len(digits) >= FEWEST_DIGITS and not any(letter.isalpha() for letter in text):
        phone = read_phone(text, region)
        whole = [] if phone.e164 is None else [ContactPhoneRow.e164 == phone.e164]
        part = ContactPhoneRow.e164.contains(digits, autoescape=True)
        national = ContactPhoneRow.e164.contains(digits.lstrip("0"), autoescape=True) if digits.lstrip("0") else part
        written = ContactPhoneRow.number.contains(text.strip(), autoescape=True)
        return [ContactRow.id.in_(select(ContactPhoneRow.contact).where(or_(*whole, part, national, written)))]
    accounts = AccountRow.search_name
    return [
        or_(
            ContactRow.search_name.contains(word, autoescape=True),
            ContactRow.email.icontains(word, autoescape=True),
            ContactRow.account.in_(select(AccountRow.id).where(accounts.contains(word, autoescape=True))),
        )
        for word in words
    ]


async def _contacts(session: AsyncSession, where: ColumnElement[bool], limit: int | None = None) -> list[Contact]:
    """In order of the name."""
    query = (
        select(ContactRow, AccountRow)
        .outerjoin(AccountRow, AccountRow.id == ContactRow.account)
        .where(where)
        .order_by(ContactRow.search_name, ContactRow.id)
        .limit(limit)
    )
    rows = (await session.execute(query)).all()
    phones: dict[int, list[ContactPhone]] = {}
    mine = ContactPhoneRow.contact.in_([contact.id for contact, _ in rows])
    for phone in await session.scalars(select(ContactPhoneRow).where(mine).order_by(ContactPhoneRow.place)):
        phones.setdefault(phone.contact, []).append(ContactPhone(number=phone.number, e164=phone.e164, label=phone.label))
    return [
        Contact(
            id=ContactId(row.id),
            name=row.name,
            account=_account(account) if account is not None else None,  # type: ignore[redundant-expr]
            language=_language(row.language),
            tier=row.tier,
            email=row.email,
            external_url=row.external_url,
            note=row.note,
            phones=tuple(phones.get(row.id, ())),
            created_at=row.created_at,
            changed_at=row.changed_at,
        )
        for row, account in rows
    ]


def _account(row: AccountRow) -> Account:
    return Account(
        id=AccountId(row.id),
        name=row.name,
        number=row.number,
        address=row.address,
        tier=row.tier,
        external_url=row.external_url,
    )


def _account_id(value: int | None) -> AccountId | None:
    return None if value is None else AccountId(value)


def _note(row: CallNoteRow) -> CallNote:
    return CallNote(call=CallId(row.call), text=row.text, author=row.author, saved_at=row.saved_at)


def _language(value: str | None) -> Language | None:
    match value:
        case "en" | "zh":
            return value
        case _:
            return None
