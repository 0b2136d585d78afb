"""A million cases made set-wise, in SQL: years of a procedure of six tasks, as its facts and rows would be."""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.database import Base, Database
from engine.models import Version
from tests.engine.office import TownHall, diagram

BEGIN = datetime(2023, 1, 2, 13, tzinfo=UTC)
YEARS = 3  # of a million cases; fewer take as much less, so that they are as dense
NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
EVENTS_PER_CASE = 10
OFFICES = ("Desk", "Licences", "Safety")
# Six tasks, three in each case; who takes the way back does the first one twice.
MODEL = diagram(
    '<startEvent id="start"/><exclusiveGateway id="g"/><endEvent id="granted" name="Granted"/>'
    '<endEvent id="refused" name="Refused"/>'
    + "".join(f'<userTask id="t{n}" name="Task {n}"/>' for n in range(1, 7)),
    flows="start>t1 t1>t2 t2>t3 t3>t4 t4>t5 t5>t6 t6>g g>granted g>refused",
)
PATHS = (
    (("t1", 0), ("t2", 1), ("t3", 2)),
    (("t1", 0), ("t2", 1), ("t4", 1)),
    (("t1", 0), ("t5", 2), ("t3", 2)),
    (("t1", 0), ("t2", 1), ("t6", 1)),
    (("t1", 0), ("t2", 1), ("t1", 0)),
)
# what happens, of which task of the path, after which share of the case's whole time
SCRIPT = (
    ("case_started", None, 0.0),
    ("task_opened", 0, 0.0),
    ("task_claimed", 0, 0.1),
    ("task_completed", 0, 0.12),
    ("task_opened", 1, 0.12),
    ("task_claimed", 1, 0.5),
    ("task_completed", 1, 0.6),
    ("task_opened", 2, 0.6),
    ("task_completed", 2, 1.0),
    ("case_completed", None, 1.0),
)


def fill(database: Database, cases: int) -> Version:
    """So many cases, ten facts each, spread evenly over three years; the last ones are still open."""
    Base.metadata.create_all(database.engine)
    with database.transaction() as session:
        hall = TownHall(session, BEGIN)
        offices = [hall.office(name, below="Top").id for name in OFFICES]
        hall.person("manager", "Top", roles=("manager",))
        hall.person("operator", roles=("operator",))
        hall.person("desk", "Desk", roles=("manager",))
        people = [hall.person(f"p{n}", *OFFICES).id for n in range(20)]
        version = hall.publish(MODEL)
        version.procedure.office_id = hall.office("Top").id
        _cases(session, database.is_sqlite, version, cases)
        _facts(session, database.is_sqlite, offices, people)
        _tasks(session, version)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP TABLE script"))
        connection.execute(text("ANALYZE"))
    return version


