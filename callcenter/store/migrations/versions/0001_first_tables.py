"""The first tables: directory, customers, log-ins, recordings, checkpoints of projections"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:

    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="Number of the account."),
        sa.Column("name", sa.Text(), nullable=False, comment="Name as written."),
        sa.Column("search_name", sa.Text(), nullable=False, comment="Name case-folded, for finding."),
        sa.Column(
            "number",
            sa.Text(),
            nullable=False,
            comment="The customer number by which the company knows it; not a telephone number.",
        ),
        sa.Column("address", sa.Text(), nullable=False, comment="Postal address, free text."),
        sa.Column("tier", sa.Text(), nullable=False, comment="The center's own word for its importance, e.g. gold."),
        sa.Column("external_url", sa.Text(), nullable=False, comment="Where it stands in another system."),
        sa.Column(
            "created_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="ms since the epoch."
        ),
        sa.Column(
            "changed_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="ms since the epoch."
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        comment="Companies that contacts belong to.",
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_search_name"), ["search_name"], unique=False)

    op.create_table(
        "app_user",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="Number of the user."),
        sa.Column("login", sa.Text(), nullable=False, comment="Case-folded."),
        sa.Column("password_hash", sa.Text(), nullable=False, comment="argon2id, with its parameters and salt."),
        sa.Column("role", sa.Text(), nullable=False, comment="agent or supervisor."),
        sa.Column("agent", sa.Text(), nullable=True, comment="The agent whose desk this is (center_agent.id)."),
        sa.Column("language", sa.Text(), nullable=True, comment="Language of the pages; null: the center's."),
        sa.Column("theme", sa.Text(), nullable=False, comment="system, light or dark."),
        sa.Column("active", sa.Boolean(), nullable=False, comment="False: refused at the door, sessions included."),
        sa.Column(
            "created_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="ms since the epoch."
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("login", name=op.f("uq_app_user_login")),
        comment="Log-ins.",
    )
    op.create_table(
        "call_note",
        sa.Column("call", sa.Text(), nullable=False, comment="The call."),
        sa.Column("text", sa.Text(), nullable=False, comment="Free text."),
        sa.Column("author", sa.Text(), nullable=False, comment="Log-in of who saved it last."),
        sa.Column(
            "saved_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="ms since the epoch."
        ),
        sa.PrimaryKeyConstraint("call", name=op.f("pk_call_note")),
        comment="What was written about a call: one text per call.",
    )
    op.create_table(
        "center",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False, comment="Always 1."
        ),
        sa.Column(
            "version",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Raised by every change of the directory; the log's CenterChanged names it.",
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="Name of the center."),
        sa.Column("zone", sa.Text(), nullable=False, comment="IANA time zone; days and opening hours are counted in it."),
        sa.Column(
            "languages",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
            comment="Languages spoken to callers, e.g. en and zh.",
        ),
        sa.Column("default_language", sa.Text(), nullable=False, comment="Language where nothing says another."),
        sa.Column("default_queue", sa.Text(), nullable=True, comment="Queue of calls that no rule sends anywhere."),
        sa.Column(
            "timing",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
            comment="Limits for the whole center (kernel.center.Timing), ms.",
        ),
        sa.Column(
            "outside",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
            comment="Rules for calls to outside numbers (kernel.center.Outside): region, countries, caller_id, emergency.",
        ),
        sa.Column(
            "changed_at",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="When this version was written, ms since the epoch.",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_center")),
        comment="The center itself: one row.",
    )
    op.create_table(
        "center_agent",
        sa.Column("id", sa.Text(), nullable=False, comment="Short word for the agent, never a person's full name."),
        sa.Column("name", sa.Text(), nullable=False, comment="Name as shown, in the clear."),
        sa.Column("team", sa.Text(), nullable=False, comment="Team she belongs to."),
        sa.Column("active", sa.Boolean(), nullable=False, comment="Whether she may sign in."),
        sa.Column(
            "place",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Order in which the center lists it, from 0.",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_center_agent")),
        comment="Agents. Personal: the name.",
    )
    op.create_table(
        "center_blocked_number",
        sa.Column("number", sa.Text(), nullable=False, comment="E.164 where it can be one."),
        sa.Column(
            "place",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Order in which the center lists it, from 0.",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_center_blocked_number")),
        comment="Numbers whose calls are not answered. Personal.",
    )
    op.create_table(
        "center_disposition",
        sa.Column("code", sa.Text(), nullable=False, comment="Stable code that call records name."),
        sa.Column("label_en", sa.Text(), nullable=False, comment="Its name in English."),
        sa.Column("label_zh", sa.Text(), nullable=False, comment="Its name in Simplified Chinese."),
        sa.Column(
            "place",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Order in which the center lists it, from 0.",
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_center_disposition")),
        comment="Outcomes that an agent may set.",
    )
    op.create_table(
        "center_flow",
        sa.Column("id", sa.Text(), nullable=False, comment="Short word for the flow."),
        sa.Column("flow", sa.Text(), nullable=False, comment="The flow as JSON (kernel.flow.Flow)."),
        sa.Column(
            "place",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Order in which the center lists it, from 0.",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_center_flow")),
        comment="IVR flows.",
    )
    op.create_table(
        "center_hours",
        sa.Column("id", sa.Text(), nullable=False, comment="Short word for these hours."),
        sa.Column("days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="Rows of the week, 7."),
        sa.Column(
            "place",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Order in which the center lists it, from 0.",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_center_hours")),
        comment="Business hours by name.",
    )
    op.create_table(
        "center_number",
        sa.Column("id", sa.Text(), nullable=False, comment="Short word for the number."),
        sa.Column("dialed", sa.Text(), nullable=False, comment="E.164, or the digits that the trunk delivers."),
        sa.Column("flow", sa.Text(), nullable=False, comment="Flow that answers it."),
        sa.Column("language", sa.Text(), nullable=True, comment="Language of its callers, where it says."),
        sa.Column(
            "skills",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
            comment="Skills that its calls need besides the queue's, with levels.",
        ),
        sa.Column("priority", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="Added to the call."),
        sa.Column("label_en", sa.Text(), nullable=False, comment="Its name in English."),
        sa.Column("label_zh", sa.Text(), nullable=False, comment="Its name in Simplified Chinese."),
        sa.Column(
            "place",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Order in which the center lists it, from 0.",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_center_number")),
        comment="The center's own numbers that people call.",
    )
    op.create_table(
        "center_personal_id",
        sa.Column("kind", sa.Text(), nullable=False, comment="agent_name or blocked_number."),
        sa.Column("subject", sa.Text(), nullable=False, comment="The agent's id, or the number."),
        sa.Column("id", sa.Text(), nullable=False, comment="Id of the row of `personal` in the log's store."),
        sa.PrimaryKeyConstraint("kind", "subject", name=op.f("pk_center_personal_id")),
        sa.UniqueConstraint("id", name=op.f("uq_center_personal_id_id")),
        comment="The id under which the log names a value of the directory; stays when the value changes.",
    )
    op.create_table(
        "center_prompt",
        sa.Column("id", sa.Text(), nullable=False, comment="Short word for the prompt."),
        sa.Column("label_en", sa.Text(), nullable=False, comment="Its name in English."),
        sa.Column("label_zh", sa.Text(), nullable=False, comment="Its name in Simplified Chinese."),
        sa.Column(
            "place",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Order in which the center lists it, from 0.",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_center_prompt")),
        comment="Texts of the prompts; the sound is made from them.",
    )
    op.create_table(
        "center_queue",
        sa.Column("id", sa.Text(), nullable=False, comment="Short word by which everything names the queue."),
        sa.Column("skill", sa.Text(), nullable=True, comment="Skill that every call of the queue needs."),
        sa.Column(
            "minimum_level",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Lowest level of that skill, 1 to 5.",
        ),
        sa.Column("priority", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="Higher goes first."),
        sa.Column(
            "ring_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="How long an offer rings."
        ),
        sa.Column(
            "service_level_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Answered within this time counts for the service level.",
        ),
        sa.Column("service_level_target", sa.Double(), nullable=False, comment="Share, 0 to 1."),
        sa.Column(
            "short_abandon_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Hang-ups before this time are in no abandon rate.",
        ),
        sa.Column("abandon_target", sa.Double(), nullable=False, comment="Share, 0 to 1."),
        sa.Column(
            "longest_wait_alarm_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="The board raises an alarm when somebody waits longer.",
        ),
        sa.Column(
            "wrap_up_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Limit of wrap-up after which time counts as overrun.",
        ),
        sa.Column(
            "wrap_up_hard_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Limit that ends wrap-up.",
        ),
        sa.Column(
            "announce_first_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="When the caller is first told the position.",
        ),
        sa.Column(
            "announce_every_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="How often again; 0: never told.",
        ),
        sa.Column("record", sa.Boolean(), nullable=False, comment="Whether conversations are recorded."),
        sa.Column("label_en", sa.Text(), nullable=False, comment="Its name in English."),
        sa.Column("label_zh", sa.Text(), nullable=False, comment="Its name in Simplified Chinese."),
        sa.Column(
            "place",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Order in which the center lists it, from 0.",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_center_queue")),
        comment="Queues.",
    )
    op.create_table(
        "center_reason",
        sa.Column("code", sa.Text(), nullable=False, comment="Stable code."),
        sa.Column("label_en", sa.Text(), nullable=False, comment="Its name in English."),
        sa.Column("label_zh", sa.Text(), nullable=False, comment="Its name in Simplified Chinese."),
        sa.Column(
            "place",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Order in which the center lists it, from 0.",
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_center_reason")),
        comment="Reasons for not being ready.",
    )
    op.create_table(
        "center_skill",
        sa.Column("id", sa.Text(), nullable=False, comment="Short word for the skill."),
        sa.Column("label_en", sa.Text(), nullable=False, comment="Its name in English."),
        sa.Column("label_zh", sa.Text(), nullable=False, comment="Its name in Simplified Chinese."),
        sa.Column(
            "place",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Order in which the center lists it, from 0.",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_center_skill")),
        comment="Skills.",
    )
    op.create_table(
        "center_team",
        sa.Column("id", sa.Text(), nullable=False, comment="Short word for the team."),
        sa.Column("label_en", sa.Text(), nullable=False, comment="Its name in English."),
        sa.Column("label_zh", sa.Text(), nullable=False, comment="Its name in Simplified Chinese."),
        sa.Column(
            "place",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Order in which the center lists it, from 0.",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_center_team")),
        comment="Teams of agents.",
    )
    op.create_table(
        "projection",
        sa.Column("name", sa.Text(), nullable=False, comment="calls or intervals."),
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Last event of the log that its rows include.",
        ),
        sa.Column(
            "at",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Time of that event, ms since the epoch.",
        ),
        sa.Column(
            "format",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Version of the projection; another one makes it run again.",
        ),
        sa.Column("state", sa.LargeBinary(), nullable=False, comment="What it must remember to go on. Holds no personal value."),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_projection")),
        comment="Checkpoint of each projection, written with its rows. Deleting a row makes the projection run again.",
    )
    op.create_table(
        "recording_file",
        sa.Column("recording", sa.Text(), nullable=False, comment="Id of the recording; events and call records name it."),
        sa.Column("call", sa.Text(), nullable=False, comment="The call it was made in."),
        sa.Column("file", sa.Text(), nullable=False, comment="Path below the folder; a random name that tells nothing."),
        sa.Column("media_type", sa.Text(), nullable=False, comment="audio/wav."),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="Bytes."),
        sa.Column("duration_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="Length."),
        sa.Column("sha256", sa.Text(), nullable=False, comment="Of the file, hexadecimal."),
        sa.Column(
            "stored_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="ms since the epoch."
        ),
        sa.PrimaryKeyConstraint("recording", name=op.f("pk_recording_file")),
        sa.UniqueConstraint("file", name=op.f("uq_recording_file_file")),
        comment="Files of recordings. The folder is a setting of the service.",
    )
    with op.batch_alter_table("recording_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recording_file_call"), ["call"], unique=False)

    op.create_table(
        "center_agent_skill",
        sa.Column("agent", sa.Text(), nullable=False, comment="Agent."),
        sa.Column("skill", sa.Text(), nullable=False, comment="Skill."),
        sa.Column(
            "level", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="1 (beginner) to 5 (expert)."
        ),
        sa.Column(
            "place",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Order in which the agent's skills are listed.",
        ),
        sa.ForeignKeyConstraint(["agent"], ["center_agent.id"], name=op.f("fk_center_agent_skill_agent"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("agent", "skill", name=op.f("pk_center_agent_skill")),
        comment="Which agent has which skill.",
    )
    op.create_table(
        "center_holiday",
        sa.Column("hours", sa.Text(), nullable=False, comment="Hours."),
        sa.Column(
            "place",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Order in which they are listed.",
        ),
        sa.Column("day", sa.Text(), nullable=False, comment="ISO date in the center's zone."),
        sa.ForeignKeyConstraint(["hours"], ["center_hours.id"], name=op.f("fk_center_holiday_hours"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hours", "place", name=op.f("pk_center_holiday")),
        comment="Days on which business hours are closed.",
    )
    op.create_table(
        "center_opening",
        sa.Column("hours", sa.Text(), nullable=False, comment="Hours."),
        sa.Column(
            "weekday",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="0 is Monday.",
        ),
        sa.Column(
            "place",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Order within the day.",
        ),
        sa.Column(
            "since", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="Minutes after local midnight."
        ),
        sa.Column(
            "until",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Minutes after local midnight, not included, up to 1440.",
        ),
        sa.ForeignKeyConstraint(["hours"], ["center_hours.id"], name=op.f("fk_center_opening_hours"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hours", "weekday", "place", name=op.f("pk_center_opening")),
        comment="When business hours are open, in the center's zone.",
    )
    op.create_table(
        "contact",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Number of the contact; events and call records name it.",
        ),
        sa.Column(
            "account", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True, comment="Account it belongs to."
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="Name as written."),
        sa.Column("search_name", sa.Text(), nullable=False, comment="Name case-folded, for finding."),
        sa.Column("language", sa.Text(), nullable=True, comment="Language in which the IVR answers, en or zh."),
        sa.Column("tier", sa.Text(), nullable=False, comment="The center's own word for the importance, e.g. gold."),
        sa.Column("email", sa.Text(), nullable=False, comment="E-mail address."),
        sa.Column("external_url", sa.Text(), nullable=False, comment="Where the customer stands in another system."),
        sa.Column("note", sa.Text(), nullable=False, comment="What agents should know, free text."),
        sa.Column(
            "created_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="ms since the epoch."
        ),
        sa.Column(
            "changed_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="ms since the epoch."
        ),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_contact_account"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        comment="People who call or are called.",
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_account"), ["account"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_search_name"), ["search_name"], unique=False)

    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.Text(), nullable=False, comment="SHA-256 of the cookie's token, hexadecimal."),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="Whose session."),
        sa.Column(
            "created_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="ms since the epoch."
        ),
        sa.Column(
            "seen_at",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Last use, to the minute; ms since the epoch.",
        ),
        sa.Column(
            "expires_at",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Not valid from then on; ms since the epoch.",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_web_session_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_session")),
        comment="Sessions of browsers. Deleting a row ends one at once.",
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "contact_phone",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="Number of the row."),
        sa.Column("contact", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="Whose phone."),
        sa.Column(
            "place",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Order within the contact, from 0.",
        ),
        sa.Column("label", sa.Text(), nullable=False, comment="mobile, work, ..."),
        sa.Column("number", sa.Text(), nullable=False, comment="As it was written."),
        sa.Column("e164", sa.Text(), nullable=True, comment="In E.164; null where the digits make no number of any country."),
        sa.Column("last9", sa.Text(), nullable=True, comment="Last nine digits; null when there are fewer."),
        sa.Column("last7", sa.Text(), nullable=True, comment="Last seven digits; null when there are fewer."),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name=op.f("fk_contact_phone_contact"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_phone")),
        comment="Phones of contacts. One number may belong to several.",
    )
    with op.batch_alter_table("contact_phone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_phone_contact"), ["contact"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_phone_e164"), ["e164"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_phone_last7"), ["last7"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_phone_last9"), ["last9"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("contact_phone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_phone_last9"))
        batch_op.drop_index(batch_op.f("ix_contact_phone_last7"))
        batch_op.drop_index(batch_op.f("ix_contact_phone_e164"))
        batch_op.drop_index(batch_op.f("ix_contact_phone_contact"))

    op.drop_table("contact_phone")
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_session_user_id"))

    op.drop_table("web_session")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_search_name"))
        batch_op.drop_index(batch_op.f("ix_contact_account"))

    op.drop_table("contact")
    op.drop_table("center_opening")
    op.drop_table("center_holiday")
    op.drop_table("center_agent_skill")
    with op.batch_alter_table("recording_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recording_file_call"))

    op.drop_table("recording_file")
    op.drop_table("projection")
    op.drop_table("center_team")
    op.drop_table("center_skill")
    op.drop_table("center_reason")
    op.drop_table("center_queue")
    op.drop_table("center_prompt")
    op.drop_table("center_personal_id")
    op.drop_table("center_number")
    op.drop_table("center_hours")
    op.drop_table("center_flow")
    op.drop_table("center_disposition")
    op.drop_table("center_blocked_number")
    op.drop_table("center_agent")
    op.drop_table("center")
    op.drop_table("call_note")
    op.drop_table("app_user")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_search_name"))

    op.drop_table("account")
