"""Contacts and accounts: between the API's bodies and the customer store's values."""

from msgspec import UNSET, UnsetType

from callcenter.api.numbers import shown
from callcenter.api.route import Ask
from callcenter.api.schemas import customers as c
from callcenter.api.schemas.common import PhoneNumber
from callcenter.api.schemas.queries import AccountQuery, CustomerQuery
from callcenter.broadcast.others import ContactChanged
from callcenter.kernel.ids import AccountId, ContactId
from callcenter.store.customers import Account, AccountChange, Contact, ContactChange, ContactPhone, PhoneInput


def contact_body(contact: Contact, region: str) -> c.ContactBody:
    return c.ContactBody(
        id=contact.id,
        name=contact.name,
        account=None if contact.account is None else account_body(contact.account),
        language=contact.language,
        tier=contact.tier,
        email=contact.email,
        external_url=contact.external_url,
        note=contact.note,
        numbers=[_phone(phone, region) for phone in contact.phones],
        created_at=contact.created_at,
        changed_at=contact.changed_at,
    )


def _phone(phone: ContactPhone, region: str) -> c.ContactNumber:
    value = phone.e164 or phone.number
    return c.ContactNumber(number=PhoneNumber(value=value, shown=shown(value, region)), written=phone.number, label=phone.label)


def account_body(account: Account) -> c.AccountBody:
    return c.AccountBody(
        id=account.id,
        name=account.name,
        number=account.number,
        address=account.address,
        tier=account.tier,
        external_url=account.external_url,
    )


def _phones(numbers: list[c.ContactNumberInput]) -> tuple[PhoneInput, ...]:
    return tuple(PhoneInput(number=given.number, label=given.label) for given in numbers)


def _account_id(given: int | UnsetType | None) -> AccountId | UnsetType | None:
    return AccountId(given) if isinstance(given, int) else given


async def find_contacts(ask: Ask) -> c.ContactListBody:
    query, region = ask.asked(CustomerQuery), ask.services.region
    page = await ask.services.crm.find_contacts(
        query.q,
        region,
        account=None if query.account is None else AccountId(query.account),
        limit=query.limit,
        cursor_=query.cursor,
    )
    return c.ContactListBody(items=[contact_body(contact, region) for contact in page.items], next=page.next)


async def create_contact(ask: Ask) -> c.ContactBody:
    given, region = ask.read(c.ContactCreate), ask.services.region
    values = ContactChange(
        name=given.name,
        account=None if given.account is None else AccountId(given.account),
        language=given.language,
        tier=given.tier,
        email=given.email,
        external_url=given.external_url,
        note=given.note,
        phones=_phones(given.numbers),
    )
    return contact_body(await ask.services.crm.create_contact(values, region, ask.now), region)


async def read_contact(ask: Ask) -> c.ContactBody:
    contact = await ask.services.crm.contact(ContactId(ask.whole("contact")))
    return contact_body(contact, ask.services.region)


async def change_contact(ask: Ask) -> c.ContactBody:
    id, given, region = ContactId(ask.whole("contact")), ask.read(c.ContactPatch), ask.services.region
    values = ContactChange(
        name=given.name,
        account=_account_id(given.account),
        language=given.language,
        tier=given.tier,
        email=given.email,
        external_url=given.external_url,
        note=given.note,
        phones=_phones(given.numbers) if isinstance(given.numbers, list) else UNSET,
    )
    changed = await ask.services.crm.change_contact(id, values, region, ask.now)
    await ask.parts.stage.contact_changed(id)
    ask.services.others.tell(ContactChanged(id))
    return contact_body(changed, region)


async def find_accounts(ask: Ask) -> c.AccountListBody:
    query = ask.asked(AccountQuery)
    page = await ask.services.crm.find_accounts(query.q, limit=query.limit, cursor_=query.cursor)
    return c.AccountListBody(items=[account_body(account) for account in page.items], next=page.next)


async def create_account(ask: Ask) -> c.AccountBody:
    given = ask.read(c.AccountCreate)
    values = AccountChange(
        name=given.name, number=given.number, address=given.address, tier=given.tier, external_url=given.external_url
    )
    return account_body(await ask.services.crm.create_account(values, ask.now))


async def read_account(ask: Ask) -> c.AccountBody:
    return account_body(await ask.services.crm.account(AccountId(ask.whole("account"))))
