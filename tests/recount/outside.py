"""From dialogs and sounds to calls: when each came, waited, rang, talked, was held, and how it ended, all seen from outside.

Standard library only. What can be seen, and how:
- arrival, ringing, answer, end and who hung up: SIP messages in SIPp's logs;
- a queue entry: the music begins in the caller's ear (the menu's prompts end there). The queue's name: the last key that the
  caller pressed, seen on the wire, and what the center says that key is for (`center.numbers` of the scenario file);
- a conversation: each hears the other's tone. It begins with the first of the two, for whoever has just picked up begins to
  talk a little later; but whoever speaks must be heard at once (`Talk.deaf_ms`). Every party has a tone of its own;
- a hold: inside a conversation the caller hears music. No SIP message tells it: Asterisk re-points the sound by itself;
- a wrap-up: from the end of the conversation until the agent says that it is over, which `desk` (her clicks) tells.
Times are whole milliseconds since the epoch.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from tests.recount.heard import Stretch
from tests.recount.values import Click, Entry, Leg, Offer, OutsideCall, Party, Scenario, Talk
from tests.recount.wire import Dialog

NEAR_MS = 500
"""A click and what it brings about lie not farther apart."""


def digits(number: str) -> str:
    """A number without its punctuation, so that +1 212 and 1212 are the same."""
    return "".join(letter for letter in number if letter.isdigit())


def calls(scenario: Scenario) -> list[OutsideCall]:
    """All calls of the scenario in the order of their beginnings."""
    customers = [
        (party, dialog) for party in scenario.parties if party.kind in ("caller", "customer") for dialog in party.dialogs
    ]
    found = [_call(scenario, party, dialog) for party, dialog in customers]
    return sorted([*found, *_never_dialed(scenario)], key=lambda call: call.began_at)


def _end_of(dialog: Dialog) -> int:
    assert dialog.ended_at is not None, "a call that has not ended cannot be recounted"
    return dialog.ended_at


def _legs(scenario: Scenario, number: str, began: int, ended: int, customer: Dialog | None) -> list[Leg]:
    """The telephones that rang for the customer with this number while the call went on."""
    legs = [] if customer is None else [Leg("customer", customer)]
    for party in scenario.agents:
        for dialog in party.dialogs:
            if digits(dialog.shown) == digits(number) and began - NEAR_MS <= dialog.invite_at <= ended:
                legs.append(Leg(party.number, dialog))
    for party in scenario.parties:
        if party.kind == "target" and digits(party.serves) == digits(number):
            legs += [Leg("target", dialog) for dialog in party.dialogs if began <= dialog.invite_at <= ended]
    return legs


def _tone(scenario: Scenario, agent: str) -> str:
    return next(f"tone {party.tone}" for party in scenario.agents if party.number == agent)


def _call(scenario: Scenario, party: Party, customer: Dialog) -> OutsideCall:
    outbound = party.kind == "customer"
    began, ended = customer.invite_at, _end_of(customer)
    if outbound:
        placing = _placing(scenario, party.number, began)
        began = placing.invite_at
    legs = _legs(scenario, party.number, began, ended, customer)
    ear = scenario.heard.stretches(customer.port, customer.answered_at or ended, ended)
    own = f"tone {party.tone}"
    talks = sorted(_talks(scenario, legs, ear, own, ended), key=lambda talk: talk.since)
    keys = "" if outbound else "".join(key for _, key in scenario.heard.keys(customer.port, customer.invite_at, ended))
    call = OutsideCall(
        direction="outbound" if outbound else "inbound", number=party.number, began_at=began,
        answered_at=customer.answered_at, ended_at=ended, end="", ended_by="", keys=keys, entries=[], offers=[], talks=talks,
        legs=legs, placed_by=_who(scenario, legs, began) if outbound else None,
    )  # fmt: skip
    call.entries = _entries(scenario, call, ear, customer)
    call.offers = [] if outbound and not any(talk.transferred for talk in talks) else _offers(scenario, call, customer)
    call.ended_by = _ended_by(scenario, call, customer)
    call.end = _end(scenario, call, customer)
    if talks and call.ended_by == "agent":
        talks[-1].hung_up = True
    return call


def _placing(scenario: Scenario, number: str, by: int) -> Dialog:
    """The agent's own phone, which rang first for a call that she placed."""
    rang = [
        dialog
        for party in scenario.agents
        for dialog in party.dialogs
        if digits(dialog.shown) == digits(number) and dialog.invite_at <= by
    ]
    assert rang, "a customer was called, and no agent's telephone rang for it"
    return max(rang, key=lambda dialog: dialog.invite_at)


def _who(scenario: Scenario, legs: Sequence[Leg], began: int) -> str:
    return next(leg.who for leg in legs if leg.who != "customer" and leg.dialog.invite_at == began)


