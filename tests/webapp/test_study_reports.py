"""The pages of a report: made by the worker, printed to be signed, read by the public when the office wants."""

from pathlib import Path
from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy import delete, select
from weasyprint import HTML
from weasyprint.formatting_structure.boxes import TextBox

from designer.library import publish_folder
from designer.models import StudyReport
from designer.simulation import watch
from designer.studies import accept, study_folder
from designer.studies.report import ReportDesk, issue_report
from engine.models import Job, JobKind, Version
from engine.people import person_by_name
from engine.worker import Worker
from tests.clock import START
from tests.webapp.conftest import Town, Visitor
from webapp.report_press import ReportPress, printed, printed_sheet

# WeasyPrint leaves its colour profile open until it is collected.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)
AS_IS = Path(__file__).parents[2] / "processes" / "licencia-funcionamiento" / "as-is"


@pytest.fixture
def report(town: Town) -> str:
    """The address of a report in Spanish that was made."""
    with town.database.transaction() as session:
        ana = person_by_name(session, "ana")
        assert ana is not None
        study = study_folder(session, AS_IS, by=ana, at=START)
        accept(session, study.id, "mere-forwarding::DerivarSubgerencia", by=ana, at=START)
        key = study.id
        issue_report(session, key, language="es", by=ana, at=START)
    return f"/studies/{key}/reports/1"


def make(town: Town) -> None:
    app = town.app
    press = ReportPress(
        app.extensions["database"],
        app.extensions["files"],
        app.extensions["clock"],
        app.extensions["settings"],
    )
    worker = Worker(
        app.extensions["database"],
        app.extensions["clock"],
        senders={JobKind.REPORT: press},
        kinds=(JobKind.REPORT,),
    )
    assert worker.run_until_idle() == 1


def test_a_report_is_made_by_the_worker_and_printed_in_the_language_it_was_asked_in(
    town: Town, report: str
) -> None:
    ana: Visitor = town.visitor("ana")
    assert "being simulated" in ana.get(report).text
    assert ana.get(f"{report}.pdf").status_code == 404
    make(town)
    text = ana.get(report).text
    assert "A case will be decided" in text
    assert "not calibrated" in text  # there is no log of how it was: every simulated figure says so
    assert text.count("not calibrated</span>") >= 5
    assert "Derivar a la Subgerencia: removed" in text
    assert "What each requirement costs applicants a year" in text
    assert "What the verdict rests on most" in text
    assert "Delay ±20 %: Derivar a la Subgerencia" in text
    with ana.get(f"{report}.pdf") as pdf:
        assert pdf.mimetype == "application/pdf"
        assert pdf.data.startswith(b"%PDF")
        with town.database.reading() as session:
            found = session.scalars(select(StudyReport)).one()
            assert found.data["pdf"]["size"] == len(pdf.data)


def test_the_printed_report_is_for_the_public_only_when_the_office_wants(
    town: Town, report: str
) -> None:
    make(town)
    ana, anybody = town.visitor("ana"), town.visitor()
    with town.database.reading() as session:
        code = session.scalars(select(StudyReport.code)).one()
    assert anybody.get(f"/reports/{code}.pdf").status_code == 404
    ana.post(f"{report}/public", {"is_public": "yes"})
    with anybody.get(f"/reports/{code}.pdf") as pdf:
        assert pdf.data.startswith(b"%PDF")
    assert f"/reports/{code}.pdf" in anybody.get(f"/reports/{code}").text


def test_a_report_tells_how_far_it_is_and_can_be_stopped_and_made_anew(
    town: Town, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = town.visitor("ana")
    assert "It begins as soon as the worker is free." in ana.get(report).text
    asked = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#far"}
    parts: list[str] = []
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.0)

    def look(place: int) -> None:
        parts.append(ana.get(report, headers=asked).text)
        if place == 5:
            ana.post(f"{report}/stop", {})

    tell = ReportDesk._write

    def told(desk: ReportDesk, key: tuple[int, int], data: dict[str, Any]) -> None:
        tell(desk, key, data)
        look(len(parts))

    monkeypatch.setattr(ReportDesk, "_write", told)
    make(town)
    assert len(parts) == 6  # nothing was told after it was stopped
    shares = [int(part.partition(" % done")[0].rpartition(">")[2]) for part in parts]
    assert shares == sorted(shares)
    assert "The making of this report was stopped." in ana.get(report).text
    assert ana.get(report, headers=asked).headers["HX-Refresh"] == "true"
    monkeypatch.setattr(ReportDesk, "_write", tell)
    again = ana.post(report.partition("/reports")[0] + "/reports", {}).location
    make(town)
    assert "What changes" in ana.get(again).text


