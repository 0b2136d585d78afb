"""Objects of rows that were read as plain columns are as good as those that a query of the ORM makes."""

from sqlalchemy import event
from sqlalchemy.orm import Session

from engine.database import Database
from engine.deployments import current_version_and_homes, current_version_of
from tests.engine.office import TWO_TASKS, TownHall


def published(hall: TownHall) -> None:
    """A procedure of two tasks, which no session remembers."""
    hall.publish(TWO_TASKS, by=hall.person("ana", "Front desk"))
    hall.session.flush()
    hall.session.expunge_all()


def test_what_was_not_read_is_loaded_when_somebody_asks(hall: TownHall, database: Database) -> None:
    published(hall)
    statements: list[str] = []
    event.listen(
        database.engine, "before_cursor_execute", lambda _c, _k, text, *_: statements.append(text)
    )
    version = current_version_of(hall.session, "permit")
    assert (version.number, version.procedure.key, version.procedure.task_rules) == (
        1,
        "permit",
        None,
    )
    assert len(statements) == 1, statements
    assert version.sheet == {}
    assert len(statements) == 2, statements
    assert "version.model" not in statements[1]  # which weighs more than all the rest


def test_what_was_changed_since_is_read(hall: TownHall) -> None:
    published(hall)
    procedure = current_version_of(hall.session, "permit").procedure
    procedure.is_suspended = True
    rules = {"receive": {"priority": 70}}
    procedure.task_rules = rules
    assert current_version_of(hall.session, "permit").procedure is procedure
    assert (procedure.is_suspended, procedure.task_rules) == (True, rules)
    hall.session.expunge_all()
    version, homes = current_version_and_homes(hall.session, "permit")
    assert (version.procedure.is_suspended, version.procedure.task_rules) == (True, rules)
    assert homes is not None
    assert homes.rules == rules


def test_what_one_session_changes_no_other_sees(hall: TownHall) -> None:
    published(hall)
    procedure = current_version_of(hall.session, "permit").procedure
    procedure.name = "Changed and not written"
    with Session(hall.session.connection(), autoflush=False) as other:
        theirs = current_version_of(other, "permit").procedure
        assert theirs is not procedure
        assert theirs.name != procedure.name
    assert hall.session.is_modified(procedure)
