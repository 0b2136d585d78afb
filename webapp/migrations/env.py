"""What Alembic runs: migrations on the connection that webapp/schema.py hands over."""

from alembic import context

import engine.models  # noqa: F401  the tables must be known
import webapp.models  # noqa: F401  those of the web as well
from engine.database import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    user_module_prefix="engine.database.",
)
with context.begin_transaction():
    context.run_migrations()
