"""The database: tables' base class, engine settings, and transactions that commit once or not at all."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from importlib import import_module
from threading import Lock
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, DateTime, Engine, MetaData, create_engine, event
from sqlalchemy.engine import Dialect, ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from engine.errors import Refusal

_OUT_OF_RANGE = "22003"  # of PostgreSQL
SERIALIZATION_FAILURES = ("40001", "40P01")
_ATTEMPTS = 5
# Without blanks and escapes: facts are kept for ever, so their bytes count. SQLite gives a column of the type JSON a
# numeric affinity: a number alone comes back as a number, not as its text.
_JSON: dict[str, Any] = {
    "json_serializer": lambda value: orjson.dumps(value).decode(),
    "json_deserializer": lambda text: text if isinstance(text, int | float) else orjson.loads(text),
}

T = TypeVar("T")

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Base(DeclarativeBase):
    """Base class of every table."""

    metadata = MetaData(naming_convention=NAMING)


# Index(…, info={ROWS: text}): only these rows are in it. Index(…, postgresql_where=text, sqlite_where=text) says the
# same, but loads both dialects wherever the tables are known; as does Table(…, sqlite_with_rowid=False).
ROWS = "rows"
# Among __table_args__: the primary key is the table, where a database can do so, with no second copy of it.
BY_KEY = {"info": {"by key": True}}


@event.listens_for(Base.metadata, "before_create")
def _say_to_dialect(metadata: MetaData, connection: Connection, **_: object) -> None:
    for table in metadata.tables.values():
        if "by key" in table.info and connection.dialect.name == "sqlite":
            table.dialect_kwargs["sqlite_with_rowid"] = False
        for index in table.indexes:
            if ROWS in index.info:
                index.dialect_kwargs[f"{connection.dialect.name}_where"] = index.info[ROWS]


class InstantType(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite keeps it as naive UTC text, which sorts the same."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("instants are aware: give a datetime with a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Instant = InstantType()
"""One for every column: SQLAlchemy makes a class, three kilobytes, for each that there is."""


class NumberTooLarge(Refusal):
    """No column holds it; addresses and forms may say any number."""

    sentence = (
        "A number in this request is larger than any that is kept here. "
        "Check the address, or write a smaller number."
    )


class Database:
    """One database and the ways to use it: `reading()` for queries, `transaction()` for one command."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _connect(url)
        event.listen(self.engine, "handle_error", _refuse_number)
        # The same engine, but its transactions take SQLite's write lock at once. One that reads first and writes later
        # would otherwise fail with “database is locked” in the middle, with no way to wait.
        self.writer = self.engine.execution_options(expedito_writes=True)
        # Of the workers of a process one looks around at a time: on SQLite, where each connection has its own cache
        # (0.3 MB), they keep one for it between them.
        self.looking = Lock() if self.is_sqlite else nullcontext()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is committed at the end, or rolled back when anything is raised."""
        with Session(self.writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for queries only; never commits, and takes no write lock on SQLite."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    def write(self, command: Callable[[Session], T]) -> T:
        """Run `command` in a transaction, again from the start when the database asks to (40001, deadlock).

        `command` must do nothing outside the session that may not be done twice.
        """
        for attempt in range(_ATTEMPTS):
            try:
                with self.transaction() as session:
                    return command(session)
            except DBAPIError as error:
                if attempt == _ATTEMPTS - 1 or not is_serialization_failure(error):
                    raise
                time.sleep(random.uniform(0, 0.02 * 2**attempt))
        raise AssertionError("unreachable")

    def dispose(self) -> None:
        self.engine.dispose()


def own_sql(session: Session) -> Any:
    """What the session's own database adds to SQL: SQLAlchemy's module of it, with an `insert` that knows conflicts."""
    return import_module(f"sqlalchemy.dialects.{session.get_bind().dialect.name}")


def is_serialization_failure(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed when it is run again."""
    return getattr(error.orig, "sqlstate", None) in SERIALIZATION_FAILURES


def _refuse_number(broken: ExceptionContext) -> None:
    error = broken.original_exception
    # SQLite's driver says so of the number itself, before there is an error of a database; of a day beyond all
    # calendars Python says something else.
    if (isinstance(error, OverflowError) and "SQLite INTEGER" in str(error)) or getattr(
        error, "sqlstate", None
    ) == _OUT_OF_RANGE:
        raise NumberTooLarge from error


_IN_MEMORY = (None, "", ":memory:")


def _connect(url: str) -> Engine:
    parsed = make_url(url)
    # Each draws in the driver of its own database only.
    if parsed.get_backend_name() != "sqlite":
        from engine.postgres import connect

        return connect(parsed, **_JSON)
    from engine.sqlite import DRIVER

    # The connection used last: its pages are at hand, and the others take no memory for their own. A database in
    # memory has one for each thread.
    pool: dict[str, Any] = {"pool_use_lifo": True} if parsed.database not in _IN_MEMORY else {}
    return create_engine(
        parsed.set(drivername=DRIVER),
        connect_args={"timeout": 30},
        hide_parameters=True,  # an error goes into the log, and what people wrote does not with each statement
        **pool,
        **_JSON,
    )
