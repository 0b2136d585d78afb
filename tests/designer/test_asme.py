"""The activity table: derived from the diagram, measured, corrected, added up, exported and read again."""

import io
import re
import zipfile
from decimal import Decimal as D
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter

from designer.asme import (
    ActivityType,
    Origin,
    Override,
    Table,
    Value,
    compare,
    derive,
    from_xlsx,
    overridden,
    to_xlsx,
    totals,
)
from designer.asme.derivation import Measured, kind_of_work
from designer.asme.spreadsheet import UnreadableTable
from designer.library import read_folder
from engine.bpmn import read
from engine.sheet import read_sheet
from tests.engine.spiff.diagrams import xml

FOLDER = read_folder(Path(__file__).parents[2] / "processes" / "licencia-funcionamiento")
MODEL = read(FOLDER.drawing)
PROCESS = "licencia_funcionamiento"
SHEET = read_sheet(FOLDER.sheet)


def table(measured: dict[str, Measured] | None = None) -> Table:
    return derive(MODEL, PROCESS, SHEET, measured)


def row_ids(found: Table) -> list[str]:
    return [row.id for row in found.rows]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Registrar la solicitud", ActivityType.OPERATION),
        ("Revisar expediente", ActivityType.REVIEW),
        ("Visto bueno del gerente", ActivityType.REVIEW),
        ("Firmar resolución", ActivityType.REVIEW),
        ("Approve request", ActivityType.REVIEW),
        ("Derivar a la Subgerencia", ActivityType.TRANSFER),
        ("Archivar el expediente", ActivityType.FILING),
        ("Emitir la licencia", ActivityType.OPERATION),
        ("Assign Approver", ActivityType.OPERATION),
        ("Designar al verificador", ActivityType.OPERATION),
        ("Enviar al supervisor", ActivityType.OPERATION),
        ("Supervisar la obra", ActivityType.REVIEW),
        ("Auditing", ActivityType.REVIEW),
    ],
)
def test_the_name_of_a_task_tells_what_kind_of_work_it_is(name: str, kind: ActivityType) -> None:
    assert kind_of_work(name) == kind


def test_every_task_of_the_diagram_is_a_row_in_the_office_of_its_lane() -> None:
    rows = {row.id: row for row in table().rows}
    assert rows["Registrar"].office.value == "Mesa de Partes"
    assert rows["Resolver"].office.value == "Gerencia de Desarrollo Económico"
    assert {"Registrar", "NivelRiesgo", "InspeccionPrevia", "Evaluar", "Emitir"} <= set(rows)


def test_a_flow_into_another_lane_is_a_transfer_before_what_it_leads_to() -> None:
    ids = row_ids(table())
    assert ids.index("transfer:F2") < ids.index("NivelRiesgo")
    assert "transfer:F_bajo" not in ids  # stays in the lane


def test_rows_come_in_the_order_in_which_a_case_meets_them() -> None:
    ids = row_ids(table())
    assert ids.index("Registrar") < ids.index("InspeccionPrevia") < ids.index("Evaluar")
    assert ids.index("Evaluar") < ids.index("Resolver") < ids.index("Denegar")


def test_minutes_are_nobodys_until_they_are_measured_or_said() -> None:
    assert {row.minutes.origin for row in table().rows} == {Origin.NOBODY, Origin.DIAGRAM}
    measured = {"Evaluar": Measured(touch=D(45), wait=D(1200), share=D("0.4"), count=80)}
    rows = {row.id: row for row in table(measured).rows}
    assert (rows["Evaluar"].minutes.value, rows["Evaluar"].minutes.origin) == (D(45), Origin.LOG)
    assert rows["wait:Evaluar"].type.value == ActivityType.WAIT
    assert rows["wait:Evaluar"].minutes.value == D(1200)


def test_a_cell_that_the_analyst_changed_still_tells_what_was_measured() -> None:
    measured = {"Evaluar": Measured(D(45), D(0), D(1), 80)}
    found = overridden(table(measured), {"Evaluar": Override(minutes=D(60))})
    [cell] = [row.minutes for row in found.rows if row.id == "Evaluar"]
    assert (cell.value, cell.origin) == (D(60), Origin.ANALYST)
    assert (cell.derived, cell.derived_origin) == (D(45), Origin.LOG)


def test_saying_what_is_there_already_changes_nothing() -> None:
    measured = {"Evaluar": Measured(D(45), D(0), D(1), 80)}
    found = overridden(table(measured), {"Evaluar": Override(minutes=D(45))})
    assert found == table(measured)


def test_the_foot_adds_up_what_a_case_takes_on_average() -> None:
    measured = {
        "Registrar": Measured(D(15), D(60), D(1), 100),
        "Evaluar": Measured(D(40), D(1200), D("0.5"), 50),
    }
    foot = totals(table(measured))
    assert foot.touch == D(15) + D(20)
    assert foot.wait == D(60) + D(600)
    assert foot.value_added_share == D(20) / D(695)  # registering is a review by its name
    assert foot.hand_overs == sum(row_id.startswith("transfer:") for row_id in row_ids(table()))
    assert foot.requirements == 4
    assert foot.documents == 3


