"""a report of a study is signed by the office in charge."""

import sqlalchemy as sa
from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"


def upgrade() -> None:
    op.create_table(
        "study_signature",
        sa.Column("study_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("signed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pdf", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["signed_by_id"], ["person.id"], name=op.f("fk_study_signature_signed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["study_id", "number"],
            ["study_report.study_id", "study_report.number"],
            name=op.f("fk_study_signature_study_id_number"),
        ),
        sa.PrimaryKeyConstraint("study_id", "number", name=op.f("pk_study_signature")),
    )
