"""Open tasks by the million for the inbox bench, written by the database itself: nothing of them is held in memory."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.inbox.keys import (
    PROPOSED,
    Sought,
    of_bound,
    of_case_words,
    of_element,
    of_procedure,
    of_review,
    of_text,
    of_value,
)
from engine.models import NEVER_DUE, Person, TaskKey, Version
from tests.engine.office import TownHall

OFFICES = 20
GIVEN_NAMES, SURNAMES, AREAS = 50, 4_000, 2_000
# Of 100,000 tasks so many, of the last ones a handful; and of any thousand their share.
TRADES = {"bakery": 50_000, "workshop": 48_990, "cinema": 1_000, "circus": 10}
PROCEDURES = {"permit": 99_000, "licence": 990, "exemption": 10}
OPENED = "(1700000000 + {} * 7 % 70000000)"  # seconds since 1970, by the number of the task
ELEMENTS = {"receive": 90_000, "decide": 10_000}


def given_name(number: int) -> str:
    """One applicant in fifty has it."""
    return f"n{number}"


def surname(number: int) -> str:
    """One applicant in four thousand has it."""
    return f"k{number}a"


def area_of(number: str) -> str:
    """SQL for the area of a task by its number; also of the first thousand a half is large."""
    return f"({number} * 1237 % {AREAS})"


def write_tasks(
    session: Session, hall: TownHall, count: int, versions: dict[str, Version], clerk: Person
) -> None:
    """So many open cases with a task each, over the offices, most of them nobody's; fifty are the clerk's."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
        if is_sqlite
        else "WITH n AS (SELECT i FROM generate_series(1, CAST(:count AS BIGINT)) AS i)"
    )
    opened = (
        f"strftime('%Y-%m-%d %H:%M:%S.000000', {OPENED.format('i')}, 'unixepoch')"
        if is_sqlite
        else f"to_timestamp({OPENED.format('i')})"
    )
    procedure = _part(
        PROCEDURES, {key: str(one.procedure_id) for key, one in versions.items()}, 61_803
    )
    version = _part(PROCEDURES, {key: str(one.id) for key, one in versions.items()}, 61_803)
    element = _part(ELEMENTS, {key: f"'{key}'" for key in ELEMENTS}, 41_421)
    office = f"(SELECT id FROM office WHERE name = 'Office ' || (i * 13 % {OFFICES}))"
    session.execute(
        text(
            f"INSERT INTO case_file (id, number, procedure_id, version_id, status, channel, applicant_name,"
            f" search_words, filed_on, started_at, revision, state, last_seq, last_hash, measured_seq, sealed_seq)"
            f" {numbers} SELECT i, 'C-' || i, {procedure}, {version}, 'open', 'counter',"
            f" 'N' || (i % {GIVEN_NAMES}) || ' K' || (i % {SURNAMES}) || 'a',"
            f" 'c-' || i || ' n' || (i % {GIVEN_NAMES}) || ' k' || (i % {SURNAMES}) || 'a',"
            f" '2026-01-01', '2026-01-01 00:00:00.000000', 1, '', 0, '', 0, 0 FROM n"
        ),
        {"count": count},
    )
    session.execute(
        text(
            f"INSERT INTO task (case_id, token, procedure_id, version_id, element_id, name, kind, status,"
            f" office_id, queue_id, assignee_id, priority, opened_at, due_order, review, wait) {numbers}"
            f" SELECT i, 2, {procedure}, {version}, {element}, 'Receive', 'task', 'open', {office}, {office},"
            f" CASE WHEN i % (:count / 50) = 1 THEN :clerk END, 50 + i % 3, {opened},"
            f" CASE WHEN i % 4 = 0 THEN :never ELSE 1760000000 + i * 7919 % 20000000 END,"
            f" CASE WHEN i % (:count / 200) = 2 THEN 'proposed' END, '{{}}' FROM n"
        ),
        {"count": count, "never": NEVER_DUE, "clerk": clerk.id},
    )
    trade = _part(TRADES, {key: f"'{key}'" for key in TRADES}, 73_207)
    for name, value, number in (
        ("trade", trade, "NULL"),
        ("area", f"CAST({area_of('i')} AS TEXT)", area_of("i")),
    ):
        session.execute(
            text(
                f"INSERT INTO case_field (case_id, name, value, number) {numbers}"
                f" SELECT i, '{name}', {value}, {number} FROM n"
            ),
            {"count": count},
        )
    write_keys(session, versions)


