"""a root over all chains for each day."""

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"


def upgrade() -> None:
    op.create_table(
        "day_root",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_day_root")),
    )
    op.create_table(
        "day_head",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "case_id", name=op.f("pk_day_head")),
        sqlite_with_rowid=False,
    )
    op.add_column(
        "case_file", sa.Column("sealed_seq", sa.Integer(), server_default="0", nullable=False)
    )
    op.create_index(
        "ix_case_unsealed",
        "case_file",
        ["id"],
        unique=False,
        sqlite_where=sa.text("sealed_seq < last_seq"),
        postgresql_where=sa.text("sealed_seq < last_seq"),
    )
