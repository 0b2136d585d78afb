import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import outbox, webhooks
from engine.database import Database
from engine.errors import Refusal, Said
from engine.incidents import open_incidents, retry
from engine.jobs import MOST_ATTEMPTS_OUTSIDE, enqueue
from engine.models import Incident, Job, JobKind
from engine.outbox import (
    NotDiscarded,
    discard,
    is_address,
    send_again,
    send_mail,
    send_webhook,
)
from engine.record.facts import verify_chain
from engine.senders.calling import is_outside, signature
from engine.senders.mail import MailSender, SmtpServer
from engine.senders.webhook import WebhookSender
from engine.worker import Worker
from tests.clock import Clock
from tests.engine.office import TWO_TASKS, TownHall
from tests.receivers import mail_server, web_server


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
            assert "450" in str(lost.error)
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


# --- webhooks -------------------------------------------------------------------------------------


def test_a_fact_asked_for_becomes_a_signed_call_without_persons_or_answers(
    database: Database, clock: Clock
) -> None:
    with web_server() as server:
        with database.transaction() as session:
            hall = TownHall(session, clock())
            hook = webhooks.subscribe(
                session,
                server.url,
                ["case_started", "case_read"],
                inner_hosts=["127.0.0.1"],
                at=clock(),
            )
            hall.start(hall.publish(TWO_TASKS), name="Rosa")
        assert calling(database, clock).run_until_idle() == 1
    (call,) = server.calls
    assert hook.facts == ["case_started"]
    assert call.path == "/hook"
    assert b'"type":"case_started"' in call.body
    assert b"Rosa" not in call.body
    said = signature(
        hook.secret, call.headers["webhook-id"], call.headers["webhook-timestamp"], call.body
    )
    assert call.headers["webhook-signature"] == said


def test_facts_nobody_asked_for_call_nobody(database: Database, clock: Clock) -> None:
    with web_server() as server, database.transaction() as session:
        hall = TownHall(session, clock())
        subscribe(session, server.url, clock)
        hall.start(hall.publish(TWO_TASKS))
        assert outbox.waiting(session) == 0


def test_the_signature_is_that_of_the_specification() -> None:
    # The example of standardwebhooks.com.
    assert (
        signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            b'{"test": 2432232314}',
        )
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_removed_subscription_is_called_no_more(database: Database, clock: Clock) -> None:
    with web_server() as server:
        with database.transaction() as session:
            hook = subscribe(session, server.url, clock)
            send_webhook(session, server.url, "told", {}, key="1", at=clock())
        with database.transaction() as session:
            webhooks.unsubscribe(session, hook)
        assert calling(database, clock).run_until_idle() == 1
        assert server.calls == []


def test_a_call_that_is_repeated_has_the_same_id_and_body(database: Database, clock: Clock) -> None:
    with web_server() as server:
        with database.transaction() as session:
            subscribe(session, server.url, clock)
            call_id = send_webhook(session, server.url, "told", {"a": 1}, key="1", at=clock())
        server.status = 503
        calling(database, clock).run_once()
        clock.advance(minutes=1)
        server.status = 200
        calling(database, clock).run_once()
        first, again = server.calls
        assert first.headers["webhook-id"] == again.headers["webhook-id"] == call_id
        assert first.body == again.body
        assert first.headers["webhook-timestamp"] != again.headers["webhook-timestamp"]


def test_a_redirect_is_not_followed(database: Database, clock: Clock) -> None:
    with web_server() as server, web_server() as elsewhere:
        with database.transaction() as session:
            subscribe(session, server.url, clock)
            send_webhook(session, server.url, "told", {}, key="1", at=clock())
        server.status, server.location = 307, elsewhere.url
        calling(database, clock).run_once()
        assert elsewhere.calls == []
    with database.reading() as session:
        assert outbox.troubled(session)[0].error == Said("it answered {status}", {"status": 307})


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07::1", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:10.0.0.1", False),
        ("2002:0a00:0001::", False),
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b::93.184.215.14", True),
        ("64:ff9b:1::93.184.215.14", False),
        ("::127.0.0.1", False),
        ("::ffff:224.0.0.1", False),
    ],
)
def test_an_address_of_the_own_network_is_told_from_the_internet(
    address: str, outside: bool
) -> None:
    assert is_outside(address) is outside


def test_a_host_inside_is_called_only_as_long_as_the_setting_names_it(
    database: Database, clock: Clock
) -> None:
    with web_server() as server:
        with database.transaction() as session:
            subscribe(session, server.url, clock)
            send_webhook(session, server.url, "told", {}, key="1", at=clock())
        sender = WebhookSender(database, clock)
        Worker(database, clock, senders={JobKind.WEBHOOK: sender}).run_once()
        assert server.calls == []
    with database.reading() as session:
        assert outbox.given_up(session) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",  # not encrypted
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00::1]/",
        "https://localhost/",
        "https://intranet/",
        "https://printer.local/",
        "https://user:word@example.org/",
        "https://example.org:99999/",
        "https://exam ple.org/",
        "https:///path",
        "file:///etc/passwd",
        "gopher://example.org/",
        "https://example.org/" + "x" * 500,
        "https://ejemplo.pe/ñ",
        "https://example.org/\r\nX: y",
    ],
)
def test_an_address_that_must_not_be_called_is_refused(
    session: Session, clock: Clock, url: str
) -> None:
    with pytest.raises(webhooks.AddressUnusable):
        webhooks.subscribe(session, url, ["case_started"], at=clock())


def test_what_is_no_address_of_the_web_is_not_said_to_be_inside(
    session: Session, clock: Clock
) -> None:
    with pytest.raises(webhooks.AddressUnusable) as told:
        webhooks.subscribe(session, "ftp://intranet/", ["case_started"], at=clock())
    assert type(told.value) is webhooks.AddressUnusable  # no setting allows it


def test_the_same_address_is_subscribed_once(session: Session, clock: Clock) -> None:
    webhooks.subscribe(session, "https://example.org/h", ["case_started"], at=clock())
    with pytest.raises(Refusal, match="Remove that subscription first"):
        webhooks.subscribe(session, "https://example.org/h", ["case_started"], at=clock())


def subscribe(session: Session, url: str, clock: Clock) -> int:
    made = webhooks.subscribe(
        session, url, ["case_suspended"], inner_hosts=["127.0.0.1"], at=clock()
    )
    return made.id


def mailing(database: Database, clock: Clock, url: str) -> Worker:
    sender = MailSender(SmtpServer.from_url(url), "Mesa <mesa@example.gob.pe>", Path("unused"))
    return Worker(database, clock, senders={JobKind.MAIL: sender})


def calling(database: Database, clock: Clock) -> Worker:
    sender = WebhookSender(database, clock, ["127.0.0.1"])
    return Worker(database, clock, senders={JobKind.WEBHOOK: sender})
