"""The center's directory as rows: what `callcenter.kernel.center` holds as values. These rows are the truth; the hub is told of
each version of them by a CenterChanged event.

`place` keeps the order in which the center lists its things. References between these tables are checked by
`callcenter.kernel.center.mistakes` before anything is written.
"""

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables.base import Base


class CenterRow(Base):
    __tablename__ = "center"
    __table_args__ = {"comment": "The center itself: one row."}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="Always 1.")
    version: Mapped[int] = mapped_column(comment="Raised by every change of the directory; the log's CenterChanged names it.")
    name: Mapped[str] = mapped_column(comment="Name of the center.")
    zone: Mapped[str] = mapped_column(comment="IANA time zone; days and opening hours are counted in it.")
    languages: Mapped[list[str]] = mapped_column(comment="Languages spoken to callers, e.g. en and zh.")
    default_language: Mapped[str] = mapped_column(comment="Language where nothing says another.")
    default_queue: Mapped[str | None] = mapped_column(comment="Queue of calls that no rule sends anywhere.")
    timing: Mapped[dict[str, Any]] = mapped_column(comment="Limits for the whole center (kernel.center.Timing), ms.")
    outside: Mapped[dict[str, Any]] = mapped_column(
        comment="Rules for calls to outside numbers (kernel.center.Outside): region, countries, caller_id, emergency."
    )
    agents_hear_own: Mapped[bool] = mapped_column(comment="Whether agents may hear the recordings of their own conversations.")
    changed_at: Mapped[int] = mapped_column(comment="When this version was written, ms since the epoch.")


class Placed:
    place: Mapped[int] = mapped_column(comment="Order in which the center lists it, from 0.")


class Labelled(Placed):
    label_en: Mapped[str] = mapped_column(comment="Its name in English.")
    label_zh: Mapped[str] = mapped_column(comment="Its name in Simplified Chinese.")


class QueueRow(Labelled, Base):
    __tablename__ = "center_queue"
    __table_args__ = {"comment": "Queues."}  # noqa: RUF012

    id: Mapped[str] = mapped_column(primary_key=True, comment="Short word by which everything names the queue.")
    skill: Mapped[str | None] = mapped_column(comment="Skill that every call of the queue needs.")
    minimum_level: Mapped[int] = mapped_column(comment="Lowest level of that skill, 1 to 5.")
    priority: Mapped[int] = mapped_column(comment="Higher goes first.")
    ring_ms: Mapped[int] = mapped_column(comment="How long an offer rings.")
    service_level_ms: Mapped[int] = mapped_column(comment="Answered within this time counts for the service level.")
    service_level_target: Mapped[float] = mapped_column(comment="Share, 0 to 1.")
    short_abandon_ms: Mapped[int] = mapped_column(comment="Hang-ups before this time are in no abandon rate.")
    abandon_target: Mapped[float] = mapped_column(comment="Share, 0 to 1.")
    longest_wait_alarm_ms: Mapped[int] = mapped_column(comment="The board raises an alarm when somebody waits longer.")
    wrap_up_ms: Mapped[int] = mapped_column(comment="Limit of wrap-up after which time counts as overrun.")
    wrap_up_hard_ms: Mapped[int] = mapped_column(comment="Limit that ends wrap-up.")
    announce_first_ms: Mapped[int] = mapped_column(comment="When the caller is first told the position.")
    announce_every_ms: Mapped[int] = mapped_column(comment="How often again; 0: never told.")
    record: Mapped[bool] = mapped_column(comment="Whether conversations are recorded.")


class SkillRow(Labelled, Base):
    __tablename__ = "center_skill"
    __table_args__ = {"comment": "Skills."}  # noqa: RUF012

    id: Mapped[str] = mapped_column(primary_key=True, comment="Short word for the skill.")


class TeamRow(Labelled, Base):
    __tablename__ = "center_team"
    __table_args__ = {"comment": "Teams of agents."}  # noqa: RUF012

    id: Mapped[str] = mapped_column(primary_key=True, comment="Short word for the team.")


class AgentRow(Placed, Base):
    __tablename__ = "center_agent"
    __table_args__ = {"comment": "Agents. Personal: the name."}  # noqa: RUF012

    id: Mapped[str] = mapped_column(primary_key=True, comment="Short word for the agent, never a person's full name.")
    name: Mapped[str] = mapped_column(comment="Name as shown, in the clear.")
    team: Mapped[str] = mapped_column(comment="Team she belongs to.")
    active: Mapped[bool] = mapped_column(comment="Whether she may sign in.")


