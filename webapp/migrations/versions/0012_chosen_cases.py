"""migrations of some cases of a version only."""

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"


def upgrade() -> None:
    op.add_column("migration", sa.Column("chosen", sa.JSON(none_as_null=True), nullable=True))
