"""A report is signed by the office in charge, once, and what was signed can be told from what was changed."""

import base64
import threading
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from designer.models import Study, StudyReport, StudySignature
from designer.studies import accept, study_folder
from designer.studies.report import issue_report
from designer.studies.signing import (
    AlreadySigned,
    NotYours,
    figures_digest,
    sign_report,
)
from engine.casefile.signing import kept_signer
from engine.deployments import match_lanes, procedure_by_key
from engine.models import Job, JobKind
from engine.people import office_named, person_by_name
from tests.clock import START
from tests.webapp.conftest import Town
from tests.webapp.test_study_reports import make
from webapp.report_files import report_files

# WeasyPrint leaves its colour profile open until it is collected.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)
AS_IS = Path(__file__).parents[2] / "processes" / "licencia-funcionamiento" / "as-is"
SAID = {"post": "Gerente  Municipal", "is_read": "on"}


@dataclass(frozen=True)
class Made:
    """A report that the worker made: its figures, and its pages."""

    data: dict[str, Any]
    pages: bytes


@pytest.fixture(scope="module")
def made() -> list[Made]:
    """Simulated once for all tests of this file, by the first that asks."""
    return []


@pytest.fixture
def report(town: Town, made: list[Made]) -> str:
    """The address of a report that ana issued and the worker made."""
    return issued(town, made)


def issued(town: Town, known: list[Made]) -> str:
    with town.database.transaction() as session:
        ana = person_by_name(session, "ana")
        assert ana is not None
        study = study_folder(session, AS_IS, by=ana, at=START)
        accept(session, study.id, "mere-forwarding::DerivarSubgerencia", by=ana, at=START)
        issue_report(session, study.id, language="es", by=ana, at=START)
        key = study.id
    files = town.app.extensions["files"]
    if not known:
        make(town)
        with town.database.reading() as session:
            data = session.get_one(StudyReport, (key, 1)).data
        with files.open(data["pdf"]["sha256"]) as file:
            known.append(Made(data, file.read()))
    else:
        with town.database.transaction() as session:
            session.get_one(StudyReport, (key, 1)).data = known[0].data
            session.execute(delete(Job).where(Job.kind == JobKind.REPORT))
        files.put(BytesIO(known[0].pages), known[0].data["pdf"]["name"])
    return f"/studies/{key}/reports/1"


def test_a_manager_signs_and_page_and_pdf_say_who_in_which_post_and_when(
    town: Town, report: str
) -> None:
    marta, ana = town.visitor("marta"), town.visitor("ana")
    listed = marta.get("/studies/reports").text
    assert report in listed
    assert "to be signed" in listed
    assert "Sign the report" in marta.get(report).text
    assert "Sign the report" not in ana.get(report).text  # she issued it
    answer = marta.post(f"{report}/sign", SAID)
    assert answer.status_code == 303
    with marta.get(f"{report}.pdf") as pdf:
        before = pdf.data
    make(town)
    for visitor in (marta, ana):
        text = visitor.get(report).text
        assert "Signed by Marta, Gerente Municipal, on" in text
        assert "The report is as it was signed." in text
        assert "Sign the report" not in text
    with ana.get(f"{report}.pdf") as pdf:
        assert pdf.data != before
        assert "firmado.pdf" in pdf.headers["Content-Disposition"]
    with ana.get(f"{report}.pdf?unsigned=1") as pdf:
        assert pdf.data == before  # the pages that were signed are kept as they were
    with town.database.reading() as session:
        assert len(set(report_files(session))) == 2  # neither is swept away


def test_the_signature_is_checked_with_nothing_but_the_public_key(town: Town, report: str) -> None:
    town.visitor("marta").post(f"{report}/sign", SAID)
    ana, anybody = town.visitor("ana"), town.visitor()
    with town.database.transaction() as session:
        code = session.scalars(select(StudyReport.code)).one()
    address = f"/reports/{code}/signature.json"
    assert anybody.get(address).status_code == 404
    ana.post(f"{report}/public", {"is_public": "yes"})
    told = orjson.loads(anybody.get(address).data)
    key = load_pem_public_key(anybody.get("/verify/key.pem").data)
    key.verify(base64.b64decode(told["signature"]), told["statement"].encode())  # type: ignore[call-arg, union-attr]
    said = orjson.loads(told["statement"])
    assert (said["signed_by"], said["post"]) == ("Marta", "Gerente Municipal")
    assert "días antes (intervalo" in said["verdict"]
    assert said["is_calibrated"] is False
    with town.database.reading() as session:
        found = session.scalars(select(StudyReport)).one()
        assert said["figures_sha256"] == figures_digest(found.data)
        assert said["pdf_sha256"] == found.data["pdf"]["sha256"]
    assert "Signed by Marta, Gerente Municipal" in anybody.get(f"/reports/{code}").text


