"""Outcomes from causes, and what a dial says about its trunk (pitfalls 20 and 21 of Asterisk among them)."""

import pytest

from callcenter.kernel.dialing import Outcome
from dialer.outcome import Q850, SIP, DialEnd, TrunkSign, told


@pytest.mark.parametrize(
    ("sip", "q850", "outcome"),
    [
        (404, 1, Outcome.INVALID),  # Asterisk says NOANSWER
        (603, 21, Outcome.BLOCKED),  # and here too
        (486, 17, Outcome.BUSY),
        (600, 17, Outcome.BUSY),
        (503, 34, Outcome.CONGESTION),
        (410, 22, Outcome.INVALID),
        (484, 28, Outcome.INVALID),
        (607, None, Outcome.BLOCKED),
        (608, None, Outcome.BLOCKED),
        (403, None, Outcome.FAILED),
        (404, 3, Outcome.FAILED),  # no route: the number may be a good one
        (404, 2, Outcome.FAILED),
        (480, 20, Outcome.NO_ANSWER),  # the phone is switched off
        (480, 21, Outcome.BLOCKED),  # the status says little, the cause more
        (500, 17, Outcome.BUSY),
        (500, None, Outcome.FAILED),
        (499, None, Outcome.FAILED),  # a status that nobody knows
        (None, 34, Outcome.CONGESTION),
        (None, 1, Outcome.INVALID),
        (None, 38, Outcome.FAILED),
        (None, 99, Outcome.FAILED),
        (None, None, Outcome.FAILED),
    ],
)
def test_codes_to_outcomes(sip, q850, outcome):
    assert told(DialEnd(sip=sip, q850=q850)).outcome is outcome


def test_a_dead_trunk_ends_like_an_unanswered_call_and_only_ringing_tells():
    unanswered = told(DialEnd(sip=480, q850=19, progressed=True))
    dead = told(DialEnd(sip=480, q850=19))
    assert (unanswered.outcome, unanswered.sign) == (Outcome.NO_ANSWER, TrunkSign.ALIVE)
    assert (dead.outcome, dead.sign) == (Outcome.FAILED, TrunkSign.SILENT)
    assert dead.why == "SIP 480 cause 19: unanswered, but it never rang"
    # The same when we end it ourselves after its time.
    assert told(DialEnd(by_us=True, rang_out=True, progressed=True)).outcome is Outcome.NO_ANSWER
    late = told(DialEnd(by_us=True, rang_out=True))
    assert (late.outcome, late.sign, late.why) == (Outcome.FAILED, TrunkSign.SILENT, "unanswered, but it never rang")


@pytest.mark.parametrize(
    ("end", "outcome", "sign"),
    [
        (DialEnd(sip=486, q850=17), Outcome.BUSY, TrunkSign.ALIVE),  # a word about the callee
        (DialEnd(sip=404, q850=1), Outcome.INVALID, TrunkSign.ALIVE),
        (DialEnd(sip=480, q850=20), Outcome.NO_ANSWER, TrunkSign.ALIVE),
        (DialEnd(sip=503, q850=34), Outcome.CONGESTION, TrunkSign.SILENT),
        (DialEnd(sip=503, q850=34, progressed=True), Outcome.CONGESTION, TrunkSign.ALIVE),
        (DialEnd(sip=408, q850=102), Outcome.FAILED, TrunkSign.SILENT),
        (DialEnd(answered=True, q850=16), Outcome.ANSWERED, TrunkSign.ALIVE),
        (DialEnd(by_us=True), Outcome.CANCELLED, TrunkSign.NEUTRAL),
        (DialEnd(by_us=True, progressed=True, sip=487), Outcome.CANCELLED, TrunkSign.ALIVE),
        (DialEnd(sip=487), Outcome.CANCELLED, TrunkSign.NEUTRAL),
    ],
)
def test_what_a_dial_says_about_its_trunk(end, outcome, sign):
    assert (told(end).outcome, told(end).sign) == (outcome, sign)


def test_no_code_ever_says_what_only_the_attempt_knows():
    """Answered, machine, fax and abandoned are no network causes; every code of the tables has an outcome and a sign."""
    heard = {Outcome.ANSWERED, Outcome.MACHINE, Outcome.FAX, Outcome.ABANDONED}
    for progressed in (False, True):
        for sip in (None, *SIP):
            for q850 in (None, *Q850):
                found = told(DialEnd(sip=sip, q850=q850, progressed=progressed))
                assert found.outcome not in heard
                assert found.why
                if progressed:
                    assert found.sign is TrunkSign.ALIVE
                elif found.outcome is Outcome.NO_ANSWER:
                    assert q850 in (20, 27)
