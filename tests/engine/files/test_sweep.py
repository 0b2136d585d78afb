"""Files that nothing refers to go, and no other."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.files.documents import add_document
from engine.files.store import FileStore, StoredFile
from engine.files.sweep import ASIDE_FOR, UNUSED_FOR, FileSweeper, file_sweeps, plan_sweep
from engine.ids import new_id
from engine.models import AnswerDraft, FilingDraft, JobKind, Task, Version
from engine.window.filing import KEPT, attach, forget_drafts
from engine.worker import Worker
from tests.clock import Clock
from tests.engine.office import TWO_TASKS, TownHall


class Store:
    """A store whose files are as old as the test says, swept once a day by the worker."""

    def __init__(self, database: Database, clock: Clock, folder: Path) -> None:
        self.database, self.clock, self.files = database, clock, FileStore(folder)
        self.others: list[str] = []
        sweeper = FileSweeper(database, self.files, clock, lambda _session: self.others)
        self.worker = Worker(database, clock, senders={JobKind.FILES: sweeper})

    def put(self, content: bytes = b"%PDF-1.7 a plan") -> StoredFile:
        stored = self.files.put(BytesIO(content), "plan.pdf")
        now = self.clock().timestamp()
        os.utime(self.files.path(stored.sha256), (now, now))
        return stored

    def sweep(self) -> None:
        assert self.database.write(lambda session: plan_sweep(session, at=self.clock()))
        self.worker.run_until_idle()

    def is_there(self, stored: StoredFile) -> bool:
        return self.files.path(stored.sha256).exists()

    def is_aside(self, stored: StoredFile) -> bool:
        return stored.sha256 in list(self.files.aside())


def a_draft(session: Session, version: Version, clock: Clock) -> FilingDraft:
    draft = FilingDraft(
        id=new_id(clock()),
        code_hash="0" * 64,
        procedure_id=version.procedure_id,
        version_id=version.id,
        applicant={},
        answers={},
        documents={},
        consents={},
        started_at=clock(),
        saved_at=clock(),
        expires_at=clock() + KEPT,
    )
    session.add(draft)
    session.flush()
    return draft


@pytest.fixture
def store(database: Database, clock: Clock, tmp_path: Path) -> Store:
    return Store(database, clock, tmp_path / "files")


def test_what_nobody_used_for_a_week_is_put_aside_and_a_day_later_removed(
    store: Store, clock: Clock
) -> None:
    stored = store.put()
    clock.now += UNUSED_FOR - timedelta(hours=1)
    store.sweep()
    assert store.is_there(stored)
    clock.now += timedelta(days=1)
    store.sweep()
    assert (store.is_there(stored), store.is_aside(stored)) == (False, True)
    clock.now += ASIDE_FOR
    store.sweep()
    assert (store.is_there(stored), store.is_aside(stored)) == (False, False)
    with store.database.reading() as session:
        told = [
            (one.looked, one.put_aside, one.removed, one.removed_bytes)
            for one in file_sweeps(session)
        ]
    assert told == [(0, 0, 1, stored.size), (1, 1, 0, 0), (1, 0, 0, 0)]


def test_a_document_of_a_case_is_never_touched(store: Store, clock: Clock) -> None:
    stored = store.put()
    with store.database.transaction() as session:
        hall = TownHall(session, clock())
        case = hall.start(hall.publish(TWO_TASKS), by=hall.person("ana", "Front desk"))
        add_document(session, case, stored, origin="applicant", by=None, at=clock())
    clock.now += timedelta(days=4000)
    store.sweep()
    assert store.is_there(stored)


def test_what_is_still_being_filled_in_is_kept_and_goes_when_the_draft_goes(
    store: Store, clock: Clock
) -> None:
    stored = store.put()
    with store.database.transaction() as session:
        hall = TownHall(session, clock())
        version = hall.publish(TWO_TASKS)
        a_draft(session, version, clock).documents = {"plan": [stored.as_json()]}
    clock.now += KEPT - timedelta(hours=1)
    store.sweep()
    assert store.is_there(stored)
    clock.now += timedelta(days=1)
    store.database.write(lambda session: forget_drafts(session, at=clock()))
    store.sweep()
    assert store.is_aside(stored)


def test_what_was_typed_into_a_task_so_far_is_kept(store: Store, clock: Clock) -> None:
    stored = store.put()
    with store.database.transaction() as session:
        hall = TownHall(session, clock())
        ana = hall.person("ana", "Front desk")
        case = hall.start(hall.publish(TWO_TASKS), by=ana)
        task = session.scalars(select(Task).where(Task.case_id == case.id)).one()
        answers = {"rows": [{"plan": [stored.as_json()]}]}
        session.add(
            AnswerDraft(
                case_id=case.id,
                token=task.token,
                person_id=ana.id,
                answers=answers,
                saved_at=clock(),
            )
        )
    clock.now += timedelta(days=400)
    store.sweep()
    assert store.is_there(stored)


def test_what_other_rooms_refer_to_is_kept(store: Store, clock: Clock) -> None:
    stored = store.put()
    store.others.append(stored.sha256)
    clock.now += timedelta(days=400)
    store.sweep()
    assert store.is_there(stored)


def test_whoever_attaches_the_same_bytes_takes_them_back(store: Store, clock: Clock) -> None:
    stored = store.put()
    clock.now += timedelta(days=8)
    store.sweep()
    assert store.is_aside(stored)
    assert store.files.put(BytesIO(b"%PDF-1.7 a plan"), "again.pdf").sha256 == stored.sha256
    assert (store.is_there(stored), store.is_aside(stored)) == (True, False)


def test_whoever_reads_what_was_put_aside_takes_it_back(store: Store, clock: Clock) -> None:
    stored = store.put()
    clock.now += timedelta(days=8)
    store.sweep()
    assert b"".join(store.files.chunks(stored.sha256)) == b"%PDF-1.7 a plan"
    assert store.is_there(stored)


def test_what_came_into_use_after_it_was_put_aside_is_taken_back_by_the_next_sweep(
    store: Store, clock: Clock
) -> None:
    stored = store.put()
    clock.now += timedelta(days=8)
    store.sweep()
    with store.database.transaction() as session:  # committed late: its file was touched before
        hall = TownHall(session, clock())
        case = hall.start(hall.publish(TWO_TASKS), by=hall.person("ana", "Front desk"))
        add_document(session, case, stored, origin="applicant", by=None, at=clock())
    clock.now += timedelta(days=5)
    store.sweep()
    assert (store.is_there(stored), store.is_aside(stored)) == (True, False)


def test_what_is_attached_while_the_sweep_looks_is_not_put_aside(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = store.put()
    clock.now += timedelta(days=8)
    sweeper = FileSweeper(store.database, store.files, clock)
    unused = sweeper._unused

    def meanwhile(some: list[str], held: set[str]) -> set[str]:
        found = unused(some, held)
        store.put()  # between the look and the deed
        return found

    monkeypatch.setattr(sweeper, "_unused", meanwhile)
    monkeypatch.setitem(store.worker.senders, JobKind.FILES, sweeper)
    store.sweep()
    assert store.is_there(stored)


def test_a_day_is_swept_once(store: Store, clock: Clock) -> None:
    store.sweep()
    assert not store.database.write(lambda session: plan_sweep(session, at=clock()))


def test_attaching_to_a_draft_refers_to_the_file(store: Store, clock: Clock) -> None:
    stored = store.put()
    with store.database.transaction() as session:
        hall = TownHall(session, clock())
        version = hall.publish(TWO_TASKS)
        draft = a_draft(session, version, clock)
        draft.applicant, draft.proved_email = {"email": "r@home.example"}, "r@home.example"
        session.flush()
        attach(session, draft, "plan", [stored], at=clock())
        assert (
            session.scalars(select(FilingDraft.documents)).one()["plan"][0]["sha256"]
            == stored.sha256
        )


def test_what_never_arrived_whole_goes(store: Store, clock: Clock) -> None:
    store.put()
    half = store.files.folder / "incoming-half"
    half.write_bytes(b"%PDF")
    os.utime(half, (clock().timestamp(), clock().timestamp()))
    store.sweep()
    assert half.exists()
    clock.now += timedelta(days=2)
    store.sweep()
    assert not half.exists()
