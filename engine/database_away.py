"""When the database does not answer, or takes nothing more: what a person is told who can only wait."""

from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError

from engine.database import SERIALIZATION_FAILURES
from engine.errors import Refusal

# of PostgreSQL: a connection broke, or the server stops, starts, has no place for another, or ended what took too long
_AWAY = ("08", "57P", "53300", "57014", "55P03", *SERIALIZATION_FAILURES)
_FULL = ("53", "25006", "58030")  # no disk, no memory; a standby; the disk itself
# of SQLite, by the lowest byte of its code: busy, locked; read-only, I/O, full, cannot open
_SQLITE_AWAY = frozenset({5, 6})
_SQLITE_FULL = frozenset({8, 10, 13, 14})


class DatabaseAway(Refusal):
    """Whether a command was carried out may be unknown: the answer to its commit can be what got lost."""

    sentence = (
        "The database does not answer, or has too much to do. Wait a minute, look whether it was done, "
        "and try again if it was not."
    )
    status = 503


class DatabaseTakesNothing(Refusal):
    """No room is left, or the database may only be read: waiting helps when somebody sees to it."""

    sentence = (
        "The database takes nothing more: its disk is full, or it may only be read. "
        "Nothing was changed. Tell your operator."
    )
    status = 503


def database_trouble(error: Exception) -> Refusal | None:
    """What to say of an error that is none of the command but of the database; None: it is another."""
    if isinstance(error, TimeoutError):
        return DatabaseAway()  # every connection of this process is in use
    if not isinstance(error, DBAPIError):
        return None
    if error.connection_invalidated:
        return DatabaseAway()
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return _said(state.startswith(_AWAY), state.startswith(_FULL))
    if hasattr(error.orig, "sqlstate"):
        # psycopg has none to tell of a server that it could not reach at all; then nothing was asked yet
        return _said(isinstance(error, OperationalError) and error.statement is None, False)
    code = getattr(error.orig, "sqlite_errorcode", 0)
    return _said(code & 255 in _SQLITE_AWAY, code & 255 in _SQLITE_FULL)


def _said(is_away: bool, is_full: bool) -> Refusal | None:
    if is_away:
        return DatabaseAway()
    return DatabaseTakesNothing() if is_full else None
