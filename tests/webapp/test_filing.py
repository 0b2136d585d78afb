"""Filing from outside: a draft that is not lost, a case with a receipt, and nobody files in another's name."""

import re
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from designer.library import publish_folder
from engine.database import Database
from engine.models import Case, Document, FilingDraft, Job, JobKind, RegistryInquiry
from tests.webapp.conftest import Town, Visitor

PROCESSES = Path(__file__).parents[2] / "processes"
KEY = "licencia-funcionamiento"
SHOP = {
    "nombre_comercial": "Bodega Rosita",
    "direccion": "Jr. Ayacucho 120",
    "giro": "bodega",
    "area_m2": "45",
    "aforo": "12",
    "declaracion_jurada": "true",
}
ROSA = {"name": "Rosa Quispe", "document": "40123456", "email": "rosa@example.com"}
_CODE = re.compile(r'<code class="code">([0-9A-Z-]+)</code>')


class Applicant(Visitor):
    """Somebody at home who files: forms are sent with the token of a public page."""

    draft: int = 0

    def send(self, path: str, data: Mapping[str, object] | None = None) -> TestResponse:
        sent = {"csrf_token": self.token("/follow"), **(data or {})}
        return self.client.post(path, data=sent, content_type="multipart/form-data")

    def begin(self, key: str = KEY, **told: str) -> str:
        answer = self.send(f"/filing/new/{key}", dict(told))
        assert answer.status_code == 303
        assert answer.location is not None
        self.draft = int(answer.location.rsplit("/", 1)[1])
        return f"/filing/{self.draft}"


@pytest.fixture
def hall(town: Town) -> Town:
    return publish(town)


def publish(town: Town) -> Town:
    with town.database.transaction() as session:
        publish_folder(session, PROCESSES / KEY, by=None, at=town.clock())
    return town


def applicant(hall: Town) -> Applicant:
    return Applicant(hall.app.test_client())


def mailed_code(database: Database) -> str:
    """The six digits in the mail that waits; it is taken away, so that the next one cannot be mistaken for it."""
    with database.transaction() as session:
        jobs = session.scalars(select(Job).where(Job.kind == JobKind.MAIL.value))
        found = {
            told.group(1): job
            for job in jobs
            if (told := re.search(r"code is (\d{6})", job.payload["text"])) is not None
        }
        [code] = found
        session.delete(found[code])
    return code


def fill_in(hall: Town, rosa: Applicant) -> str:
    """Everything but the filing itself; the address of the draft."""
    at = rosa.begin()
    rosa.send(f"{at}/who", ROSA)
    rosa.send(f"{at}/request", {**SHOP, "_asked": list(SHOP)})
    rosa.send(f"{at}/needs/zonificacion", {"consent": "ask", "statement": "Se permite bodega."})
    rosa.send(f"{at}/mail/send")
    rosa.send(f"{at}/mail", {"code": mailed_code(hall.database)})
    return at


def file(hall: Town, rosa: Applicant) -> str:
    """File a request; the code of its receipt."""
    at = fill_in(hall, rosa)
    answer = rosa.send(f"{at}/file")
    assert answer.status_code == 303, answer.text
    found = _CODE.search(rosa.get(f"{at}/receipt").text)
    assert found is not None
    return found.group(1)


def the_case(hall: Town) -> Case:
    with hall.database.reading() as session:
        return session.scalars(select(Case)).one()


def test_a_request_is_filed_from_home(
    build_town: Callable[[Database], Town], database: Database
) -> None:
    hall = publish(build_town(database))
    rosa = applicant(hall)
    code = file(hall, rosa)
    case = the_case(hall)
    assert (case.channel, case.applicant_name, case.applicant_document) == (
        "online",
        "Rosa Quispe",
        "40123456",
    )
    receipt = rosa.get(f"/filing/{rosa.draft}/receipt").text
    assert case.number in receipt
    assert len(code.replace("-", "")) == 16
    assert "<svg" in receipt


