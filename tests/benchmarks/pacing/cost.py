"""What one decision costs: facts and floors as they come in a campaign, in processor time of this process."""

from time import process_time

import numpy as np

from dialer.pacing.floor import Floor, Law
from dialer.pacing.pacer import Pacer


def decision_ms(agents: int, count: int) -> list[float]:
    """Of `count` decisions, ascending; before every second one a dial was resolved, before every tenth a service ended."""
    chance = np.random.Generator(np.random.PCG64(agents))
    pacer, law = Pacer(), Law(cap=0.03, answers=10_000, abandons=280)
    talking = chance.integers(0, 300_000, agents).tolist()
    ringing = chance.integers(0, 25_000, max(2, agents // 3)).tolist()
    free = max(1, agents // 30)
    floors = [
        Floor(free=free, talking_ms=talking[: agents - free - some], wrapping_ms=talking[agents - some :], ringing_ms=ringing)
        for some in range(1, 4)
    ]
    spent = []
    for number in range(count):
        if number % 2 == 0:
            pacer.estimates.dial_resolved(human=number % 6 == 0, after_ms=ringing[number % len(ringing)], p=0.3, agents=agents)
        if number % 10 == 0:
            pacer.estimates.service_ended(talk_ms=talking[number % agents], wrap_up_ms=20_000)
        began = process_time()
        pacer.decide(floors[number % 3], law)
        spent.append((process_time() - began) * 1_000)
    return sorted(spent)
