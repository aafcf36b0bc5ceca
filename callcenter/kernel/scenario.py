"""A scenario as values: a center, who calls it, who works in it, what goes wrong, for how long. What a scenario file says, and
what the simulation plays; how the file is read is in `config.scenario_file`, how it is played in `callcenter.simulation`.

Moments are milliseconds from the scenario's beginning, a schedule is a row of steps, each valid from its moment to the next.
"""

from typing import TypeVar

from msgspec import Struct

from callcenter.kernel.center import Center
from callcenter.kernel.clock import MINUTE, QUARTER, SECOND
from callcenter.kernel.ids import AgentId, NumberId, QueueId

T = TypeVar("T")


# -- chance -----------------------------------------------------------------------------------------------------------------


class Spread(Struct, frozen=True, tag_field="kind", kw_only=True):
    """How a length of time is drawn. `plus_ms` is added to every draw, then the limits cut it off."""

    plus_ms: int = 0
    at_least_ms: int = 0
    at_most_ms: int | None = None


class Constant(Spread, frozen=True, tag="constant", kw_only=True):
    mean_ms: int


class Exponential(Spread, frozen=True, tag="exponential", kw_only=True):
    mean_ms: int


class Lognormal(Spread, frozen=True, tag="lognormal", kw_only=True):
    """`cv` is the coefficient of variation: standard deviation / mean."""

    mean_ms: int
    cv: float


class Gamma(Spread, frozen=True, tag="gamma", kw_only=True):
    """Shape 1 / cv^2; with cv 1 it is the exponential."""

    mean_ms: int
    cv: float


class Empirical(Spread, frozen=True, tag="empirical", kw_only=True):
    """Each of these, alike often."""

    values_ms: tuple[int, ...]


AnySpread = Constant | Exponential | Lognormal | Gamma | Empirical

Schedule = tuple[tuple[int, T], ...]
"""(from which moment on, value), in order; the first begins at 0 or earlier."""


def valid_at(schedule: Schedule[T], moment: int) -> T:
    """The value of a schedule at a moment; of the first step before it."""
    found = schedule[0][1]
    for since, value in schedule:
        if since > moment:
            break
        found = value
    return found


# -- callers ----------------------------------------------------------------------------------------------------------------


class Rates(Struct, frozen=True, tag="rates"):
    """A Poisson stream: calls an hour by schedule."""

    per_hour: Schedule[float]


class Moments(Struct, frozen=True, tag="moments"):
    """Exactly these arrivals."""

    at: tuple[int, ...]


class Counts(Struct, frozen=True, tag="counts"):
    """So many arrivals in each interval (its beginning, its length, their number), at random moments within it."""

    rows: tuple[tuple[int, int, int], ...]


AnyArrivals = Rates | Moments | Counts


class Callers(Struct, frozen=True, kw_only=True):
    """One kind of caller: they want one queue, and are alike by chance. Times by the moment of the arrival."""

    queue: QueueId
    numbers: tuple[NumberId, ...] = ()
    """Those that they dial; none: any that leads to the queue."""
    arrivals: AnyArrivals
    patience: Schedule[AnySpread] | None = None
    """In the queue, from the first note of music on; None: they never give up."""
    talk: Schedule[AnySpread]
    wrap_up: Schedule[AnySpread]
    """The work that a call of theirs leaves to the agent."""
    think: AnySpread = Constant(mean_ms=1_500)
    """From the beginning of a question of the flow to the first key."""


# -- agents -----------------------------------------------------------------------------------------------------------------


class Staff(Struct, frozen=True, kw_only=True):
    """A group of agents who work alike. How many of them are there changes by schedule; who is busy finishes her call."""

    agents: tuple[AgentId, ...]
    there: Schedule[int]
    answer: AnySpread = Constant(mean_ms=2 * SECOND)
    """From the first ring to her answer."""
    misses: float = 0.0
    """Offers that she does not hear."""
    rejects: float = 0.0
    holds: float = 0.0
    """Conversations with a hold."""
    hold: AnySpread = Exponential(mean_ms=20 * SECOND)
    transfers: float = 0.0
    """Conversations that she sends to a queue of the center instead of ending them."""
    breaks: float = 0.0
    """Wrap-ups after which she takes a break."""
    break_time: AnySpread = Exponential(mean_ms=5 * MINUTE)


# -- what goes wrong --------------------------------------------------------------------------------------------------------


class Outage(Struct, frozen=True, kw_only=True):
    """We are cut off from the carrier."""

    at_ms: int
    lasts_ms: int
    calls_die: bool = False
    """True: the carrier itself is gone; every line ends and nobody gets through until it is back. False: conversations go on,
    and new callers wait to be answered."""


class Faults(Struct, frozen=True, kw_only=True):
    """What happens to signals and effects on their way; shares from 0 to 1."""

    lost: float = 0.0
    doubled: float = 0.0
    late: float = 0.0
    late_by: AnySpread = Exponential(mean_ms=SECOND)
    reordered: float = 0.0
    """Signals that arrive after the next one, however long that takes."""
    failing: float = 0.0
    """Effects that the carrier refuses."""
    look_again_ms: int = 2 * MINUTE
    """While signals may be lost, everything that the carrier has is listed this often, as the service does when in doubt."""
    outages: tuple[Outage, ...] = ()

    @property
    def any(self) -> bool:
        return bool(self.outages) or max(self.lost, self.doubled, self.late, self.reordered, self.failing) > 0


# -- the whole --------------------------------------------------------------------------------------------------------------


class Scenario(Struct, frozen=True, kw_only=True):
    name: str
    center: Center
    begins_at: int
    """The beginning, ms since the epoch: a whole quarter hour."""
    length_ms: int
    """Until callers stop coming, warm-up included: whole quarter hours. Everybody who is in the center then is still served."""
    warm_up_ms: int = 0
    """What happens before this moment is played and not counted: whole quarter hours."""
    report_every_ms: int | None = None
    """Figures for each stretch of this length besides those of the whole: whole quarter hours."""
    busyness_cv: float = 0.0
    """Each replication's rates are multiplied by one gamma factor of mean 1 with this coefficient of variation."""
    callers: dict[str, Callers]
    staff: dict[str, Staff]
    faults: Faults = Faults()


assert QUARTER == 15 * MINUTE, "scenarios are counted by the quarter hours of the statistics"