def test_the_guides_answers_are_in_the_draft(hall: Town) -> None:
    rosa = applicant(hall)
    at = rosa.begin(giro="grifo", area_m2="30", aforo="5")
    assert 'value="grifo" selected' in rosa.get(f"{at}/request").text


def test_a_draft_is_resumed_on_another_computer(hall: Town) -> None:
    rosa = applicant(hall)
    at = rosa.begin()
    rosa.send(f"{at}/who", ROSA)
    found = _CODE.search(rosa.get(at).text)
    assert found is not None
    elsewhere = applicant(hall)
    assert elsewhere.get(at).status_code == 404
    answer = elsewhere.send("/filing/resume", {"code": found.group(1).lower()})
    assert answer.status_code == 303
    assert "Rosa Quispe" in elsewhere.get(f"{at}/who").text


def test_a_draft_is_no_longer_there_when_nobody_came_back(hall: Town) -> None:
    rosa = applicant(hall)
    at = rosa.begin()
    hall.clock.advance(days=31)
    assert rosa.get(at).status_code == 404


def test_nobody_files_without_the_code_that_was_mailed(hall: Town) -> None:
    rosa = applicant(hall)
    at = rosa.begin()
    rosa.send(f"{at}/who", ROSA)
    rosa.send(f"{at}/request", {**SHOP, "_asked": list(SHOP)})
    answer = rosa.send(f"{at}/file")
    assert answer.status_code == 422
    with hall.database.reading() as session:
        assert session.scalars(select(Case)).all() == []


def test_a_code_is_good_once_and_dies_of_guesses(hall: Town) -> None:
    rosa = applicant(hall)
    at = rosa.begin()
    rosa.send(f"{at}/who", ROSA)
    rosa.send(f"{at}/mail/send")
    code = mailed_code(hall.database)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert rosa.send(f"{at}/mail", {"code": wrong}).status_code == 422
    assert rosa.send(f"{at}/mail", {"code": code}).status_code == 422


def test_a_code_is_no_longer_good_after_a_quarter_of_an_hour(hall: Town) -> None:
    rosa = applicant(hall)
    at = rosa.begin()
    rosa.send(f"{at}/who", ROSA)
    rosa.send(f"{at}/mail/send")
    hall.clock.advance(minutes=16)
    answer = rosa.send(f"{at}/mail", {"code": mailed_code(hall.database)})
    assert answer.status_code == 422


def test_codes_are_not_sent_without_end(hall: Town) -> None:
    rosa = applicant(hall)
    at = rosa.begin()
    rosa.send(f"{at}/who", ROSA)
    statuses = [rosa.send(f"{at}/mail/send").status_code for _ in range(6)]
    assert statuses == [303] * 5 + [429]


def test_another_address_has_to_be_proved_anew(hall: Town) -> None:
    rosa = applicant(hall)
    at = fill_in(hall, rosa)
    rosa.send(f"{at}/who", {**ROSA, "email": "other@example.com"})
    assert rosa.send(f"{at}/file").status_code == 422


def test_the_table_of_codes_tells_neither_code_nor_address(hall: Town) -> None:
    rosa = applicant(hall)
    at = rosa.begin()
    rosa.send(f"{at}/who", ROSA)
    rosa.send(f"{at}/mail/send")
    code = mailed_code(hall.database)
    with hall.database.reading() as session:
        row = session.connection().exec_driver_sql("SELECT * FROM one_time_code").one()
    assert code not in str(row)
    assert "rosa" not in str(row)


def test_filing_twice_makes_one_case_and_shows_the_same_receipt(hall: Town) -> None:
    rosa = applicant(hall)
    code = file(hall, rosa)
    answer = rosa.send(f"/filing/{rosa.draft}/file")
    assert answer.status_code == 303
    assert the_case(hall).number
    assert code in rosa.get(f"/filing/{rosa.draft}/receipt").text


