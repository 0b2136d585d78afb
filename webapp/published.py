"""What diagrams read on the command line may call: procedures published in this installation, if there is one."""

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from engine.database import Database
from engine.procedures import callable_names
from webapp.config import database_url


def published_here() -> list[str]:
    """Keys and process ids of the procedures published here; none where there is no database (none is made)."""
    url = database_url()
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
            return []
        database = Database(url)
        try:
            with database.reading() as session:
                return callable_names(session)
        finally:
            database.dispose()
    except SQLAlchemyError:
        # Reading a drawing needs no installation: one that is down or not set up has nothing to call.
        return []
