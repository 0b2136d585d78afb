"""The case file for officials: in sequence, signed, related, and nobody reads it unseen."""

from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from engine.casefile.desk import CopyDesk
from engine.casefile.signing import kept_signer
from engine.files.store import FileStore
from engine.models import CaseReading, Job, JobKind
from engine.worker import Worker
from tests.webapp.conftest import Town, Visitor
from webapp.commands.casefile import casefile
from webapp.config import Settings


def file_of(town: Town, name: str = "carla") -> tuple[Visitor, str]:
    """Somebody signed in, and the address of the file of a new case."""
    return town.visitor(name), f"/cases/{town.case()}/file"


def made_copies(town: Town) -> None:
    settings: Settings = town.app.extensions["settings"]
    store: FileStore = town.app.extensions["files"]
    desk = CopyDesk(
        town.database,
        store,
        town.clock,
        settings.exports,
        lambda page: b"%PDF " + page.encode(),
        kept_signer(settings.var),
    )
    Worker(town.database, town.clock, senders={JobKind.EXPORT: desk}).run_until_idle()


def copy_link(text: str) -> str:
    """The address of the newest copy on the page."""
    return text.split("/file/copies/")[1].split('"')[0]


def test_a_copy_is_made_by_the_worker_and_checked_by_anybody(town_on_each: Town) -> None:
    town = town_on_each
    carla, at = file_of(town)
    assert carla.post(f"{at}/copies").status_code == 303
    assert "being made" in carla.get(at).text
    made_copies(town)
    copy = carla.get(f"{at}/copies/{copy_link(carla.get(at).text)}", buffered=True)
    assert copy.mimetype == "application/zip"
    stranger = town.visitor()
    sent = {"csrf_token": stranger.token("/verify/file"), "file": (BytesIO(copy.data), "copy.zip")}
    answer = stranger.client.post("/verify/file", data=sent)
    assert "Unchanged" in answer.text


def test_the_command_tells_a_changed_copy(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carla, at = file_of(town)
    carla.post(f"{at}/copies")
    made_copies(town)
    copy = carla.get(f"{at}/copies/{copy_link(carla.get(at).text)}", buffered=True).data
    settings: Settings = town.app.extensions["settings"]
    monkeypatch.setenv("EXPEDITO_VAR", str(settings.var))
    path = tmp_path / "copy.zip"
    path.write_bytes(copy)
    assert CliRunner().invoke(casefile, ["verify", str(path)]).exit_code == 0
    public = tmp_path / "office.pem"
    public.write_text(town.visitor().get("/verify/key.pem").text)
    assert CliRunner().invoke(casefile, ["key"]).stdout.strip() == public.read_text().strip()
    monkeypatch.setenv("EXPEDITO_VAR", str(tmp_path / "elsewhere"))
    assert CliRunner().invoke(casefile, ["verify", str(path)]).exit_code == 1
    with_key = ["verify", str(path), "--key", str(public)]
    assert CliRunner().invoke(casefile, with_key).exit_code == 0


def test_a_copy_is_only_for_who_asked_for_it(town: Town) -> None:
    carla, at = file_of(town)
    carla.post(f"{at}/copies")
    made_copies(town)
    where = f"{at}/copies/{copy_link(carla.get(at).text)}"
    assert town.visitor("teo").get(where).status_code == 404


def test_a_copy_goes_after_a_week(town: Town) -> None:
    carla, at = file_of(town)
    carla.post(f"{at}/copies")
    made_copies(town)
    town.clock.advance(days=8)
    carla = town.visitor("carla")
    carla.post(f"{at}/copies")
    made_copies(town)
    settings: Settings = town.app.extensions["settings"]
    assert len(list(settings.exports.glob("*.zip"))) == 1


def test_who_has_no_task_in_it_gets_names_neither_on_the_page_nor_in_the_copy(town: Town) -> None:
    oscar, at = file_of(town, "oscar")
    assert "Ñahui" not in oscar.get(at).text
    oscar.post(f"{at}/copies")
    made_copies(town)
    copy = oscar.get(f"{at}/copies/{copy_link(oscar.get(at).text)}", buffered=True)
    assert "masked" in copy.headers["Content-Disposition"]


def test_lists_name_people_only_to_who_works_on_their_case(town: Town) -> None:
    town.case("Rosa Ñahui")
    assert "Rosa Ñahui" in town.visitor("carla").get("/cases").text
    listed = town.visitor("oscar").get("/cases").text
    assert "Rosa Ñahui" not in listed
    assert "R. Ñ." in listed


def test_nobody_reads_unseen(town_on_each: Town) -> None:
    town = town_on_each
    carla, at = file_of(town)
    carla.get(at)
    carla.get(at)
    carla.get(at.removesuffix("/file"))
    with town.database.reading() as session:
        rows = session.scalars(select(CaseReading).order_by(CaseReading.what)).all()
        assert [row.what for row in rows] == ["case", "file"]
    told = town.visitor("oscar").get(f"{at}/readings")
    assert "Carla" in told.text


def test_later_it_is_another_reading(town: Town) -> None:
    carla, at = file_of(town)
    carla.get(at)
    town.clock.advance(minutes=11)
    carla.get(at)
    with town.database.reading() as session:
        assert len(session.scalars(select(CaseReading)).all()) == 2


def test_who_read_it_is_told_only_to_who_is_in_charge(town: Town) -> None:
    carla, at = file_of(town)
    refused = carla.get(f"{at}/readings")
    assert refused.status_code == 403
    assert "is not with your offices now" in refused.text  # a manager elsewhere has the role, too
    assert "needs the role" not in refused.text


def test_what_was_refused_was_not_read(town: Town) -> None:
    town.case()
    assert town.visitor("luis").get("/cases/NONE-1").status_code == 404
    with town.database.reading() as session:
        assert session.scalars(select(CaseReading)).all() == []


def test_the_office_writes_and_the_applicant_is_told_by_mail(town: Town) -> None:
    carla, at = file_of(town)
    with town.database.transaction() as session:
        session.connection().exec_driver_sql(
            "UPDATE case_file SET applicant_email = 'r@example.com'"
        )
    assert carla.post(f"{at}/messages", {"text": "Traiga el plano."}).status_code == 303
    assert "Traiga el plano." in carla.get(at).text
    with town.database.reading() as session:
        mail = session.scalars(select(Job).where(Job.kind == JobKind.MAIL.value)).one()
        assert "Traiga" not in mail.payload["text"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("'es'", "La oficina le escribió"),
        ("'en'", "The office wrote"),
        ("NULL", "The office wrote"),
    ],
)
def test_the_mail_speaks_as_the_applicant_filed_and_not_as_the_officer_reads(
    town: Town, language: str, words: str
) -> None:
    _carla, at = file_of(town)
    with town.database.transaction() as session:
        session.connection().exec_driver_sql(
            f"UPDATE case_file SET applicant_email = 'r@example.com', applicant_language = {language}"
        )
    officer = town.visitor("carla")
    officer.post("/account/language", {"language": "es"})
    assert officer.post(f"{at}/messages", {"text": "Traiga el plano."}).status_code == 303
    with town.database.reading() as session:
        mail = session.scalars(select(Job).where(Job.kind == JobKind.MAIL.value)).one()
        assert words in mail.payload["text"]


