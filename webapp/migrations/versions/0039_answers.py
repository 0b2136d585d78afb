"""a term is judged by the answer, which may come before the end."""

import sqlalchemy as sa
from alembic import op

revision: str = "0039"
down_revision: str | None = "0038"

# As long as no answer is known the end is the answer: what is counted from start to end, with blocks of weeks.
_AS_ENDED = ((2, 5), (102, 105), (4, 6), (104, 106))


def upgrade() -> None:
    op.add_column("measured_case", sa.Column("answered_at", sa.BigInteger(), nullable=True))
    op.add_column(
        "measured_case",
        sa.Column("answer_wait", sa.BigInteger(), nullable=False, server_default="0"),
    )
    for ended, answered in _AS_ENDED:
        op.execute(
            "INSERT INTO measure_cell (kind, slice_id, period, a, b, bucket, n, total)"  # noqa: S608  numbers from here
            f" SELECT {answered}, slice_id, period, a, b, bucket, n, total FROM measure_cell WHERE kind = {ended}"
        )
    # whoever was answered is measured anew behind people's backs: taken away as it was added, added as it is
    op.execute(
        "UPDATE case_file SET measured_seq = -1 WHERE measured_seq > 0"
        " AND id IN (SELECT case_id FROM case_term WHERE notified_on IS NOT NULL)"
    )