def test_a_row_of_another_modality_is_shown_and_not_counted() -> None:
    said = {"Denegar": Override(minutes=D(500), is_excluded=True)}
    assert totals(overridden(table(), said)).touch == totals(table()).touch


def test_a_name_that_a_drawing_breaks_is_one_line_in_its_cell() -> None:
    broken = xml('start s\nuser a "Assign Approver"\nend e\ns -> a -> e').replace(
        b"n A", b"n&#10;A"
    )
    [row] = derive(read(broken), "main").rows
    assert row.activity.value == "Assign Approver"


def test_as_is_and_to_be_stand_side_by_side_with_the_difference() -> None:
    before = totals(overridden(table(), {"Evaluar": Override(minutes=D(100))}))
    after = totals(overridden(table(), {"Evaluar": Override(minutes=D(25))}))
    touch = {one.measure: one for one in compare(before, after)}["touch"]
    assert (touch.change, touch.share) == (D(-75), D("-0.75"))


def test_a_table_comes_back_from_its_spreadsheet_unchanged() -> None:
    whole = overridden(table(), {"Evaluar": Override(minutes=D("12.5"), value=Value.CONTROL)})
    said, misfits = from_xlsx(to_xlsx(whole), whole)
    assert misfits == []
    assert overridden(whole, said) == whole


def test_a_spreadsheet_leaves_what_it_does_not_tell_and_says_only_what_was_changed() -> None:
    there = {
        "wait:Evaluar": Override(
            activity="Evaluar el expediente",
            minutes=D(4320),
            type=ActivityType.WAIT,
            share=D("0.5"),
            is_added=True,
        ),
        "Evaluar": Override(minutes=D(60), staff={"Especialista": D(2)}, resources=("energy",)),
    }
    derived = table({"Notificar": Measured(touch=D(1) / D(3), wait=D(0), share=D(1), count=40)})
    whole = overridden(derived, there)
    said, misfits = from_xlsx(to_xlsx(whole), whole)
    assert misfits == []
    assert {name: one for name, one in said.items() if one != Override()} == there
    assert overridden(derived, said) == whole


def test_the_spreadsheet_shows_exactly_the_columns_of_the_template() -> None:
    data = to_xlsx(table())
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    header, *rows = book.get_sheet_by_index(0).to_python()
    shown = ["Actividad", "Duracion", "Unidad_Organica", "Tipo_Actividad", "Tipo_Valor"]
    assert header == [*shown, "Proporcion", "Id"]
    assert re.findall(r'<col min="(\d)" max="(\d)"[^>]*hidden="1"', _page_xml(data)) == [("6", "7")]
    assert len(rows) == sum(row.is_counted for row in table().rows)


def _page_xml(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_rows_that_are_moved_and_put_between_keep_what_is_theirs() -> None:
    """Sorted from last to first, with a row of the office's between and another copied."""
    whole = overridden(table(), {"Evaluar": Override(minutes=D(60), share=D("0.5"))})
    header, *rows = _first_page(to_xlsx(whole))
    moved = [list(row) for row in reversed(rows)]
    for row in moved:
        if row[0] == "Evaluar el expediente":
            row[0:2] = ["Evaluar todo", 45.0]
    moved.insert(1, ["Sellar", 3.0, "Mesa", "Operación", "SVA"])
    original = next(row for row in moved if row[-1] == "Resolver")
    moved.insert(0, ["Resolver otra vez", *original[1:]])
    said, misfits = from_xlsx(workbook(header, *map(tuple, moved)), whole)
    assert misfits == []
    again = overridden(whole, said)
    by_id = {row.id: row for row in again.rows}
    evaluated = by_id["Evaluar"]
    assert (evaluated.activity.value, evaluated.minutes.value) == ("Evaluar todo", D(45))
    assert evaluated.share.value == D("0.5")
    assert {row.activity.value for row in again.rows if row.is_added} == {
        "Sellar",
        "Resolver otra vez",
    }
    assert [one for one in said if not one.startswith("added:") and said[one].activity] == [
        "Evaluar"
    ]


def test_the_id_of_another_study_s_row_does_not_outdo_the_name() -> None:
    header, *rows = _first_page(to_xlsx(table()))
    first, second = rows[0], rows[1]
    said, misfits = from_xlsx(workbook(header, (second[0], *first[1:])), table())
    assert not misfits
    assert not any(one.activity or one.is_added for one in said.values())


@pytest.mark.parametrize("text", ["1.250", " 1.250 "])
def test_a_text_that_two_read_otherwise_is_asked_back_and_a_number_is_a_number(text: str) -> None:
    data = workbook(
        HEADER,
        ("Sellar", text, "Mesa", "Operación", "VA"),
        ("Contar", 1.25, "Mesa", "Operación", "VA"),
        ("Pesar", "1,250", "Mesa", "Operación", "VA"),
    )
    said, [misfit] = from_xlsx(data, table())
    assert (misfit.row, str(misfit.readings)) == (
        2,
        "“1.250” can be read in two ways. Write 1250 or 1.25.",
    )
    assert [(one.activity, one.minutes) for one in said.values()] == [
        ("Contar", D("1.25")),
        ("Pesar", D(1250)),
    ]


def test_the_workbook_adds_up_what_the_page_adds_up_and_leaves_open_what_nobody_knows() -> None:
    whole = overridden(table(), {"Evaluar": Override(minutes=D(100), share=D("0.1"))})
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(to_xlsx(whole)))
    told = {str(row[0]): row[1] for row in book.get_sheet_by_name("Resumen").to_python()}
    foot = totals(whole)
    assert told["Minutos por expediente"] == pytest.approx(float(foot.cycle))
    assert told["Operación"] == pytest.approx(float(foot.by_type[ActivityType.OPERATION]))
    assert told["SVA"] == pytest.approx(float(foot.by_value[Value.NO_VALUE]))
    unknown = [row for row in whole.rows if row.minutes.origin == Origin.NOBODY]
    empty = [row for row in _first_page(to_xlsx(whole))[1:] if row[1] == ""]
    assert len(empty) == len(unknown) > 0


