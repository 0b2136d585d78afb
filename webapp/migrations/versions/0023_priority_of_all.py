"""everybody's open tasks by priority."""

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"


def upgrade() -> None:
    is_open = sa.text("status = 'open'")
    op.create_index(
        "ix_task_priority",
        "task",
        ["priority", "case_id", "token"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
