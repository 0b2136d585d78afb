"""comments, opinions, proposals, notifications, filters, errands; what an undone completion restores."""

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("case_file", sa.Column("state_before", sa.LargeBinary(), nullable=True))
    op.add_column("task", sa.Column("review", sa.String(length=10), nullable=True))
    op.add_column("task", sa.Column("follow_up_on", sa.Date(), nullable=True))
    _of_case(
        "comment",
        sa.Column("token", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_note", sa.Boolean(), nullable=False),
        sa.Column("offices", sa.JSON(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        _key("comment", "by_id", "person"),
    )
    _of_case(
        "opinion",
        sa.Column("token", sa.Integer(), nullable=True),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", _AT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("remind_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("answered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", _AT, nullable=True),
        _key("opinion", "office_id", "office"),
        _key("opinion", "asked_by_id", "person"),
        _key("opinion", "answered_by_id", "person"),
    )
    _some("ix_opinion_open", "opinion", ["office_id", "due_on"], "closed_at IS NULL")
    op.create_table(
        "proposal",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        _key("proposal", "by_id", "person"),
        sa.ForeignKeyConstraint(
            ["case_id", "token"],
            ["task.case_id", "task.token"],
            name=op.f("fk_proposal_case_id"),
        ),
        sa.PrimaryKeyConstraint("case_id", "token", name=op.f("pk_proposal")),
    )
    _desk()


def _desk() -> None:
    op.create_table(
        "notification",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("token", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("read_at", _AT, nullable=True),
        sa.Column("mail_at", _AT, nullable=True),
        _key("notification", "person_id", "person", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    op.create_index("ix_notification_person", "notification", ["person_id", "id"])
    _some("ix_notification_unread", "notification", ["person_id"], "read_at IS NULL")
    _some("ix_notification_mail", "notification", ["mail_at"], "mail_at IS NOT NULL")
    op.create_table(
        "mail_choice",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("wish", sa.String(length=10), nullable=False),
        _key("mail_choice", "person_id", "person", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_mail_choice")),
    )
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=1000), nullable=False),
        sa.Column("saved_at", _AT, nullable=False),
        _key("saved_filter", "person_id", "person", ondelete="CASCADE"),
        _key("saved_filter", "office_id", "office", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
    )
    op.create_index(op.f("ix_saved_filter_person_id"), "saved_filter", ["person_id"])
    op.create_index(op.f("ix_saved_filter_office_id"), "saved_filter", ["office_id"])
    op.create_table(
        "errand",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("given_by_id", sa.BigInteger(), nullable=False),
        sa.Column("given_at", _AT, nullable=False),
        sa.Column("done_by_id", sa.BigInteger(), nullable=True),
        sa.Column("done_at", _AT, nullable=True),
        _key("errand", "office_id", "office"),
        _key("errand", "person_id", "person"),
        _key("errand", "given_by_id", "person"),
        _key("errand", "done_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand")),
    )
    _some("ix_errand_office", "errand", ["office_id"], "done_at IS NULL")
    _some("ix_errand_person", "errand", ["person_id"], "done_at IS NULL")


def _of_case(table: str, *columns: sa.schema.SchemaItem) -> None:
    """A table whose rows are numbered within their case."""
    op.create_table(
        table,
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        *columns,
        _key(table, "case_id", "case_file"),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f(f"pk_{table}")),
    )


def _key(table: str, column: str, to: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete=ondelete)


def _some(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
