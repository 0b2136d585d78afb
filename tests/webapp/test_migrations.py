"""The released revisions and the models agree."""

from datetime import UTC, date, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import select, text

import webapp.models  # noqa: F401  the tables of the web as well
from engine.database import Base, Database
from engine.inbox.keys import microseconds, of_follow_up, of_review
from engine.jobs import take
from engine.models import Job, JobKind, Task, TaskKey
from engine.worker import INSIDE
from webapp.schema import MIGRATIONS, SchemaOutdated, check_schema, newest_revision, upgrade_schema


def test_the_revisions_make_exactly_the_tables_of_the_models(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    assert upgrade_schema(database) == newest_revision()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    database.dispose()


def test_upgrading_twice_changes_nothing(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    upgrade_schema(database)
    assert upgrade_schema(database) is None
    check_schema(database)
    database.dispose()


def test_a_database_without_tables_is_not_served(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    with pytest.raises(SchemaOutdated, match="expedito upgrade"):
        check_schema(database)
    database.dispose()


def upgraded_with_tasks_of_then(url: str) -> Database:
    """A database that had tasks as release 0027 knew them, brought to today's tables."""
    database = Database(url)
    with database.writer.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0027")
        for statement in TASKS_OF_THEN:
            connection.execute(text(statement))
    upgrade_schema(database)
    return database


def test_what_waited_before_there_were_keys_of_it_is_found_by_them(empty_database_url: str) -> None:
    database = upgraded_with_tasks_of_then(empty_database_url)
    with database.reading() as session:
        found = session.execute(select(TaskKey.token, TaskKey.key, TaskKey.at, TaskKey.queue_id))
        rows = {tuple(row) for row in found}
        tasks = session.execute(select(Task.token, Task.opened_at, Task.priority))
        said = {row.token: (microseconds(row.opened_at), row.priority) for row in tasks}
        found = session.execute(select(TaskKey.token, TaskKey.opened_order, TaskKey.priority))
        orders = {row.token: (row.opened_order, row.priority) for row in found}
    assert orders == {2: said[2], 3: said[3]}
    day = of_follow_up(date(2026, 3, 9))
    assert rows == {(2, of_review().key, 0.0, 0), (3, day.key, day.high, 0)}
    database.dispose()


def test_an_upgrade_leaves_one_look_at_conditions_that_read_the_clock_where_there_are_cases(
    empty_database_url: str,
) -> None:
    database = upgraded_with_tasks_of_then(empty_database_url)
    with database.transaction() as session:
        job = session.scalars(select(Job)).one()
        assert (job.kind, job.payload) == (JobKind.LOOKS, {"after": -1})
        assert take(session, worker="w", at=datetime.now(UTC), kinds=INSIDE) == [job]
    database.dispose()


# Two waiting ones, and one that is done.
TASKS_OF_THEN = (
    "INSERT INTO procedure (id, key, name, is_suspended, created_at)"
    " VALUES (1, 'p', 'P', false, '2026-01-01 00:00:00.000000')",
    "INSERT INTO version (id, procedure_id, number, process_id, hash, drawing, model, forms, decisions, sheet,"
    " element_names, published_at)"
    " VALUES (1, 1, 1, 'p', '', '', '', '{}', '{}', '{}', '{}', '2026-01-01 00:00:00.000000')",
    "INSERT INTO case_file (id, number, procedure_id, version_id, status, channel, applicant_name, search_words,"
    " filed_on, started_at, revision, state, last_seq, last_hash, measured_seq, sealed_seq)"
    " VALUES (1, 'C-1', 1, 1, 'open', 'counter', 'Rosa', '', '2026-01-01',"
    " '2026-01-01 00:00:00.000000', 1, '', 0, '', 0, 0)",
    *(
        "INSERT INTO task (case_id, token, procedure_id, version_id, element_id, name, kind, status, priority,"
        f" opened_at, due_order, wait, review, follow_up_on)"
        f" VALUES (1, {token}, 1, 1, 't', 'T', 'task', '{status}', 50,"
        f" '2026-01-01 00:00:59.99999{token}', 99, '{{}}', {review}, {follow})"
        for token, status, review, follow in (
            (2, "open", "'proposed'", "NULL"),
            (3, "open", "'wanted'", "'2026-03-09'"),
            (4, "completed", "'proposed'", "'2026-03-09'"),
        )
    ),
)