class AgentSkillRow(Base):
    __tablename__ = "center_agent_skill"
    __table_args__ = {"comment": "Which agent has which skill."}  # noqa: RUF012

    agent: Mapped[str] = mapped_column(ForeignKey("center_agent.id", ondelete="CASCADE"), primary_key=True, comment="Agent.")
    skill: Mapped[str] = mapped_column(primary_key=True, comment="Skill.")
    level: Mapped[int] = mapped_column(comment="1 (beginner) to 5 (expert).")
    place: Mapped[int] = mapped_column(comment="Order in which the agent's skills are listed.")


class NumberRow(Labelled, Base):
    __tablename__ = "center_number"
    __table_args__ = {"comment": "The center's own numbers that people call."}  # noqa: RUF012

    id: Mapped[str] = mapped_column(primary_key=True, comment="Short word for the number.")
    dialed: Mapped[str] = mapped_column(comment="E.164, or the digits that the trunk delivers.")
    flow: Mapped[str] = mapped_column(comment="Flow that answers it.")
    language: Mapped[str | None] = mapped_column(comment="Language of its callers, where it says.")
    skills: Mapped[dict[str, Any]] = mapped_column(comment="Skills that its calls need besides the queue's, with levels.")
    priority: Mapped[int] = mapped_column(comment="Added to the call.")


class HoursRow(Placed, Base):
    __tablename__ = "center_hours"
    __table_args__ = {"comment": "Business hours by name."}  # noqa: RUF012

    id: Mapped[str] = mapped_column(primary_key=True, comment="Short word for these hours.")
    days: Mapped[int] = mapped_column(comment="Rows of the week, 7.")


class OpeningRow(Base):
    __tablename__ = "center_opening"
    __table_args__ = {"comment": "When business hours are open, in the center's zone."}  # noqa: RUF012

    hours: Mapped[str] = mapped_column(ForeignKey("center_hours.id", ondelete="CASCADE"), primary_key=True, comment="Hours.")
    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="0 is Monday.")
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="Order within the day.")
    since: Mapped[int] = mapped_column(comment="Minutes after local midnight.")
    until: Mapped[int] = mapped_column(comment="Minutes after local midnight, not included, up to 1440.")


class HolidayRow(Base):
    __tablename__ = "center_holiday"
    __table_args__ = {"comment": "Days on which business hours are closed."}  # noqa: RUF012

    hours: Mapped[str] = mapped_column(ForeignKey("center_hours.id", ondelete="CASCADE"), primary_key=True, comment="Hours.")
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="Order in which they are listed.")
    day: Mapped[str] = mapped_column(comment="ISO date in the center's zone.")


class FlowRow(Placed, Base):
    __tablename__ = "center_flow"
    __table_args__ = {"comment": "IVR flows."}  # noqa: RUF012

    id: Mapped[str] = mapped_column(primary_key=True, comment="Short word for the flow.")
    # As text: a JSON column of PostgreSQL would not keep the order of the nodes.
    flow: Mapped[str] = mapped_column(comment="The flow as JSON (kernel.flow.Flow).")


class PromptRow(Labelled, Base):
    __tablename__ = "center_prompt"
    __table_args__ = {"comment": "Texts of the prompts; the sound is made from them."}  # noqa: RUF012

    id: Mapped[str] = mapped_column(primary_key=True, comment="Short word for the prompt.")


class DispositionRow(Labelled, Base):
    __tablename__ = "center_disposition"
    __table_args__ = {"comment": "Outcomes that an agent may set."}  # noqa: RUF012

    code: Mapped[str] = mapped_column(primary_key=True, comment="Stable code that call records name.")


class ReasonRow(Labelled, Base):
    __tablename__ = "center_reason"
    __table_args__ = {"comment": "Reasons for not being ready."}  # noqa: RUF012

    code: Mapped[str] = mapped_column(primary_key=True, comment="Stable code.")


class BlockedNumberRow(Placed, Base):
    __tablename__ = "center_blocked_number"
    __table_args__ = {"comment": "Numbers whose calls are not answered. Personal."}  # noqa: RUF012

    number: Mapped[str] = mapped_column(primary_key=True, comment="E.164 where it can be one.")


class PersonalIdRow(Base):
    __tablename__ = "center_personal_id"
    __table_args__ = {  # noqa: RUF012
        "comment": "The id under which the log names a value of the directory; stays when the value changes."
    }

    kind: Mapped[str] = mapped_column(primary_key=True, comment="agent_name or blocked_number.")
    subject: Mapped[str] = mapped_column(primary_key=True, comment="The agent's id, or the number.")
    id: Mapped[str] = mapped_column(unique=True, comment="Id of the row of `personal` in the log's store.")