def write_keys(session: Session, versions: dict[str, Version]) -> None:
    """The keys of these tasks; every kind of key that they can be asked by."""
    session.execute(
        text("CREATE TABLE known (what TEXT, value TEXT, key BIGINT, at DOUBLE PRECISION)")
    )
    session.execute(
        text("INSERT INTO known VALUES (:what, :value, :key, :at)"),
        [
            {"what": what, "value": value, "key": one.key, "at": one.low}
            for what, value, one in _known(versions)
        ],
    )
    session.execute(text("CREATE INDEX known_value ON known (what, value)"))
    for index in ("ix_task_key_queue", "ix_task_key_all"):
        session.execute(text(f"DROP INDEX {index}"))  # built once, of everything
    for what, value in {
        "procedure": "CAST(t.procedure_id AS TEXT)",
        "element": "t.procedure_id || ' ' || t.element_id",
        "given": f"CAST(t.case_id % {GIVEN_NAMES} AS TEXT)",
        "family": f"CAST(t.case_id % {SURNAMES} AS TEXT)",
        "trade": "(SELECT value FROM case_field f WHERE f.case_id = t.case_id AND f.name = 'trade')",
        "area": f"CAST({area_of('t.case_id')} AS TEXT)",
        "review": "t.review",
    }.items():
        session.execute(
            text(
                "INSERT INTO task_key"
                " (case_id, token, key, at, queue_id, due_order, opened_order, priority)"
                " SELECT t.case_id, t.token, k.key, k.at, t.queue_id, t.due_order,"
                f" 1000000 * CAST({OPENED.format('t.case_id')} AS BIGINT), t.priority FROM task t"
                # for each task its keys: SQLite keeps to the order of a cross join
                f" CROSS JOIN known k WHERE k.what = '{what}' AND k.value = {value}"
            )
        )
    for one in TaskKey.__table__.indexes:  # type: ignore[attr-defined]  # the stubs say FromClause
        one.create(session.connection())
    session.execute(text("DROP TABLE known"))


def _known(versions: dict[str, Version]) -> Iterator[tuple[str, str, Sought]]:
    for version in versions.values():
        yield "procedure", str(version.procedure_id), of_procedure(version.procedure_id)
        for element in ELEMENTS:
            one = of_element(version.procedure_id, element)
            yield "element", f"{version.procedure_id} {element}", one
    yield "review", PROPOSED, of_review()
    for number in range(GIVEN_NAMES):
        yield "given", str(number), of_case_words(given_name(number))[0]
    for number in range(SURNAMES):
        yield "family", str(number), of_case_words(surname(number))[0]
    for trade in TRADES:
        yield "trade", trade, of_value("trade", trade)
        yield "trade", trade, of_text("trade", trade)[0]
    for number in range(AREAS):
        yield "area", str(number), of_value("area", str(number))
        bound = of_bound("area", str(number), is_least=True)
        assert bound is not None
        yield "area", str(number), bound


def _part(shares: dict[str, int], said: dict[str, str], step: int) -> str:
    """SQL for one of these by the number of the task, each as often as its share of 100,000; `step` has no divisor in
    common with that and takes a thousand numbers all over it, so that a list of few shows what the share says.
    """
    place, upto, cases = f"(i * {step} % 100000)", 0, []
    for name, share in shares.items():
        upto += share
        cases.append(f"WHEN {place} < {upto} THEN {said[name]}")
    return f"CASE {' '.join(cases)} ELSE {next(iter(said.values()))} END"
