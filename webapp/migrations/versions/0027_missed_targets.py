"""who answers for a target is told once when it is missed."""

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"


def upgrade() -> None:
    op.add_column("metric_target", sa.Column("checked_at", sa.DateTime(timezone=True)))
    op.add_column(
        "metric_target",
        sa.Column("is_missed", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
