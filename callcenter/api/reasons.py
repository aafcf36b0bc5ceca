"""The routing's reasons in both languages. Pure: a reason is a rule and its figures, never a name."""

import re
from collections.abc import Callable, Mapping

from callcenter.api.schemas.common import Words
from callcenter.api.schemas.live import ReasonView
from callcenter.kernel.center import Label
from callcenter.kernel.ids import SkillId

Skills = Mapping[SkillId, Label]


def _skill(found: re.Match[str], skills: Skills) -> Words:
    skill, level = SkillId(found["skill"]), found["level"]
    label = skills.get(skill, Label(en=skill, zh=skill))
    return Words(en=f"{label.en} {level}", zh=f"{label.zh} {level} 级")


def _idle(found: re.Match[str], skills: Skills) -> Words:
    minutes, seconds = divmod(int(found["seconds"]), 60)
    return Words(en=f"Idle longest, {minutes}:{seconds:02}", zh=f"空闲最久，{minutes}:{seconds:02}")


RULES: tuple[tuple[re.Pattern[str], str, Callable[[re.Match[str], Skills], Words]], ...] = (
    (re.compile(r"skill (?P<skill>\S+) (?P<level>\d+)"), "skill", _skill),
    (re.compile(r"longest idle (?P<seconds>\d+) s"), "longest_idle", _idle),
    (re.compile(r"only agent free"), "only_free", lambda _found, _skills: Words(en="Only agent free", zh="唯一空闲的坐席")),
    (
        re.compile(r"priority (?P<priority>-?\d+)"),
        "priority",
        lambda found, _skills: Words(en=f"Priority {found['priority']}", zh=f"优先级 {found['priority']}"),
    ),
    (re.compile(r"transfer.*"), "transfer", lambda _found, _skills: Words(en="Transferred to you", zh="转接给您")),
)


def reason_view(reason: str, skills: Skills) -> ReasonView:
    """A reason as it is shown; one that is not known here is shown as the routing wrote it."""
    for pattern, code, words in RULES:
        found = pattern.fullmatch(reason)
        if found is not None:
            return ReasonView(code=code, text=words(found, skills))
    return ReasonView(code="other", text=Words(en=reason, zh=reason))
