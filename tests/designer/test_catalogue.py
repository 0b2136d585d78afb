"""A catalogue from a table: understood whatever wrote it, every cell that does not fit told with what to do."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.orm import Session

from designer.catalogue import NoCatalogue, TooMany, keep, known, read_table, understood
from designer.catalogue.reading import CatalogueTooLarge, NotText
from designer.catalogue.understanding import every_remark
from designer.library import publish_folder
from designer.models import Draft
from designer.sheet import to_csv
from engine.errors import Refusal, filled
from engine.models import Person, Role
from engine.people import create_person
from engine.sheet import Assessment, Source, TermUnit, read_sheet
from tests.clock import START

LICENCE = Path(__file__).parents[2] / "processes" / "licencia-funcionamiento"
SPANISH = """Código;Denominación del procedimiento;Calificación;Plazo;Unidad;Tasa;Requisito;Base legal
1.1;Licencia de edificación;Silencio positivo;25;días hábiles;S/ 1.234,50;Plano de ubicación;Ley 29090, art. 25
;;;;;;Declaración jurada;Ley 29090, art. 25; Ley 27444
1.2;Duplicado de carné;automática;1;;gratuito;;
"""


def remarks(text: str) -> list[tuple[int, str]]:
    found = understood(read_table(text.encode(), "t.csv"))
    return [(one.line, filled(one.sentence, dict(one.values))) for one in every_remark(found)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_is_read_in_any_usual_encoding(encoding: str) -> None:
    found = understood(read_table(SPANISH.encode(encoding), "tupa.csv"))
    one, other = (read_sheet(each.sheet) for each in found.procedures)
    assert (one.code, one.name) == ("1.1", "Licencia de edificación")
    assert one.modalities[0].assessment == Assessment.POSITIVE_SILENCE
    assert one.modalities[0].term is not None
    assert one.modalities[0].term.amount == 25
    assert one.fee is not None
    assert one.fee.amount == Decimal("1234.50")
    assert [each.name for each in one.requirements] == ["Plano de ubicación", "Declaración jurada"]
    assert other.modalities[0].assessment == Assessment.AUTOMATIC
    assert other.fee is not None
    assert other.fee.amount == 0
    assert one.is_to_be_verified  # nothing of it is quoted as law before somebody has looked


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_table_is_read_with_any_usual_separator(separator: str) -> None:
    text = f"code{separator}procedure\n1{separator}Licence\n"
    assert read_table(text.encode(), "t.csv").separator == separator


def test_what_this_office_publishes_is_read_back_the_same(session: Session) -> None:
    version = publish_folder(session, LICENCE, by=None, at=START)
    sheet = read_sheet(version.sheet)
    [found] = understood(read_table(to_csv([sheet]).encode(), "c.csv")).procedures
    read = read_sheet(found.sheet)
    assert found.remarks == ()
    assert [(m.name, m.assessment, m.term) for m in read.modalities] == [
        (m.name, m.assessment, m.term) for m in sheet.modalities
    ]
    assert {(r.name, r.source, frozenset(r.modalities)) for r in read.requirements} == {
        (r.name, r.source, frozenset(r.modalities)) for r in sheet.requirements
    }
    assert (read.fee and read.fee.amount) == (sheet.fee and sheet.fee.amount)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1,A,maybe,5,days,1,,,", "“maybe” is no assessment"),
        ("1,A,automatic,soon,days,1,,,", "“soon” is no term"),
        ("1,A,automatic,5,weeks,1,,,", "“weeks” is no unit"),
        ("1,A,automatic,5,days,dear,,,", "“dear” is no amount"),
        ("1,A,automatic,5,days,1,Plan,cousin,", "“cousin” is no source"),
        ("1,A,automatic,5,days,1,,,Law 1", "A norm or a source without a requirement"),
        ("1,A,automatic,5,days,1,,,,over", "1 cells stand beyond the last column"),
        (",,automatic,5,days,1,,,", "No procedure is named"),
    ],
)
def test_a_cell_that_does_not_fit_is_told_with_its_line(line: str, said: str) -> None:
    text = "code,procedure,assessment,term,unit,fee,requirement,source,legal_basis\n" + line
    [(number, words)] = remarks(text)
    assert number == 2
    assert said in words


def test_what_silence_means_is_not_assumed_where_a_catalogue_does_not_say() -> None:
    text = (
        "code,procedure,modality,term,assessment\n1,A,Plain,5,\n1,A,Fast,1,\n1,A,Fast,,automatic\n"
    )
    [(line, words)] = remarks(text)
    assert line == 2
    assert "what silence means in “Plain”" in words
    [one] = understood(read_table(text.encode(), "t.csv")).procedures
    assert [m.is_assessment_said for m in read_sheet(one.sheet).modalities] == [False, True]


def test_lines_that_say_the_same_or_contradict_each_other_are_told() -> None:
    text = "code,procedure,fee\n1,Licence,10\n1,Licence,10\n1,Licence,12\n"
    assert remarks(text) == [
        (3, "The line says the same as line 2; it is left out."),
        (4, "“12” here, “10” on line 2: the first is kept. Make both the same."),
    ]


def test_a_column_nobody_knows_is_told_and_left_out() -> None:
    [(line, words)] = remarks("procedure,colour\nLicence,red\n")
    assert line == 1
    assert "“colour” is not known" in words


def test_what_is_no_table_is_refused_with_what_to_do() -> None:
    with pytest.raises(NoCatalogue):
        read_table(b"a,b\n1,2\n", "x.csv")
    with pytest.raises(NotText):
        read_table(b"PK\x03\x04", "x.xlsx")
    with pytest.raises(CatalogueTooLarge):
        read_table(b"procedure\n" + b"x\n" * 30_000, "x.csv")


@given(some.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        table = read_table(b"procedure,fee,term\n" + data, "x.csv")
    except Refusal:
        return
    for one in understood(table).procedures:
        read_sheet(one.sheet)


@pytest.fixture
def ana(session: Session) -> Person:
    return create_person(session, "ana", roles=[Role.ANALYST], offices=[], at=START)


def test_only_what_was_chosen_becomes_drafts_that_can_run(session: Session, ana: Person) -> None:
    found = understood(read_table(SPANISH.encode(), "t.csv"))
    at = datetime(2026, 3, 2, tzinfo=UTC)
    [draft] = keep(session, found, ["1.2"], by=ana, at=at).drafts
    assert draft.name == "Duplicado de carné"
    assert draft.is_runnable
    assert len(session.scalars(select(Draft)).all()) == 1


def test_a_known_procedure_keeps_its_diagram_and_what_the_table_does_not_tell(
    session: Session, ana: Person
) -> None:
    version = publish_folder(session, LICENCE, by=ana, at=START)
    sheet = read_sheet(version.sheet)
    first = sheet.requirements[0]
    text = (
        "procedure,fee,requirement,legal_basis\n"
        f'"{sheet.name}",999,"{first.name}","Ley nueva"\n"{sheet.name}",,"Algo nuevo",\n'
    )
    found = understood(read_table(text.encode(), "t.csv"))
    key = found.procedures[0].key
    assert known(session, found) == {key: version.procedure.name}
    [draft] = keep(session, found, [key], by=ana, at=START).drafts
    told = read_sheet(draft.sheet)
    assert draft.drawing == version.drawing
    assert told.fee is not None
    assert told.fee.amount == 999
    assert told.modalities == sheet.modalities
    assert [one.name for one in told.requirements] == [first.name, "Algo nuevo"]
    assert told.requirements[0].key == first.key
    assert told.requirements[0].fields == first.fields
    assert told.requirements[1].key != first.key
    assert told.requirements[0].legal_basis[0].text == "Ley nueva"


def test_more_than_one_request_carries_out_is_refused(session: Session, ana: Person) -> None:
    lines = "".join(f"{n},Procedure {n}\n" for n in range(501))
    found = understood(read_table(f"code,procedure\n{lines}".encode(), "t.csv"))
    with pytest.raises(TooMany):
        keep(session, found, [one.key for one in found.procedures], by=ana, at=START)


def test_words_of_the_domain_are_known_in_spanish() -> None:
    text = "procedimiento;plazo;requisito;fuente\nX;30 (treinta) días calendario;DNI;otra entidad\n"
    [found] = understood(read_table(text.encode(), "t.csv")).procedures
    sheet = read_sheet(found.sheet)
    assert sheet.modalities[0].term is not None
    assert sheet.modalities[0].term.unit == TermUnit.CALENDAR_DAYS
    assert sheet.requirements[0].source == Source.ANOTHER_REGISTRY
