"""Sentences for stories about flows: a small flow, a caller in it, and what a story may change."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from callcenter.kernel.center import HoursValues, Opening
from callcenter.kernel.clock import instant
from callcenter.kernel.flow import (
    AnyNode,
    Flow,
    GatherNode,
    HangUpNode,
    HoursNode,
    LanguageNode,
    LookUpNode,
    MenuNode,
    QueueNode,
    SayNode,
    SetNode,
)
from callcenter.kernel.ids import FlowId, HoursId, NodeId, PromptId, QueueId, SkillId
from callcenter.kernel.words import GatherEnd, Language
from ivr.interpreter import Began, IvrContext, Keyed, LookedUp, LookUpState, Spoke, Step, advance

NEW_YORK = ZoneInfo("America/New_York")
OFFICE = HoursValues(
    id=HoursId("office"),
    weekdays=(*((Opening(9 * 60, 17 * 60),) for _ in range(5)), (), ()),
    holidays=(date(2026, 12, 25),),
)


def at(day: str, clock: str, zone: ZoneInfo = NEW_YORK, fold: int = 0) -> int:
    """The instant of a wall-clock time, e.g. at("2026-03-09", "09:00"); `fold` 1 is the second time the clock shows it."""
    year, month, number = map(int, day.split("-"))
    hour, minute = map(int, clock.split(":"))
    return instant(datetime(year, month, number, hour, minute, tzinfo=zone, fold=fold))


MONDAY_TEN = at("2026-03-09", "10:00")


def node(name: str) -> NodeId:
    return NodeId(name)


def prompt(name: str) -> PromptId:
    return PromptId(name)


def flow(**nodes: AnyNode) -> Flow:
    """A flow that starts at its first node."""
    return Flow(id=FlowId("main"), start=NodeId(next(iter(nodes))), nodes={NodeId(name): at for name, at in nodes.items()})


def menu(*, keys: dict[str, str], attempts: int = 3) -> MenuNode:
    return MenuNode(
        prompt=prompt("main-menu"),
        keys={key: node(target) for key, target in keys.items()},
        on_failure=node("anyone"),
        invalid=prompt("not-a-choice"),
        silence=prompt("nothing-heard"),
        attempts=attempts,
    )


def harbor_lane() -> Flow:
    """Look-up, language, hours, greeting, menu, skill, queue: the way of most calls."""
    nodes: dict[str, AnyNode] = {
        "who": LookUpNode(found=node("language"), not_found=node("language"), failed=node("language")),
        "language": LanguageNode(prompt=prompt("choose-language"), keys={"1": "en", "2": "zh"}, default="en", next=node("hours")),
        "hours": HoursNode(hours=HoursId("office"), open=node("welcome"), closed=node("closed")),
        "welcome": SayNode(prompt=prompt("welcome"), next=node("menu")),
        "menu": menu(keys={"1": "to-billing", "2": "account"}),
        "account": GatherNode(
            prompt=prompt("account-number"),
            into="account",
            next=node("by-account"),
            on_failure=node("anyone"),
            minimum=4,
            maximum=8,
        ),
        "by-account": LookUpNode(by="account", found=node("anyone"), not_found=node("anyone"), failed=node("anyone")),
        "to-billing": SetNode(skills={SkillId("billing"): 3}, priority=2, next=node("billing")),
        "billing": QueueNode(queue=QueueId("billing")),
        "anyone": QueueNode(queue=QueueId("general")),
        "closed": HangUpNode(prompt=prompt("closed"), end="closed"),
    }
    return flow(**nodes)


class Caller:
    """A caller in a flow: each method is what happens to her next, and `step` is where that leads."""

    def __init__(
        self,
        flow: Flow,
        *,
        contact: Language | None = None,
        number: Language | None = None,
        now: int = MONDAY_TEN,
        look_up: LookUpState = "not_found",
    ) -> None:
        self.flow = flow
        self.contact = contact
        self.number = number
        self.now = now
        self.look_up: LookUpState = look_up
        self.language: Language | None = None
        self.path: list[tuple[str, str]] = []
        self.step = self._next(None, 0, Began())

    def _next(self, where: NodeId | None, attempt: int, outcome: Began | Spoke | Keyed | LookedUp) -> Step:
        ctx = IvrContext(
            caller_language=self.contact,
            number_language=self.number,
            default_language="en",
            language=self.language,
            now=self.now,
            zone=NEW_YORK,
            hours={OFFICE.id: OFFICE},
            look_up=self.look_up,
        )
        step = advance(self.flow, where, attempt, outcome, ctx)
        if step.language is not None:
            self.language = step.language[0]
        self.path += [(visit.node, visit.outcome) for visit in step.visits]
        self.step = step
        return step

    def hears_it_out(self) -> Step:
        return self._next(self.step.node, self.step.attempt, Spoke())

    def hears_nothing(self, failure: str = "missing_media") -> Step:
        return self._next(self.step.node, self.step.attempt, Spoke(failure))

    def presses(self, digits: str) -> Step:
        return self._next(self.step.node, self.step.attempt, Keyed(digits, GatherEnd.MAXIMUM))

    def says_nothing(self) -> Step:
        return self._next(self.step.node, self.step.attempt, Keyed("", GatherEnd.TIMEOUT))

    def is_looked_up(self, answer: LookUpState) -> Step:
        self.look_up = answer
        return self._next(self.step.node, self.step.attempt, LookedUp())
