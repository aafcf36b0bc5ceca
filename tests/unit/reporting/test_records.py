"""Call records, story by story: what each time means, and what comes after the end."""

from typing import Any

import pytest

from callcenter.kernel import events as e
from callcenter.kernel.call_state import CallState
from callcenter.kernel.clock import MINUTE, SECOND
from callcenter.kernel.ids import BridgeId, CallId, EffectId, LegId, PersonalId, RecordingId
from callcenter.kernel.machine import IllegalMove
from callcenter.kernel.words import CallEnd, Cause, LegRole, OfferEnd, Party
from reporting.call_record import CallRecord, EntryEnd, QueueEntry
from reporting.records import RecordBook
from reporting.tables import call_rows, record_of
from reporting.tally import counted_entry
from tests.unit.reporting.histories import ANA, BEN, BILLING, CARRIER, SUPPORT
from tests.unit.reporting.stories import Story, clock

CALL = CallId("c1")
CALLER = "l-c1"


def record(story: Story) -> CallRecord:
    book = RecordBook()
    for recorded in story.log:
        book.apply(recorded)
    return book.records[CALL]


def answered_call() -> Story:
    """09:00:00 in, 09:00:10 queued, 09:00:30 rings, 09:00:34 talk, hold 09:02:00 to 09:02:30, end 09:05:00."""
    story = Story().at("08:59:00").signs_in(ANA)
    story.at("09:00:00").arrives(CALL)
    story.at("09:00:10").queues(CALL)
    story.at("09:00:30").rings(CALL, ANA)
    story.at("09:00:34").talks(CALL, ANA)
    story.at("09:02:00").emit(e.CallHeld(call=CALL, agent=ANA))
    story.at("09:02:30").emit(e.CallRetrieved(call=CALL, agent=ANA))
    return story.at("09:05:00").hangs_up(CALL, CALLER).leaves(CALL, ANA).over(CALL)


def test_an_answered_call():
    story = answered_call()
    story.at("09:05:40").wrapped_up(CALL, ANA)
    found = record(story)
    assert found.direction == "inbound"
    assert found.answered_at == found.started_at == clock("09:00:00")
    assert found.ivr_ms == 10 * SECOND
    (entry,) = found.entries
    assert (entry.end, entry.wait_ms, entry.agent, entry.in_time) == (EntryEnd.ANSWERED, 24 * SECOND, ANA, False)
    (offer,) = found.offers
    assert (offer.end, offer.joined_at, offer.reasons) == (OfferEnd.ACCEPTED, clock("09:00:34"), ("only agent free",))
    (one,) = found.conversations
    assert (one.talk_ms, one.hold_ms, one.wrap_up_ms) == (236 * SECOND, 30 * SECOND, 40 * SECOND)
    assert (found.end, found.by, found.over_at) == (CallEnd.COMPLETED, Party.CUSTOMER, clock("09:05:00"))
    assert [leg.role for leg in found.legs] == [LegRole.CALLER, LegRole.AGENT]
    ringing = found.legs[1]
    assert (ringing.dialed_at, ringing.rang_at, ringing.up_at) == (clock("09:00:30"), clock("09:00:30"), clock("09:00:34"))
    assert not found.settled, "the agent's leg is not down yet"


def test_what_comes_after_the_end_still_belongs_to_the_record():
    story = answered_call()
    story.at("09:05:01").emit(e.LegDropped(call=CALL, leg=LegId("l-ana-o1"), by=clock("09:05:11")))
    story.at("09:05:02").hangs_up(CALL, "l-ana-o1", by_us=True)
    story.at("09:05:30").emit(e.DispositionSet(call=CALL, code="solved", agent=ANA)).wrapped_up(CALL, ANA)
    found = record(story)
    assert found.settled
    assert (found.disposition, found.disposition_by, found.disposition_at) == ("solved", ANA, clock("09:05:30"))
    leg = found.legs[1]
    assert (leg.dropped_at, leg.down_at, leg.by_us) == (clock("09:05:01"), clock("09:05:02"), True)


