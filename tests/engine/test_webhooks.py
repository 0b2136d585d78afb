"""Calls of other machines for what happened: signed, repeated under one id, never inside the own network unasked."""

import pytest
from sqlalchemy.orm import Session

from engine import outbox, webhooks
from engine.database import Database
from engine.errors import Refusal, Said
from engine.models import JobKind
from engine.outbox import (
    send_webhook,
)
from engine.senders.calling import is_outside, signature
from engine.senders.webhook import WebhookSender
from engine.worker import Worker
from tests.clock import Clock
from tests.engine.office import TWO_TASKS, TownHall
from tests.receivers import web_server


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
        assert (
            outbox.troubled(session)[0].said
            == Said("it answered {status}", {"status": 307}).to_json()
        )


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


def calling(database: Database, clock: Clock) -> Worker:
    sender = WebhookSender(database, clock, ["127.0.0.1"])
    return Worker(database, clock, senders={JobKind.WEBHOOK: sender})
