import gzip
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median

import orjson
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from engine.database import Base, Database
from engine.errors import Refusal
from engine.logs import importing
from engine.logs.csv_log import look_at
from engine.logs.formats import format_of
from engine.logs.importing import LeaseLost, delete_log, fill, register_log
from engine.logs.refusals import (
    BadTime,
    Bomb,
    DoctypeInLog,
    EventWithoutName,
    NotWellFormed,
    TooDeep,
)
from engine.models import (
    Activity,
    EventLog,
    LogState,
    MeasuredCase,
    Procedure,
    Variant,
    WorkItem,
)

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def _event(name: str, stamp: str, *more: str) -> str:
    lines = [f'<string key="concept:name" value="{name}"/>', *more]
    lines.append(f'<date key="time:timestamp" value="{stamp}"/>')
    return "<event>\n" + "\n".join(lines) + "\n</event>\n"


def _trace(name: str, *events: str, attributes: str = "") -> str:
    return f'<trace>\n<string key="concept:name" value="{name}"/>\n{attributes}{"".join(events)}</trace>\n'


def _log(*traces: str, head: str = "") -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1849-2016">\n{head}{"".join(traces)}</log>\n'


def _imported(database: Database, path: Path, mapping: dict[str, object] | None = None) -> EventLog:
    begun = _registered(database, path, mapping)
    return fill(database, begun.id, path)


def _registered(
    database: Database, path: Path, mapping: dict[str, object] | None = None
) -> EventLog:
    return database.write(
        lambda session: register_log(
            session,
            path.name,
            key="log",
            name="A log",
            format=format_of(path.name),
            mapping=mapping,
            by=None,
            at=AT,
        )
    )


def _written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _everything(database: Database) -> dict[str, int]:
    """How many rows each table has that says anything about a log."""
    with database.reading() as session:
        counts = {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name != "audience"  # a set of offices, which says nothing about a case
        }
    return {name: count for name, count in counts.items() if count}


def test_an_imported_log_has_its_cases_events_and_variants(
    database: Database, tmp_path: Path
) -> None:
    content = _log(
        _trace("1", _event("A", "2026-01-05T08:00:00Z"), _event("B", "2026-01-06T08:00:00Z")),
        _trace("2", _event("A", "2026-01-05T09:00:00Z"), _event("B", "2026-01-07T09:00:00Z")),
        _trace("3", _event("B", "2026-01-05T09:00:00Z")),
        _trace("4"),
    )
    log = _imported(database, _written(tmp_path / "a.xes", content))
    assert (log.cases, log.events, log.empty_cases, log.state) == (3, 5, 1, LogState.DONE)
    with database.reading() as session:
        assert sorted(session.scalars(select(Activity.name))) == ["A", "B"]
        assert sorted(session.scalars(select(Variant.length))) == [1, 2]
        took = session.scalars(
            select(MeasuredCase.ended_at - MeasuredCase.started_at).order_by(MeasuredCase.number)
        ).all()
    assert list(took) == [86_400, 2 * 86_400, 0]


def test_a_lifecycle_becomes_waiting_and_work(database: Database, tmp_path: Path) -> None:
    def step(name: str) -> str:
        return f'<string key="lifecycle:transition" value="{name}"/>'

    content = _log(
        _trace(
            "1",
            _event("A", "2026-01-05T08:00:00Z", step("schedule")),
            _event("A", "2026-01-05T09:00:00Z", step("start")),
            _event("A", "2026-01-05T10:00:00Z", step("suspend")),
            _event("A", "2026-01-05T10:30:00Z", step("resume")),
            _event("A", "2026-01-05T11:00:00Z", step("complete")),
        )
    )
    _imported(database, _written(tmp_path / "a.xes", content))
    with database.reading() as session:
        item = session.scalars(select(WorkItem)).one()
    assert (item.unclaimed, item.touch, item.suspended) == (3600, 5400, 1800)


def test_a_case_without_the_end_that_the_log_declares_is_open(
    database: Database, tmp_path: Path
) -> None:
    head = '<global scope="trace"><date key="enddate" value="1970-01-01T00:00:00Z"/></global>\n'
    ended = '<date key="enddate" value="2026-01-09T08:00:00Z"/>\n'
    content = _log(
        _trace("open", _event("A", "2026-01-05T08:00:00Z")),
        _trace("ended", _event("A", "2026-01-05T08:00:00Z"), attributes=ended),
        head=head,
    )
    _imported(database, _written(tmp_path / "a.xes", content))
    with database.reading() as session:
        rows = session.execute(select(MeasuredCase.number, MeasuredCase.status))
        assert {row.number: row.status for row in rows} == {"open": "open", "ended": "completed"}


