"""What Alembic runs: migrations on the connection that webapp/schema.py hands over."""

from typing import Any, Literal

from alembic import context

# the tables must be known
import designer.models  # noqa: F401
import engine.models  # noqa: F401
import webapp.models  # noqa: F401
from engine.database import Base, InstantType


def rendered(kind: str, thing: Any, _context: Any) -> str | Literal[False]:
    """An instant as the column it is, so that no revision depends on our code."""
    return (
        "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, InstantType) else False
    )


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_item=rendered,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
