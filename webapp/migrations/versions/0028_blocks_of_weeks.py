"""histograms are added up in blocks of 13 weeks as well; open cases and open work are counted from their indexes."""

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"
_OPEN = sa.text("status = 'open'")
_STILL_OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "measure_recount",
        sa.Column("procedure_id", number, autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("procedure_id", name=op.f("pk_measure_recount")),
    )
    op.execute(
        "INSERT INTO measure_cell (kind, slice_id, period, a, b, bucket, n, total)"
        " SELECT kind + 100, slice_id, period - (period + 3) % 91, a, b, bucket, sum(n), sum(total)"
        " FROM measure_cell WHERE kind IN (1, 2, 3, 4, 20, 21, 22)"  # Kind of histograms, then
        " GROUP BY kind + 100, slice_id, period - (period + 3) % 91, a, b, bucket"
    )
    op.drop_index("ix_case_open", table_name="case_file")
    op.create_index(
        "ix_case_due",
        "case_file",
        ["procedure_id", "due_at", "started_at", "status"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.drop_index("ix_work_item_open", table_name="work_item")
    op.create_index(
        "ix_work_item_open",
        "work_item",
        ["activity_id", "enabled_at", "office_id", "person_id", "due_at", "ended_at"],
        sqlite_where=_STILL_OPEN,
        postgresql_where=_STILL_OPEN,
    )
