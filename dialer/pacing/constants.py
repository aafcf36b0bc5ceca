"""The numbers of pacing, each with where it comes from. Durations in ms unless the name says seconds.

`design` is the first controller that was measured (docs/decisions has the record); `tuned` was set on seeds 1 to 3 of the
worlds in tests/benchmarks/pacing and confirmed on others, as docs/performance.md says.
"""

# -- the cap ----------------------------------------------------------------------------------------------------------------
AIM = 0.029 / 0.03
"""Share of the cap that the feedback steers at (design: 2.9 % under a cap of 3 %)."""
CAP_UNLESS_SAID = 0.03
"""Steers where no law caps abandons: 16 CFR 310.4(b)(4) as a house limit."""
BANK_MOST = 12.0
BANK_START = -4.0
"""A campaign first earns a reserve, so that the gate seldom has to close later (design: 0)."""
TAU_BASE, TAU_SLOPE, TAU_LEAST, TAU_MOST = 0.02, 0.12, 0.0005, 0.5
"""`tau = clip(base x exp(slope x bank))`, for a cap of 3 %; base and least scale with the cap (slope tuned; design: .25)."""
GATE_SIGMAS = 3.0
"""How bad a run of answers the gate is prepared for before it lets a risky dial pass (tuned)."""

# -- what is dialed already -------------------------------------------------------------------------------------------------
NODES = 8
"""Instants, equally likely, at which a new dial may be answered; all chances are worked out at these."""
EXACT_TERMS = 31
"""Up to so many agents and dials the chance is exact (design: 26); above, a normal law with a term for skewness."""
CANCEL_ABOVE = 0.3
"""Dials that have rung the law's time are cancelled when an answer would be lost with more than this chance (tuned)."""

# -- answer rate ------------------------------------------------------------------------------------------------------------
PRIOR_ANSWERS, PRIOR_OTHERS = 2.0, 2.0
"""Beta(2, 2) before the first dial (design): half of all dials answer, so a campaign starts carefully."""
MEMORY_DIALS, MEMORY_PER_AGENT = 1_500, 40
"""Resolved dials that the answer rate remembers, and more for each agent (tuned; design: 500 and 10, and no second memory)."""
ALARM_DIALS, ALARM_SIGMAS = 120, 2.5
"""A second, short memory: answers above expectation by more sigmas than this raise every probability at once."""

# -- times ------------------------------------------------------------------------------------------------------------------
RING_BINS = 64
"""Of one second; a dial that rings longer counts in the last."""
MEMORY_RINGS = 1_000
PRIOR_RINGS = 8.0
HUMAN_RINGS_S, OTHER_RINGS_S = 10.0, 15.0
"""Means of the exponential times that stand for eight facts before there are any."""
SERVICE_BINS = 96
SERVICE_SCALE_S, SERVICE_LONGEST_S = 10.0, 7_200.0
"""Bins of talk and wrap-up: `scale x (exp(i / k) - 1)`, the last ends at the longest."""
MEMORY_SERVICES = 1_000
PRIOR_SERVICES = 12.0
TALK_S, WRAP_UP_S = 180.0, 20.0
WRAP_UP_NODES = 6

# -- when to look again -----------------------------------------------------------------------------------------------------
TICK_MS = 500
SLOW_TICKS = ((6.0, 2_000), (2.0, 1_000))
"""Where nothing is dialed and the chance of a loss is so many times what is allowed, ages change little: look less often."""
