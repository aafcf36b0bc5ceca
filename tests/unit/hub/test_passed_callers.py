"""Stories of callers who came and went while we could not hear: ordinary signals, told late, make one record with true times."""

from callcenter.hub.checkpoint import dump, load
from callcenter.hub.state import State
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.ids import LegId
from callcenter.kernel.words import CallEnd, Party
from callcenter.runtime import resync
from callcenter.telephony.port import CarrierSnapshot, LegPassed
from reporting.call_record import CallRecord
from reporting.records import RecordBook
from tests.unit.hub.story import CARRIER, DIALED, NINE, Story

CAME_AT, WENT_AT = NINE - 9_000, NINE - 6_500


def told(state: State, leg: str = "pbx-1.7", caller: str = "+12125550123") -> list[s.AnySignal]:
    """What the resync says of a snapshot in which she passed."""
    passed = LegPassed(leg=LegId(leg), caller=caller, dialed=DIALED, came_at=CAME_AT, went_at=WENT_AT)
    snapshot = CarrierSnapshot(carrier=CARRIER, legs=(), bridges=(), recordings=(), passed=(passed,))
    return list(resync.missed(state, snapshot, NINE))


def records(story: Story) -> list[CallRecord]:
    book = RecordBook()
    for recorded in story.events:
        book.apply(recorded)
    return list(book.records.values())


def test_she_has_one_record_with_the_times_at_which_she_came_and_went(story: Story):
    for signal in told(story.hub.state):
        story.hears(signal)
    (record,) = records(story)
    assert (record.started_at, record.over_at) == (CAME_AT, WENT_AT)
    assert (record.end, record.by, record.number) == (CallEnd.ABANDONED_IN_IVR, Party.CUSTOMER, "main")
    assert (record.answered_at, record.certain_until, record.entries) == (None, None, ())
    assert [(leg.dialed_at, leg.down_at) for leg in record.legs] == [(CAME_AT, WENT_AT)]
    assert story.hub.state.value(record.customer) == "+12125550123"
    assert record.settled
    assert not story.hub.state.calls
    assert [recorded.at for recorded in story.events] == sorted(recorded.at for recorded in story.events)


def test_told_again_she_has_no_second_one(story: Story):
    for signal in told(story.hub.state):
        story.hears(signal)
        story.hears(signal)
    assert [type(signal) for signal in told(story.hub.state)] == [s.CarrierUp], "the resync knows her"
    assert len(records(story)) == 1
    # Decided anew after an append whose answer was lost, or on a state that a checkpoint had.
    again = load(dump(story.hub.state))
    assert [type(signal) for signal in told(again)] == [s.CarrierUp]
    first, *_ = told(State())
    story.hears(first)
    assert len(story.all(e.CallArrived)) == 1


def test_one_who_was_known_before_is_not_among_them(story: Story):
    call = story.calls()
    (leg,) = story.call(call).legs
    signals = told(story.hub.state, leg)
    assert not [signal for signal in signals if isinstance(signal, s.LegOffered)]
    story.caller_hangs_up(call)
    assert not [signal for signal in told(story.hub.state, leg) if isinstance(signal, s.LegOffered)]


def test_one_who_is_refused_is_refused(story: Story):
    for signal in told(story.hub.state, caller="+12125550199"):
        story.hears(signal)
    (record,) = records(story)
    assert record.end is CallEnd.BLOCKED
    assert (record.started_at, record.over_at) == (CAME_AT, CAME_AT)