def test_a_bad_event_is_refused_with_its_line_and_nothing_is_kept(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = [_trace(str(n), _event("A", "2026-01-05T08:00:00Z")) for n in range(12_000)]
    content = _log(*good, _trace("bad", _event("A", "yesterday")))
    line = content[: content.index("yesterday")].count("\n") + 2
    assert line > 65_535  # where libxml2 stops counting
    path = _written(tmp_path / "a.xes", content)
    monkeypatch.setattr(importing, "BATCH", 1_000)  # some of it is written before the end
    begun = _registered(database, path)
    with pytest.raises(BadTime) as refused:
        fill(database, begun.id, path)
    assert refused.value.values["line"] == line
    assert _everything(database) == {"event_log": 1, "procedure": 1}
    with database.reading() as session:
        log = session.scalars(select(EventLog)).one()
        assert (log.state, log.cases, log.events) == (LogState.FAILED, 0, 0)
        assert orjson.loads(log.error or "") == [
            BadTime.sentence,
            {"line": str(line), "value": "yesterday"},
        ]


def test_an_import_cut_off_by_a_crash_is_done_over(database: Database, tmp_path: Path) -> None:
    traces = [_trace(str(n), _event("A", "2026-01-05T08:00:00Z")) for n in range(20)]
    path = _written(tmp_path / "a.xes", _log(*traces))
    log = _imported(database, path)
    database.write(
        lambda session: session.execute(text("UPDATE event_log SET state = 'reading', cases = 7"))
    )
    again = fill(database, log.id, path)
    assert (again.cases, again.events) == (20, 20)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(MeasuredCase)) == 20
        total = text("SELECT SUM(n) FROM measure_cell WHERE kind = 10")
        assert session.scalar(total) == 40  # in a broad and in a fine slice each


def test_who_lost_the_lease_takes_nothing_from_who_reads_now(
    database: Database, tmp_path: Path
) -> None:
    path = _written(tmp_path / "a.xes", _log(_trace("1", _event("A", "2026-01-05T08:00:00Z"))))
    begun = _registered(database, path)

    def taken_over(_session: Session) -> None:
        raise LeaseLost

    with pytest.raises(LeaseLost):
        fill(database, begun.id, path, went_on=taken_over)
    with database.reading() as session:
        assert session.get_one(EventLog, begun.id).state == LogState.READING


def test_a_deleted_log_leaves_nothing(database: Database, tmp_path: Path) -> None:
    path = _written(tmp_path / "a.xes", _log(_trace("1", _event("A", "2026-01-05T08:00:00Z"))))
    log = _imported(database, path)
    delete_log(database, log.id)
    assert _everything(database) == {}


def test_two_logs_of_one_name_have_two_keys(database: Database, tmp_path: Path) -> None:
    path = _written(tmp_path / "a.xes", _log(_trace("1", _event("A", "2026-01-05T08:00:00Z"))))
    _imported(database, path)
    _registered(database, path)
    with database.reading() as session:
        assert sorted(session.scalars(select(Procedure.key))) == ["log", "log-2"]
        assert set(session.scalars(select(Procedure.is_suspended))) == {True}


