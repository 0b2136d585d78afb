"""Mail servers, receivers and services that behave badly: nothing is lost, nothing more is sent, nobody else waits."""

import logging
from pathlib import Path
from threading import Event as Flag

import pytest
from sqlalchemy import select

from engine.database import Database
from engine.errors import Said
from engine.jobs import MOST_ATTEMPTS_OUTSIDE, GiveUp
from engine.models import Incident, Job, JobKind
from engine.outbox import send_mail, send_webhook, troubled
from engine.senders import calling, webhook
from engine.senders.mail import MailSender, SmtpServer
from engine.senders.webhook import WebhookSender
from engine.service_tasks import ServiceFailed
from engine.webhooks import subscribe
from engine.worker import Worker
from tests.clock import Clock
from tests.engine.bench import SERVICE, Bench, facts, started
from tests.faults.story import check_whole
from tests.receivers import mail_server, web_server

UNSOUND = "a\x00b\ud800c"


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """What is logged is not kept with the test: pytest-xdist ends with its first half of a surrogate pair."""
    caplog.set_level(logging.CRITICAL)


def mail(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        send_mail(session, to="rosa@example.org", subject="S", text="T", key="k", at=clock())


def jobs(database: Database) -> list[Job]:
    with database.reading() as session:
        return list(session.scalars(select(Job)))


@pytest.mark.parametrize("bye", ["", "421 too busy", "250 what?", "500 unknown"])
def test_a_mail_that_was_taken_is_not_sent_again_however_the_server_says_good_bye(
    sqlite_database: Database, clock: Clock, tmp_path: Path, bye: str
) -> None:
    mail(sqlite_database, clock)
    with mail_server() as server:
        server.bye = bye
        sender = MailSender(SmtpServer.from_url(server.url), "a@example.org", tmp_path)
        worker = Worker(sqlite_database, clock, senders={JobKind.MAIL: sender})
        for _ in range(3):
            worker.run_until_idle()
            clock.advance(hours=2)
        assert len(server.received) == 1
    assert jobs(sqlite_database) == []


def test_a_receiver_that_never_answers_is_called_once_in_a_while_and_the_others_at_once(
    sqlite_database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "TIME_LIMIT", 0.4)
    monkeypatch.setattr(webhook, "SLOW", 0.2)
    over = Flag()
    with web_server() as silent, web_server() as other:
        silent.promised = 10  # bytes that never come
        silent.status = 500
        silent.before = lambda: over.wait(30)
        with sqlite_database.transaction() as session:
            for server in (silent, other):
                subscribe(
                    session, server.url, ["case_started"], inner_hosts=["127.0.0.1"], at=clock()
                )
            for number in range(6):
                for name, server in (("s", silent), ("o", other)):
                    send_webhook(session, server.url, "told", {}, key=f"{name}{number}", at=clock())
        sender = WebhookSender(sqlite_database, clock, ["127.0.0.1"])
        Worker(sqlite_database, clock, senders={JobKind.WEBHOOK: sender}).run_until_idle()
        assert len(other.calls) == 6
        assert len(silent.calls) == 1
        waiting = {job.key: job.attempts for job in jobs(sqlite_database)}
        assert waiting == {f"webhook:s{number}": 1 for number in range(6)}
        over.set()
        silent.before = lambda: None
        silent.status, silent.promised = 204, None
        monkeypatch.setattr(sender, "_silent", {})
        clock.advance(minutes=1)
        Worker(sqlite_database, clock, senders={JobKind.WEBHOOK: sender}).run_until_idle()
        assert len({call.headers["webhook-id"] for call in silent.calls}) == 6
    assert jobs(sqlite_database) == []


@pytest.mark.parametrize("status", [500, 302, 429])
def test_a_receiver_that_does_not_take_a_call_is_asked_for_a_day_then_an_operator_is(
    sqlite_database: Database, clock: Clock, status: int
) -> None:
    with web_server() as server:
        server.status = status
        with sqlite_database.transaction() as session:
            subscribe(session, server.url, ["case_started"], inner_hosts=["127.0.0.1"], at=clock())
            send_webhook(session, server.url, "told", {}, key="k", at=clock())
        sender = WebhookSender(sqlite_database, clock, ["127.0.0.1"])
        worker = Worker(sqlite_database, clock, senders={JobKind.WEBHOOK: sender})
        for _ in range(MOST_ATTEMPTS_OUTSIDE + 5):
            worker.run_until_idle()
            clock.advance(hours=2)
        assert len(server.calls) == MOST_ATTEMPTS_OUTSIDE
        assert len({call.headers["webhook-id"] for call in server.calls}) == 1
    with sqlite_database.reading() as session:
        assert (
            troubled(session)[0].said == Said("it answered {status}", {"status": status}).to_json()
        )


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(UNSOUND),
        GiveUp(UNSOUND),
        GiveUp(Said("it answered {status}", {"status": UNSOUND})),
        ServiceFailed(UNSOUND, UNSOUND),
    ],
)
def test_words_of_another_machine_that_no_database_holds_become_an_incident_like_any(
    database: Database, clock: Clock, error: Exception
) -> None:
    bench = Bench(database, clock)
    case_id = started(bench, SERVICE)

    def service(_job: Job) -> dict[str, object]:
        raise error

    bench.connectors["registry"] = service
    for _ in range(9):
        bench.worker().run_until_idle()
        clock.advance(hours=2)
    assert facts(bench, case_id)[-1] == "incident_raised"
    with database.reading() as session:
        assert "ab?c" in session.scalars(select(Incident)).one().message
        check_whole(session, at=clock())


@pytest.mark.usefixtures("quiet")
def test_names_of_data_that_no_database_holds_become_an_incident_too(
    database: Database, clock: Clock
) -> None:
    bench = Bench(database, clock)
    case_id = started(bench, SERVICE)
    bench.connectors["registry"] = lambda _job: {UNSOUND: 1}
    for _ in range(9):
        bench.worker().run_until_idle()
        clock.advance(hours=2)
    assert facts(bench, case_id)[-1] == "incident_raised"
