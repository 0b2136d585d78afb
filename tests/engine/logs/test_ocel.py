"""OCEL 2.0 in its three forms: the same log out of each, exact lines of what is bad, and nothing run or swallowed."""

import gzip
import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest

from engine.errors import Refusal
from engine.logs.formats import format_of
from engine.logs.log import LogCase
from engine.logs.ocel import read_ocel
from engine.logs.refusals import (
    BadTime,
    BadTimeOfEvent,
    Bomb,
    BrokenSqlite,
    DoctypeInLog,
    EventWithoutName,
    NoOcel,
    NoSuchType,
    NotWellFormed,
    TooDeep,
    UnknownFormat,
    ValueTooLong,
)

LIMA = ZoneInfo("America/Lima")
OBJECTS = [
    ("F-1", "file", [("area", "1970-01-01T00:00:00Z", "12"), ("area", "2026-01-06T00:00:00Z", "14")]),
    ("F-2", "file", [("area", "1970-01-01T00:00:00Z", "7")]),
    ("F-3", "file", []),
    ("ana", "employee", []),
]  # fmt: skip
EVENTS = [
    ("e1", "Register", "2026-01-05T08:00:00-05:00", [("lifecycle", "start")], ["F-1", "ana"]),
    ("e2", "Register", "2026-01-05T13:30:00Z", [("lifecycle", "complete")], ["F-1", "ana", "F-1"]),
    ("e3", 'Say "no" {', "2026-01-07T08:00:00", [("resource", "luis"), ("group", "Board")], ["F-1", "F-2"]),
]  # fmt: skip


def as_json() -> bytes:
    objects = [
        {"id": id, "type": type, "attributes": [{"name": n, "time": t, "value": v} for n, t, v in told]}
        for id, type, told in OBJECTS
    ]  # fmt: skip
    events = [
        {
            "id": id, "type": type, "time": time, "attributes": [{"name": n, "value": v} for n, v in told],
            "relationships": [{"objectId": one, "qualifier": "q"} for one in related],
        }
        for id, type, time, told, related in EVENTS
    ]  # fmt: skip
    whole = {"objectTypes": [], "eventTypes": [], "events": events, "objects": objects}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2)


def as_xml() -> bytes:
    lines = ["<?xml version='1.0' encoding='UTF-8'?>", "<log>", "<object-types/>", "<objects>"]
    for id, type, told in OBJECTS:
        lines.append(f'<object id="{id}" type="{type}"><attributes>')
        lines += [f'<attribute name="{n}" time="{t}">{v}</attribute>' for n, t, v in told]
        lines.append("</attributes><objects/></object>")
    lines += ["</objects>", "<events>"]
    for id, type, time, said, related in EVENTS:
        quoted = type.replace('"', "&quot;")
        lines.append(f'<event id="{id}" type="{quoted}" time="{time}"><attributes>')
        lines += [f'<attribute name="{n}">{v}</attribute>' for n, v in said]
        lines.append("</attributes><objects>")
        lines += [f'<relationship object-id="{one}" qualifier="q"/>' for one in related]
        lines.append("</objects></event>")
    return "\n".join([*lines, "</events>", "</log>"]).encode()


def as_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as made:
        made.executescript("""
            CREATE TABLE event (ocel_id TEXT, ocel_type TEXT);
            CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);
            CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
            CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT);
            CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
            CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);
            CREATE TABLE object_File (ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT, area TEXT);
            CREATE TABLE object_Employee (ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT);
            CREATE TABLE event_A (ocel_id TEXT, ocel_time TEXT, lifecycle TEXT);
            CREATE TABLE event_B (ocel_id TEXT, ocel_time TEXT, resource TEXT, "group" TEXT);
            INSERT INTO event_map_type VALUES ('Register', 'A'), ('Say "no" {', 'B');
            INSERT INTO object_map_type VALUES ('file', 'File'), ('employee', 'Employee');
        """)
        for id, type, told in OBJECTS:
            made.execute("INSERT INTO object VALUES (?, ?)", (id, type))
            for _, time, value in told:
                made.execute("INSERT INTO object_File VALUES (?, ?, NULL, ?)", (id, time, value))
        for id, type, time, said, related in EVENTS:
            made.execute("INSERT INTO event VALUES (?, ?)", (id, type))
            table, values = ("A", 1) if type == "Register" else ("B", 2)
            marks = ", ".join("?" * (2 + values))
            made.execute(
                f"INSERT INTO event_{table} VALUES ({marks})", (id, time, *(v for _, v in said))
            )
            for one in related:
                made.execute("INSERT INTO event_object VALUES (?, ?, 'q')", (id, one))
        made.commit()