HOSTILE: dict[str, tuple[str | bytes, type[Refusal]]] = {
    "an entity": (
        '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "b">]><log><trace/></log>',
        DoctypeInLog,
    ),
    "an outer file": ('<!DOCTYPE log SYSTEM "file:///etc/passwd"><log/>', DoctypeInLog),
    "no end": ("<log><trace><event>", NotWellFormed),
    "a pit": ("<log>" + "<list>" * 500 + "</list>" * 500 + "</log>", TooDeep),
    "no name": (_log(_trace("1", _event("", "2026-01-05T08:00:00Z"))), EventWithoutName),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_log_is_refused(sqlite_database: Database, tmp_path: Path, what: str) -> None:
    content, refusal = HOSTILE[what]
    with pytest.raises(refusal):
        _imported(sqlite_database, _written(tmp_path / "a.xes", content))


def test_a_bomb_is_refused_before_it_is_unpacked(sqlite_database: Database, tmp_path: Path) -> None:
    trace = _trace("1", _event("A", "2026-01-05T08:00:00Z")).encode()
    packed = gzip.compress(b"<log>" + (trace + b" " * 900_000) * 40 + b"</log>", 9)
    with pytest.raises(Bomb):
        _imported(sqlite_database, _written(tmp_path / "a.xes.gz", packed))


CSV = """Expediente;Actividad;Fecha;Usuario;Tipo
E-2;Registrar;06/01/2026 09:00;carla;obra
E-1;Resolver;07/01/2026 09:30;luis;uso
E-1;Registrar;05/01/2026 09:00;carla;uso
"""


def test_columns_of_a_table_are_guessed(tmp_path: Path) -> None:
    guess = look_at(_written(tmp_path / "a.csv", CSV), "a.csv").guess
    assert (guess.case, guess.activity, guess.time) == ("Expediente", "Actividad", "Fecha")
    assert (guess.resource, guess.separator, guess.attributes) == ("Usuario", ";", ("Tipo",))
    assert guess.time_format == "%d/%m/%Y %H:%M"


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Nº Expediente;Actividad;Fecha y hora;Responsable", (0, 1, 2, 3)),
        ("N° de expediente;Nombre de la actividad;Fecha de término;Funcionario", (0, 1, 2, 3)),
        ("Código de trámite;Etapa;Fecha y Hora Fin;Usuario", (0, 1, 2, 3)),
        ("Nº do processo;Atividade;Data e hora;Responsável", (0, 1, 2, 3)),
        ("Numéro du dossier;Activité;Horodatage;Agent", (0, 1, 2, 3)),
    ],
)
def test_columns_are_guessed_as_offices_call_them(
    header: str, columns: tuple[int, int, int, int], tmp_path: Path
) -> None:
    names = header.split(";")
    table = f"{header}\nE-1;Registrar;05/01/2026 09:00;carla\n"
    guess = look_at(_written(tmp_path / "a.csv", table), "a.csv").guess
    found = (guess.case, guess.activity, guess.time, guess.resource)
    assert found == tuple(names[place] for place in columns)


def test_rows_of_a_table_may_come_in_any_order(database: Database, tmp_path: Path) -> None:
    path = _written(tmp_path / "a.csv", CSV)
    log = _imported(database, path, look_at(path, "a.csv").guess.as_json())
    assert (log.cases, log.events) == (2, 3)
    with database.reading() as session:
        steps = session.scalars(select(Variant.steps).order_by(Variant.length)).all()
        kinds = session.execute(select(MeasuredCase.number, MeasuredCase.attributes)).all()
    assert list(steps) == [["Registrar"], ["Registrar", "Resolver"]]
    assert {row.number: row.attributes for row in kinds} == {
        "E-1": {"Tipo": "uso"},
        "E-2": {"Tipo": "obra"},
    }


def test_a_bad_row_is_refused_with_its_line(sqlite_database: Database, tmp_path: Path) -> None:
    content = CSV.replace("07/01/2026 09:30", "pronto").replace("Registrar;06", '"Re\ngistrar";06')
    path = _written(tmp_path / "a.csv", content)
    mapping = {**look_at(path, "a.csv").guess.as_json(), "time_format": "%d/%m/%Y %H:%M"}
    with pytest.raises(BadTime) as refused:
        _imported(sqlite_database, path, mapping)
    assert (refused.value.values["line"], refused.value.values["value"]) == (4, "pronto")


@pytest.mark.corpus
def test_the_receipt_log_comes_out_exactly(sqlite_database: Database, corpus: Path) -> None:
    log = _imported(sqlite_database, corpus / "logs" / "receipt.xes.gz")
    assert (log.cases, log.events, log.empty_cases) == (1434, 8577, 0)
    with sqlite_database.reading() as session:
        assert len(set(session.scalars(select(Activity.element_id)))) == 27
        assert len(session.scalars(select(Variant.id)).all()) == 116
        people = select(WorkItem.person_id).where(WorkItem.person_id != 0).distinct()
        assert len(session.scalars(people).all()) == 48
        closed = session.scalars(
            select(MeasuredCase).where(MeasuredCase.ended_at.is_not(None))
        ).all()
    days = [((case.ended_at or 0) - case.started_at) / 86_400 for case in closed]
    late = sum((case.ended_at or 0) > (case.due_at or 0) for case in closed)
    assert (len(closed), late) == (1329, 377)
    assert (round(mean(days), 1), round(median(days), 1)) == (59.0, 50.6)
