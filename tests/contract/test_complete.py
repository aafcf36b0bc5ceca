"""Contract: no kind of signal or effect, and no way to fail, is left without a story.

Stories declare what they provoke and are checked on it (see `stage.provokes`), so this holds whichever of them run here.
"""

from typing import get_args

from callcenter.kernel import effects as fx
from callcenter.kernel.effects import AnyCarrierEffect, CarrierEffect
from callcenter.kernel.signals import CarrierSignal
from callcenter.kernel.words import Cause, Fault, GatherEnd, PlaybackEnd
from tests.contract import test_bridges, test_dialing, test_incoming, test_outage, test_prompts
from tests.contract.stage import DECLARED

STORIES = (test_bridges, test_dialing, test_incoming, test_outage, test_prompts)

GONE, UNAVAILABLE = Fault.GONE, Fault.UNAVAILABLE
WAYS_TO_FAIL: dict[type[CarrierEffect], set[Fault]] = {
    fx.AnswerLeg: {GONE, UNAVAILABLE},
    fx.OriginateLeg: {Fault.UNREACHABLE, Fault.REFUSED, UNAVAILABLE},
    fx.HangUpLeg: {UNAVAILABLE},
    fx.PlayPrompts: {GONE, Fault.MISSING_MEDIA, UNAVAILABLE},
    fx.Gather: {GONE, Fault.MISSING_MEDIA, UNAVAILABLE},
    fx.SetTreatment: {GONE, UNAVAILABLE},
    fx.JoinBridge: {GONE, Fault.REFUSED, UNAVAILABLE},
    fx.LeaveBridge: {GONE, UNAVAILABLE},
    fx.CloseBridge: {UNAVAILABLE},
    fx.StartRecording: {GONE, Fault.REFUSED, UNAVAILABLE},
    fx.StopRecording: {GONE, UNAVAILABLE},
}
CONCLUDED_BY_RESYNC = Fault.LOST
"""Nothing shows that it was done: read off a snapshot, said by no carrier. The same holds for Cause.LOST."""
CAUSES_WITHOUT_STORY = {Cause.LOST, Cause.FAILED, Cause.UNREACHABLE}
"""A line that breaks and a route that is missing look different in each network; each adapter's own tests have them."""


def test_every_kind_of_signal_is_provoked():
    assert set(get_args(CarrierSignal)) - DECLARED.signals == set()


def test_every_kind_of_effect_is_asked_for():
    assert set(get_args(AnyCarrierEffect)) - DECLARED.effects == set()


def test_every_way_in_which_an_effect_can_fail_is_provoked():
    assert set(WAYS_TO_FAIL) == set(get_args(AnyCarrierEffect)), "a new effect needs a row"
    wanted = {(kind, fault) for kind, faults in WAYS_TO_FAIL.items() for fault in faults}
    assert wanted - DECLARED.faults == set()
    assert {fault for _, fault in wanted} | {CONCLUDED_BY_RESYNC} == set(Fault), "a new fault needs a row"


def test_every_cause_and_every_end_is_provoked():
    assert set(Cause) - DECLARED.causes == CAUSES_WITHOUT_STORY
    assert set(GatherEnd) | set(PlaybackEnd) == DECLARED.ends
