"""pools, turns, absences, skills; a task's queue."""

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"

_OPEN = sa.text("status = 'open'")
_UNASSIGNED = sa.text("status = 'open' AND assignee_id IS NULL")
_OLD = (
    "ix_task_office_due",
    "ix_task_office_opened",
    "ix_task_office_priority",
    "ix_task_unassigned_due",
)


def upgrade() -> None:
    op.create_table(
        "pool_part",
        sa.Column("pool_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("ref_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "kind", "ref_id", "name", name=op.f("pk_pool_part")),
    )
    op.create_table(
        "turn",
        sa.Column("procedure_id", sa.BigInteger(), nullable=False),
        sa.Column("element_id", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedure.id"], name=op.f("fk_turn_procedure_id")
        ),
        sa.PrimaryKeyConstraint("procedure_id", "element_id", name=op.f("pk_turn")),
    )
    op.create_table(
        "person_skill",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_person_skill_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "name", name=op.f("pk_person_skill")),
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("delegate_id", sa.BigInteger(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("procedures", sa.JSON(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("written_by_id", sa.BigInteger(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_absence_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["delegate_id"], ["person.id"], name=op.f("fk_absence_delegate_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_person_id"), "absence", ["person_id"])
    op.create_index(op.f("ix_absence_delegate_id"), "absence", ["delegate_id"])
    op.add_column("procedure", sa.Column("task_rules", sa.JSON(), nullable=True))
    op.add_column("task", sa.Column("queue_id", sa.BigInteger(), nullable=True))
    op.add_column("task", sa.Column("not_by", sa.String(length=400), nullable=True))
    op.execute("UPDATE task SET queue_id = office_id")
    for name in _OLD:
        op.drop_index(name, table_name="task")
    _open_index("ix_task_queue_due", "queue_id", "due_order")
    _open_index("ix_task_queue_opened", "queue_id", "opened_at")
    _open_index("ix_task_queue_priority", "queue_id", "priority")
    _open_index("ix_task_unassigned_due", "queue_id", "due_order", where=_UNASSIGNED)
    _open_index("ix_task_entry", "procedure_id", "element_id", "queue_id", where=_UNASSIGNED)


def _open_index(name: str, *columns: str, where: sa.TextClause = _OPEN) -> None:
    keys = [*columns, "case_id", "token"]
    op.create_index(name, "task", keys, sqlite_where=where, postgresql_where=where)
