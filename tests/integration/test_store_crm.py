"""Customers on both databases: found by any written form of their number, changed as a whole, listed in pages."""

import msgspec
import pytest

from callcenter.kernel.errors import NotFound, Refused
from callcenter.kernel.ids import AccountId, CallId, ContactId, Entropy
from callcenter.kernel.seed import AccountSeed, ContactSeed, PhoneSeed
from callcenter.kernel.words import Language, Match
from callcenter.store.crm import Crm
from callcenter.store.customers import AccountChange, Contact, ContactChange, ContactPhone, PhoneInput
from callcenter.store.database import Database

US = "US"
CALL, OTHER = (Entropy(name).call() for name in (b"one", b"two"))


@pytest.fixture
def crm(database: Database) -> Crm:
    return Crm(database)


async def person(
    crm: Crm, name: str, *numbers: str, account: AccountId | None = None, language: Language | None = None, now: int = 1_000
) -> Contact:
    phones = tuple(PhoneInput(number=number, label="mobile") for number in numbers)
    change = ContactChange(name=name, account=account, language=language, phones=phones)
    return await crm.create_contact(change, US, now)


# -- who is calling ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["+12025550143", "(202) 555-0143", "2025550143", "0012025550143"])
async def test_the_same_number_in_another_form_is_exact(crm: Crm, written: str):
    account = await crm.create_account(AccountChange(name="Harbor Supplies"), 1)
    rosa = await person(crm, "Rosa Marin", "+1 202 555 0143", account=account.id, language="en")
    await person(crm, "Nobody", "+1 202 555 0199")
    (match,) = await crm.look_up(written, US)
    assert (match.contact, match.account, match.match, match.language) == (rosa.id, account.id, Match.EXACT, "en")
    assert not match.match.tentative


async def test_another_country_code_before_the_same_digits_is_tentative(crm: Crm):
    rosa = await person(crm, "Rosa Marin", "+1 202 555 0143")
    (match,) = await crm.look_up("+442025550143", US)
    assert (match.contact, match.match) == (rosa.id, Match.LAST_9)
    assert match.match.tentative


async def test_a_local_form_matches_by_seven_digits(crm: Crm):
    rosa = await person(crm, "Rosa Marin", "+1 202 555 0143")
    (match,) = await crm.look_up("555-0143", US)
    assert (match.contact, match.match) == (rosa.id, Match.LAST_7)


async def test_a_number_kept_in_local_form_is_found_by_a_whole_one(crm: Crm):
    rosa = await person(crm, "Rosa Marin", "555 0143")
    (match,) = await crm.look_up("+12025550143", US)
    assert (match.contact, match.match) == (rosa.id, Match.LAST_7)


async def test_a_higher_rung_hides_the_lower_ones(crm: Crm):
    exact = await person(crm, "Exact", "+12025550143")
    await person(crm, "Nine", "+442025550143")
    await person(crm, "Seven", "+13035550143")
    matches = await crm.look_up("+12025550143", US)
    assert [match.contact for match in matches] == [exact.id]


async def test_several_contacts_of_one_number_are_a_choice_latest_first_each_once(crm: Crm):
    first = await person(crm, "First", "+12025550143", "202-555-0143", now=1)
    second = await person(crm, "Second", "(202) 555 0143", now=3)
    third = await person(crm, "Third", "+12025550143", now=2)
    matches = await crm.look_up("2025550143", US)
    assert [match.contact for match in matches] == [second.id, third.id, first.id]
    assert {match.match for match in matches} == {Match.EXACT}


@pytest.mark.parametrize("written", ["", "anonymous", "911", "+12025550199"])
async def test_nobody_is_found(crm: Crm, written: str):
    await person(crm, "Rosa Marin", "+12025550143")
    assert await crm.look_up(written, US) == ()


# -- contacts ---------------------------------------------------------------------------------------------------------------


