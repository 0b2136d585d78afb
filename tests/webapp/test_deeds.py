"""What an applicant does from outside: correct item by item, withdraw, appeal, take a copy home; nobody else can."""

from io import BytesIO

import pytest
from sqlalchemy import select

from engine.models import Case, Deficiency, Document, FiledAppeal, Task, TaskStatus, Version
from engine.people import create_person, person_by_name
from engine.tasks import complete_task
from engine.terms.notices import Item, give_notice
from engine.window import following
from tests.webapp.conftest import Town
from tests.webapp.test_case_file import made_copies
from tests.webapp.test_filing import (
    ROSA,
    SHOP,
    Applicant,
    applicant,
    file,
    fill_in,
    mailed_code,
    publish,
    the_case,
)


@pytest.fixture
def hall(town: Town) -> Town:
    return publish(town)


def acting(hall: Town) -> tuple[Applicant, str]:
    """Rosa at another computer, who has shown code, document and the code by mail; the address of her case."""
    code = file(hall, applicant(hall))
    hall.clock.advance(seconds=5)
    return shown(hall, code), f"/follow/{the_case(hall).id}"


def shown(hall: Town, code: str) -> Applicant:
    """Rosa, who has shown code, document and the code by mail."""
    rosa, at = applicant(hall), f"/follow/{the_case(hall).id}"
    rosa.send("/follow", {"code": code, "document": ROSA["document"]})
    rosa.send(f"{at}/prove/send")
    rosa.send(f"{at}/prove", {"code": mailed_code(hall.database)})
    return rosa


def observed(hall: Town) -> None:
    """The office states that something is lacking."""
    with hall.database.transaction() as session:
        case = session.scalars(select(Case)).one()
        by = person_by_name(session, "carla")
        items = [Item("plano", "Falta el plano de arquitectura."), Item("", "Firme la solicitud.")]
        give_notice(session, case.id, items, by=by, at=hall.clock())


def test_what_is_lacking_is_told_first(hall: Town) -> None:
    rosa, at = acting(hall)
    observed(hall)
    text = rosa.get(at).text
    assert "2 things are lacking" in text
    assert text.index("2 things are lacking") < text.index("Where it is now")


def test_corrections_are_made_item_by_item_and_handed_in_together(hall: Town) -> None:
    rosa, at = acting(hall)
    observed(hall)
    assert "Falta el plano de arquitectura." in rosa.get(f"{at}/correct").text
    plan = {"text": "", "file": (BytesIO(b"%PDF-1.7 plan"), "plano.pdf")}
    assert rosa.send(f"{at}/correct/1", plan).status_code == 303
    program = {"text": "", "file": (BytesIO(b"MZ" + bytes(60)), "firma.exe")}
    assert "is no PDF and no picture" in rosa.send(f"{at}/correct/2", program).text
    early = rosa.send(f"{at}/correct")
    assert early.status_code == 422
    assert "Still to be corrected" in early.text
    rosa.send(f"{at}/correct/2", {"text": "Firmada."})
    assert rosa.send(f"{at}/correct").status_code == 303
    assert "lacking" not in rosa.get(at).text
    with hall.database.reading() as session:
        done = session.scalars(select(Deficiency).order_by(Deficiency.item)).all()
        assert [one.correction for one in done] == ["", "Firmada."]
        brought = session.scalars(select(Document).where(Document.field == "correction 1")).one()
        assert brought.name == "plano.pdf"


def test_too_late_is_said_in_words(hall: Town) -> None:
    rosa, at = acting(hall)
    observed(hall)
    hall.clock.advance(days=7)
    elsewhere, _ = rosa, at
    assert elsewhere.get(f"{at}/correct").status_code == 303  # the right to act is over as well


def test_withdrawing_ends_the_case(hall: Town) -> None:
    rosa, at = acting(hall)
    assert "cannot be undone" in rosa.get(f"{at}/withdraw").text
    assert rosa.send(f"{at}/withdraw", {"reason": ""}).status_code == 303
    assert the_case(hall).status == "cancelled"
    again = rosa.send(f"{at}/withdraw", {"reason": ""})
    assert again.status_code == 409
    shown = rosa.get(at).text  # nobody reviewed it, and nobody says so
    assert 'data-weight="light"><span lang="es">Solicitud revisada' in shown


def test_a_complaint_for_delay_is_filed_once(hall: Town) -> None:
    code = file(hall, applicant(hall))
    at = f"/follow/{the_case(hall).id}"
    looking = applicant(hall)
    looking.send("/follow", {"code": code, "document": ROSA["document"]})
    assert "Complain" not in looking.get(at).text  # on the day it was filed nothing is late
    hall.clock.advance(days=60)
    rosa = shown(hall, code)
    assert "Complain that it is late" in rosa.get(at).text
    assert rosa.send(f"{at}/appeal/complaint", {"grounds": " "}).status_code == 422
    assert rosa.send(f"{at}/appeal/complaint", {"grounds": "Nadie viene."}).status_code == 303
    assert rosa.get(f"{at}/appeal/complaint").status_code == 404
    with hall.database.reading() as session:
        assert session.scalars(select(FiledAppeal)).one().grounds == "Nadie viene."


