"""appeals run by a clock of their own, letters lose their effect, terms remember their sheet."""

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"


def upgrade() -> None:
    op.add_column("case_term", sa.Column("version_id", sa.BigInteger(), nullable=True))
    op.add_column("letter", sa.Column("voided_on", sa.Date(), nullable=True))
    for column in (
        sa.Column("office_id", sa.BigInteger(), nullable=True),
        sa.Column("against", sa.String(length=8), server_default="act", nullable=False),
        sa.Column("silence_from", sa.Date(), nullable=True),
        sa.Column("silent_on", sa.Date(), nullable=True),
        sa.Column("warned_days", sa.Integer(), nullable=True),
        sa.Column("is_escalated", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("effect", sa.String(length=8), nullable=True),
        sa.Column("returned_to", sa.String(length=200), nullable=True),
        sa.Column("is_exhausted", sa.Boolean(), server_default=sa.false(), nullable=False),
    ):
        op.add_column("filed_appeal", column)
