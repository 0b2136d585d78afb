"""terms that ran already remember the version the case was filed under, though it has moved since."""

from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"


def upgrade() -> None:
    op.execute(
        "UPDATE case_term SET version_id = COALESCE("
        " (SELECT m.from_version_id FROM migrated_case mc JOIN migration m ON m.id = mc.migration_id"
        "  WHERE mc.case_id = case_term.case_id AND mc.status IN ('moved', 'undone', 'kept')"
        "  ORDER BY m.id LIMIT 1),"
        " (SELECT version_id FROM case_file WHERE id = case_term.case_id))"
        " WHERE version_id IS NULL"
    )