async def test_a_contact_is_kept_whole(crm: Crm):
    account = await crm.create_account(AccountChange(name="Harbor", number="H-7", address="1 Pier", tier="gold"), 5)
    change = ContactChange(
        name="  李 明 ", account=account.id, language="zh", tier="gold", email="li@example.com", external_url="https://crm.example/7",
        note="calls about invoices", phones=(PhoneInput(number="(202) 555-0143", label="work"), PhoneInput(number="5550199")),
    )  # fmt: skip
    made = await crm.create_contact(change, US, 10)
    assert await crm.contact(made.id) == made
    assert made == Contact(
        id=made.id, name="李 明", account=account, language="zh", tier="gold", email="li@example.com",
        external_url="https://crm.example/7", note="calls about invoices",
        phones=(
            ContactPhone(number="(202) 555-0143", e164="+12025550143", label="work"),
            ContactPhone(number="5550199", e164=None),
        ),
        created_at=10, changed_at=10,
    )  # fmt: skip


async def test_a_change_touches_what_it_names(crm: Crm):
    before = await person(crm, "Rosa Marin", "+12025550143", language="en")
    after = await crm.change_contact(before.id, ContactChange(note="prefers mornings", language=None), US, 2_000)
    assert after == msgspec.structs.replace(before, note="prefers mornings", language=None, changed_at=2_000)
    after = await crm.change_contact(before.id, ContactChange(phones=(PhoneInput(number="+12025550177"),)), US, 3_000)
    assert [phone.e164 for phone in after.phones] == ["+12025550177"]
    assert await crm.look_up("+12025550143", US) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (ContactChange(), "name_missing"),
        (ContactChange(name="  "), "name_missing"),
        (ContactChange(name="Rosa", account=AccountId(99)), "no_account"),
        (ContactChange(name="Rosa", phones=(PhoneInput(number="12"),)), "number_impossible"),
        (ContactChange(name="Rosa", note="x" * 30_000), "text_too_long"),
    ],
)
async def test_what_cannot_be_kept_is_refused_and_nothing_is_written(crm: Crm, change: ContactChange, code: str):
    with pytest.raises(Refused) as refused:
        await crm.create_contact(change, US, 1)
    assert refused.value.code == code
    assert (await crm.find_contacts("", US)).items == ()