def _never_dialed(scenario: Scenario) -> list[OutsideCall]:
    """Calls that agents placed and gave up (or whose own phone failed) before the customer was called."""
    dialed = [
        (digits(party.number), dialog.invite_at)
        for party in scenario.parties
        if party.kind in ("caller", "customer")
        for dialog in party.dialogs
    ]
    found = []
    for click in scenario.clicks:
        if click.did != "place" or click.refused:
            continue
        number = click.to["number"]
        party = next(one for one in scenario.agents if one.number == click.agent)
        rang = [one for one in party.dialogs if digits(one.shown) == digits(number) and one.invite_at >= click.at - 50]
        if not rang or any(number_ == digits(number) and at >= rang[0].invite_at for number_, at in dialed):
            continue
        dialog = rang[0]
        gave_up = dialog.bye_sent or dialog.refused_at is not None
        call = OutsideCall(
            direction="outbound", number=number, began_at=dialog.invite_at, answered_at=None, ended_at=_end_of(dialog),
            end="withdrawn" if gave_up else "failed", ended_by="agent" if gave_up else "system", keys="", entries=[],
            offers=[], talks=[], legs=[Leg(click.agent, dialog)], placed_by=click.agent,
        )  # fmt: skip
        found.append(call)
    return found


# -- conversations ----------------------------------------------------------------------------------------------------------


def _talks(scenario: Scenario, legs: Sequence[Leg], ear: Sequence[Stretch], own: str, ended: int) -> Iterable[Talk]:
    music = f"tone {scenario.music}"
    for leg in legs:
        dialog = leg.dialog
        if leg.who in ("customer", "target") or dialog.answered_at is None:
            continue
        until = min(_end_of(dialog), ended)
        tone = _tone(scenario, leg.who)
        hers = [one for one in ear if one.what == tone and dialog.answered_at <= one.since < until]
        his = [one for one in scenario.heard.stretches(dialog.port, dialog.answered_at, until) if one.what == own]
        if not hers or not his:
            continue
        since = min(hers[0].since, his[0].since)
        port = next(one.dialog.port for one in legs if one.who == "customer")
        pairs = ((hers[0].since, dialog.port), (his[0].since, port))
        deaf = max(at - max(since, scenario.heard.began_to_send(speaker, at)) for at, speaker in pairs)
        holds = [(one.since, min(one.until, until)) for one in ear if one.what == music and since < one.since < until]
        transferred = any(click.did == "transfer" and not click.refused for click in _clicks_near(scenario, leg.who, until))
        if transferred:
            # The music after a transfer is that of the next wait; a hold that was still on ends here.
            holds = [(begin, end) for begin, end in holds if begin < until - NEAR_MS or end < until]
        yield Talk(
            agent=leg.who, since=since, until=until, holds=holds, wrap_until=_wrap_until(scenario, leg.who, until),
            transferred=transferred, deaf_ms=deaf,
        )  # fmt: skip


def _clicks_near(scenario: Scenario, agent: str, at: int) -> list[Click]:
    return [click for click in scenario.clicks if click.agent == agent and abs(click.at - at) <= NEAR_MS]


def _wrap_until(scenario: Scenario, agent: str, since: int) -> int:
    """The next time she says that her wrap-up is over (signing out says so too); else the center's limit."""
    limit = since + int(scenario.center["wrap_up_hard_ms"])
    said = [
        click.until
        for click in scenario.clicks
        if click.agent == agent and click.did in ("finish", "sign_out") and not click.refused and since < click.until < limit
    ]
    return min(said, default=limit)


# -- waiting ----------------------------------------------------------------------------------------------------------------


def _entries(scenario: Scenario, call: OutsideCall, ear: Sequence[Stretch], customer: Dialog) -> list[Entry]:
    music = f"tone {scenario.music}"
    entries: list[Entry] = []
    if call.direction == "inbound":
        first = next((one.since for one in ear if one.what == music), None)
        if first is not None and (not call.talks or first < call.talks[0].since):
            entries.append(_entry(call, _queue_of(scenario, customer.dialed, call.keys), first, 0))
    for number, talk in enumerate(call.talks):
        talk.entry = len(entries) - 1 if entries else None
        if not talk.transferred:
            continue
        click = next(one for one in _clicks_near(scenario, talk.agent, talk.until) if one.did == "transfer" and not one.refused)
        if "queue" in click.to:
            entries.append(_entry(call, click.to["queue"], talk.until, number + 1))
        elif (failed_at := _transfer_failed(call, click, talk.until)) is not None:
            queue = entries[-1].queue if entries else str(scenario.center["default_queue"])
            entries.append(_entry(call, queue, failed_at, number + 1))
            entries[-1].waiting_since = talk.until
    return entries


