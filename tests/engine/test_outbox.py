import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import outbox
from engine.database import Database
from engine.incidents import open_incidents, retry
from engine.jobs import MOST_ATTEMPTS_OUTSIDE, enqueue
from engine.models import Incident, Job, JobKind
from engine.outbox import (
    NotDiscarded,
    discard,
    is_address,
    send_again,
    send_mail,
)
from engine.record.facts import verify_chain
from engine.senders.mail import MailSender, SmtpServer
from engine.worker import Worker
from tests.clock import Clock
from tests.engine.office import TWO_TASKS, TownHall
from tests.receivers import mail_server


def test_a_mail_is_written_with_what_it_tells_or_not_at_all(
    database: Database, clock: Clock
) -> None:
    def told_and_broken(session: Session) -> None:
        send_mail(session, to="rosa@example.org", subject="S", text="T", key="k", at=clock())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.write(told_and_broken)
    with database.reading() as session:
        assert outbox.waiting(session) == 0


def test_the_same_mail_asked_for_twice_is_sent_once(session: Session, clock: Clock) -> None:
    first = send_mail(session, to="rosa@example.org", subject="S", text="T", key="k", at=clock())
    again = send_mail(session, to="rosa@example.org", subject="S", text="T", key="k", at=clock())
    assert first == again
    assert outbox.waiting(session) == 1


def test_a_long_key_is_a_key_as_well(session: Session, clock: Clock) -> None:
    for key in ("x" * 200 + "a", "x" * 200 + "b"):
        send_mail(session, to="rosa@example.org", subject="S", text="T", key=key, at=clock())
    assert outbox.waiting(session) == 2


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("rosa@example.org", True),
        ("rosa.ruiz+tupa@mesa.example.gob.pe", True),
        ("root@localhost", True),
        ("rosa", False),
        ("rosa@", False),
        ("Rosa <rosa@example.org>", False),
        ("rosa@example.org, eva@example.org", False),
        ("rosa@example.org\r\nBcc: all@example.org", False),
        ("rosa@exa mple.org", False),
        ("ñahui@example.org", False),
        ("a" * 65 + "@example.org", False),
    ],
)
def test_an_address_is_one_plain_address(text: str, is_one: bool) -> None:
    assert is_address(text) is is_one


