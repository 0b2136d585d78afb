"""Tables as programs save them: encodings, separators, times; and the exact line of a bad row in each."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.logs.csv_log import look_at, read_csv
from engine.logs.csv_times import FORMATS, example_of, format_of, reader_of
from engine.logs.refusals import BadTime

LIMA = ZoneInfo("America/Lima")
ROWS = """Expediente;Actividad;Fecha;Año
E-1;Recepción;05/01/2026 09:00;2026
E-1;Resolución;07/01/2026 09:30;2026
"""
SAVED: dict[str, Callable[[str], bytes]] = {
    "UTF-8": lambda text: text.encode(),
    "UTF-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "Windows": lambda text: text.encode("cp1252"),
    "UTF-16 with a mark": lambda text: text.encode("utf-16"),
    "UTF-16 without": lambda text: text.encode("utf-16-le"),
    "Excel's first line": lambda text: ("sep=;\n" + text).replace("\n", "\r\n").encode("utf-8-sig"),
    "tabulators": lambda text: text.replace(";", "\t").encode("utf-16"),
    "hats": lambda text: text.replace(";", "^").encode(),
}


@pytest.mark.parametrize("how", SAVED)
def test_a_table_is_read_however_it_was_saved(tmp_path: Path, how: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(SAVED[how](ROWS))
    guess = look_at(path, path.name).guess
    assert (guess.case, guess.activity, guess.time) == ("Expediente", "Actividad", "Fecha")
    (case,) = read_csv(path, path.name, guess, LIMA)
    assert [one.activity for one in case.events] == ["Recepción", "Resolución"]
    assert case.attributes == {"Año": "2026"}
    assert case.events[0].at == datetime(2026, 1, 5, 14, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("how", SAVED)
def test_a_bad_row_is_told_with_its_line_however_it_was_saved(tmp_path: Path, how: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(SAVED[how](ROWS))
    guess = look_at(path, path.name).guess
    path.write_bytes(SAVED[how](ROWS.replace("07/01/2026 09:30", "soon")))
    with pytest.raises(BadTime) as refused:
        list(read_csv(path, path.name, guess, LIMA))
    assert refused.value.values["line"] == (4 if how.startswith("Excel") else 3)


def test_a_letter_of_windows_far_down_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = "".join(f"{n};Registrar;2026-01-05 09:00;x\n" for n in range(5_000))
    whole = f"case;activity;time;x\n{rows}9;Resolución;2026-01-05 09:00;x\n"
    path.write_bytes(whole.encode("cp1252"))
    found = list(read_csv(path, path.name, look_at(path, path.name).guess, LIMA))
    assert any(event.activity == "Resolución" for case in found for event in case.events)


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_reads_its_own_example(format: str) -> None:
    day = datetime(2026, 1, 31, tzinfo=LIMA)
    at = reader_of(format, LIMA)(example_of(format))
    whole = "%H" in format or "%I" in format or format in ("", "excel", "unix")
    evening = day.replace(hour=22, minute=42)
    wanted = datetime(2026, 2, 1, 3, 42, tzinfo=UTC) if format == "unix" else evening
    assert abs(at - (wanted if whole else day).timestamp()) <= 5  # Excel's number is rounded


@pytest.mark.parametrize(
    ("sample", "format"),
    [
        (["2026-01-05T09:00:00-05:00", "2026-01-05"], ""),
        (["05/01/2026 9:00", "13/01/2026 10:00"], "%d/%m/%Y %H:%M"),
        (["01/05/2026 9:00", "01/13/2026 10:00"], "%m/%d/%Y %H:%M"),
        (["05/01/2026 09:00:00 a. m.", "13/01/2026 10:00:00 p. m."], "%d/%m/%Y %I:%M:%S %p"),
        (["1/13/2026 10:00 PM"], "%m/%d/%Y %I:%M %p"),
        (["46053,9458", "46054"], "excel"),
        (["05/01/2026 9:00", "13/01/2026 10:00", "35/01/2026 10:00"], "%d/%m/%Y %H:%M"),
        (["1769917320000"], "unix"),
        (["31.01.26"], ""),
    ],
)
def test_formats_are_guessed(sample: list[str], format: str) -> None:
    assert format_of(sample) == format


@pytest.mark.parametrize("text", ["32/01/2026", "29/02/2025", "05/01/26", "soon", "", "٠٥/٠١/٢٠٢٦"])
def test_no_day_is_no_day(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  any is
        reader_of("%d/%m/%Y", LIMA)(text)


def test_afternoon_and_midnight_are_told_apart() -> None:
    read = reader_of("%d/%m/%Y %I:%M %p", LIMA)
    noon, midnight = read("05/01/2026 12:00 p. m."), read("05/01/2026 12:00 AM")
    assert noon - midnight == 12 * 3600
    with pytest.raises(ValueError):  # noqa: PT011  any is
        read("05/01/2026 13:00 PM")