def write(form: str, folder: Path) -> Path:
    path = folder / f"log.{form}"
    if form == "sqlite":
        as_sqlite(path)
    else:
        path.write_bytes(as_json() if form == "json" else as_xml())
    return path


def cases(path: Path, type: str | None = "file") -> list[LogCase]:
    return list(read_ocel(path, path.name, type, LIMA))


@pytest.mark.parametrize("form", ["json", "xml", "sqlite"])
def test_every_form_says_the_same(tmp_path: Path, form: str) -> None:
    found = cases(write(form, tmp_path), None)
    assert [(one.name, len(one.events)) for one in found] == [("F-1", 3), ("F-2", 1), ("F-3", 0)]
    assert [one.attributes for one in found] == [{"area": "14"}, {"area": "7"}, {}]
    first, second, third = found[0].events
    assert (first.activity, first.lifecycle, first.resource) == ("Register", "start", "ana")
    assert (second.at - first.at, second.lifecycle) == (1800, "complete")
    assert (third.activity, third.resource, third.group) == ('Say "no" {', "luis", "Board")
    assert third.at - first.at == 2 * 86_400, "a time without a zone is of the office's"


def test_a_json_in_pieces_of_any_size_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("json", tmp_path)
    whole = cases(path)
    for size in (1, 2, 3, 7, 50, 333):
        monkeypatch.setattr("engine.logs.source.CHUNK", size)
        assert cases(path) == whole


def test_a_type_that_the_log_lacks_is_refused_with_those_it_has(tmp_path: Path) -> None:
    with pytest.raises(NoSuchType, match="employee, file"):
        cases(write("json", tmp_path), "dossier")


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_bad_event_is_refused_with_its_line(tmp_path: Path, form: str) -> None:
    path = write(form, tmp_path)
    text = path.read_text().replace("2026-01-05T13:30:00Z", "soon")
    path.write_text(text)
    with pytest.raises(BadTime) as refused:
        cases(path)
    told = int(str(refused.value.values["line"]))
    line = 1 + text[: text.index("soon")].count("\n")
    # XML is told at the end of the event, as in XES
    assert told == line if form == "json" else line <= told <= line + 7


def test_a_bad_event_of_a_database_is_refused_with_its_name(tmp_path: Path) -> None:
    path = write("sqlite", tmp_path)
    with closing(sqlite3.connect(path)) as made:
        made.execute("UPDATE event_A SET ocel_time = 'soon' WHERE ocel_id = 'e2'")
        made.commit()
    with pytest.raises(BadTimeOfEvent, match="e2"):
        cases(path)


JSON_HOSTILE: dict[str, tuple[bytes, type[Refusal]]] = {
    "cut off": (as_json()[:-40], NotWellFormed),
    "cut off in a string": (as_json()[: as_json().index(b"Regis") + 3], NotWellFormed),
    "nothing": (b"", NoOcel),
    "a list": (b"[1, 2]", NoOcel),
    "no events": (b'{"objects": []}', NoOcel),
    "words between": (b'{"objects": [{"id": "1", "type": "a"} oops {"id": "2"}], "events": []}', NotWellFormed),
    "no name": (b'{"objects": [], "events": [{"id": "1", "time": "2026-01-05"}]}', EventWithoutName),
    "a pit": (b'{"objects": [' + b"[" * 200_000 + b"]" * 200_000 + b'], "events": []}', NotWellFormed),
    "an endless element": (b'{"objects": [{"id": "' + b"x" * 2_000_000, ValueTooLong),
}  # fmt: skip


@pytest.mark.parametrize("what", JSON_HOSTILE)
def test_a_hostile_json_is_refused(tmp_path: Path, what: str) -> None:
    content, refusal = JSON_HOSTILE[what]
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(refusal):
        cases(tmp_path / "a.json")


