"""conditions that read the clock are looked at also in cases that nobody has moved since."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision: str = "0040"
down_revision: str | None = "0039"

_JOB = sa.table(
    "job",
    sa.column("id", sa.BigInteger()),
    sa.column("kind", sa.String()),
    sa.column("key", sa.String()),
    sa.column("payload", sa.JSON()),
    sa.column("run_at", sa.DateTime(timezone=True)),
    sa.column("attempts", sa.Integer()),
    sa.column("is_dead", sa.Boolean()),
)


def upgrade() -> None:
    connection = op.get_bind()
    going = sa.text("SELECT 1 FROM case_file WHERE status IN ('open', 'suspended') LIMIT 1")
    if connection.scalar(going) is None:
        return
    now = datetime.now(UTC)
    connection.execute(
        _JOB.insert(),
        {
            # before all that any release has made
            "id": int(revision),
            "kind": "looks",
            "key": "looks:-1",
            "payload": {"after": -1},
            "run_at": now.replace(tzinfo=None) if connection.dialect.name == "sqlite" else now,
            "attempts": 0,
            "is_dead": False,
        },
    )