def _cases(session: Session, is_sqlite: bool, version: Version, cases: int) -> None:
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :cases)"
        if is_sqlite
        else "WITH n AS (SELECT CAST(i AS bigint) AS i FROM generate_series(1, :cases) AS i)"
    )
    end = int(NOW.timestamp())
    begin = end - max(60 * 86_400, YEARS * 365 * 86_400 * cases // 1_000_000)
    # A stir of the number stands for chance: durations from an hour to some months, most of them days.
    length = "3600 * (1 + i * 7919 % 97) * (1 + i * 104729 % 23)"
    session.execute(
        text("CREATE TABLE span (i bigint PRIMARY KEY, path int, began bigint, length bigint)")
    )
    session.execute(
        text(
            f"INSERT INTO span {numbers} SELECT i, i * 31 % 5, {begin} + i * {end - begin} / :cases, {length} FROM n"
        ),
        {"cases": cases},
    )
    at, later = _at(is_sqlite, "began"), _at(is_sqlite, "began + length")
    is_over = f"began + length <= {end}"
    session.execute(
        text(
            "INSERT INTO case_file (id, number, procedure_id, version_id, status, outcome, channel, applicant_name,"
            " search_words, filed_on, started_at, ended_at, due_at, revision, state, last_seq, last_hash)"
            f" SELECT i, 'C-' || i, :procedure, :version, CASE WHEN {is_over} THEN 'completed' ELSE 'open' END,"
            f" CASE WHEN NOT {is_over} THEN NULL WHEN i % 9 = 0 THEN 'Refused' ELSE 'Granted' END,"
            " CASE WHEN i % 4 = 0 THEN 'online' ELSE 'counter' END, 'Rosa', '', '2026-01-01',"
            f" {at}, CASE WHEN {is_over} THEN {later} END, {_at(is_sqlite, 'began + 2592000')},"
            " 1, '', 0, '' FROM span"
        ),
        {"procedure": version.procedure_id, "version": version.id},
    )


def _facts(session: Session, is_sqlite: bool, offices: list[int], people: list[int]) -> None:
    session.execute(
        text(
            "CREATE TABLE script (path int, seq int, type varchar(24), element varchar(20), token int,"
            " office bigint, share float)"
        )
    )
    rows = []
    for path, tasks in enumerate(PATHS):
        for seq, (kind, place, share) in enumerate(SCRIPT, start=1):
            element, office = (None, None) if place is None else tasks[place]
            rows.append(
                {
                    "path": path,
                    "seq": seq,
                    "type": kind,
                    "element": element,
                    "token": None if place is None else place + 1,
                    "office": None if office is None else offices[office],
                    "share": share,
                }
            )
    session.execute(
        text("INSERT INTO script VALUES (:path, :seq, :type, :element, :token, :office, :share)"),
        rows,
    )
    moment = "began + CAST(length * share AS bigint)"
    by = "CASE " + "".join(f"WHEN i % 20 = {n} THEN {id} " for n, id in enumerate(people)) + "END"
    session.execute(
        text(
            "INSERT INTO event (case_id, seq, at, type, element_id, token, by_id, office_id, data, hash)"
            f" SELECT i, seq, {_at(is_sqlite, moment)}, type, element, token, {by}, office,"
            " CASE WHEN type = 'task_completed' THEN '{\"path\":[\"a\"]}' END, ''"
            f" FROM span JOIN script ON script.path = span.path WHERE {moment} <= {int(NOW.timestamp())}"
            " ORDER BY i, seq"
        ).bindparams()
        if is_sqlite
        else text(
            "INSERT INTO event (case_id, seq, at, type, element_id, token, by_id, office_id, data, hash)"
            f" SELECT i, seq, {_at(is_sqlite, moment)}, type, element, token, {by}, office,"
            " CASE WHEN type = 'task_completed' THEN CAST('{\"path\"\\:[\"a\"]}' AS json) END, CAST('' AS bytea)"
            f" FROM span JOIN script ON script.path = span.path WHERE {moment} <= {int(NOW.timestamp())}"
            " ORDER BY i, seq"
        )
    )
    session.execute(
        text(
            "UPDATE case_file SET last_seq = (SELECT max(seq) FROM event WHERE case_id = case_file.id)"
        )
    )


def _tasks(session: Session, version: Version) -> None:
    session.execute(
        text(
            "INSERT INTO task (case_id, token, procedure_id, version_id, element_id, name, kind, status, office_id,"
            " queue_id, assignee_id, priority, opened_at, claimed_at, ended_at, due_order, wait)"
            " SELECT o.case_id, o.token, :procedure, :version, o.element_id, o.element_id, 'task',"
            " CASE WHEN d.at IS NULL THEN 'open' ELSE 'completed' END, o.office_id, o.office_id, c.by_id, 50, o.at,"
            " coalesce(c.at, d.at), d.at, 253402300799, '{}' FROM event o"
            " LEFT JOIN event c ON c.case_id = o.case_id AND c.token = o.token AND c.type = 'task_claimed'"
            " LEFT JOIN event d ON d.case_id = o.case_id AND d.token = o.token AND d.type = 'task_completed'"
            " WHERE o.type = 'task_opened'"
        ),
        {"procedure": version.procedure_id, "version": version.id},
    )
    session.execute(text("DROP TABLE span"))


def _at(is_sqlite: bool, seconds: str) -> str:
    if is_sqlite:
        return f"strftime('%Y-%m-%d %H:%M:%S.000000', {seconds}, 'unixepoch')"
    return f"to_timestamp({seconds})"
