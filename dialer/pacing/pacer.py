"""The controller: dial one more while the chance that its answer finds nobody stays below what the bank allows and the law gates.

`decide` is a function of (estimates, floor, law, leads): the curves that are kept between two decisions are worked out from the
estimates alone, so another process that folded the same facts derives the same decision.
"""

from collections.abc import Sequence

import numpy as np

from callcenter.kernel.dialing import Inputs, Mode
from dialer.pacing import constants as k
from dialer.pacing.curves import Array, RingCurves, ServiceCurves, free
from dialer.pacing.estimates import Estimates
from dialer.pacing.floor import UNKNOWN, Decision, Floor, Law, Why
from dialer.pacing.loss import Balance


class Pacer:
    """A campaign's pacing. `estimates` is all of its state."""

    def __init__(self, estimates: Estimates | None = None) -> None:
        self.estimates = Estimates() if estimates is None else estimates
        self._rings, self._services = RingCurves(self.estimates), ServiceCurves(self.estimates)
        self._tables: tuple[Array, Array]
        self._seen = (self.estimates.dials, self.estimates.services, -1)

    def probability(self, p: float = UNKNOWN) -> float:
        """What is expected of a dial placed now, whose lead's own probability is `p`: give it back when the dial is resolved."""
        return self.estimates.answer_rate if p < 0 else p

    def chance(self, age_ms: int, p: float) -> float:
        """Chance that a dial that has rung so long is answered by a person still."""
        return RingCurves(self.estimates).at_last(age_ms / 1_000, p)

    def decide(self, floor: Floor, law: Law, *, mode: Mode = Mode.PREDICTIVE, leads: Sequence[float] | None = None) -> Decision:
        """`leads` are the own probabilities of the next leads in order, UNKNOWN where there is none; without it there are enough
        leads, of which nothing is known."""
        most = floor.lines if leads is None else min(floor.lines, len(leads))
        stays = floor.free + len(floor.talking_ms) + len(floor.wrapping_ms)
        why: Why | None = None
        if not floor.carrier:
            why = "carrier_down"
        elif mode is not Mode.AGENTLESS and not stays:
            why = "all_leaving" if floor.leaving else "no_agents"
        elif floor.lines <= 0:
            why = "no_lines"
        if mode is Mode.AGENTLESS:
            return self._said(floor, law, 0 if why else most, why or "dialing")
        if why in ("no_agents", "all_leaving", "carrier_down"):
            young = [law.ring_ms - age for age in _rung(floor) if age < law.ring_ms]
            return self._said(floor, law, 0, why, cancel=self._old(floor, law), again_ms=min(young, default=None))
        if mode is not Mode.PREDICTIVE:
            ready = max(0, floor.free - floor.waiting - len(floor.ringing_ms))
            return self._said(floor, law, 0 if why else min(most, ready), why or ("dialing" if ready else "nobody_free"))
        return self._predict(floor, law, most, leads, why)

    def _predict(self, floor: Floor, law: Law, most: int, leads: Sequence[float] | None, why: Why | None) -> Decision:
        estimates = self.estimates
        rings = self._curves(law.patience_ms)
        alarm, rate = estimates.alarm, estimates.answer_rate
        answered = rings.answered(_seconds(floor.ringing_ms), self._own(floor, rate, alarm))
        balance = Balance(floor.free - floor.waiting, self._free(floor), answered, estimates.doubt)
        tau = estimates.tau(law.cap)
        slack = _slack(law)
        certain = floor.free - floor.waiting - len(floor.ringing_ms)
        dial, gated = 0, False
        alpha = balance.alpha()
        spent = slack is not None and slack < 1 and certain < 0
        cancel = self._old(floor, law) if spent or alpha > k.CANCEL_ABOVE else ()
        reach = rings.at_nodes
        while why is None:
            if dial >= most:
                why = "no_leads" if leads is not None and most == len(leads) else "no_lines"
            elif alpha > tau:
                why = "risk"
            else:
                own = UNKNOWN if leads is None else leads[dial]
                p = min(1.0, (rate if own < 0 else own) * alarm)
                if p > 0:
                    if slack is not None and certain <= 0 and slack < 1 + max(0.0, balance.run(k.GATE_SIGMAS) + 1):
                        why, gated = "gate", True
                        break
                    balance.add([p * share for share in reach])
                    alpha = balance.alpha()
                    certain -= 1
                dial += 1
        again_ms = k.TICK_MS if dial else next((ms for above, ms in k.SLOW_TICKS if alpha > above * tau), k.TICK_MS)
        return self._said(
            floor, law, dial, why, cancel=cancel, alpha=alpha, gated=gated, again_ms=again_ms,
        )  # fmt: skip

    def _free(self, floor: Floor) -> Array:
        return free(self._tables, _seconds(floor.talking_ms), _seconds(floor.wrapping_ms))

    def _curves(self, patience_ms: int) -> RingCurves:
        """Brings the curves, and the tables of `_free`, to where the estimates are."""
        dials, services = self.estimates.dials, self.estimates.services
        fresh = (dials, services, patience_ms)
        if fresh != self._seen:
            if dials != self._seen[0]:
                self._rings = RingCurves(self.estimates)
            if services != self._seen[1]:
                self._services = ServiceCurves(self.estimates)
            self._tables = self._services.at(self._rings.nodes_s, patience_ms / 1_000)
            self._seen = fresh
        return self._rings

    @staticmethod
    def _own(floor: Floor, rate: float, alarm: float) -> Array:
        if not floor.ringing_p:
            return np.full(len(floor.ringing_ms), min(1.0, rate * alarm))
        own = np.array(floor.ringing_p, dtype=np.float64)
        return np.minimum(1.0, np.where(own < 0, rate, own) * alarm)

    @staticmethod
    def _old(floor: Floor, law: Law) -> tuple[int, ...]:
        """Dials that have rung as long as the law asks."""
        return tuple(place for place, age in enumerate(_rung(floor)) if age >= law.ring_ms)

    def _said(
        self, floor: Floor, law: Law, dial: int, why: Why, *, cancel: tuple[int, ...] = (), alpha: float = 0.0,
        gated: bool = False, again_ms: int | None = None,
    ) -> Decision:  # fmt: skip
        talking = len(floor.talking_ms)
        inputs = Inputs(
            free=floor.free,
            waiting=floor.waiting,
            talking=talking,
            wrapping=len(floor.wrapping_ms),
            leaving=floor.leaving,
            talking_mean_ms=sum(floor.talking_ms) // talking if talking else 0,
            ringing=len(floor.ringing_ms),
            oldest_ringing_ms=max(floor.ringing_ms, default=0),
            p=self.estimates.answer_rate,
            alpha=alpha,
            tau=self.estimates.tau(law.cap),
            bank=self.estimates.bank,
            slack=_slack(law),
            gated=gated,
        )
        return Decision(dial=dial, why=why, cancel=cancel, again_ms=again_ms, inputs=inputs)


def _slack(law: Law) -> float | None:
    """Abandons that the window has left."""
    return None if law.cap is None else law.cap * law.answers - law.abandons


def _rung(floor: Floor) -> Sequence[int]:
    """Of each dial under way: for how long it has rung, as the law counts."""
    return floor.ringing_ms if floor.rung_ms is None else floor.rung_ms


def _seconds(ages_ms: Sequence[int]) -> Array:
    return np.array(ages_ms, dtype=np.float64) / 1_000