def test_a_recording_is_awaited_until_it_is_kept_or_lost():
    ids: dict[str, Any] = {"call": CALL, "recording": RecordingId("r1")}
    story = answered_call()
    story.log.pop()  # the end comes later
    story.at("09:04:00").emit(e.RecordingAsked(**ids, bridge=BridgeId("b"), effect=EffectId("e")), e.RecordingRuns(**ids))
    story.at("09:05:00").over(CALL).hangs_up(CALL, "l-ana-o1").wrapped_up(CALL, ANA)
    assert not record(story).settled
    story.at("09:05:01").emit(e.RecordingOver(**ids, duration_ms=60_000))
    assert not record(story).settled
    kept = Story()
    kept.log = list(story.log)
    kept.at("09:05:03").emit(e.RecordingKept(**ids, effect=EffectId("e"), size=960_044, duration_ms=60_010))
    (recording,) = record(kept).recordings
    assert (recording.duration_ms, recording.size, recording.kept_at) == (60_010, 960_044, clock("09:05:03"))
    assert record(kept).settled
    story.at("09:05:03").emit(e.RecordingFailed(**ids, why="gone"))
    assert record(story).settled
    assert record(story).recordings[0].why == "gone"


@pytest.mark.parametrize(("seconds", "short", "in_time"), [("04.999", True, True), ("05", False, True), ("20.001", False, False)])
def test_an_abandon_is_early_below_five_seconds(seconds, short, in_time):
    story = Story().at("09:00:00").arrives(CALL).queues(CALL)
    story.at(f"09:00:{seconds}").hangs_up(CALL, CALLER).over(CALL, CallEnd.ABANDONED_IN_QUEUE)
    (entry,) = record(story).entries
    assert (entry.end, entry.short, entry.in_time) == (EntryEnd.ABANDONED, short, in_time)
    assert record(story).settled


def test_a_kept_place_counts_from_its_own_time():
    story = Story().at("09:00:00").arrives(CALL).queues(CALL, SUPPORT)
    story.at("09:00:50").queues(CALL, BILLING, since=clock("09:00:00"))
    story.at("09:01:00").over(CALL, CallEnd.ABANDONED_IN_QUEUE)
    first, second = record(story).entries
    assert (first.end, first.wait_ms) == (EntryEnd.FLOWED_OUT, 50 * SECOND)
    assert (second.end, second.wait_ms, second.queued_at) == (EntryEnd.ABANDONED, MINUTE, clock("09:00:50"))


def test_talking_is_never_waiting_even_when_the_place_is_older():
    """A transfer that failed: back to the queue with the place of the call's arrival."""
    story = answered_call()
    for _ in range(4):
        story.log.pop()  # she transfers instead of hanging up
    story.at("09:05:00").leaves(CALL, ANA, "transferred")
    story.emit(e.TransferStarted(call=CALL, agent=ANA, to_number=PersonalId("p9"), until=clock("09:06:00")))
    story.at("09:05:20").emit(e.TransferFailed(call=CALL, why="busy")).queues(CALL, since=clock("09:00:00"))
    found = record(story)
    (transfer,) = found.transfers
    assert (transfer.done, transfer.why, transfer.to_number, transfer.ended_at) == (False, "busy", "p9", clock("09:05:20"))
    assert found.entries[1].waiting_since == clock("09:05:00")
    assert found.state is CallState.QUEUED


def test_a_call_that_comes_back_after_a_lost_line_counts_as_one_entry():
    story = Story().at("08:59:00").signs_in(ANA).signs_in(BEN)
    story.at("09:00:00").arrives(CALL).queues(CALL).rings(CALL, ANA).talks(CALL, ANA)
    story.at("09:01:00").emit(e.LineLost(call=CALL, agent=ANA, until=clock("09:01:30")))
    story.at("09:01:30").leaves(CALL, ANA, "line_lost").queues(CALL, since=clock("09:00:00"), back=True)
    story.at("09:01:40").rings(CALL, BEN, "o2").talks(CALL, BEN, "o2")
    story.at("09:03:00").leaves(CALL, BEN).over(CALL)
    found = record(story)
    first, second = found.entries
    assert (second.back, second.wait_ms) == (True, 10 * SECOND)
    one, other = found.conversations
    assert (one.hold_ms, one.talk_ms, one.why) == (30 * SECOND, 60 * SECOND, "line_lost")
    assert one.holds[0].line_lost
    assert other.agent == BEN
    assert counted_entry(found, other.entry) is first