@pytest.mark.parametrize(("tongue", "language"), [("es-PE", "es"), ("en-GB", "en")])
def test_the_language_of_the_filing_is_kept_for_the_mails_to_come(
    hall: Town, tongue: str, language: str
) -> None:
    rosa = applicant(hall)
    at = fill_in(hall, rosa)
    sent = {"csrf_token": rosa.token("/follow")}
    rosa.client.post(f"{at}/file", data=sent, headers={"Accept-Language": tongue})
    assert the_case(hall).applicant_language == language


def test_nothing_is_appealed_before_it_is_decided(hall: Town) -> None:
    rosa, at = acting(hall)
    assert rosa.get(f"{at}/appeal/appeal").status_code == 404
    assert rosa.send(f"{at}/appeal/appeal", {"grounds": "No."}).status_code == 409


def work(hall: Town, element: str, answers: dict[str, object]) -> None:
    """The office does its next task."""
    with hall.database.transaction() as session:
        task = session.scalars(select(Task).where(Task.status == TaskStatus.OPEN)).one()
        assert task.element_id == element
        lanes = sorted(
            set(session.get_one(Version, task.version_id).sheet["offices"]["lanes"].values())
        )
        clerk = person_by_name(session, "clerk") or create_person(
            session, "clerk", roles=["civil_servant"], offices=lanes, at=hall.clock()
        )
        complete_task(session, task.id, answers, by=clerk, at=hall.clock())


REGISTERED = {**SHOP, "area_m2": 45, "aforo": 12, "declaracion_jurada": True}
ISSUED: dict[str, object] = {"numero_licencia": "125-2026", "fecha_emision": "2026-03-02"}


def test_who_is_approved_is_told_when_the_paper_comes_and_then_that_it_came(hall: Town) -> None:
    rosa, at = acting(hall)
    work(hall, "Registrar", REGISTERED)
    assert "The office has until 4 Mar 2026 to give you your document." in rosa.get(at).text
    work(hall, "Emitir", ISSUED)
    shown = rosa.get(at).text  # the inspection afterwards is no answer that is still to come
    assert "The office answered you on 2 Mar 2026." in shown
    assert "<strong>Answer</strong>" in shown
    assert "Answer <span" not in shown


def test_an_appeal_says_until_when_it_can_be_filed(hall: Town) -> None:
    rosa, at = acting(hall)
    work(hall, "Registrar", {**REGISTERED, "giro": "grifo"})
    day = hall.clock().date().isoformat()
    work(hall, "InspeccionPrevia", {"fecha_inspeccion": day, "resultado": "conforme", "informe": "Sí"})  # fmt: skip
    work(hall, "Evaluar", {"compatible": "no", "opinion": "Uso no compatible."})
    work(hall, "Resolver", {"decision": "denegar", "motivo": "Uso no compatible."})
    work(hall, "Denegar", {"numero_resolucion": "7-2026", "fecha_notificacion": day, "medio": "correo"})  # fmt: skip
    assert (
        rosa.get(at).text.count("until 23 Mar 2026") == 2
    )  # fifteen business days: to think again, and to appeal
    assert "Until 23 Mar 2026." in rosa.get(f"{at}/appeal/appeal").text
    hall.clock.advance(days=22)
    with hall.database.reading() as session:
        case = session.scalars(select(Case)).one()
        assert not following.deeds(session, case, at=hall.clock())[0].appeals


def test_the_applicant_takes_home_what_is_theirs(hall: Town) -> None:
    rosa, at = acting(hall)
    rosa.send(f"{at}/copy")
    made_copies(hall)
    text = rosa.get(f"{at}/copy").text
    where = text.split(f'href="{at}/copy/')[1].split('"')[0]
    copy = rosa.get(f"{at}/copy/{where}", buffered=True)
    assert copy.mimetype == "application/zip"


def test_who_only_looks_is_asked_for_the_code_by_mail_and_goes_on_from_there(hall: Town) -> None:
    code = file(hall, applicant(hall))
    hall.clock.advance(seconds=5)
    rosa = applicant(hall)
    rosa.send("/follow", {"code": code, "document": ROSA["document"]})
    at = f"/follow/{the_case(hall).id}"
    asked = rosa.get(f"{at}/withdraw")
    assert asked.location == f"{at}/prove?next={at}/withdraw"
    rosa.send(f"{at}/prove/send", {"next": f"{at}/withdraw"})
    proved = {"code": mailed_code(hall.database), "next": f"{at}/withdraw"}
    assert rosa.send(f"{at}/prove", proved).location == f"{at}/withdraw"


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/cases"])
def test_nobody_is_led_elsewhere(hall: Town, wanted: str) -> None:
    rosa, at = acting(hall)
    answer = rosa.send(f"{at}/prove/send", {"next": wanted})
    assert answer.location == f"{at}/prove?sent=1&next={at}"


def test_a_stranger_does_nothing(hall: Town) -> None:
    _, at = acting(hall)
    stranger = applicant(hall)
    for path in ("correct", "withdraw", "appeal/complaint", "copy", "correct/1"):
        assert stranger.get(f"{at}/{path}").location == "/follow", path
        assert stranger.send(f"{at}/{path}", {"grounds": "x"}).location == "/follow", path
    assert the_case(hall).status == "open"
