"""why a job failed is kept as words of ours too, and read in any language."""

import sqlalchemy as sa
from alembic import op

revision: str = "0041"
down_revision: str | None = "0040"


def upgrade() -> None:
    op.add_column("job", sa.Column("last_said", sa.JSON(), nullable=True))
