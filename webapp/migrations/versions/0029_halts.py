"""a procedure is suspended by somebody, for a reason, and its open cases may stand still with it."""

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"


def upgrade() -> None:
    op.create_table(
        "procedure_halt",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("procedure_id", sa.BigInteger(), nullable=False),
        sa.Column("is_with_cases", sa.Boolean(), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begun_by_id", sa.BigInteger(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("ended_by_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stood", sa.Integer(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["procedure_id"],
            ["procedure.id"],
            name=op.f("fk_procedure_halt_procedure_id_procedure"),
        ),
        sa.ForeignKeyConstraint(
            ["begun_by_id"], ["person.id"], name=op.f("fk_procedure_halt_begun_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["person.id"], name=op.f("fk_procedure_halt_ended_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedure_halt")),
    )
    op.create_index(op.f("ix_procedure_halt_procedure_id"), "procedure_halt", ["procedure_id"])
    op.add_column("case_file", sa.Column("halt_id", sa.BigInteger(), nullable=True))
    halted = sa.text("halt_id IS NOT NULL")
    op.create_index(
        "ix_case_halt", "case_file", ["halt_id", "id"], sqlite_where=halted, postgresql_where=halted
    )
    op.add_column("buffered_message", sa.Column("sender_id", sa.BigInteger(), nullable=True))