async def test_what_is_not_there_is_not_found(crm: Crm):
    for asking in (
        crm.contact(ContactId(9)), crm.change_contact(ContactId(9), ContactChange(name="x"), US, 1), crm.account(AccountId(9)),
        crm.change_account(AccountId(9), AccountChange(name="x"), 1),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            await asking
    assert await crm.contacts([ContactId(9)]) == {}


# -- finding ----------------------------------------------------------------------------------------------------------------


async def names(crm: Crm, text: str) -> list[str]:
    return [contact.name for contact in (await crm.find_contacts(text, US)).items]


async def test_contacts_are_found_by_name_account_email_and_number(crm: Crm):
    harbor = await crm.create_account(AccountChange(name="Harbor Supplies"), 1)
    await person(crm, "Rosa Marín", "+12025550143", account=harbor.id)
    await person(crm, "李明", "+861065529988")
    bob = await person(crm, "Bob 100%", "+442079460018")
    await crm.change_contact(bob.id, ContactChange(email="Bob_B@example.com"), US, 2)
    assert await names(crm, "") == ["Bob 100%", "Rosa Marín", "李明"]
    assert await names(crm, "rosa") == ["Rosa Marín"]
    assert await names(crm, "MARÍN rosa") == ["Rosa Marín"]
    assert await names(crm, "rosa bob") == []
    assert await names(crm, "harbor") == ["Rosa Marín"]
    assert await names(crm, "李") == ["李明"]
    assert await names(crm, "bob_b@EXAMPLE") == ["Bob 100%"]
    assert await names(crm, "%") == ["Bob 100%"]
    assert await names(crm, "b_b 1") == ["Bob 100%"]
    assert await names(crm, "(202) 555-0143") == ["Rosa Marín"]
    assert await names(crm, "0018") == ["Bob 100%"]
    assert await names(crm, "020 7946 0018") == ["Bob 100%"]
    assert await names(crm, "555") == ["Rosa Marín", "李明"][:1]


async def test_a_search_stays_within_an_account(crm: Crm):
    harbor = await crm.create_account(AccountChange(name="Harbor"), 1)
    await person(crm, "Rosa", "+12025550143", account=harbor.id)
    await person(crm, "Rosalind", "+12025550144")
    found = await crm.find_contacts("rosa", US, account=harbor.id)
    assert [contact.name for contact in found.items] == ["Rosa"]


async def test_pages_follow_each_other_without_gap_or_repetition(crm: Crm):
    for number in range(23):
        await person(crm, f"Person {number % 5}", f"+120255501{number:02}")
    seen: list[int] = []
    cursor = None
    pages = 0
    while pages == 0 or cursor is not None:
        page = await crm.find_contacts("person", US, limit=10, cursor_=cursor)
        seen += [contact.id for contact in page.items]
        cursor = page.next
        pages += 1
    assert pages == 3
    assert len(seen) == len(set(seen)) == 23


@pytest.mark.parametrize("cursor", ["nonsense", "WyJ4Il0", "!!", "WzFd"])
async def test_a_foreign_cursor_is_refused(crm: Crm, cursor: str):
    with pytest.raises(Refused) as refused:
        await crm.find_contacts("", US, cursor_=cursor)
    assert refused.value.code == "bad_cursor"


async def test_accounts_are_found_by_name_and_customer_number_in_pages(crm: Crm):
    for name, number in (("Harbor Supplies", "H-100"), ("Anchor Supplies", "A-200"), ("Quay", "H-300")):
        await crm.create_account(AccountChange(name=name, number=number), 1)
    first = await crm.find_accounts("supplies", limit=1)
    assert [account.name for account in first.items] == ["Anchor Supplies"]
    second = await crm.find_accounts("supplies", limit=1, cursor_=first.next)
    assert [account.name for account in second.items] == ["Harbor Supplies"]
    assert second.next is None
    assert [account.name for account in (await crm.find_accounts("H-")).items] == ["Harbor Supplies", "Quay"]


async def test_an_account_is_changed(crm: Crm):
    made = await crm.create_account(AccountChange(name="Harbor"), 1)
    changed = await crm.change_account(made.id, AccountChange(tier="gold"), 2)
    assert changed == await crm.account(made.id) == msgspec.structs.replace(made, tier="gold")
    with pytest.raises(Refused):
        await crm.change_account(made.id, AccountChange(name=" "), 3)
    assert (await crm.account(made.id)).name == "Harbor"


# -- notes ------------------------------------------------------------------------------------------------------------------


async def test_a_note_is_one_text_per_call(crm: Crm):
    assert await crm.note(CALL) is None
    await crm.save_note(CALL, "wants a refund", "ana", 5)
    saved = await crm.save_note(CALL, "wants a refund of 20", "bo", 6)
    assert await crm.note(CALL) == saved
    assert (saved.text, saved.author, saved.saved_at) == ("wants a refund of 20", "bo", 6)
    assert await crm.notes([CALL, OTHER, CallId("none")]) == {CALL: saved}
    with pytest.raises(Refused):
        await crm.save_note(OTHER, "x" * 30_000, "ana", 7)


# -- an empty database ------------------------------------------------------------------------------------------------------


async def test_a_seed_fills_an_empty_database_once(crm: Crm):
    accounts = [AccountSeed(name="Harbor", tier="gold")]
    contacts = [ContactSeed(name="Rosa", account="Harbor", phones=(PhoneSeed(number="202 555 0143"),), notes="VIP")]
    assert await crm.seed(accounts, contacts, US, 1)
    assert not await crm.seed(accounts, contacts, US, 2)
    (rosa,) = (await crm.find_contacts("", US)).items
    assert rosa.account is not None
    assert (rosa.account.name, rosa.account.tier, rosa.note) == ("Harbor", "gold", "VIP")
    assert len(await crm.look_up("+12025550143", US)) == 1


async def test_a_seed_with_a_mistake_writes_nothing(crm: Crm):
    with pytest.raises(Refused):
        await crm.seed([AccountSeed(name="Harbor")], [ContactSeed(name="Rosa", account="Elsewhere")], US, 1)
    assert (await crm.find_accounts("")).items == ()
