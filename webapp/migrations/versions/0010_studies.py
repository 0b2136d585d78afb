"""studies of how a procedure could be, what the entity pays, and issued reports."""

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"


def upgrade() -> None:
    op.create_table(
        "entity_ledger",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("changed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["person.id"], name=op.f("fk_entity_ledger_changed_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entity_ledger")),
    )
    op.create_table(
        "study",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("procedure_id", sa.BigInteger(), nullable=True),
        sa.Column("as_is_version_id", sa.BigInteger(), nullable=True),
        sa.Column("as_is_draft_id", sa.BigInteger(), nullable=True),
        sa.Column("to_be_draft_id", sa.BigInteger(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedure.id"], name=op.f("fk_study_procedure_id_procedure")
        ),
        sa.ForeignKeyConstraint(
            ["as_is_version_id"], ["version.id"], name=op.f("fk_study_as_is_version_id_version")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_study_created_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
    )
    op.create_index(op.f("ix_study_procedure_id"), "study", ["procedure_id"], unique=False)
    op.create_index(op.f("ix_study_changed_at"), "study", ["changed_at"], unique=False)
    op.create_table(
        "study_report",
        sa.Column("study_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("issued_by_id", sa.BigInteger(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_study_report_study_id_study")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["person.id"], name=op.f("fk_study_report_issued_by_id_person")
        ),
        sa.PrimaryKeyConstraint("study_id", "number", name=op.f("pk_study_report")),
        sa.UniqueConstraint("code", name=op.f("uq_study_report_code")),
    )


def downgrade() -> None:
    op.drop_table("study_report")
    op.drop_index(op.f("ix_study_changed_at"), table_name="study")
    op.drop_index(op.f("ix_study_procedure_id"), table_name="study")
    op.drop_table("study")
    op.drop_table("entity_ledger")
