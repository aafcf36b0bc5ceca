"""Contract: no kind of signal or effect, and no way to fail, is left without a story.

Stories declare what they provoke and are checked on it (see `stage.provokes`), so this holds whichever of them run here.
What campaigns ask of the leads' rows is no carrier's matter: its stories are in tests/integration/test_dialing*.
"""

from typing import get_args

from callcenter.kernel import effects as fx
from callcenter.kernel.effects import AnyCarrierEffect, AnyEffect, CarrierEffect, LeadEffect
from callcenter.kernel.signals import AnySignal, LeadSignal
from callcenter.kernel.words import Cause, Fault, GatherEnd, PlaybackEnd
from tests.contract import test_answers, test_bridges, test_dialing, test_incoming, test_jobs, test_outage, test_prompts
from tests.contract.stage import DECLARED

STORIES = (test_answers, test_bridges, test_dialing, test_incoming, test_jobs, test_outage, test_prompts)

GONE, UNAVAILABLE, LOST = Fault.GONE, Fault.UNAVAILABLE, Fault.LOST
WAYS_TO_FAIL: dict[type[CarrierEffect], set[Fault]] = {
    fx.AnswerLeg: {GONE, UNAVAILABLE},
    fx.OriginateLeg: {Fault.UNREACHABLE, Fault.REFUSED, UNAVAILABLE},
    fx.HangUpLeg: {UNAVAILABLE},
    fx.PlayPrompts: {GONE, Fault.MISSING_MEDIA, UNAVAILABLE, LOST},
    fx.Gather: {GONE, Fault.MISSING_MEDIA, UNAVAILABLE, LOST},
    fx.SetTreatment: {GONE, UNAVAILABLE},
    fx.JoinBridge: {GONE, Fault.REFUSED, UNAVAILABLE, LOST},
    fx.LeaveBridge: {GONE, UNAVAILABLE},
    fx.CloseBridge: {UNAVAILABLE},
    fx.StartRecording: {GONE, Fault.REFUSED, UNAVAILABLE, LOST},
    fx.StopRecording: {GONE, UNAVAILABLE},
    fx.DetectAnswer: {GONE, UNAVAILABLE},
    fx.StopDetecting: {UNAVAILABLE},
}
"""LOST (also Cause.LOST) is said by no carrier: the resync reads it off the carrier's snapshot, and so it does in the stories."""


def test_every_kind_of_signal_is_provoked():
    assert set(get_args(AnySignal)) - DECLARED.signals == set(get_args(LeadSignal))


def test_every_kind_of_effect_is_asked_for():
    assert set(get_args(AnyEffect)) - DECLARED.effects == set(get_args(LeadEffect))


def test_every_way_in_which_an_effect_can_fail_is_provoked():
    assert set(WAYS_TO_FAIL) == set(get_args(AnyCarrierEffect)), "a new effect needs a row"
    wanted = {(kind, fault) for kind, faults in WAYS_TO_FAIL.items() for fault in faults}
    assert wanted - DECLARED.faults == set()
    assert {fault for _, fault in wanted} == set(Fault), "a new fault needs a row"


def test_every_cause_and_every_end_is_provoked():
    assert set(Cause) - DECLARED.causes == set()
    assert set(GatherEnd) | set(PlaybackEnd) == DECLARED.ends