def test_figures_changed_after_signing_are_told(town: Town, report: str) -> None:
    marta = town.visitor("marta")
    marta.post(f"{report}/sign", SAID)
    with town.database.transaction() as session:
        found = session.scalars(select(StudyReport)).one()
        found.data = {**found.data, "services": "1"}
    text = marta.get(report).text
    assert "no longer those that were signed" in text
    assert "The report is as it was signed." not in text


def test_a_signature_taken_out_of_the_database_is_missed(town: Town, report: str) -> None:
    marta = town.visitor("marta")
    marta.post(f"{report}/sign", SAID)
    with town.database.transaction() as session:
        session.delete(session.scalars(select(StudySignature)).one())
    text = marta.get(report).text
    assert "Marta, Gerente Municipal, signed this report on" in text
    assert "the signature is not kept here any more" in text
    assert "Sign the report" not in text
    assert "signature missing" in marta.get("/studies/reports").text
    again = marta.post(f"{report}/sign", SAID)
    assert again.status_code == 409
    assert "Marta signed this report, but the signature is not kept any more" in again.text


def test_a_signature_of_another_key_is_told(town: Town, report: str) -> None:
    marta = town.visitor("marta")
    marta.post(f"{report}/sign", SAID)
    with town.database.transaction() as session:
        made = session.scalars(select(StudySignature)).one()
        made.statement = made.statement.replace(b"Marta", b"Perla")
    text = marta.get(report).text
    assert "no key of this installation has made" in text
    assert "Signed by Perla" not in text


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"post": "  ", "is_read": "on"}, "Say in which post you sign"),
        ({"post": "x" * 161, "is_read": "on"}, "Say in which post you sign"),
        ({"post": "Gerente"}, "Confirm that you have read the report"),
    ],
)
def test_who_signs_says_the_post_and_has_read_it(
    town: Town, report: str, said: dict[str, str], sentence: str
) -> None:
    answer = town.visitor("marta").post(f"{report}/sign", said)
    assert answer.status_code == 422
    assert sentence in answer.text
    with town.database.reading() as session:
        assert session.scalars(select(StudySignature)).first() is None


def test_a_report_is_signed_once(town: Town, report: str) -> None:
    marta = town.visitor("marta")
    marta.post(f"{report}/sign", SAID)
    answer = marta.post(f"{report}/sign", SAID)
    assert answer.status_code == 409
    assert "Marta has signed this report already" in answer.text


def test_who_opened_the_study_or_manages_other_offices_does_not_sign(
    town: Town, report: str
) -> None:
    signer = kept_signer(town.app.extensions["settings"].var)

    def attempt() -> None:
        with town.database.transaction() as session:
            study_id = session.scalars(select(Study.id)).one()
            by = person_by_name(session, "marta")
            assert by is not None
            sign_report(
                session, study_id, 1, post="Gerente", verdict="v", is_read=True, signer=signer,
                by=by, at=START,
            )  # fmt: skip

    with town.database.transaction() as session:
        procedure = procedure_by_key(session, "licence")
        session.scalars(select(Study)).one().procedure_id = procedure.id
        counter = office_named(session, "Counter", at=START).id
        match_lanes(session, procedure, {"Counter": counter, "Board": counter}, by=None, at=START)
    with pytest.raises(NotYours):
        attempt()  # marta manages Licences
    with town.database.transaction() as session:
        study = session.scalars(select(Study)).one()
        study.procedure_id = None
        study.created_by_id = town.person("marta").id
    with pytest.raises(NotYours):
        attempt()


def test_what_is_not_whole_is_not_signed(town: Town) -> None:
    with town.database.transaction() as session:
        ana = person_by_name(session, "ana")
        assert ana is not None
        study = study_folder(session, AS_IS, by=ana, at=START)
        accept(session, study.id, "mere-forwarding::DerivarSubgerencia", by=ana, at=START)
        issue_report(session, study.id, by=ana, at=START)
        key = study.id
    marta = town.visitor("marta")
    assert "Sign the report" not in marta.get(f"/studies/{key}/reports/1").text
    assert marta.post(f"/studies/{key}/reports/1/sign", SAID).status_code == 422


def test_of_two_who_sign_at_once_one_is_told(town_on_each: Town, made: list[Made]) -> None:
    town = town_on_each
    report = issued(town, made)
    study_id = int(report.split("/")[2])
    signer = kept_signer(town.app.extensions["settings"].var)
    both, refused = threading.Barrier(2), []

    def one() -> None:
        def write(session: Session) -> None:
            by = person_by_name(session, "marta")
            assert by is not None
            sign_report(
                session, study_id, 1, post="Gerente", verdict="v", is_read=True, signer=signer,
                by=by, at=START,
            )  # fmt: skip

        both.wait()
        try:
            town.database.write(write)
        except AlreadySigned as refusal:
            refused.append(refusal)

    hands = [threading.Thread(target=one) for _ in range(2)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert len(refused) == 1
    with town.database.reading() as session:
        assert len(session.scalars(select(StudySignature)).all()) == 1
