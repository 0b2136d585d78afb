"""what lists are in the order of stands with what tasks are found by."""

import sqlalchemy as sa
from alembic import op

revision: str = "0038"
down_revision: str | None = "0037"

_SOUGHT = ["key", "at", "due_order", "case_id", "token"]
_FILL = {
    # an instant is text, with six digits after its seconds
    "sqlite": "UPDATE task_key SET priority = task.priority,"
    " opened_order = unixepoch(substr(task.opened_at, 1, 19)) * 1000000"
    " + CAST(substr(task.opened_at, 21) AS INTEGER)"
    " FROM task WHERE task.case_id = task_key.case_id AND task.token = task_key.token",
    "postgresql": "UPDATE task_key SET priority = task.priority,"
    " opened_order = CAST(EXTRACT(EPOCH FROM task.opened_at) * 1000000 AS BIGINT)"
    " FROM task WHERE task.case_id = task_key.case_id AND task.token = task_key.token",
}


def upgrade() -> None:
    for name in ("ix_task_key_queue", "ix_task_key_all"):
        op.drop_index(name, "task_key")
    for name, kind in (("opened_order", sa.BigInteger()), ("priority", sa.Integer())):
        op.add_column("task_key", sa.Column(name, kind, nullable=False, server_default="0"))
    op.execute(_FILL[op.get_bind().dialect.name])
    more = [*_SOUGHT, "opened_order", "priority"]
    op.create_index("ix_task_key_queue", "task_key", ["queue_id", *more])
    op.create_index("ix_task_key_all", "task_key", more)
