"""The life of an attempt: its table, the facts that its moves leave, and its one outcome."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.kernel.dialing import Outcome
from callcenter.kernel.machine import IllegalMove
from dialer import attempt_state as a
from dialer.attempt_state import ATTEMPT, Attempt, AttemptState
from dialer.outcome import DialEnd
from tests.unit.dialer.law_people import packs

US = packs()["us-federal"].versions[-1]
CLEARED = DialEnd(q850=16)
OVER = a.Ended(at=20_000, end=CLEARED)


def story(*moves: a.Move) -> Attempt:
    attempt = Attempt()
    for move in moves:
        attempt = attempt.after(move)
    return attempt


ANSWERED = (a.Dialed(at=0), a.Rang(at=2_000), a.Answered(at=9_000))


@pytest.mark.parametrize(
    ("moves", "outcome"),
    [
        ((a.Dialed(at=0), a.Rang(at=1), a.Ended(at=9, end=DialEnd(sip=486, q850=17))), Outcome.BUSY),
        ((a.Dialed(at=0), a.Rang(at=1), a.Ended(at=9, end=DialEnd(sip=480, q850=19))), Outcome.NO_ANSWER),
        ((a.Dialed(at=0), a.Ended(at=9, end=DialEnd(sip=480, q850=19))), Outcome.FAILED),
        ((a.Dialed(at=0), a.Rang(at=1), a.Ended(at=9, end=DialEnd(by_us=True))), Outcome.CANCELLED),
        ((*ANSWERED, a.GreetingEnded(at=10_000), a.Connected(at=12_000), a.Ended(at=60_000, end=CLEARED)), Outcome.ANSWERED),
        ((*ANSWERED, a.GreetingEnded(at=10_000), a.Connected(at=12_001), a.Ended(at=60_000, end=CLEARED)), Outcome.ABANDONED),
        ((*ANSWERED, a.Connected(at=11_000), a.Ended(at=60_000, end=CLEARED)), Outcome.ANSWERED),
        ((*ANSWERED, a.MessageBegan(at=10_500), a.Ended(at=20_000, end=CLEARED)), Outcome.ABANDONED),
        ((*ANSWERED, a.Ended(at=9_400, end=CLEARED)), Outcome.ABANDONED),
        ((*ANSWERED, a.MachineHeard(at=10_000), a.Ended(at=20_000, end=CLEARED)), Outcome.MACHINE),
        ((*ANSWERED, a.MachineHeard(at=10_000, what="fax"), a.Ended(at=20_000, end=CLEARED)), Outcome.FAX),
        ((*ANSWERED, a.MachineHeard(at=10_000), a.PersonHeard(at=10_500), a.Ended(at=20_000, end=CLEARED)), Outcome.ABANDONED),
        (
            (
                *ANSWERED,
                a.MachineHeard(at=9_800),
                a.PersonHeard(at=10_000),
                a.Connected(at=10_900),
                a.Ended(at=20_000, end=CLEARED),
            ),
            Outcome.ANSWERED,
        ),
        # Found out after the end.
        ((*ANSWERED, a.MachineHeard(at=10_000), a.Ended(at=20_000, end=CLEARED), a.PersonHeard(at=90_000)), Outcome.ABANDONED),
    ],
)
def test_each_attempt_has_one_outcome(moves, outcome):
    attempt = story(*moves)
    assert attempt.state is AttemptState.OVER
    assert attempt.outcome(US) is outcome


def test_the_four_facts_are_kept():
    attempt = story(*ANSWERED, a.GreetingEnded(at=10_000), a.MessageBegan(at=11_000), a.Connected(at=13_000))
    facts = attempt.facts()
    assert facts is not None
    assert (facts.answered_at, facts.greeting_end_at, facts.agent_at, facts.message_played_at) == (9_000, 10_000, 13_000, 11_000)
    assert attempt.outcome(US) is None
    assert story(a.Dialed(at=0)).facts() is None


def test_a_claim_is_dialed_or_released_and_nothing_else():
    assert story(a.Released(at=0)).state is AttemptState.RELEASED
    for move in (a.Rang(at=0), a.Answered(at=0), a.Ended(at=0, end=CLEARED)):
        with pytest.raises(IllegalMove):
            Attempt().after(move)
    with pytest.raises(IllegalMove):
        story(a.Dialed(at=0)).after(a.Released(at=1))


def test_the_table_is_sound():
    assert ATTEMPT.final(AttemptState.RELEASED)
    assert {state for state in AttemptState if a.Ended in ATTEMPT.moves[state]} == {
        AttemptState.DIALING, AttemptState.RINGING, AttemptState.ANSWERED, AttemptState.MACHINE, AttemptState.CONNECTED,
        AttemptState.APOLOGY,
    }  # fmt: skip
    assert "claimed --> dialing: Dialed" in ATTEMPT.diagram()


EVERY = (a.Dialed, a.Rang, a.Answered, a.GreetingEnded, a.MachineHeard, a.PersonHeard, a.Connected, a.MessageBegan, a.Released)


@settings(max_examples=80)
@given(st.lists(st.sampled_from([*EVERY, a.Ended]), max_size=14))
def test_whatever_comes_in_whatever_order_an_attempt_ends_once(kinds):
    """Late and doubled signals fit no row and change nothing; an end is final, and has one outcome."""
    attempt, ends = Attempt(), 0
    for at, kind in enumerate(kinds):
        move = a.Ended(at=at, end=CLEARED) if kind is a.Ended else kind(at=at)
        allowed = ATTEMPT.allows(attempt.state, kind)
        try:
            after = attempt.after(move)
        except IllegalMove:
            assert not allowed
            continue
        assert allowed
        ends += kind is a.Ended
        attempt = after
        assert (attempt.outcome(US) is not None) == (attempt.state is AttemptState.OVER)
    assert ends <= 1
    assert (attempt.ended_at is not None) == (ends == 1)
