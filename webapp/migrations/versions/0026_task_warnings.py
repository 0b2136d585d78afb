"""when somebody is next to be warned of a task."""

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"


def upgrade() -> None:
    op.add_column("task", sa.Column("warn_at", sa.DateTime(timezone=True), nullable=True))
    # Of what is overdue already nobody is told at once; of the rest when they are.
    op.execute(
        "UPDATE task SET warn_at = due_at WHERE status = 'open' AND due_at > CURRENT_TIMESTAMP"
    )
    where = sa.text("status = 'open' AND warn_at IS NOT NULL")
    op.create_index("ix_task_warn", "task", ["warn_at"], sqlite_where=where, postgresql_where=where)
