"""What happens by chance on the way between a phone network and us: signals that are lost, doubled, late or out of order, and
effects that are refused. Shares and delays come from a scenario's `Faults`, chance from a seeded `Random`.
"""

from collections.abc import Callable
from random import Random

from callcenter.kernel.scenario import Faults
from callcenter.kernel.signals import CarrierSignal
from callcenter.simulation.agenda import Agenda
from callcenter.simulation.draws import draw


class Noise:
    """One network's. `arrives` takes what gets through, at the moment when it does."""

    def __init__(self, faults: Faults, random: Random, agenda: Agenda, arrives: Callable[[CarrierSignal], None]) -> None:
        self._faults = faults
        self._random = random
        self._agenda = agenda
        self._arrives = arrives
        self._overtaken: list[CarrierSignal] = []
        self._connection = 0

    def carry(self, signal: CarrierSignal) -> None:
        """Lets a signal arrive, or not, or later, or twice."""
        faults, chance = self._faults, self._random.random
        if faults.lost and chance() < faults.lost:
            return
        if faults.late and chance() < faults.late:
            self._later(signal)
        elif faults.reordered and chance() < faults.reordered:
            self._overtaken.append(signal)
        else:
            self._arrive(signal)
        if faults.doubled and chance() < faults.doubled:
            self._later(signal)

    def refuses(self) -> bool:
        """Whether the next effect is not carried out."""
        return bool(self._faults.failing) and self._random.random() < self._faults.failing

    def cut_off(self) -> None:
        """The connection is gone, and with it everything that was on its way."""
        self._connection += 1
        self._overtaken.clear()

    def _later(self, signal: CarrierSignal) -> None:
        connection = self._connection

        def arrive(now: int) -> None:
            if connection == self._connection:
                self._arrive(signal)

        self._agenda.arrange(self._agenda.now + draw(self._random, self._faults.late_by), arrive)

    def _arrive(self, signal: CarrierSignal) -> None:
        self._arrives(signal)
        if self._overtaken:
            overtaken, self._overtaken = self._overtaken, []
            for one in overtaken:
                self._arrives(one)
