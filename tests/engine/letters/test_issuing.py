"""Letters of cases: issued with the task that makes them, numbered, set by the worker, kept in the facts."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import history
from engine.database import Database
from engine.files.store import FileStore
from engine.letters import press, print_shop
from engine.letters.refusals import BadLetters, BadTemplate, TypesettingMissing
from engine.models import (
    Case,
    Document,
    Event,
    Incident,
    Job,
    JobKind,
    Letter,
    Person,
    Task,
    TaskStatus,
)
from engine.tasks import complete_task
from engine.worker import Worker
from tests.clock import Clock
from tests.engine.office import TownHall, diagram

# WeasyPrint leaves the colour profile of PDF/A to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)

ONE_TASK = diagram(
    '<startEvent id="start"/><userTask id="decide" name="Decide"/><endEvent id="done"/>',
    flows="start>decide decide>done",
)
LOOP = diagram(
    '<startEvent id="start"/><userTask id="decide" name="Decide"/>'
    '<exclusiveGateway id="again" default="again_done"/><endEvent id="done"/>'
    '<sequenceFlow id="back" sourceRef="again" targetRef="decide">'
    "<conditionExpression>more = true</conditionExpression></sequenceFlow>",
    flows="start>decide decide>again again>done",
)
BY_PROPERTY = diagram(
    '<startEvent id="start"/><userTask id="decide" name="Decide"/>'
    '<endEvent id="done"><extensionElements><e:extension>'
    '<e:property name="letter">permit</e:property></e:extension></extensionElements></endEvent>',
    flows="start>decide decide>done",
)


GRANTED = "Granted to {{ case.applicant.name }}."


def sheet(after: list[str], text: str = GRANTED, **more: Any) -> dict[str, Any]:
    letter = {"title": "Permit", "series": "P", "after": after, "template": text, **more}
    return {"number_prefix": "PE", "letters": {"permit": letter}}


def letters(session: Session, case: Case) -> list[Letter]:
    statement = select(Letter).where(Letter.case_id == case.id).order_by(Letter.ordinal)
    return list(session.scalars(statement))


def facts(session: Session, case: Case) -> list[str]:
    statement = select(Event.type).where(Event.case_id == case.id).order_by(Event.seq)
    return list(session.scalars(statement))


def decide(hall: TownHall, case: Case, **answers: Any) -> None:
    task = hall.session.scalars(
        select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)
    ).one()
    complete_task(hall.session, task.id, answers, by=hall.people["carla"], at=hall.at)


@pytest.fixture
def desk(hall: TownHall) -> TownHall:
    """The town hall with Carla at a desk that does every task."""
    hall.person("carla", "Desk")
    return hall


def start(desk: TownHall, model: bytes, said: dict[str, Any], key: str = "permit") -> Case:
    carla = desk.people["carla"]
    version = desk.publish(model, key=key, by=carla, sheet=said)
    return desk.start(version, by=carla)


def test_a_completed_task_issues_its_letter(desk: TownHall) -> None:
    case = start(desk, ONE_TASK, sheet(["decide"]))
    assert letters(desk.session, case) == []
    decide(desk, case)
    issued = letters(desk.session, case)
    assert [letter.number for letter in issued] == ["PE-P-2026-000001"]
    assert issued[0].issued_at == desk.at
    assert issued[0].office_id == desk.office("Desk").id


def test_a_letter_of_the_start_is_issued_with_the_case(desk: TownHall) -> None:
    case = start(desk, ONE_TASK, sheet(["start"]))
    assert len(letters(desk.session, case)) == 1
    decide(desk, case)
    assert len(letters(desk.session, case)) == 1


def test_an_element_may_name_its_letter_in_the_diagram(desk: TownHall) -> None:
    case = start(desk, BY_PROPERTY, sheet([]))
    decide(desk, case)
    assert [letter.element_id for letter in letters(desk.session, case)] == ["done"]


def test_a_task_done_again_issues_again_with_the_next_number(desk: TownHall) -> None:
    case = start(desk, LOOP, sheet(["decide"]))
    decide(desk, case, more=True)
    decide(desk, case, more=False)
    numbers = [letter.number for letter in letters(desk.session, case)]
    assert numbers == ["PE-P-2026-000001", "PE-P-2026-000002"]


def test_numbers_begin_anew_with_each_procedure_series_and_year(
    desk: TownHall, clock: Clock
) -> None:
    first = start(desk, ONE_TASK, sheet(["start"]))
    named = {**sheet(["start"]), "number_prefix": "OT"}
    other = start(desk, ONE_TASK, named, key="other")
    series = start(desk, ONE_TASK, sheet(["start"], series="Q"))
    desk.at = clock.advance(days=365)
    next_year = start(desk, ONE_TASK, sheet(["start"]))
    again = start(desk, ONE_TASK, sheet(["start"]))
    numbers = [
        letters(desk.session, case)[0].number for case in (first, other, series, next_year, again)
    ]
    assert numbers == [
        "PE-P-2026-000001",
        "OT-P-2026-000001",
        "PE-Q-2026-000001",
        "PE-P-2027-000001",
        "PE-P-2027-000002",
    ]


def test_the_facts_tell_of_the_letter_and_fix_its_words(desk: TownHall) -> None:
    case = start(desk, ONE_TASK, sheet(["decide"]))
    decide(desk, case)
    told = next(e for e in history.timeline(desk.session, case) if e.type == "letter_issued")
    letter = letters(desk.session, case)[0]
    assert letter.words is not None
    assert told.data["number"] == letter.number
    assert told.data["template"] == letter.template_hash
    assert told.data["words"] == hashlib.sha256(letter.words.encode()).hexdigest()
    assert letter.code not in str(told.data)
    assert history.verify_chain(desk.session, case.id)


def test_a_letter_that_cannot_be_made_is_an_incident_and_takes_no_number(desk: TownHall) -> None:
    case = start(desk, ONE_TASK, sheet(["decide"], "{{ long }}"))
    decide(desk, case, long="a" * 60_001)
    assert letters(desk.session, case) == []
    assert case.status == "completed"
    incident = desk.session.scalars(select(Incident).where(Incident.case_id == case.id)).one()
    assert incident.kind == "letter_failed"
    assert "too long" in incident.message
    assert facts(desk.session, case)[-1] == "incident_raised"
    after = start(desk, ONE_TASK, sheet(["decide"], "{{ long }}"))
    decide(desk, after, long="short")
    assert letters(desk.session, after)[0].number.endswith("000001")


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (sheet(["nowhere"]), "no element “nowhere”"),
        (sheet(["decide"], "{{#if"), "cannot be read at line 1"),
        (sheet(["decide"], series="p-1"), "series"),
        (sheet(["decide"], title=""), "title"),
        (sheet(["decide"], language="tlh"), "language"),
        ({"letters": {"permit": {"title": "x"}}}, "missing"),
        ({"letters": ["permit"]}, "by name"),
    ],
)
def test_letters_that_cannot_work_are_refused_when_the_version_is_published(
    desk: TownHall, said: dict[str, Any], problem: str
) -> None:
    with pytest.raises((BadLetters, BadTemplate), match=problem):
        desk.publish(ONE_TASK, sheet=said)


def test_a_diagram_that_asks_for_an_unknown_letter_is_refused(desk: TownHall) -> None:
    with pytest.raises(BadLetters, match="permit"):
        desk.publish(BY_PROPERTY)


# --- set by the worker -----------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def issued(database: Database, clock: Clock) -> int:
    """A case whose letter waits for the worker; its id."""
    with database.transaction() as session:
        hall = TownHall(session, clock())
        hall.person("carla", "Desk")
        case = start(hall, ONE_TASK, sheet(["decide"]))
        decide(hall, case)
        return case.id


def worker(database: Database, clock: Clock, files: FileStore) -> Worker:
    made = press.LetterPress(database, files, clock, "https://example.gob.pe/verify")
    return Worker(database, clock, senders={JobKind.LETTER: made})


def test_the_worker_sets_the_letter_and_its_hash_is_in_the_facts(
    issued: int, database: Database, clock: Clock, files: FileStore
) -> None:
    worker(database, clock, files).run_until_idle()
    with database.reading() as session:
        case = session.get_one(Case, issued)
        document = history.documents(session, case)[0]
        assert (document.number, document.origin) == (1, "letter")
        assert document.name == "Permit PE-P-2026-000001.pdf"
        assert document.media_type == "application/pdf"
        assert files.is_sound(document.sha256)
        assert files.open(document.sha256).read(5) == b"%PDF-"
        told = history.timeline(session, case)[-1]
        assert (told.type, told.data["sha256"]) == ("document_added", document.sha256)
        assert letters(session, case)[0].words is None
        assert history.verify_chain(session, issued)


def test_the_same_job_twice_adds_one_document(
    issued: int, database: Database, clock: Clock, files: FileStore
) -> None:
    made = press.LetterPress(database, files, clock, "https://example.gob.pe/verify")
    with database.reading() as session:
        job = session.scalars(select(Job).where(Job.kind == JobKind.LETTER)).one()
    made(job)
    made(job)
    with database.reading() as session:
        assert len(session.scalars(select(Document)).all()) == 1


def test_a_letter_whose_process_is_killed_is_set_again_and_once(
    issued: int,
    database: Database,
    clock: Clock,
    files: FileStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hasty = print_shop.PrintShop(patience=0.001)  # kills its process before that has begun
    monkeypatch.setattr(press, "typeset_apart", hasty.typeset)
    worker(database, clock, files).run_once()
    with database.reading() as session:
        job = session.scalars(select(Job).where(Job.kind == JobKind.LETTER)).one()
        assert job.last_error is not None
        assert "took more than" in job.last_error
    monkeypatch.setattr(press, "typeset_apart", print_shop.typeset_apart)
    clock.advance(minutes=5)
    worker(database, clock, files).run_until_idle()
    worker(database, clock, files).run_until_idle()
    with database.reading() as session:
        assert len(session.scalars(select(Document)).all()) == 1


def test_letters_of_months_are_spread_the_newest_first(
    issued: int, database: Database, clock: Clock, files: FileStore
) -> None:
    clock.advance(hours=1)
    with database.transaction() as session:
        hall = TownHall(session, clock())
        hall.people["carla"] = session.scalars(select(Person).where(Person.name == "carla")).one()
        newest = start(hall, ONE_TASK, sheet(["start"])).id
    with database.transaction() as session:
        assert press.print_at_leisure(session, every=timedelta(minutes=1), at=clock()) == 2
    worker(database, clock, files).run_until_idle()
    with database.reading() as session:
        assert list(session.scalars(select(Document.case_id))) == [newest]
    clock.advance(minutes=1)
    worker(database, clock, files).run_until_idle()
    with database.reading() as session:
        assert set(session.scalars(select(Document.case_id))) == {newest, issued}


def test_without_a_press_letters_wait(issued: int, database: Database, clock: Clock) -> None:
    assert Worker(database, clock).run_until_idle() == 0
    with database.reading() as session:
        assert session.scalars(select(Letter)).one().document is None


def test_without_pango_the_job_is_put_off_with_a_sentence(
    issued: int,
    database: Database,
    clock: Clock,
    files: FileStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(*_: object) -> bytes:
        raise TypesettingMissing

    monkeypatch.setattr(press, "typeset_apart", missing)
    worker(database, clock, files).run_once()
    with database.reading() as session:
        job = session.scalars(select(Job).where(Job.kind == JobKind.LETTER)).one()
        assert job.last_error is not None
        assert "Pango is missing" in job.last_error
    monkeypatch.setattr(press, "typeset_apart", print_shop.typeset_apart)
    clock.advance(minutes=5)
    worker(database, clock, files).run_until_idle()
    with database.reading() as session:
        assert len(session.scalars(select(Document)).all()) == 1
