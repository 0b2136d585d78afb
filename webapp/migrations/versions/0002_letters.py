"""letters and their numbers."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    op.create_table(
        "letter_series",
        sa.Column("procedure_id", sa.BigInteger(), nullable=False),
        sa.Column("series", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedure.id"], name=op.f("fk_letter_series_procedure_id")
        ),
        sa.PrimaryKeyConstraint("procedure_id", "series", "year", name=op.f("pk_letter_series")),
    )
    op.create_table(
        "letter",
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("element_id", sa.String(length=200), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("template_hash", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.BigInteger(), nullable=True),
        sa.Column("document", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_letter_case_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_letter_office_id")),
        sa.PrimaryKeyConstraint("case_id", "ordinal", name=op.f("pk_letter")),
        sa.UniqueConstraint("code", name=op.f("uq_letter_code")),
    )
