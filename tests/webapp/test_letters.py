"""The public page that checks letters, and letters on the page of their case."""

import hashlib
import re
from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine.cases import Applicant, start_case
from engine.database import Database
from engine.deployments import deploy
from engine.letters.codes import new_code, shown_code
from engine.models import Document, JobKind, Letter
from engine.people import person_by_name
from engine.worker import Worker
from tests.webapp.conftest import LICENCE, Town, Visitor
from webapp.letter_press import letter_press

# WeasyPrint leaves the colour profile of PDF/A to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)

RECEIPT = {
    "title": "Receipt",
    "series": "REC",
    "language": "en",
    "after": ["start"],
    "template": "# RECEIPT\n\nReceived from **{{ case.applicant.name }}** on {{ case.filed_on }}.",
}


class Filed:
    """A case that was given a receipt on paper."""

    def __init__(self, town: Town) -> None:
        self.town = town
        with town.database.transaction() as session:
            version = deploy(
                session,
                "receipts",
                "Licence with a receipt",
                drawing=LICENCE,
                model=LICENCE,
                process_id="p",
                sheet={"letters": {"receipt": RECEIPT}},
                by=None,
                at=town.clock(),
            )
            case = start_case(
                session,
                version,
                {},
                applicant=Applicant("Rosa Ñahui", document="41234567"),
                by=person_by_name(session, "carla"),
                at=town.clock(),
            )
            self.number, self.case_id = case.number, case.id

    @property
    def letter(self) -> Letter:
        with self.town.database.reading() as session:
            return session.scalars(select(Letter).where(Letter.case_id == self.case_id)).one()

    @property
    def address(self) -> str:
        return f"/verify/{shown_code(self.letter.code)}"

    def print(self) -> bytes:
        """Let the worker set the letter; its PDF."""
        settings = self.town.app.extensions["settings"]
        press = letter_press(settings, self.town.database, self.town.clock)
        senders = {JobKind.LETTER: press}
        Worker(self.town.database, self.town.clock, senders=senders).run_until_idle()
        with self.town.database.reading() as session:
            found = session.scalars(select(Document).where(Document.case_id == self.case_id)).one()
            return press.files.open(found.sha256).read()


@pytest.fixture
def filed(town: Town) -> Filed:
    return Filed(town)


def send(visitor: Visitor, address: str, data: bytes, name: str = "letter.pdf") -> TestResponse:
    form = {"csrf_token": visitor.token(address), "pdf": (BytesIO(data), name)}
    return visitor.client.post(address, data=form, content_type="multipart/form-data")


def test_anyone_sees_that_a_letter_was_issued_without_signing_in(filed: Filed, town: Town) -> None:
    pdf = filed.print()
    page = town.visitor().get(filed.address)
    assert page.status_code == 200
    assert 'href="/catalogue"' in page.text
    assert "htmx" not in page.text  # as light as the other pages of the window
    letter = filed.letter
    for told in (
        letter.number,
        "Receipt",
        "Licence with a receipt",
        hashlib.sha256(pdf).hexdigest(),
    ):
        assert told in page.text


def test_the_public_page_says_nothing_of_persons_nor_of_the_case(filed: Filed, town: Town) -> None:
    filed.print()
    page = town.visitor().get(filed.address).text
    for kept in ("Rosa", "Ñahui", "41234567", filed.number, "Carla"):
        assert kept not in page


def test_a_code_is_found_however_it_is_typed(filed: Filed, town: Town) -> None:
    filed.print()
    typed = shown_code(filed.letter.code).lower().replace("-", " ")
    answer = town.visitor().client.get("/verify", query_string={"code": typed})
    assert answer.status_code == 303
    assert answer.headers["Location"] == filed.address


def test_a_code_that_nobody_gave_is_not_found(filed: Filed, town: Town) -> None:
    answer = town.visitor().get(f"/verify/{shown_code(new_code())}")
    assert answer.status_code == 404
    assert "No letter with this code" in answer.text


