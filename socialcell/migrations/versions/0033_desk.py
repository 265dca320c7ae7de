"""Cases: contacts, messages, steps, clocks, closing, PMC Care, the incident room."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

_OPEN = sa.text(
    "state IN ('new', 'acknowledged', 'assigned', 'in_progress', 'action_scheduled',"
    " 'resolved_claimed', 'referred')"
)
_RUNNING = sa.text("stopped_at IS NULL")
_INCOMING = sa.text("direction = 'in' AND mention_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "care_file",
        sa.Column("id", ID, primary_key=True),
        sa.Column("sha256", sa.String(), nullable=False, unique=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("read_by", sa.String(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("rejects", sa.JSON(), nullable=False),
    )
    op.create_table(
        "desk_macro",
        sa.Column("id", ID, primary_key=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("topic", sa.String()),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("approved_by", sa.String()),
        sa.Column("approved_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.UniqueConstraint("key", "language", "version"),
    )
    op.create_table(
        "care_row",
        sa.Column("token", sa.String(), primary_key=True),
        sa.Column("case_number", sa.String()),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("meaning", sa.String()),
        sa.Column("department", sa.String()),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("registered_at", MOMENT),
        sa.Column("closed_at", MOMENT),
        sa.Column("changed_at", MOMENT),
        sa.Column("file_id", ID, sa.ForeignKey("care_file.id"), nullable=False),
        sa.Column("reconciled_at", MOMENT),
    )
    op.create_index("ix_care_row_case_number", "care_row", ["case_number"])
    op.create_table(
        "desk_case",
        sa.Column("id", ID, primary_key=True),
        sa.Column("number", sa.String(), nullable=False, unique=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("topic", sa.String()),
        sa.Column("service", sa.String()),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("suggested_priority", sa.String(), nullable=False),
        sa.Column("area", sa.String()),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("place_id", sa.String()),
        sa.Column("latitude", sa.Float()),
        sa.Column("longitude", sa.Float()),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("waits_for", sa.String()),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String()),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("assignee", ID, sa.ForeignKey("operator.id")),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("care_token", sa.String()),
        sa.Column("registered_at", MOMENT),
        sa.Column("incident_id", ID, sa.ForeignKey("incident.id")),
        sa.Column("merged_into", ID, sa.ForeignKey("desk_case.id")),
        sa.Column("merged_at", MOMENT),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_from", sa.String(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("first_contact_at", MOMENT, nullable=False),
        sa.Column("claimed_by", sa.String()),
        sa.Column("claimed_at", MOMENT),
        sa.Column("closed_at", MOMENT),
    )
    op.create_index("desk_case_by_assignee", "desk_case", ["assignee", "state"])
    op.create_index("desk_case_by_incident", "desk_case", ["incident_id"])
    op.create_index("desk_case_by_time", "desk_case", ["opened_at"])
    op.create_index("desk_case_by_topic", "desk_case", ["topic", "opened_at"])
    op.create_index(
        "desk_case_open",
        "desk_case",
        ["priority", "id"],
        unique=False,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index("ix_desk_case_care_token", "desk_case", ["care_token"])
    op.create_index("ix_desk_case_merged_into", "desk_case", ["merged_into"])
    op.create_table(
        "incident_claim",
        sa.Column("id", ID, primary_key=True),
        sa.Column("incident_id", ID, sa.ForeignKey("incident.id"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("heard_at", MOMENT, nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String()),
        sa.Column("decided_at", MOMENT),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("correction", sa.String(), nullable=False),
        sa.Column("corrected_at", MOMENT),
        sa.Column("rumour_id", ID, sa.ForeignKey("rumour.id")),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
    )
    op.create_index(
        "ix_incident_claim_incident_id",
        "incident_claim",
        ["incident_id"],
        unique=False,
    )
    op.create_table(
        "incident_note",
        sa.Column("id", ID, primary_key=True),
        sa.Column("incident_id", ID, sa.ForeignKey("incident.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
    )
    op.create_index(
        "ix_incident_note_incident_id",
        "incident_note",
        ["incident_id"],
        unique=False,
    )
    op.create_table(
        "next_update",
        sa.Column("id", ID, primary_key=True),
        sa.Column("incident_id", ID, sa.ForeignKey("incident.id"), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("kept_at", MOMENT),
        sa.Column("replaced_at", MOMENT),
    )
    op.create_index("ix_next_update_incident_id", "next_update", ["incident_id"])
    op.create_table(
        "situation_report",
        sa.Column("id", ID, primary_key=True),
        sa.Column("incident_id", ID, sa.ForeignKey("incident.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("issued_by", sa.String()),
        sa.Column("issued_at", MOMENT),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("incident_id", "number"),
    )
    op.create_table(
        "desk_clock",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_id", ID, sa.ForeignKey("desk_case.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("stopped_at", MOMENT),
        sa.Column("ending", sa.String()),
        sa.Column("missed", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.String(), nullable=False),
        sa.Column("span_seconds", ID, nullable=False),
        sa.Column("escalated", sa.Integer(), nullable=False),
        sa.Column("escalates_at", MOMENT),
    )
    op.create_index(
        "desk_clock_escalating",
        "desk_clock",
        ["escalates_at"],
        unique=False,
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )
    op.create_index(
        "desk_clock_one_running",
        "desk_clock",
        ["case_id", "kind"],
        unique=True,
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )
    op.create_index(
        "desk_clock_running",
        "desk_clock",
        ["due_at"],
        unique=False,
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )
    op.create_index("ix_desk_clock_case_id", "desk_clock", ["case_id"])
    op.create_table(
        "desk_route",
        sa.Column("id", ID, primary_key=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("stage_hours", sa.Float(), nullable=False),
        sa.Column("total_hours", sa.Float(), nullable=False),
        sa.Column("counts", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.UniqueConstraint("topic", "area"),
    )
    op.create_table(
        "desk_contact",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_id", ID, sa.ForeignKey("desk_case.id"), nullable=False),
        sa.Column("first_case_id", ID, sa.ForeignKey("desk_case.id"), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("person", sa.String()),
        sa.Column("citizen", sa.String()),
        sa.Column("language", sa.String()),
        sa.Column("script", sa.String()),
        sa.Column("last_heard_at", MOMENT),
        sa.Column("window_until", MOMENT),
        sa.Column("closing", sa.String()),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("erased_at", MOMENT),
    )
    op.create_index("desk_contact_by_person", "desk_contact", ["channel", "person"])
    op.create_index("ix_desk_contact_case_id", "desk_contact", ["case_id"])
    op.create_index(
        "ix_desk_contact_first_case_id",
        "desk_contact",
        ["first_case_id"],
        unique=False,
    )
    op.create_table(
        "desk_lease",
        sa.Column("case_id", ID, sa.ForeignKey("desk_case.id"), primary_key=True),
        sa.Column("holder", ID, sa.ForeignKey("operator.id"), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
    )
    op.create_index("ix_desk_lease_holder", "desk_lease", ["holder"])
    op.create_table(
        "desk_referral",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_id", ID, sa.ForeignKey("desk_case.id"), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT),
        sa.Column("answer", sa.String()),
        sa.Column("came_back_at", MOMENT),
    )
    op.create_index("ix_desk_referral_case_id", "desk_referral", ["case_id"])
    op.create_table(
        "desk_step",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_id", ID, sa.ForeignKey("desk_case.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=False),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
    )
    op.create_index("desk_step_by_kind", "desk_step", ["kind", "at"])
    op.create_index("ix_desk_step_case_id", "desk_step", ["case_id"])
    op.create_table(
        "desk_suggestion",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_id", ID, sa.ForeignKey("desk_case.id"), nullable=False),
        sa.Column("other_id", ID, sa.ForeignKey("desk_case.id"), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("decision", sa.String()),
        sa.Column("decided_by", sa.String()),
        sa.Column("decided_at", MOMENT),
        sa.UniqueConstraint("case_id", "other_id"),
    )
    op.create_index(
        "ix_desk_suggestion_other_id",
        "desk_suggestion",
        ["other_id"],
        unique=False,
    )
    op.create_table(
        "field_link",
        sa.Column("id", ID, primary_key=True),
        sa.Column("token_hash", sa.String(), nullable=False, unique=True),
        sa.Column("case_id", ID, sa.ForeignKey("desk_case.id"), nullable=False),
        sa.Column("made_for", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT),
        sa.Column("answered_at", MOMENT),
        sa.Column("answer", sa.String()),
        sa.Column("words", sa.String()),
        sa.Column("needs_until", MOMENT),
        sa.Column("revoked_at", MOMENT),
    )
    op.create_index("ix_field_link_case_id", "field_link", ["case_id"])
    op.create_table(
        "desk_secret",
        sa.Column("id", ID, primary_key=True),
        sa.Column("contact_id", ID, sa.ForeignKey("desk_contact.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
    )
    op.create_index("ix_desk_secret_contact_id", "desk_secret", ["contact_id"])
    op.create_table(
        "closure_check",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_id", ID, sa.ForeignKey("desk_case.id"), nullable=False),
        sa.Column("contact_id", ID, sa.ForeignKey("desk_contact.id"), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("answer", sa.String()),
        sa.Column("answered_at", MOMENT),
        sa.Column("answered_by", sa.String()),
        sa.Column("mention_id", ID, sa.ForeignKey("mention.id")),
        sa.Column("words", sa.String()),
        sa.Column("in_sample", sa.Boolean(), nullable=False),
        sa.Column("drawn_for", sa.Date()),
        sa.Column("call", sa.String()),
        sa.Column("called_by", sa.String()),
        sa.Column("called_at", MOMENT),
        sa.Column("call_note", sa.String()),
        sa.UniqueConstraint("contact_id", "round"),
    )
    op.create_index("ix_closure_check_case_id", "closure_check", ["case_id"])
    op.create_index(
        "ix_closure_check_mention_id",
        "closure_check",
        ["mention_id"],
        unique=False,
    )
    op.create_table(
        "desk_message",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_id", ID, sa.ForeignKey("desk_case.id"), nullable=False),
        sa.Column("contact_id", ID, sa.ForeignKey("desk_contact.id")),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("mention_id", ID, sa.ForeignKey("mention.id")),
        sa.Column("text", sa.String()),
        sa.Column("language", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answer_key", sa.String()),
        sa.Column("replaces", ID),
        sa.Column("macro_id", ID),
        sa.Column("safety", sa.Boolean(), nullable=False),
        sa.Column("template", sa.JSON(none_as_null=True)),
        sa.Column("outbox_key", sa.String(), unique=True),
        sa.Column("own_post_id", ID),
        sa.Column("external_id", sa.String()),
        sa.Column("price_micros", ID),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.String()),
        sa.Column("decided_at", MOMENT),
        sa.Column("reason", sa.String()),
        sa.Column("sent_at", MOMENT),
    )
    op.create_index(
        "desk_message_of_mention",
        "desk_message",
        ["mention_id"],
        unique=True,
        sqlite_where=_INCOMING,
        postgresql_where=_INCOMING,
    )
    op.create_index("desk_message_state", "desk_message", ["state", "id"])
    op.create_index("ix_desk_message_answer_key", "desk_message", ["answer_key"])
    op.create_index("ix_desk_message_case_id", "desk_message", ["case_id"])
    op.create_index("ix_desk_message_contact_id", "desk_message", ["contact_id"])
    op.create_index(
        "ix_desk_message_external_id",
        "desk_message",
        ["external_id"],
        unique=False,
    )
    op.create_index("ix_desk_message_mention_id", "desk_message", ["mention_id"])
    op.create_table(
        "desk_file",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case_id", ID, sa.ForeignKey("desk_case.id"), nullable=False),
        sa.Column("message_id", ID, sa.ForeignKey("desk_message.id")),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
    )
    op.create_index("ix_desk_file_case_id", "desk_file", ["case_id"])
    op.create_index("ix_desk_file_sha256", "desk_file", ["sha256"])
    op.create_table(
        "desk_start",
        sa.Column("id", ID, primary_key=True),
        sa.Column("mention_id", ID, nullable=False),
    )
    # Nobody waits for an answer to what was there before the desk.
    op.execute(
        "INSERT INTO desk_start (id, mention_id) "
        "SELECT 1, MAX(id) FROM mention HAVING COUNT(*) > 0"
    )
