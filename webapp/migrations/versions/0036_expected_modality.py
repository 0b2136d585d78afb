"""The term a case is expected to have, by what its applicant declared, until the office has registered it."""

import sqlalchemy as sa
from alembic import op

revision: str = "0036"
down_revision: str | None = "0035"


def upgrade() -> None:
    op.add_column(
        "case_term",
        sa.Column("is_expected", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
