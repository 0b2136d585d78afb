"""tasks that another machine carries out: which machines there are, and which task of a draft asks which."""

import sqlalchemy as sa
from alembic import op

revision: str = "0034"
down_revision: str | None = "0033"


def upgrade() -> None:
    op.create_table(
        "service",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_service")),
    )
    op.add_column("draft", sa.Column("services", sa.JSON(), nullable=False, server_default="{}"))