def test_before_anything_is_said_the_last_page_says_all_that_is_lacking(hall: Town) -> None:
    rosa = applicant(hall)
    said, _, text = rosa.get(f"{rosa.begin()}/check").text.partition("Before you can file it:")
    for wanted in ("Who asks", "Show that the e-mail is yours", "Your request"):
        assert wanted in text, wanted
    assert "not said yet" in said
    assert "–" not in said


def test_what_is_lacking_is_asked_for_in_one_order_on_every_way(hall: Town) -> None:
    """The last page, the way there and the filing itself know it from one place."""
    rosa = applicant(hall)
    at = rosa.begin()
    assert "Say who asks" in rosa.send(f"{at}/file").text
    assert (rosa.send(f"{at}/who", ROSA).location or "").endswith("/mail")
    assert "Show first that the e-mail address is yours" in rosa.send(f"{at}/file").text
    rosa.send(f"{at}/mail/send")
    done = rosa.send(f"{at}/mail", {"code": mailed_code(hall.database)})
    assert (done.location or "").endswith("/request")
    assert "Answer the questions of the request first" in rosa.send(f"{at}/file").text
    left = (
        rosa.get(f"{at}/check").text.partition("Before you can file it:")[2].partition("</ul>")[0]
    )
    assert "Your request" in left
    assert "Who asks" not in left
    assert "Show that" not in left


def test_documents_come_item_by_item_from_who_has_shown_a_mailbox(hall: Town) -> None:
    rosa = applicant(hall)
    at = rosa.begin()
    rosa.send(f"{at}/who", ROSA)
    risky = {**SHOP, "giro": "grifo"}
    rosa.send(f"{at}/request", {**risky, "_asked": list(risky)})
    plan = (BytesIO(b"%PDF-1.7 plan"), "plano.pdf")
    assert rosa.send(f"{at}/needs/plano", {"file": plan}).status_code == 422
    rosa.send(f"{at}/mail/send")
    rosa.send(f"{at}/mail", {"code": mailed_code(hall.database)})
    program = rosa.send(f"{at}/needs/plano", {"file": (BytesIO(b"MZ" + bytes(60)), "plano.pdf")})
    assert program.status_code == 422
    assert "“plano.pdf” is no PDF and no picture" in program.text
    plan = (BytesIO(b"%PDF-1.7 plan"), "plano.pdf")
    rosa.send(f"{at}/needs/plano", {"file": plan})
    assert "plano.pdf" in rosa.get(f"{at}/needs/plano").text
    rosa.send(f"{at}/file")
    with hall.database.reading() as session:
        brought = session.scalars(select(Document).where(Document.origin == "applicant")).one()
        assert (brought.name, brought.field) == ("plano.pdf", "plano")


def test_what_is_lacking_keeps_nobody_from_filing(hall: Town) -> None:
    rosa = applicant(hall)
    at = rosa.begin()
    rosa.send(f"{at}/who", ROSA)
    risky = {**SHOP, "giro": "grifo"}
    rosa.send(f"{at}/request", {**risky, "_asked": list(risky)})
    rosa.send(f"{at}/mail/send")
    rosa.send(f"{at}/mail", {"code": mailed_code(hall.database)})
    assert "lacking" in rosa.get(f"{at}/check").text
    assert rosa.send(f"{at}/file").status_code == 303


def test_wrong_answers_come_back_with_what_was_typed(hall: Town) -> None:
    rosa = applicant(hall)
    at = rosa.begin()
    answer = rosa.send(f"{at}/request", {**SHOP, "area_m2": "grande", "_asked": list(SHOP)})
    assert answer.status_code == 422
    assert "Bodega Rosita" in answer.text


def test_an_officer_files_for_somebody_at_the_window(hall: Town) -> None:
    carla = Applicant(hall.app.test_client())
    carla.sign_in("carla")
    at = carla.begin()
    carla.send(f"{at}/who", {**ROSA, "email": ""})
    carla.send(f"{at}/request", {**SHOP, "_asked": list(SHOP)})
    assert carla.send(f"{at}/file").status_code == 303
    case = the_case(hall)
    assert case.channel == "window"
    assert case.started_by_id == hall.person("carla").id