def test_an_empty_message_is_refused_beside_the_form(town: Town) -> None:
    carla, at = file_of(town)
    answer = carla.post(f"{at}/messages", {"text": " "})
    assert answer.status_code == 422
    assert "Write your message first." in answer.text


def test_cases_are_linked_by_hand_with_a_reason(town: Town) -> None:
    carla, at = file_of(town)
    other = town.case("Juan Poma")
    assert carla.post(f"{at}/links", {"other": other, "reason": ""}).status_code == 422
    sent = {"other": f" {other.lower()} ", "reason": "Same shop"}
    assert carla.post(f"{at}/links", sent).status_code == 303
    assert "Same shop" in carla.get(f"/cases/{other}/file").text
    assert carla.post(f"{at}/links", {"unlink": other}).status_code == 303
    assert "Same shop" not in carla.get(at).text


def test_a_new_code_is_shown_once_and_the_old_opens_nothing(town: Town) -> None:
    carla, at = file_of(town)
    with town.database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE case_file SET applicant_document = '40123456'")
    codes = []
    for _ in range(2):
        town.clock.advance(minutes=1)
        codes.append(carla.post(f"{at}/code").text.split('class="code">')[1].split("<")[0])
    for code, status in zip(codes, (422, 303), strict=True):
        stranger = town.visitor()
        sent = {"csrf_token": stranger.token("/follow"), "code": code, "document": "40123456"}
        assert stranger.client.post("/follow", data=sent).status_code == status


def test_a_browser_that_held_the_old_code_is_shut_out(town: Town) -> None:
    carla, at = file_of(town)
    with town.database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE case_file SET applicant_document = '40123456'")
    code = carla.post(f"{at}/code").text.split('class="code">')[1].split("<")[0]
    stranger = town.visitor()
    town.clock.advance(minutes=1)
    sent = {"csrf_token": stranger.token("/follow"), "code": code, "document": "40123456"}
    where = stranger.client.post("/follow", data=sent).location
    assert stranger.get(where).status_code == 200
    town.clock.advance(minutes=1)
    carla.post(f"{at}/code")
    assert stranger.get(where).status_code == 303


def test_the_file_is_no_page_for_strangers(town: Town) -> None:
    _, at = file_of(town)
    assert town.visitor("pedro").get(at).status_code == 403
    assert town.visitor("luis").get(at).status_code == 404
    assert town.visitor().get(at).status_code == 303
