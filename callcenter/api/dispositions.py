"""A campaign's outcomes as they are sent, and as they are taken. Pure."""

from collections.abc import Iterable

from callcenter.api.schemas import callbacks as m
from callcenter.kernel.center import Label
from callcenter.kernel.dialing import CallbackPlan, Outcome
from callcenter.kernel.follow_up import Disposition, Follow, Result
from callcenter.kernel.ids import TeamId


def body(one: Disposition) -> m.DispositionBody:
    return m.DispositionBody(
        code=one.code,
        label=m.DispositionLabel(en=one.label.en, zh=one.label.zh),
        result=one.result.value,
        follow=one.follow.value,
        like=one.like.value,
        after_ms=one.after_ms,
        probability=one.probability,
        value=one.value,
        team=one.team,
    )


def values(given: Iterable[m.DispositionBody]) -> tuple[Disposition, ...]:
    return tuple(
        Disposition(
            code=one.code,
            label=Label(one.label.en, one.label.zh),
            result=Result(one.result),
            follow=Follow(one.follow),
            like=Outcome(one.like),
            after_ms=one.after_ms,
            probability=one.probability,
            value=one.value,
            team=None if one.team is None else TeamId(one.team),
        )
        for one in given
    )


def plan_body(plan: CallbackPlan) -> m.CallbackPlanBody:
    return m.CallbackPlanBody(
        remind_before_ms=plan.remind_before_ms, owner_waits_ms=plan.owner_waits_ms, expires_ms=plan.expires_ms
    )


def plan(given: m.CallbackPlanBody) -> CallbackPlan:
    return CallbackPlan(
        remind_before_ms=given.remind_before_ms, owner_waits_ms=given.owner_waits_ms, expires_ms=given.expires_ms
    )