def test_a_mail_arrives_with_its_words_and_a_stable_id(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        mail_id = send_mail(
            session,
            to="rosa@example.org",
            subject="Su expediente\r\nBcc: all@example.org\x85X: y",
            text="Señora Ñahui:\n.\nvenga.",
            html="<p>Señora Ñahui</p>",
            key="k",
            at=clock(),
        )
    with mail_server() as server:
        worker = mailing(database, clock, server.url)
        assert worker.run_until_idle() == 1
        assert worker.run_until_idle() == 0
    (mail,) = server.received
    assert mail["Message-ID"] == f"<{mail_id}@example.gob.pe>"
    assert mail["Subject"] == "Su expediente Bcc: all@example.org X: y"
    assert mail["Bcc"] is None
    assert mail["Auto-Submitted"] == "auto-generated"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == "Señora Ñahui:\n.\nvenga.\n"
    assert "Señora" in html.get_content()


def test_a_mail_that_cannot_be_delivered_is_an_incident_of_its_case_and_can_be_sent_again(
    database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        hall = TownHall(session, clock())
        olga = hall.person("olga", "Office", roles=("operator",))
        case = hall.start(hall.publish(TWO_TASKS), by=olga)
        send_mail(
            session,
            to="rosa@example.org",
            subject="S",
            text="T",
            case_id=case.id,
            key="k",
            at=clock(),
        )
    with mail_server() as server:
        server.refused["rosa@example.org"] = "550 no such person"
        worker = mailing(database, clock, server.url)
        worker.run_until_idle()
        with database.transaction() as session:
            (incident,) = open_incidents(session, olga)
            assert incident.message == "rosa@example.org is refused: 550 no such person"
            verify_chain(session, case.id)
            retry(session, case.id, incident.number, "She has moved", by=olga, at=clock())
        server.refused.clear()
        worker.run_until_idle()
        assert len(server.received) == 1
    with database.reading() as session:
        assert not session.scalars(select(Incident).where(Incident.resolved_at.is_(None))).all()


def test_a_server_that_is_away_is_asked_for_a_day_before_an_operator_is(
    database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        send_mail(session, to="rosa@example.org", subject="S", text="T", key="k", at=clock())
    with mail_server() as server:
        server.refused["rosa@example.org"] = "450 later"
        worker = mailing(database, clock, server.url)
        began = clock()
        for _ in range(MOST_ATTEMPTS_OUTSIDE):
            assert worker.run_once() == 1
            with database.reading() as session:
                run_at = session.scalars(select(Job.run_at)).one()
            clock.advance(seconds=(run_at - clock()).total_seconds())
        assert timedelta(hours=18) < clock() - began < timedelta(hours=32)
        assert worker.run_once() == 0
        with database.transaction() as session:
            assert outbox.given_up(session) == 1
            (lost,) = outbox.troubled(session)
            assert "450" in lost.error
            send_again(session, lost.id, at=clock())
        server.refused.clear()
        assert worker.run_once() == 1
        assert len(server.received) == 1


def test_what_is_discarded_is_never_sent(session: Session, clock: Clock) -> None:
    send_mail(session, to="rosa@example.org", subject="S", text="T", key="k", at=clock())
    (job,) = session.scalars(select(Job)).all()
    discard(session, job.id)
    assert outbox.waiting(session) == 0


@pytest.mark.parametrize(
    ("kind", "key", "is_discardable"),
    [
        ("timer", "start:7:s:0", False),
        ("root", "root:2026-03-02:9", False),
        ("looks", "looks:-1", False),
        ("clock", "clock:recount:0:ab", False),
        ("log", "log:delete:7:1", False),
        ("mining", "mining:7", False),
        ("simulation", "simulation:7", False),
        ("report", "report:7:1", False),
        ("report", "sheet:7", True),
        ("message", "message:kept:7", True),
        ("sight", "sight:2026-03-02T00:01:00+00:00:-1", True),
        ("files", "files:2026-03-02", True),
    ],
)
def test_only_what_nothing_else_ends_with_is_discarded(
    session: Session, clock: Clock, kind: str, key: str, is_discardable: bool
) -> None:
    enqueue(session, JobKind(kind), key, {}, run_at=clock(), at=clock())
    job = session.scalars(select(Job)).one()
    job.is_dead, job.last_error = True, "disk full"
    session.flush()
    (told,) = outbox.troubled(session)
    assert told.is_discardable is is_discardable
    if is_discardable:
        discard(session, job.id)
    else:
        with pytest.raises(NotDiscarded, match="cannot be left out"):
            discard(session, job.id)
        send_again(session, job.id, at=clock())
    assert outbox.given_up(session) == 0


def test_a_mail_that_is_written_to_a_file_is_on_the_disk_by_its_name(
    database: Database, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, synced = tmp_path / "outbox", []

    def fsync(number: int) -> None:
        path = Path(f"/proc/self/fd/{number}").resolve()
        synced.append((path, [one.suffix for one in folder.iterdir()]))

    monkeypatch.setattr(os, "fsync", fsync)
    with database.transaction() as session:
        send_mail(session, to="rosa@example.org", subject="S", text="T", key="k", at=clock())
    sender = MailSender(None, "Mesa <mesa@example.gob.pe>", folder)
    Worker(database, clock, senders={JobKind.MAIL: sender}).run_until_idle()
    assert (folder, [".eml"]) in synced
    assert (tmp_path, [".eml"]) in synced


def mailing(database: Database, clock: Clock, url: str) -> Worker:
    sender = MailSender(SmtpServer.from_url(url), "Mesa <mesa@example.gob.pe>", Path("unused"))
    return Worker(database, clock, senders={JobKind.MAIL: sender})
