"""SQLite as Expedito uses it: a library that is sound, write-ahead logging, and transactions that begin by our word."""

import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from engine.errors import Refusal

DRIVER = "sqlite+expedito"
OLDEST_SOUND = (3, 51, 3)
# Bytes of the file that are read where the system keeps them, without a call and a copy for each page: a list that
# looks up some thousand scattered tasks takes half as long. What is mapped is the system's to drop at any time, so it
# takes no memory that others need; but each connection maps the file anew, for which 32 bits have no room.
_MAPPED = 2**31 - 2**16 if sys.maxsize > 2**32 else 0
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-16000",
    f"mmap_size={_MAPPED}",
)


class UnsoundDatabase(Refusal):
    """The SQLite library in use can corrupt a WAL database (its bug of March 2026, mended in 3.51.3)."""

    sentence = (
        "SQLite {version} can corrupt this database. Install the pysqlite3 package, 0.6.1 or newer."
    )


class Sqlite(SQLiteDialect_pysqlite):
    """The dialect behind `sqlite+expedito:`; its name stays “sqlite”.

    A transaction begins with its first statement, and takes the write lock at once where the engine's option
    `expedito_writes` says so. A listener to the engine's `begin` would do the same, but an engine that has a listener
    looks for four others around every statement: a tenth of what a request calls.
    """

    driver = "expedito"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Any:
        import pysqlite3.dbapi2 as sqlite  # its bundled SQLite is newer than the system's

        if sqlite.sqlite_version_info < OLDEST_SOUND:
            raise UnsoundDatabase(version=sqlite.sqlite_version)
        return sqlite

    def on_connect(self) -> Callable[[Any], None]:
        usual = super().on_connect()

        def prepare(connection: Any) -> None:
            usual(connection)
            # The driver's own implicit BEGIN is deferred and comes late; ours is explicit.
            connection.isolation_level = None
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}").close()

        return prepare

    def do_execute(self, cursor: Any, statement: Any, parameters: Any, context: Any = None) -> None:
        if not cursor.connection.in_transaction:
            _begin(cursor, context)
        cursor.execute(statement, parameters)

    def do_execute_no_params(self, cursor: Any, statement: Any, context: Any = None) -> None:
        if not cursor.connection.in_transaction:
            _begin(cursor, context)
        cursor.execute(statement)

    def do_executemany(
        self, cursor: Any, statement: Any, parameters: Any, context: Any = None
    ) -> None:
        if not cursor.connection.in_transaction:
            _begin(cursor, context)
        cursor.executemany(statement, parameters)


def _begin(cursor: Any, context: Any) -> None:
    writes = context is not None and context.execution_options.get("expedito_writes", False)
    cursor.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


registry.register("sqlite.expedito", __name__, Sqlite.__name__)