def test_a_transfer_to_an_agent_gives_the_call_a_second_conversation_in_its_queue():
    story = Story().at("08:59:00").signs_in(ANA).signs_in(BEN)
    story.at("09:00:00").arrives(CALL).queues(CALL).rings(CALL, ANA).talks(CALL, ANA)
    story.at("09:01:00").leaves(CALL, ANA, "transferred")
    story.emit(e.TransferStarted(call=CALL, agent=ANA, to_agent=BEN, until=clock("09:02:00"))).rings(CALL, BEN, "o2")
    story.at("09:01:08").talks(CALL, BEN, "o2")
    found = record(story)
    (transfer,) = found.transfers
    assert (transfer.to_agent, transfer.done, transfer.ended_at) == (BEN, True, clock("09:01:08"))
    assert found.offers[1].entry is None, "no queue entry waited for this offer"
    assert [one.agent for one in found.conversations] == [ANA, BEN]
    assert found.conversations[1].entry == 0
    assert found.state is CallState.CONNECTED


def test_a_transfer_to_a_queue_is_done_at_once_and_is_a_new_entry():
    story = Story().at("08:59:00").signs_in(ANA)
    story.at("09:00:00").arrives(CALL).queues(CALL).rings(CALL, ANA).talks(CALL, ANA)
    story.at("09:01:00").leaves(CALL, ANA, "transferred").queues(CALL, SUPPORT)
    found = record(story)
    assert (found.transfers[0].to_queue, found.transfers[0].done) == (SUPPORT, True)
    assert [(entry.queue, entry.back) for entry in found.entries] == [(BILLING, False), (SUPPORT, False)]


@pytest.mark.parametrize("reached", [True, False])
def test_a_call_that_an_agent_places(reached):
    story = Story().at("08:59:00").signs_in(ANA)
    story.at("09:00:00").emit(e.CallPlaced(call=CALL, carrier=CARRIER, agent=ANA, number=PersonalId("p9")))
    leg = LegId("l-out")
    story.at("09:00:02").emit(
        e.LegDialed(call=CALL, carrier=CARRIER, leg=leg, effect=EffectId("e"), role=LegRole.CUSTOMER, number=PersonalId("p9"),
                    give_up_at=clock("09:01:00"))
    )  # fmt: skip
    if reached:
        story.at("09:00:09").emit(e.LegUp(call=CALL, leg=leg)).connects(CALL, ANA)
        story.at("09:01:09").leaves(CALL, ANA, "agent_hung_up", queue=None).over(CALL, by=Party.AGENT)
    else:
        story.at("09:00:09").hangs_up(CALL, "l-out", Cause.BUSY)
        story.emit(e.PlacedCallFailed(call=CALL, agent=ANA, cause=Cause.BUSY)).over(CALL, CallEnd.NOT_REACHED, Party.CUSTOMER)
    found = record(story)
    assert (found.direction, found.placed_by, found.customer) == ("outbound", ANA, "p9")
    if reached:
        assert found.answered_at == clock("09:00:09")
        assert (found.conversations[0].talk_ms, found.conversations[0].entry) == (MINUTE, None)
        assert found.by is Party.AGENT
    else:
        assert (found.placing_failed, found.legs[0].cause, found.conversations) == (Cause.BUSY, Cause.BUSY, ())
        assert found.settled


def test_what_we_decide_while_nobody_is_heard_does_not_move_the_bound():
    """The service was killed and started again: a limit that had passed meanwhile ends the offer before Asterisk is back."""
    story = Story().at("09:00:00").arrives(CALL)
    story.at("09:00:20").queues(CALL)
    story.at("09:06:50").emit(e.CarrierChanged(carrier=CARRIER, up=False))
    story.at("09:06:55").emit(e.AnnouncementsSet(call=CALL, next_at=None))
    story.at("09:07:00").hangs_up(CALL, CALLER, Cause.LOST).over(CALL, CallEnd.LOST, Party.SYSTEM)
    assert record(story).certain_until == clock("09:00:20")


