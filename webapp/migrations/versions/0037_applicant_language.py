"""The language somebody filed in, in which the office's mails to them are written."""

import sqlalchemy as sa
from alembic import op

revision: str = "0037"
down_revision: str | None = "0036"


def upgrade() -> None:
    op.add_column("case_file", sa.Column("applicant_language", sa.String(8), nullable=True))
