"""what an incident says is kept so that it can be read in any language."""

import sqlalchemy as sa
from alembic import op

revision: str = "0035"
down_revision: str | None = "0034"


def upgrade() -> None:
    op.add_column("incident", sa.Column("said", sa.JSON(), nullable=True))