def _entry(call: OutsideCall, queue: str, since: int, next_talk: int) -> Entry:
    if next_talk < len(call.talks):
        talk = call.talks[next_talk]
        return Entry(queue, since, talk.since, "answered", talk.agent)
    return Entry(queue, since, call.ended_at, "abandoned")


def _transfer_failed(call: OutsideCall, click: Click, at: int) -> int | None:
    """When the telephone that a call was transferred to stopped ringing unanswered; None when it was answered."""
    who = "target" if "number" in click.to else click.to["agent"]
    rang = [leg.dialog for leg in call.legs if leg.who == who and leg.dialog.invite_at >= at - NEAR_MS]
    assert rang, "a call was transferred, and no telephone rang"
    return None if rang[0].answered_at is not None else _end_of(rang[0])


def _queue_of(scenario: Scenario, dialed: str, keys: str) -> str:
    """What the center promises who called this number and pressed these keys: the last key that means something counts."""
    numbers: dict[str, Any] = {digits(number): what for number, what in scenario.center["numbers"].items()}
    menu: dict[str, str] = numbers[digits(dialed)]["menu"]
    return next((menu[key] for key in reversed(keys) if key in menu), menu[""])


# -- offers -----------------------------------------------------------------------------------------------------------------


def _offers(scenario: Scenario, call: OutsideCall, customer: Dialog) -> list[Offer]:
    offers = []
    for leg in call.legs:
        dialog = leg.dialog
        if leg.who in ("customer", "target") or (call.direction == "outbound" and dialog.invite_at == call.began_at):
            continue
        transfer = any(
            click.did == "transfer" and click.to.get("agent") == leg.who and abs(click.at - dialog.invite_at) <= NEAR_MS
            for click in scenario.clicks
        )
        talked = any(talk.agent == leg.who and talk.since >= (dialog.answered_at or call.ended_at) for talk in call.talks)
        ended_at = _end_of(dialog) if dialog.answered_at is None else dialog.answered_at
        end = _offer_end(scenario, leg.who, dialog, customer)
        offers.append(Offer(leg.who, dialog.invite_at, ended_at, end, connected=talked, transfer=transfer))
    return sorted(offers, key=lambda offer: offer.made_at)


def _offer_end(scenario: Scenario, agent: str, dialog: Dialog, customer: Dialog) -> str:
    if dialog.answered_at is not None:
        return "accepted"
    if dialog.refused_at is not None:
        return "rejected" if dialog.status in (486, 600, 603) else "device_error"
    at = _end_of(dialog)
    if any(click.did == "reject" and not click.refused for click in _clicks_near(scenario, agent, at)):
        return "rejected"
    if customer.ended_at is not None and customer.ended_at <= at:
        return "withdrawn"
    return "rang_out"


# -- the end ----------------------------------------------------------------------------------------------------------------


def _ended_by(scenario: Scenario, call: OutsideCall, customer: Dialog) -> str:
    if customer.bye_sent or (customer.cancelled_at is not None and customer.outgoing):
        return "customer"
    if customer.answered_at is None:
        placing = next((leg.dialog for leg in call.legs if leg.dialog.invite_at == call.began_at), customer)
        return "agent" if call.direction == "outbound" and placing.bye_sent and placing.bye_at == placing.ended_at else "system"
    before = [leg for leg in call.legs if leg.dialog.bye_sent and _end_of(leg.dialog) <= call.ended_at]
    if any(leg.who == "target" for leg in before):
        return "target"
    last = call.talks[-1].agent if call.talks else None
    clicked = any(click.did == "hang_up" and click.agent == last for click in _clicks_near(scenario, last or "", call.ended_at))
    if clicked or any(leg.who == last and call.ended_at - _end_of(leg.dialog) <= NEAR_MS for leg in before):
        return "agent"
    return "system"


def _end(scenario: Scenario, call: OutsideCall, customer: Dialog) -> str:
    if call.direction == "outbound" and customer.answered_at is None:
        return "withdrawn" if call.ended_by == "agent" else "not_reached"
    if customer.answered_at is None:
        return "blocked" if customer.status in (403, 603) else "abandoned_in_ivr"
    if call.entries and call.entries[-1].end == "abandoned":
        if call.ended_by == "customer":
            return "abandoned_in_queue"
        call.entries[-1].end = "ended"
        return "failed"
    if call.talks:
        return "completed"
    if call.ended_by == "customer":
        return "abandoned_in_ivr"
    numbers = {digits(number): what for number, what in scenario.center["numbers"].items()}
    return "closed" if numbers[digits(customer.dialed)].get("closed") else "ended_by_flow"