def test_a_call_lost_in_a_gap_is_bounded_by_the_last_that_was_heard_of_it():
    story = Story().at("09:00:00").arrives(CALL)
    story.at("09:00:20").queues(CALL)
    story.at("09:07:00").hangs_up(CALL, CALLER, Cause.LOST).over(CALL, CallEnd.LOST, Party.SYSTEM)
    found = record(story)
    assert (found.certain_until, found.over_at) == (clock("09:00:20"), clock("09:07:00"))
    assert found.entries[0].end is EntryEnd.ENDED, "nobody knows that the caller gave up"


def test_the_order_of_events_within_one_decision_does_not_matter():
    forward = answered_call()
    backward = answered_call()
    *_, left, wrap_up, over = backward.log
    backward.log[-3:] = [
        e.Recorded(left.position, over.at, over.event),
        e.Recorded(wrap_up.position, wrap_up.at, left.event),
        e.Recorded(over.position, wrap_up.at, wrap_up.event),
    ]
    assert record(backward) == record(forward)


def test_an_event_that_the_call_s_table_forbids_is_a_bug_and_says_so():
    story = Story().at("09:00:00").arrives(CALL).emit(e.CallHeld(call=CALL, agent=ANA))
    with pytest.raises(IllegalMove):
        record(story)


def test_a_late_disposition_asks_for_its_record_and_changes_it():
    book = RecordBook()
    story = Story().at("09:00:00").arrives(CALL).queues(CALL)
    story.at("09:01:00").hangs_up(CALL, CALLER).over(CALL, CallEnd.ABANDONED_IN_QUEUE)
    for recorded in story.log:
        book.apply(recorded)
    (drained,) = book.drain().values()
    body = call_rows(drained)["call_record"][0]["body"]
    book.forget(CALL)
    late = e.Recorded(99, clock("17:00:00"), e.DispositionSet(call=CALL, code="called back", agent=ANA))
    assert book.missing(e.Recorded(98, 0, e.BridgeOver(call=CALL, bridge=BridgeId("b")))) is None
    assert book.missing(late) == CALL
    assert book.apply(late) is None
    book.put(record_of(body))
    book.apply(late)
    assert book.drain()[CALL].disposition == "called back"


def test_a_book_restored_from_its_dump_goes_on_alike():
    story = answered_call()
    book, again = RecordBook(), RecordBook()
    for recorded in story.log[:8]:
        book.apply(recorded)
    again.load(book.dump())
    for recorded in story.log[8:]:
        book.apply(recorded)
        again.apply(recorded)
    assert again.records == book.records
    assert again.center == book.center


def ended_after(wait: str, end: EntryEnd) -> QueueEntry:
    """The entry of a caller who comes into billing at 09:00:00 and leaves it at `wait`."""
    story = Story().at("08:59:00").signs_in(ANA).at("09:00:00").arrives(CALL).queues(CALL)
    if end is EntryEnd.ANSWERED:
        story.rings(CALL, ANA).at(wait).talks(CALL, ANA)
    else:
        story.at(wait).over(CALL, CallEnd.ABANDONED_IN_QUEUE)
    (entry,) = record(story).entries
    assert (entry.end, entry.service_level_ms, entry.short_abandon_ms) == (end, 20 * SECOND, 5 * SECOND)
    return entry


@pytest.mark.parametrize(("wait", "in_time"), [("09:00:19.999", True), ("09:00:20", True), ("09:00:20.001", False)])
def test_exactly_at_the_threshold_is_in_time(wait: str, in_time: bool):
    """Service level counts waits up to and with the threshold: answered within 20 s."""
    assert ended_after(wait, EntryEnd.ANSWERED).in_time is in_time


@pytest.mark.parametrize(("wait", "short"), [("09:00:04.999", True), ("09:00:05", False), ("09:00:05.001", False)])
def test_exactly_at_the_limit_is_no_early_hang_up(wait: str, short: bool):
    """Only who hangs up sooner is left out of the abandon rate."""
    assert ended_after(wait, EntryEnd.ABANDONED).short is short