XML_HOSTILE: dict[str, tuple[str, type[Refusal]]] = {
    "an entity": ('<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><log>&b;</log>', DoctypeInLog),
    "an outer file": ('<!DOCTYPE log SYSTEM "file:///etc/passwd"><log/>', DoctypeInLog),
    "a pit": ("<log><events>" + "<event>" * 500 + "</event>" * 500 + "</events></log>", TooDeep),
    "another XML": ("<definitions/>", NoOcel),
    "no end": ("<log><events><event>", NotWellFormed),
    "a long value": (
        '<log><events><event id="1"><attributes><attribute name="a">' + "x" * 100_000, ValueTooLong,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", XML_HOSTILE)
def test_a_hostile_xml_is_refused(tmp_path: Path, what: str) -> None:
    content, refusal = XML_HOSTILE[what]
    (tmp_path / "a.xml").write_text(content)
    with pytest.raises(refusal):
        cases(tmp_path / "a.xml")


def test_a_packed_bomb_is_refused(tmp_path: Path) -> None:
    element = b'{"id": "1", "type": "a"},' + b" " * 500_000
    whole = b'{"objects": [' + element * 60 + b'{"id": "1", "type": "a"}], "events": []}'
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(whole, 9))
    with pytest.raises(Bomb):
        cases(tmp_path / "a.json.gz")


ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    " SELECT i AS ocel_id, 'Register' AS ocel_type FROM n"
)


def _a_view(made: sqlite3.Connection) -> None:
    made.executescript(f"DROP TABLE event; CREATE VIEW event AS {ENDLESS};")


def _a_function(made: sqlite3.Connection) -> None:
    made.executescript(
        "DROP TABLE event; CREATE TABLE event (ocel_type TEXT, ocel_id TEXT AS (hex(ocel_type)) STORED);"
    )


def _a_virtual_table(made: sqlite3.Connection) -> None:
    made.executescript(
        "DROP TABLE event; CREATE VIRTUAL TABLE event USING fts5(ocel_id, ocel_type);"
    )


DATABASES: dict[str, tuple[Callable[[sqlite3.Connection], None], type[Refusal]]] = {
    "an endless view": (_a_view, NoOcel),
    "a virtual table": (_a_virtual_table, NoOcel),
    "a computed column": (_a_function, NoOcel),
}


@pytest.mark.parametrize("what", DATABASES)
def test_nothing_in_a_hostile_database_is_run(tmp_path: Path, what: str) -> None:
    path = write("sqlite", tmp_path)
    spoil, refusal = DATABASES[what]
    with closing(sqlite3.connect(path)) as made:
        spoil(made)
        made.commit()
    before = path.read_bytes()
    with pytest.raises(refusal):
        cases(path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_broken_database_is_refused(tmp_path: Path) -> None:
    path = write("sqlite", tmp_path)
    content = bytearray(path.read_bytes())
    content[4096 : len(content) : 7] = b"\xff" * len(content[4096 : len(content) : 7])
    path.write_bytes(content)
    with pytest.raises((BrokenSqlite, NoOcel)):
        cases(path)
    path.write_bytes(content[:700])
    with pytest.raises((BrokenSqlite, NoOcel)):
        cases(path)


def test_a_query_of_a_database_takes_so_long_and_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.logs.ocel_sqlite.MOST_SECONDS", -1)
    monkeypatch.setattr("engine.logs.ocel_sqlite._STEPS", 1)
    with pytest.raises(BrokenSqlite, match="interrupted"):
        cases(write("sqlite", tmp_path))


def test_a_packed_database_is_no_log() -> None:
    assert format_of("a.sqlite") == format_of("a.xml") == format_of("a.json.gz") == "ocel"
    with pytest.raises(UnknownFormat):
        format_of("a.sqlite.gz")


def _long_json(objects: int) -> Iterator[bytes]:
    yield b'{"objects": ['
    for number in range(objects):
        yield b'%s{"id": "F-%d", "type": "file", "attributes": []}\n' % (
            b"," * (number > 0),
            number,
        )
    yield b'], "events": ['
    for number in range(objects * 5):
        yield (
            b'%s{"id": "e%d", "type": "A", "time": "2026-01-05T08:00:00Z", "attributes": [],'
            b' "relationships": [{"objectId": "F-%d", "qualifier": "q"}]}\n'
            % (b"," * (number > 0), number, number % objects)
        )
    yield b"]}"


def test_memory_does_not_grow_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.logs.ocel_spool._AT_ONCE", 300)
    peaks = []
    for objects in (400, 4_000):
        path = tmp_path / f"{objects}.json"
        with path.open("wb") as file:
            file.writelines(_long_json(objects))
        tracemalloc.start()
        assert (
            sum(len(case.events) for case in read_ocel(path, path.name, "file", LIMA))
            == objects * 5
        )
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]
