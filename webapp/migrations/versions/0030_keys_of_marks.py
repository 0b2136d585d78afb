"""what waits for a review or is to be looked at again is found by keys, as everything else is."""

from datetime import date
from hashlib import blake2b

import sqlalchemy as sa
from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"

BATCH = 500
_KEYS = sa.table(
    "task_key",
    *(sa.column(name) for name in ("case_id", "token", "key", "at", "queue_id", "due_order")),
)


def upgrade() -> None:
    op.drop_index("ix_task_proposed", "task")
    op.drop_index("ix_task_follow_up", "task")
    connection = op.get_bind()
    found = connection.execute(
        sa.text(
            "SELECT case_id, token, queue_id, due_order, review, follow_up_on FROM task"
            " WHERE status = 'open' AND (review = 'proposed' OR follow_up_on IS NOT NULL)"
        )
    )
    while rows := found.fetchmany(BATCH):
        keys = [
            {
                "case_id": row.case_id,
                "token": row.token,
                "key": key,
                "at": at,
                "queue_id": row.queue_id or 0,
                "due_order": row.due_order,
            }
            for row in rows
            for key, at in _marks(row.review, row.follow_up_on)
        ]
        connection.execute(_KEYS.insert(), keys)


# As engine.inbox.keys had it when this was released; later changes have a migration of their own.
def _marks(review: str | None, follow_up_on: date | str | None) -> list[tuple[int, float]]:
    found = []
    if review == "proposed":
        found.append((_key("review"), 0.0))
    if follow_up_on is not None:
        day = date.fromisoformat(str(follow_up_on))  # SQLite gives a text
        found.append((_key("follow_up"), float(day.toordinal())))
    return found


def _key(what: str) -> int:
    return int.from_bytes(blake2b(f"{what}\0".encode(), digest_size=8).digest(), signed=True)
