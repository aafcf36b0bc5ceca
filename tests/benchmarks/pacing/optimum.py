"""The exact optimum of the Markov case, by value iteration: what no controller can beat where every time is exponential.

State: agents free less callers waiting, and dials ringing. Reward: the busy agents; a price for each abandon over `cap` x answers
(the Lagrangian of the cap). The best average reward, minimised over the price, is the best utilisation that keeps the cap, also
among policies that mix (duality of constrained Markov decision problems: E. Altman, Constrained Markov Decision Processes, 1999).
"""

import numpy as np
import numpy.typing as npt

RING_S, SERVICE_S, PATIENCE_S = 12.0, 140.0, 2.0
_PHI = 0.6180339887498949

Array = npt.NDArray[np.float64]


def optimum(agents: int, answer: float, cap: float, *, precision: float = 2e-5) -> float:
    """Greatest utilisation (0..1) with at most `cap` abandons for each answer; a dial is answered with probability `answer`."""
    low, high = 0.0, 4.0 * SERVICE_S
    found: dict[float, float] = {}
    values: list[Array | None] = [None]

    def at(price: float) -> float:
        if price not in found:
            found[price], values[0] = _best(agents, answer, cap, price, precision, values[0])
        return found[price]

    inner, outer = high - _PHI * (high - low), low + _PHI * (high - low)
    for _ in range(14):
        if at(inner) <= at(outer):
            high, outer = outer, inner
            inner = high - _PHI * (high - low)
        else:
            low, inner = inner, outer
            outer = low + _PHI * (high - low)
    return min(found.values())


def _best(agents: int, answer: float, cap: float, price: float, precision: float, start: Array | None) -> tuple[float, Array]:
    """Average reward for each agent and second with this price (in agent-seconds), and the values that show it."""
    waiting = 12 + int(agents**0.5)
    idle = min(agents, 16 + 4 * int(agents**0.5))
    most = int(16 + 3 * agents**0.5 / answer + 1.8 * agents * RING_S / SERVICE_S / answer)
    level = np.arange(-waiting, idle + 1, dtype=np.float64)[:, None]
    ringing = np.arange(most + 1, dtype=np.float64)[None, :]
    busy = agents - np.maximum(level, 0)
    leaves = np.broadcast_to(np.maximum(-level, 0) / PATIENCE_S, (level.size, ringing.size)).copy()
    ends = np.broadcast_to(busy / SERVICE_S, leaves.shape).copy()
    ends[-1] = 0  # nobody becomes free above the grid: a state that no policy worth its name visits
    rings = np.broadcast_to(ringing / RING_S, leaves.shape)
    rate = float((leaves + ends + rings).max())
    # an answer at the lower edge finds a crowd and is lost at once
    answered, lost_at_once = rings * answer, np.zeros_like(leaves)
    lost_at_once[0] = answered[0]
    reward = busy - price * (leaves + lost_at_once) + price * cap * answered
    value = start if start is not None and start.shape == leaves.shape else np.zeros_like(leaves)
    stay = rate - leaves - ends - rings
    for _ in range(200_000):
        # dialing is free and at once: the best number ringing, at least as many as there are
        best = np.maximum.accumulate(value[:, ::-1], axis=1)[:, ::-1]
        up = np.vstack([best[1:], best[-1:]])
        down = np.vstack([best[:1], best[:-1]])
        fewer = np.hstack([best[:, :1], best[:, :-1]])
        fewer_down = np.hstack([down[:, :1], down[:, :-1]])
        new = (reward + (leaves + ends) * up + answered * fewer_down + (rings - answered) * fewer + stay * best) / rate
        difference = (new - value) * rate
        low, high = float(difference.min()), float(difference.max())
        if (high - low) / agents < precision:
            return (low + high) / 2 / agents, new - new[waiting, 0]
        value = new - new[waiting, 0]
    raise AssertionError("value iteration did not settle")