def _first_page(data: bytes) -> list[tuple[object, ...]]:
    """The first page's rows, as an office's program would keep them."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [tuple(row) for row in book.get_sheet_by_index(0).to_python()]


def test_five_columns_alone_say_which_row_is_which_even_of_two_with_one_name() -> None:
    waits = Measured(touch=D(10), wait=D(300), share=D(1), count=40)
    whole = derive(MODEL, PROCESS, measured={"Evaluar": waits})
    names = [row.activity.value for row in whole.rows if row.is_counted]
    assert len(names) > len(set(names))  # work, and waiting for it
    said, misfits = from_xlsx(workbook(*(row[:5] for row in _first_page(to_xlsx(whole)))), whole)
    assert misfits == []
    assert not any(one.is_added for one in said.values())
    again = overridden(whole, said)
    assert [row.minutes.value for row in again.rows] == [row.minutes.value for row in whole.rows]
    assert [row.type.value for row in again.rows] == [row.type.value for row in whole.rows]


def test_a_row_that_was_renamed_in_our_file_stays_that_row() -> None:
    whole = table()
    data = _renamed(to_xlsx(whole), "Evaluar el expediente", "Evaluar todo")
    said, _misfits = from_xlsx(data, whole)
    assert said["Evaluar"].activity == "Evaluar todo"
    assert not any(one.is_added for one in said.values())


def _renamed(data: bytes, old: str, new: str) -> bytes:
    """The workbook with a text changed, as a spreadsheet program keeps it: all pages stay."""
    into = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as book, zipfile.ZipFile(into, "w") as kept:
        for name in book.namelist():
            kept.writestr(name, book.read(name).replace(old.encode(), new.encode()))
    return into.getvalue()


def test_a_new_row_takes_the_place_of_no_other_that_was_added() -> None:
    there = Override(activity="Sellar", minutes=D(1), is_added=True)
    whole = overridden(table(), {"added:2": there})
    data = workbook(HEADER, ("Contar hojas", 3, "Mesa", "Operación", "VA"))
    said, _misfits = from_xlsx(data, whole)
    assert [name for name in said if name != "added:2"] == list(said)
    assert len(said) == 1


def test_a_name_that_looks_like_a_formula_stays_text() -> None:
    whole = overridden(table(), {"Evaluar": Override(activity='=HYPERLINK("http://x")')})
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(to_xlsx(whole)))
    cells = [row[0] for row in book.get_sheet_by_index(0).to_python()]
    assert '=HYPERLINK("http://x")' in cells


def workbook(*rows: tuple[object, ...]) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        page = book.add_worksheet()
        for place, row in enumerate(rows):
            page.write_row(place, 0, row)
    return data.getvalue()


HEADER = ("Actividad", "Duración", "Unidad Orgánica", "Tipo_Actividad", "Tipo_Valor")


def test_an_offices_own_spreadsheet_is_understood() -> None:
    data = workbook(
        HEADER,
        ("Evaluar el expediente", 50, "GDE", "Operacion", "va"),
        ("Sellar", "2,5", "Mesa", "Inspección", "SVA"),
    )
    said, misfits = from_xlsx(data, table())
    assert misfits == []
    assert said["Evaluar"].minutes == D(50)
    [added] = [one for one in said.values() if one.is_added]
    assert (added.activity, added.minutes, added.type) == ("Sellar", D("2.5"), ActivityType.REVIEW)


def test_a_row_that_does_not_fit_is_told_with_its_place() -> None:
    data = workbook(HEADER, ("Sellar", "a while", "Mesa", "Operación", "VA"))
    said, [misfit] = from_xlsx(data, table())
    assert said == {}
    assert (misfit.row, misfit.column, misfit.text) == (2, "Duracion", "a while")


@pytest.mark.parametrize("data", [b"", b"PK nonsense", workbook(("a", "b"), (1, 2))])
def test_what_is_no_activity_table_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(UnreadableTable, match=r"Actividad|workbook"):
        from_xlsx(data, table())