@pytest.mark.parametrize("typed", ["x", "<script>", "0" * 500, "%00", "'; drop table letter"])
def test_what_is_no_code_is_told_so(town: Town, typed: str) -> None:
    answer = town.visitor().client.get("/verify", query_string={"code": typed})
    assert answer.status_code == 422
    assert "five groups of four" in answer.text
    assert "<script>" not in re.sub(r"<script [^>]*>", "", answer.text)


def test_an_unchanged_copy_is_the_letter(filed: Filed, town: Town) -> None:
    pdf = filed.print()
    answer = send(town.visitor(), filed.address, pdf)
    assert answer.status_code == 200
    assert 'class="notice">Unchanged' in answer.text


def test_a_changed_copy_is_not_the_letter(filed: Filed, town: Town) -> None:
    pdf = filed.print()
    answer = send(town.visitor(), filed.address, pdf + b"\n")
    assert 'class="notice">Unchanged' not in answer.text
    assert "<p>Not the same" in answer.text


def test_a_compared_file_is_not_kept(filed: Filed, town: Town) -> None:
    filed.print()
    files = town.app.extensions["files"]
    send(town.visitor(), filed.address, b"something private")
    assert not files.path(hashlib.sha256(b"something private").hexdigest()).exists()


def test_comparing_without_a_file_asks_for_one(filed: Filed, town: Town) -> None:
    filed.print()
    answer = send(town.visitor(), filed.address, b"", name="")
    assert answer.status_code == 422
    assert "Choose the PDF" in answer.text


def test_a_letter_still_to_be_set_is_authentic_and_says_so(filed: Filed, town: Town) -> None:
    page = town.visitor().get(filed.address)
    assert page.status_code == 200
    assert "being prepared" in page.text


def test_one_address_cannot_ask_without_end(filed: Filed, town: Town) -> None:
    visitor = town.visitor()
    answers = [visitor.get(f"/verify/{shown_code(new_code())}").status_code for _ in range(61)]
    assert answers == [404] * 60 + [429]
    town.clock.advance(minutes=1)
    assert visitor.get(filed.address).status_code == 200


def test_the_case_offers_its_letters_once_they_are_set(filed: Filed, town: Town) -> None:
    clerk = town.visitor("carla")
    before = clerk.get(f"/cases/{filed.number}").text
    assert "being prepared" in before
    pdf = filed.print()
    after = clerk.get(f"/cases/{filed.number}").text
    assert "being prepared" not in after
    assert f"Receipt {filed.letter.number}.pdf" in after
    assert "A letter was issued" in after
    downloaded = clerk.get(f"/files/{filed.number}/1")
    assert downloaded.data == pdf
    assert downloaded.headers["Content-Disposition"].startswith("attachment")


def test_who_may_not_see_the_case_may_not_have_its_letters(filed: Filed, town: Town) -> None:
    filed.print()
    assert town.visitor("luis").get(f"/files/{filed.number}/1").status_code == 404


def test_letters_are_checked_on_each_database(
    build_town: Callable[[Database], Town], database: Database
) -> None:
    town = build_town(database)
    filed = Filed(town)
    assert send(town.visitor(), filed.address, filed.print()).status_code == 200


def test_an_analyst_reads_what_the_letters_of_a_version_will_say(filed: Filed, town: Town) -> None:
    page = town.visitor("ana").get("/procedures/receipts/1/letters")
    assert page.status_code == 200
    assert "<h2>RECEIPT</h2>" in page.text
    assert "«case.applicant.name»" in page.text
    assert "/procedures/receipts/1/letters" in town.visitor("ana").get("/procedures/receipts").text
    with town.database.reading() as session:
        assert len(session.scalars(select(Letter)).all()) == 1  # the one of the case


def test_a_version_without_letters_says_how_to_have_some(town: Town) -> None:
    page = town.visitor("ana").get("/procedures/licence/1/letters")
    assert "makes no letters" in page.text
