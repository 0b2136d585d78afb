"""What every test may ask for: a database (SQLite and PostgreSQL), a session, a clock, the corpus."""

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy.orm import Session

# the tables must be known before they are created
import designer.models  # noqa: F401
import engine.models  # noqa: F401
import webapp.models  # noqa: F401
from engine.database import Base, Database
from tests.clock import Clock
from tests.postgres import PostgresServer, PostgresUnavailable
from tests.postgres import postgres_server as running_server

ROOT = Path(__file__).resolve().parent.parent
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]

_serial = itertools.count(1)

# Two cores are shared by everyone here: a deadline would measure the neighbours.
settings.register_profile("expedito", deadline=None)
settings.load_profile("expedito")


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still; `clock()` is the instant, `clock.advance(days=1)` moves it."""
    return Clock()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Real material that nobody here wrote; the test is skipped where it is absent."""
    folder = Path(os.environ.get("EXPEDITO_CORPUS", ROOT.parent / "shared" / "corpus"))
    if not folder.is_dir():
        pytest.skip("no corpus: set EXPEDITO_CORPUS or put it at ../shared/corpus")
    return folder


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> Database:
    """A database with every table and no rows: the test runs on SQLite and again on PostgreSQL.

    A test that needs one kind only asks for `sqlite_database` or `postgres_database`.
    """
    made = request.getfixturevalue(f"{request.param}_database")
    assert isinstance(made, Database)
    return made


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session that may write and is rolled back at the end, for commands that flush."""
    with Session(database.writer, expire_on_commit=False) as opened:
        yield opened


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables, for migrations and for servers started by a test."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"empty_{os.getpid()}_{next(_serial)}"
    yield server.create(name)
    server.drop(name)


# --- how the databases are made -------------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every table, to be copied, which is faster than creating them."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    made = Database(f"sqlite:///{path}")
    Base.metadata.create_all(made.engine)
    made.dispose()
    return path


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """SQLite in a file of the test's own."""
    path = tmp_path / "expedito.sqlite"
    shutil.copyfile(sqlite_template, path)
    made = Database(f"sqlite:///{path}")
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def postgres_server(testrun_uid: str) -> Iterator[PostgresServer]:
    """One PostgreSQL for the run; without one its tests are skipped in one line, and fail in CI."""
    try:
        with running_server(testrun_uid) as server:
            yield server
    except PostgresUnavailable as reason:
        if os.environ.get("CI"):
            pytest.fail(f"No PostgreSQL here: {reason}", pytrace=False)
        pytest.skip(f"No PostgreSQL here: {reason}")


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """This worker's database, with every table."""
    name = f"worker_{os.getpid()}"
    url = postgres_server.create(name)
    made = Database(url)
    Base.metadata.create_all(made.engine)
    made.dispose()
    yield url
    postgres_server.drop(name)


@pytest.fixture
def postgres_database(postgres_url: str, postgres_server: PostgresServer) -> Iterator[Database]:
    """PostgreSQL, emptied after the test."""
    made = Database(postgres_url)
    yield made
    made.dispose()
    postgres_server.empty(f"worker_{os.getpid()}")
