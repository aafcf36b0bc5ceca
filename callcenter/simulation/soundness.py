"""Whether a scenario can be played: what no file can know, because it follows from the flows and the skills together. Pure."""

from collections.abc import Iterator

from callcenter.kernel.center import Mistake
from callcenter.kernel.scenario import Callers, Scenario
from callcenter.simulation.ways import Way, ways
from routing.ranking import satisfies


def mistakes(scenario: Scenario) -> Iterator[Mistake]:
    """What does not fit together, by the paths of the scenario file."""
    center = scenario.center
    open_ways = ways(center, scenario.begins_at)
    somebody = [center.agents[agent].skills for staff in scenario.staff.values() for agent in staff.agents]
    for name, kind in scenario.callers.items():
        if kind.queue not in center.queues:
            yield Mistake(f"callers.{name}.queue", f"there is no queue {kind.queue!r}", f"one of {', '.join(center.queues)}")
            continue
        strange = [number for number in kind.numbers if number not in center.numbers]
        if strange:
            why = f"the center has no number {strange[0]!r}"
            yield Mistake(f"callers.{name}.numbers", why, f"one of {', '.join(center.numbers)}")
            continue
        mine = _ways(scenario, kind, open_ways)
        if not mine:
            why = f"no way leads to queue {kind.queue!r} at the beginning"
            yield Mistake(f"callers.{name}.queue", why, "a number or a queue that callers can reach then, or another beginning")
        elif kind.patience is None and not any(satisfies(skills, way.skills) for way in mine for skills in somebody):
            why = "nobody in the staff can take these calls, and the callers never give up"
            yield Mistake(f"callers.{name}", why, "agents with the skills of the queue, or a patience")
    seen: dict[str, str] = {}
    for name, staff in scenario.staff.items():
        if not staff.agents:
            yield Mistake(f"staff.{name}", "the center has no such agents", "a team of the center file")
        for agent in staff.agents:
            other = seen.setdefault(agent, name)
            if other != name:
                yield Mistake(f"staff.{name}.team", f"agent {agent} is in group {other!r} too", "teams that differ")
                break
        most = max(count for _, count in staff.there)
        if most > len(staff.agents):
            why = f"{most} are to be there, and the group has {len(staff.agents)}"
            yield Mistake(f"staff.{name}.there", why, f"at most {len(staff.agents)}")
    for index, outage in enumerate(scenario.faults.outages):
        if outage.at_ms >= scenario.length_ms:
            yield Mistake(f"faults.outages.{index}.at", "the scenario is over by then", "a time within the scenario")


def _ways(scenario: Scenario, kind: Callers, open_ways: tuple[Way, ...]) -> list[Way]:
    dialed = {scenario.center.numbers[number].dialed for number in kind.numbers}
    return [way for way in open_ways if way.queue == kind.queue and (not dialed or way.dialed in dialed)]