def test_the_verdict_its_figures_and_the_signatures_are_on_one_page(
    town: Town, report: str
) -> None:
    make(town)
    with town.database.reading() as session, town.app.app_context():
        found = session.scalars(select(StudyReport)).one()
        with force_locale("es"):
            html = printed(found, author="Ana Quispe Mamani", entity="Municipalidad", language="es")
    first, second, *_ = (words_of(page) for page in HTML(string=html).render().pages)
    for told in ("días antes (intervalo", "Carga para los administrados", "Aprobado por"):
        assert told in first
    assert "De qué depende más la conclusión" in second


def test_many_changes_leave_the_curves_on_the_page_that_is_signed(town: Town, report: str) -> None:
    make(town)
    with town.database.reading() as session, town.app.app_context():
        found = session.scalars(select(StudyReport)).one()
        found.data = {**found.data, "accepted": found.data["accepted"] * 12}
        with force_locale("es"):
            html = printed(found, author="Ana Quispe Mamani", entity="Municipalidad", language="es")
    first, second, *_ = (words_of(page) for page in HTML(string=html).render().pages)
    for told in ("Cuántos expedientes", "12 cambios", "Aprobado por"):
        assert told in first
    assert "Qué cambia" in second


def words_of(page: Any) -> str:
    """What is printed on one page of WeasyPrint's."""
    boxes = page._page_box.descendants()
    return " ".join(box.text for box in boxes if isinstance(box, TextBox))


def test_what_came_of_it_is_asked_only_of_what_is_live(town: Town, report: str) -> None:
    ana = town.visitor("ana")
    study = report.partition("/reports")[0]
    assert "Report what came of it" not in ana.get(study).text
    answer = ana.post(f"{study}/reports", {"kind": "achieved"})
    assert answer.status_code == 303
    assert "has not been published yet" in ana.get(answer.location).text


def test_a_published_sheet_is_printed_once_in_every_whole_language(town: Town) -> None:
    folder = Path(__file__).parents[2] / "processes" / "acceso-informacion-publica"
    with town.database.transaction() as session:
        publish_folder(session, folder, by=None, at=START)
    anybody = town.visitor()
    key = "/catalogue/acceso-informacion-publica"
    assert anybody.get(f"{key}/sheet.pdf").status_code == 404
    assert "sheet.pdf" not in anybody.get(key).text
    make(town)
    assert "sheet.pdf" in anybody.get(key).text
    with anybody.get(f"{key}/sheet.pdf", headers={"Accept-Language": "es"}) as spanish:
        assert spanish.data.startswith(b"%PDF")
    with anybody.get(f"{key}/sheet.pdf", headers={"Accept-Language": "qu"}) as quechua:
        assert quechua.data == spanish.data  # Quechua is told in part, and falls back
    with anybody.get(f"{key}/sheet.pdf", headers={"Accept-Language": "en"}) as english:
        assert english.data != spanish.data


def test_a_printed_sheet_says_in_what_an_appeal_is_decided(town: Town) -> None:
    version = Version(number=1, published_at=START)
    month = {"file_within": 10, "decide_within": {"amount": 1, "unit": "months"}}
    version.sheet = {"key": "permit", "name": "Permit", "appeals": {"appeal": month}}
    with town.app.test_request_context():
        page = printed_sheet(version, entity="", language="en")
    assert "<td>10 business days</td><td>1 month</td>" in page


def test_a_sheet_published_before_there_were_prints_is_made_when_somebody_asks(town: Town) -> None:
    folder = Path(__file__).parents[2] / "processes" / "acceso-informacion-publica"
    with town.database.transaction() as session:
        publish_folder(session, folder, by=None, at=START)
        session.execute(delete(Job))
    anybody = town.visitor()
    key = "/catalogue/acceso-informacion-publica"
    assert "Have this sheet made as a PDF" in anybody.get(key).text
    for _ in range(2):  # pressed twice
        assert anybody.post(f"{key}/sheet.pdf").location == key
    assert "The PDF is being made" in anybody.get(key).text
    make(town)
    assert "Have this sheet made" not in anybody.get(key).text
    with anybody.get(f"{key}/sheet.pdf") as pdf:
        assert pdf.data.startswith(b"%PDF")
