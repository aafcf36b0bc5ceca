"""Which leads stay beside the other rows, the campaign, the do-not-call lists and the customers."""

from callcenter.kernel.dialing import NumberKind
from dialer.importer import RefusedRow
from dialer.lead import Lead, LeadNumber
from dialer.screening import Known, Owner, Policy, Screened, screen

ONE, TWO, THREE = "+12025550143", "+12025550144", "+12025550145"


def lead(*numbers: str, line: int = 1) -> Lead:
    kind = NumberKind.FIXED_OR_MOBILE
    given = (LeadNumber(e164=number, written=number, region="US", kind=kind, zones=()) for number in numbers)
    return Lead(line=line, numbers=tuple(given))


def known(in_list: tuple[str, ...] = (), campaign: str = "", owner: str = "", barred: str = "") -> Known:
    return Known(
        in_list=set(in_list),
        in_campaign={campaign: "spring"} if campaign else {},
        owners={owner: Owner(5, 3)} if owner else {},
        barred={barred: "us_national 2026-11-01"} if barred else {},
    )


def test_a_second_row_with_the_same_number():
    seen = known()
    assert isinstance(screen(lead(ONE), (), seen, Policy()), Screened)
    assert screen(lead(ONE, line=2), ("x",), seen, Policy()) == RefusedRow(line=2, cells=("x",), reason="duplicate_in_list")
    assert isinstance(screen(lead(ONE, line=3), (), seen, Policy(in_list="keep")), Screened)


def test_a_shared_switchboard_is_tried_once_and_both_people_are_called():
    seen = known()
    screen(lead(ONE, THREE), (), seen, Policy())
    second = screen(lead(TWO, THREE), (), seen, Policy())
    assert isinstance(second, Screened)
    assert [number.e164 for number in second.lead.numbers] == [TWO]
    assert second.left_out == 1


def test_another_list_of_the_campaign_is_named():
    made = screen(lead(ONE), (), known(campaign=ONE), Policy())
    assert isinstance(made, RefusedRow)
    assert (made.reason, made.detail) == ("duplicate_in_campaign", "spring")
    assert isinstance(screen(lead(ONE), (), known(campaign=ONE), Policy(in_campaign="keep")), Screened)


def test_do_not_call_goes_before_every_other_reason_and_names_its_list():
    made = screen(lead(ONE), (), known(in_list=(ONE,), campaign=ONE, barred=ONE), Policy())
    assert isinstance(made, RefusedRow)
    assert (made.reason, made.detail) == ("do_not_call", "us_national 2026-11-01")


def test_a_number_that_may_not_be_called_is_taken_out_of_its_lead():
    made = screen(lead(ONE, TWO), (), known(barred=ONE), Policy())
    assert isinstance(made, Screened)
    assert [number.e164 for number in made.lead.numbers] == [TWO]


def test_a_customer_is_linked_refused_or_ignored():
    link = screen(lead(TWO, ONE), (), known(owner=ONE), Policy())
    assert isinstance(link, Screened)
    assert link.owner == Owner(5, 3)
    refuse = screen(lead(ONE), (), known(owner=ONE), Policy(contacts="refuse"))
    assert isinstance(refuse, RefusedRow)
    assert refuse.reason == "known_contact"
    ignore = screen(lead(ONE), (), known(owner=ONE), Policy(contacts="ignore"))
    assert isinstance(ignore, Screened)
    assert ignore.owner is None
