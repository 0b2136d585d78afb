"""PostgreSQL as Expedito uses it: connections that live, and cursors that describe columns at little cost."""

import select
from functools import partial
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.exc import DisconnectionError

POOL_TIMEOUT = 10  # seconds for a place among our connections: whoever asks reads that there is none, and does not hang
# libpq's, in seconds, the last in milliseconds: a server that is gone without a word, as when another takes its place,
# is noticed by the request that meets it, not by TCP an hour later.
_SOCKET_LIMITS = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}

# PEP 249: name, type, and five that nobody asks for
_Column = tuple[str, int, None, None, None, None, None]


class Cursor(psycopg.Cursor[TupleRow]):
    """psycopg's cursor, whose description of a result is plain tuples.

    SQLAlchemy asks for it with every result, and reads it once per statement. psycopg makes an object of each column
    and looks its type up: a tenth of all that a completion calls.
    """

    @property
    def description(self) -> list[_Column] | None:  # type: ignore[override]  # PEP 249's, not psycopg's own
        result = self.pgresult
        if result is None or not result.nfields:
            return None
        return [
            ((result.fname(place) or b"").decode(), result.ftype(place), *(None,) * 5)
            for place in range(result.nfields)
        ]


def connect(url: URL, **options: Any) -> Engine:
    """An engine of the database, whose pooled connections are given up when the server has ended them."""
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+psycopg")
    engine = create_engine(
        url,
        pool_size=8,
        max_overflow=8,
        pool_timeout=POOL_TIMEOUT,
        pool_use_lifo=True,  # the connection used last: its statements are prepared, and the others may rest
        connect_args={"cursor_factory": Cursor, **_limits(url)},
        # an error goes into the log, and what people wrote does not with each statement
        hide_parameters=True,
        **options,
    )
    event.listen(engine, "checkout", partial(_check_alive, engine.dialect))
    return engine


def _limits(url: URL) -> dict[str, int]:
    """What the address says itself counts; SQLAlchemy reads it, and may split it, as several hosts."""
    return {name: limit for name, limit in _SOCKET_LIMITS.items() if name not in url.query}


def _check_alive(dialect: Dialect, connection: Any, _record: object, _proxy: object) -> None:
    """Give up a connection that the server has ended.

    Then its socket has something to read although nothing was asked; only then is it worth a question of its own,
    which costs as much as any other.
    """
    idle = select.poll()
    idle.register(connection.fileno(), select.POLLIN)
    if not idle.poll(0):
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error