def test_who_signed_out_does_not_file_as_an_officer(hall: Town) -> None:
    carla = Applicant(hall.app.test_client())
    carla.sign_in("carla")
    at = carla.begin()
    carla.send(f"{at}/who", ROSA)
    carla.send(f"{at}/request", {**SHOP, "_asked": list(SHOP)})
    carla.post("/logout")
    assert carla.send(f"{at}/file").status_code == 403


def test_consent_is_kept_and_the_question_left_to_the_worker(hall: Town) -> None:
    file(hall, applicant(hall))
    with hall.database.reading() as session:
        asked = session.scalars(select(RegistryInquiry)).one()
        assert (asked.requirement_key, asked.status) == ("zonificacion", "asked")
        jobs = session.scalars(select(Job).where(Job.kind == JobKind.REGISTRY.value)).all()
    assert len(jobs) == 1


def test_who_declares_instead_is_not_asked_about(hall: Town) -> None:
    rosa = applicant(hall)
    at = fill_in(hall, rosa)
    rosa.send(f"{at}/needs/zonificacion", {"consent": "declare", "statement": "Lo declaro."})
    rosa.send(f"{at}/file")
    with hall.database.reading() as session:
        assert session.scalars(select(RegistryInquiry)).one().status == "sworn"
        assert session.scalars(select(Job).where(Job.kind == JobKind.REGISTRY.value)).all() == []


def test_a_declaration_says_something(hall: Town) -> None:
    rosa = applicant(hall)
    at = fill_in(hall, rosa)
    answer = rosa.send(f"{at}/needs/zonificacion", {"consent": "declare", "statement": " "})
    assert answer.status_code == 422


def test_consent_is_given_and_never_assumed(hall: Town) -> None:
    rosa = applicant(hall)
    at = rosa.begin()
    rosa.send(f"{at}/who", ROSA)
    rosa.send(f"{at}/request", {**SHOP, "_asked": list(SHOP)})
    need = f"{at}/needs/zonificacion"
    assert ticked(rosa.get(need).text) == []
    silent = rosa.send(need, {"statement": "Se permite bodega."})
    assert silent.status_code == 422
    assert "Se permite bodega." in silent.text
    assert ticked(silent.text) == []
    refused = rosa.send(need, {"consent": "declare", "statement": " "})
    assert ticked(refused.text) == ["declare"]  # a second try must not say yes in their name


def ticked(page: str) -> list[str]:
    """The answers that a page has chosen already."""
    radios = re.findall(r'<input type="radio" name="consent"[^>]*>', page)
    assert len(radios) == 2
    return [
        value for one in radios if "checked" in one for value in re.findall(r'value="(\w+)"', one)
    ]


def test_the_address_of_a_draft_opens_nothing_by_itself(hall: Town) -> None:
    rosa = applicant(hall)
    at = fill_in(hall, rosa)
    stranger = applicant(hall)
    for path in ("", "/who", "/request", "/needs/zonificacion", "/mail", "/check", "/receipt"):
        assert stranger.get(f"{at}{path}").status_code == 404, path
    for path in ("/who", "/request", "/file", "/mail", "/mail/send"):
        assert stranger.send(f"{at}{path}", ROSA).status_code == 404, path


def test_a_draft_keeps_no_document_once_it_is_a_case(hall: Town) -> None:
    file(hall, applicant(hall))
    with hall.database.reading() as session:
        draft = session.scalars(select(FilingDraft)).one()
        assert (draft.documents, draft.consents) == ({}, {})


def test_pages_with_personal_data_are_kept_by_no_cache(hall: Town) -> None:
    rosa = applicant(hall)
    at = rosa.begin()
    assert rosa.get(f"{at}/who").headers["Cache-Control"] == "no-store"
