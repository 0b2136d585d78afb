"""what cases are found, shown and grouped by."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    op.create_table(
        "case_field",
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_field_case_id")),
        sa.PrimaryKeyConstraint("case_id", "name", name=op.f("pk_case_field")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_case_field_value", "case_field", ["name", "value", "case_id"])
