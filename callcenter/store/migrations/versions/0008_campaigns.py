"""Campaigns, call lists, leads, do-not-call lists, opportunities."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", WHOLE, nullable=False, comment="Number of the campaign."),
        sa.Column("name", sa.Text(), nullable=False, comment="Short word by which everything names the campaign."),
        sa.Column("label_en", sa.Text(), nullable=False, comment="Its name in English."),
        sa.Column("label_zh", sa.Text(), nullable=False, comment="Its name in Simplified Chinese."),
        sa.Column(
            "mode", sa.Text(), nullable=False, comment="preview, progressive, predictive or agentless (kernel.dialing.Mode)."
        ),
        sa.Column("state", sa.Text(), nullable=False, comment="draft, running, paused, stopped or finished."),
        sa.Column(
            "first_day", sa.Text(), nullable=True, comment="ISO date in the center's zone from which it may run; null: any."
        ),
        sa.Column("last_day", sa.Text(), nullable=True, comment="Last ISO date on which it may; null: any."),
        sa.Column("goal", WHOLE, nullable=False, comment="How many successes are wanted; 0: none was set."),
        sa.Column("goal_outcomes", JSON, nullable=False, comment="Dispositions that count as success (center_disposition.code)."),
        sa.Column("planned_calls", WHOLE, nullable=False, comment="Dials planned; 0: none."),
        sa.Column("planned_minutes", WHOLE, nullable=False, comment="Minutes of talk planned; 0: none."),
        sa.Column("currency", sa.Text(), nullable=False, comment="ISO 4217, of the money below."),
        sa.Column("cost_per_call", sa.Double(), nullable=False, comment="Of one dial."),
        sa.Column("cost_per_minute", sa.Double(), nullable=False, comment="Of one minute of talk."),
        sa.Column("expected_income", sa.Double(), nullable=False, comment="Of the whole campaign."),
        sa.Column("budget", sa.Double(), nullable=False, comment="It is not to cost more; 0: none was set."),
        sa.Column("priority", WHOLE, nullable=False, comment="Between campaigns that share agents: higher goes first."),
        sa.Column(
            "share", sa.Double(), nullable=False, comment="Between campaigns of one priority: agents in proportion, above 0."
        ),
        sa.Column("skill", sa.Text(), nullable=True, comment="Skill that its agents need (center_skill.id); null: none."),
        sa.Column("minimum_level", WHOLE, nullable=False, comment="Lowest level of that skill, 1 to 5."),
        sa.Column("teams", JSON, nullable=False, comment="Teams whose agents work it (center_team.id); empty: all."),
        sa.Column("caller_id", sa.Text(), nullable=False, comment="Number shown to the callee, E.164; empty: the center's."),
        sa.Column(
            "law", sa.Text(), nullable=True, comment="Id of the law pack by which it is checked; null: nothing may be dialed."
        ),
        sa.Column("retry", JSON, nullable=False, comment="What follows each outcome (kernel.dialing.RetryPlan)."),
        sa.Column("ring_ms", WHOLE, nullable=False, comment="How long an unanswered dial rings."),
        sa.Column("wrap_up_ms", WHOLE, nullable=False, comment="Limit of wrap-up after which time counts as overrun."),
        sa.Column("preview_ms", WHOLE, nullable=False, comment="Time to read in preview; 0: no limit."),
        sa.Column("changed_by", sa.Text(), nullable=False, comment="Log-in; empty: the command line."),
        sa.Column("created_at", WHOLE, nullable=False, comment="ms since the epoch."),
        sa.Column("changed_at", WHOLE, nullable=False, comment="ms since the epoch."),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("name", name=op.f("uq_campaign_name")),
        comment="Campaigns: how lists are dialed, and the plan.",
    )
    op.create_table(
        "call_list",
        sa.Column("id", WHOLE, nullable=False, comment="Number of the list."),
        sa.Column("campaign", WHOLE, nullable=False, comment="Whose list."),
        sa.Column("name", sa.Text(), nullable=False, comment="What people call it, unique in the campaign."),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="filling: nobody sees or dials it; ready; withdrawing: its leads are being taken out; withdrawn.",
        ),
        sa.Column("active", sa.Boolean(), nullable=False, comment="False: it is not dialed, until somebody says otherwise."),
        sa.Column("priority", WHOLE, nullable=False, comment="Between lists of the campaign: higher goes first."),
        sa.Column("share", sa.Double(), nullable=False, comment="Between lists of one priority: dials in proportion, above 0."),
        sa.Column("source", sa.Text(), nullable=False, comment="import or target."),
        sa.Column("leads", WHOLE, nullable=False, comment="How many it had when it became ready."),
        sa.Column("created_by", sa.Text(), nullable=False, comment="Log-in; empty: the command line."),
        sa.Column("created_at", WHOLE, nullable=False, comment="ms since the epoch."),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_call_list_campaign"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_list")),
        comment="Lists of leads. One import or one target group makes one list of one campaign.",
    )
    op.create_index("uq_call_list_name", "call_list", ["campaign", "name"], unique=True)
    op.create_table(
        "do_not_call_list",
        sa.Column("id", WHOLE, nullable=False, comment="Number of the list."),
        sa.Column("name", sa.Text(), nullable=False, comment="own; campaign/NUMBER; or the name of an imported registry."),
        sa.Column("kind", sa.Text(), nullable=False, comment="own, campaign or registry."),
        sa.Column("campaign", WHOLE, nullable=True, comment="Of a campaign's list, whose; null: of all."),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="ready, or loading: a registry whose import has not ended; nobody asks it yet.",
        ),
        sa.Column(
            "loaded_at",
            WHOLE,
            nullable=False,
            comment="From when a registry's data are, ms since the epoch; of others, when made.",
        ),
        sa.Column("entries", WHOLE, nullable=False, comment="Numbers in a registry."),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_do_not_call_list_campaign"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_do_not_call_list")),
        sa.UniqueConstraint("name", name=op.f("uq_do_not_call_list_name")),
        comment="Lists of numbers that may not be called.",
    )
    op.create_table(
        "do_not_call",
        sa.Column("e164", sa.Text(), nullable=False, comment="The number."),
        sa.Column("register", WHOLE, autoincrement=False, nullable=False, comment="Which list."),
        sa.Column("added_at", WHOLE, nullable=False, comment="ms since the epoch."),
        sa.Column("source", sa.Text(), nullable=False, comment="registry, agent, key or administrator."),
        sa.ForeignKeyConstraint(["register"], ["do_not_call_list.id"], name=op.f("fk_do_not_call_register"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("e164", "register", name=op.f("pk_do_not_call")),
        comment="Numbers that may not be called. Personal.",
        sqlite_with_rowid=False,
    )
    op.create_index("ix_do_not_call_register", "do_not_call", ["register"])
    op.create_table(
        "list_import",
        sa.Column("call_list", WHOLE, autoincrement=False, nullable=False, comment="The list that it fills."),
        sa.Column("state", sa.Text(), nullable=False, comment="waiting, running, done, failed or withdrawn."),
        sa.Column(
            "owner",
            sa.Text(),
            nullable=False,
            comment="Random word of the process that does it; another one's batches are refused.",
        ),
        sa.Column("beat_at", WHOLE, nullable=False, comment="The last batch, ms since the epoch."),
        sa.Column("file_name", sa.Text(), nullable=False, comment="As the person's computer called it."),
        sa.Column("file", sa.Text(), nullable=False, comment="Name of the kept file in the folder of imports; empty: deleted."),
        sa.Column("sha256", sa.Text(), nullable=False, comment="Of the file, hexadecimal."),
        sa.Column("bytes_total", WHOLE, nullable=False, comment="Size of the file."),
        sa.Column("bytes_done", WHOLE, nullable=False, comment="How far it was read, about."),
        sa.Column(
            "asked",
            JSON,
            nullable=False,
            comment="How it is read: encoding, separator, columns, region, policy (callcenter.store.list_orders.Order).",
        ),
        sa.Column("lines_done", WHOLE, nullable=False, comment="Rows of the file that are settled; it goes on behind them."),
        sa.Column("rows_read", WHOLE, nullable=False, comment="Rows with something in them so far."),
        sa.Column("kept", WHOLE, nullable=False, comment="Of those, the leads."),
        sa.Column("refused", JSON, nullable=False, comment="Refused rows by reason (dialer.reasons)."),
        sa.Column("numbers_left_out", WHOLE, nullable=False, comment="Numbers not taken although their row was."),
        sa.Column("linked", WHOLE, nullable=False, comment="Leads that belong to a customer of the CRM."),
        sa.Column("why", sa.Text(), nullable=True, comment="A failed import: why, and what to do; null: it did not fail."),
        sa.Column("ended_at", WHOLE, nullable=True, comment="ms since the epoch; null: it has not ended."),
        sa.ForeignKeyConstraint(["call_list"], ["call_list.id"], name=op.f("fk_list_import_call_list"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call_list", name=op.f("pk_list_import")),
        comment="How each import stands. It is written with the leads, so a killed one goes on where it was.",
    )
    op.create_table(
        "list_refusal",
        sa.Column("call_list", WHOLE, autoincrement=False, nullable=False, comment="Whose file."),
        sa.Column("line", WHOLE, autoincrement=False, nullable=False, comment="Row of the file, from 1."),
        sa.Column("reason", sa.Text(), nullable=False, comment="A code of dialer.reasons."),
        sa.Column("detail", sa.Text(), nullable=False, comment="Which list or date; empty: nothing to add."),
        sa.Column("cells", JSON, nullable=False, comment="The row as it stood there."),
        sa.ForeignKeyConstraint(["call_list"], ["call_list.id"], name=op.f("fk_list_refusal_call_list"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call_list", "line", name=op.f("pk_list_refusal")),
        comment="Rows of a file that became no lead. Personal; deleted with the list.",
    )
    op.create_table(
        "opportunity",
        sa.Column("id", WHOLE, nullable=False, comment="Number of the opportunity."),
        sa.Column("name", sa.Text(), nullable=False, comment="What it is about."),
        sa.Column("account", WHOLE, nullable=True, comment="Whose."),
        sa.Column("contact", WHOLE, nullable=True, comment="Who decides."),
        sa.Column("campaign", WHOLE, nullable=True, comment="The campaign that brought it; null: none."),
        sa.Column("stage", sa.Text(), nullable=False, comment="The center's own word: open, offered, won, lost, ..."),
        sa.Column("probability", sa.Double(), nullable=False, comment="Of a sale, 0 to 1."),
        sa.Column("value", sa.Double(), nullable=False, comment="Money expected, in `currency`."),
        sa.Column("currency", sa.Text(), nullable=False, comment="ISO 4217."),
        sa.Column("team", sa.Text(), nullable=True, comment="Team that is to follow it (center_team.id); null: nobody yet."),
        sa.Column("agent", sa.Text(), nullable=True, comment="Agent who does (center_agent.id); null: the team decides."),
        sa.Column("created_at", WHOLE, nullable=False, comment="ms since the epoch."),
        sa.Column("changed_at", WHOLE, nullable=False, comment="ms since the epoch."),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_opportunity_account"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_opportunity_campaign"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name=op.f("fk_opportunity_contact"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity")),
        comment="What may be sold to whom. Purchase interest caught in a call becomes one.",
    )
    op.create_index("ix_opportunity_account", "opportunity", ["account"])
    op.create_index("ix_opportunity_contact", "opportunity", ["contact"])
    op.create_index("ix_opportunity_stage", "opportunity", ["stage"])
    op.create_table(
        "lead",
        sa.Column("id", WHOLE, nullable=False, comment="Number of the lead; events name it."),
        sa.Column("call_list", WHOLE, nullable=False, comment="Its list."),
        sa.Column("campaign", WHOLE, nullable=False, comment="Its list's campaign."),
        sa.Column("line", WHOLE, nullable=False, comment="Row of the file it came from; 0: from the CRM."),
        sa.Column("state", sa.Text(), nullable=False, comment="fresh, resting, claimed or done."),
        sa.Column(
            "priority", WHOLE, nullable=False, comment="Within the list: higher goes first (0 is usual, callbacks are above)."
        ),
        sa.Column(
            "next_at", WHOLE, nullable=True, comment="Not to be looked at before, ms since the epoch; null: claimed or done."
        ),
        sa.Column("attempts", WHOLE, nullable=False, comment="Dials so far, all numbers together."),
        sa.Column("last_at", WHOLE, nullable=True, comment="The last claim that led to a dial, ms since the epoch."),
        sa.Column(
            "outcome",
            sa.Text(),
            nullable=True,
            comment="How the last attempt ended (kernel.dialing.Outcome), or why the lead is done without one; null: not dialed.",
        ),
        sa.Column(
            "held", sa.Text(), nullable=True, comment="Why it was passed over when last looked at (a code); null: it was not."
        ),
        sa.Column(
            "attempt", sa.Text(), nullable=True, comment="While claimed, for which attempt; the attempt's row has the epoch."
        ),
        sa.Column(
            "agent", sa.Text(), nullable=False, comment="Agent to whom it is assigned (center_agent.id); empty: anybody's."
        ),
        sa.Column("contact", WHOLE, nullable=True, comment="The customer that the lead is."),
        sa.Column("account", WHOLE, nullable=True, comment="The company."),
        sa.Column("opportunity", WHOLE, nullable=True, comment="What may be sold to it."),
        sa.Column("name", sa.Text(), nullable=False, comment="Whole name."),
        sa.Column("first_name", sa.Text(), nullable=False, comment="As in the file."),
        sa.Column("last_name", sa.Text(), nullable=False, comment="As in the file."),
        sa.Column("company", sa.Text(), nullable=False, comment="As in the file."),
        sa.Column("email", sa.Text(), nullable=False, comment="As in the file."),
        sa.Column("city", sa.Text(), nullable=False, comment="As in the file."),
        sa.Column("province", sa.Text(), nullable=False, comment="State, province or region, as in the file."),
        sa.Column("postal_code", sa.Text(), nullable=False, comment="As in the file."),
        sa.Column("country", sa.Text(), nullable=False, comment="ISO 3166; empty: not said."),
        sa.Column("zone", sa.Text(), nullable=False, comment="IANA time zone that the file says; empty: not said."),
        sa.Column("language", sa.Text(), nullable=False, comment="en, zh or empty."),
        sa.Column("external_id", sa.Text(), nullable=False, comment="Its number in another system."),
        sa.Column(
            "consent", sa.Text(), nullable=False, comment="express or written (kernel.law.ConsentKind); empty: none is known."
        ),
        sa.Column("note", sa.Text(), nullable=False, comment="What agents should know, free text."),
        sa.Column("extra", JSON, nullable=False, comment="Every other column of the file by its head."),
        sa.Column("created_at", WHOLE, nullable=False, comment="ms since the epoch."),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_lead_account"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["call_list"], ["call_list.id"], name=op.f("fk_lead_call_list"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name=op.f("fk_lead_contact"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["opportunity"], ["opportunity.id"], name=op.f("fk_lead_opportunity"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
        comment="People on call lists. Personal.",
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_lead_account",
        "lead",
        ["account"],
        sqlite_where=sa.text("account IS NOT NULL"),
        postgresql_where=sa.text("account IS NOT NULL"),
    )
    op.create_index(
        "ix_lead_contact",
        "lead",
        ["contact"],
        sqlite_where=sa.text("contact IS NOT NULL"),
        postgresql_where=sa.text("contact IS NOT NULL"),
    )
    op.create_index("ix_lead_list", "lead", ["call_list", "id"])
    op.create_index(
        "ix_lead_next",
        "lead",
        ["call_list", "agent", "priority", "next_at", "id"],
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(
        "ix_lead_opportunity",
        "lead",
        ["opportunity"],
        sqlite_where=sa.text("opportunity IS NOT NULL"),
        postgresql_where=sa.text("opportunity IS NOT NULL"),
    )
    op.create_table(
        "lead_attempt",
        sa.Column("attempt", sa.Text(), nullable=False, comment="Id of the attempt; events name it."),
        sa.Column("lead", WHOLE, nullable=False, comment="Who was to be reached."),
        sa.Column("campaign", WHOLE, nullable=False, comment="For which campaign."),
        sa.Column("place", WHOLE, nullable=False, comment="Which of the lead's numbers."),
        sa.Column("e164", sa.Text(), nullable=False, comment="The number: caps hold for it in all lists and campaigns."),
        sa.Column("epoch", WHOLE, nullable=False, comment="Of the hub that claimed it."),
        sa.Column("claimed_at", WHOLE, nullable=False, comment="ms since the epoch."),
        sa.Column("rule", sa.Text(), nullable=False, comment="The rule by which the gate let it pass."),
        sa.Column("outcome", sa.Text(), nullable=True, comment="kernel.dialing.Outcome; null: not settled."),
        sa.Column("settled_at", WHOLE, nullable=True, comment="ms since the epoch; null: not settled."),
        sa.ForeignKeyConstraint(["lead"], ["lead.id"], name=op.f("fk_lead_attempt_lead"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("attempt", name=op.f("pk_lead_attempt")),
        comment="Claims of leads that led, or are about to lead, to a dial. Caps of attempts are counted here. Personal.",
    )
    op.create_index("ix_lead_attempt_e164_claimed_at", "lead_attempt", ["e164", "claimed_at"])
    op.create_index("ix_lead_attempt_lead", "lead_attempt", ["lead"])
    op.create_index(
        "ix_lead_attempt_open",
        "lead_attempt",
        ["epoch"],
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "lead_phone",
        sa.Column("lead", WHOLE, autoincrement=False, nullable=False, comment="Whose number."),
        sa.Column("place", WHOLE, autoincrement=False, nullable=False, comment="Order, from 0."),
        sa.Column("campaign", WHOLE, nullable=False, comment="The lead's campaign."),
        sa.Column("call_list", WHOLE, nullable=False, comment="The lead's list."),
        sa.Column("e164", sa.Text(), nullable=False, comment="The number."),
        sa.Column("written", sa.Text(), nullable=False, comment="As it stood in the file."),
        sa.Column("label", sa.Text(), nullable=False, comment="Head of its column: mobile, work, ..."),
        sa.Column("region", sa.Text(), nullable=False, comment="ISO 3166."),
        sa.Column("kind", sa.Text(), nullable=False, comment="kernel.dialing.NumberKind."),
        sa.Column(
            "zones", sa.Text(), nullable=False, comment="IANA zones in which it may ring, with blanks between; empty: not known."
        ),
        sa.Column("dead", sa.Boolean(), nullable=False, comment="True: never dialed again (no such number, a fax)."),
        sa.ForeignKeyConstraint(["lead"], ["lead.id"], name=op.f("fk_lead_phone_lead"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lead", "place", name=op.f("pk_lead_phone")),
        comment="Numbers of leads, in the order of trying. Personal.",
        sqlite_with_rowid=False,
    )
    op.create_index("ix_lead_phone_e164_campaign", "lead_phone", ["e164", "campaign"])


def downgrade() -> None:
    op.drop_table("lead_phone")
    op.drop_table("lead_attempt")
    op.drop_table("lead")
    op.drop_table("opportunity")
    op.drop_table("list_refusal")
    op.drop_table("list_import")
    op.drop_table("do_not_call")
    op.drop_table("do_not_call_list")
    op.drop_table("call_list")
    op.drop_table("campaign")
