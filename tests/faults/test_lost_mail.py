import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event as Flag

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.models import Job, JobKind
from engine.outbox import send_mail
from engine.senders.mail import MailSender, SmtpServer
from engine.worker import Worker
from tests.receivers import MailServer, mail_server

ROOT = Path(__file__).resolve().parents[2]
MAILS = 40
WORKER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from engine.database import Database
from engine.models import JobKind
from engine.senders.mail import MailSender, SmtpServer
from engine.worker import Worker
sender = MailSender(SmtpServer.from_url(sys.argv[2]), "a@example.org", Path("unused"))
worker = Worker(Database(sys.argv[1]), lambda: datetime.now(UTC), batch=5, lease=timedelta(seconds=1),
                senders={JobKind.MAIL: sender})
while True:
    worker.run_once()
"""
# seconds: a process may take so long to start on a machine that others use as well
PATIENCE = 150


def written(database: Database, count: int) -> set[str]:
    """Mails left in transactions of their own; the ids that their receivers must see."""
    return {database.write(partial(write, number)) for number in range(count)}


def write(number: int, session: Session) -> str:
    return send_mail(
        session,
        to="rosa@example.org",
        subject=f"Mail {number}",
        text="Come.",
        key=str(number),
        at=datetime.now(UTC),
    )


def begin(database: Database, server: MailServer) -> "subprocess.Popen[bytes]":
    url = database.engine.url.render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, url, server.url],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def finish(database: Database, server: MailServer) -> None:
    """What a second worker does when every lease of the killed one, and every pause after a failure, has ended."""
    later = datetime.now(UTC) + timedelta(hours=3)
    sender = MailSender(SmtpServer.from_url(server.url), "a@example.org", Path("unused"))
    Worker(database, lambda: later, senders={JobKind.MAIL: sender}).run_until_idle()


def ids(server: MailServer) -> Counter[str]:
    return Counter(mail["Message-ID"].strip("<>").partition("@")[0] for mail in server.received)


def waiting(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0


def failures(database: Database) -> list[tuple[str, int, str | None]]:
    """What was tried in vain and is to be tried again."""
    with database.reading() as session:
        asked = select(Job.key, Job.attempts, Job.last_error).where(Job.last_error.is_not(None))
        return [(key, attempts, error) for key, attempts, error in session.execute(asked)]


class Killing:
    """Kills a worker once so many more mails have come: when one is taken and not yet said to be, or just after."""

    def __init__(self, server: MailServer, rng: random.Random) -> None:
        self.server = server
        self.rng = rng
        self.enough = sys.maxsize
        self.is_before = True
        self.is_enough = Flag()
        self.is_over = Flag()
        server.before_ok = self.taken

    def taken(self) -> None:
        """A mail has come, and its sender waits to be told so."""
        if len(self.server.received) < self.enough:
            return
        if len(self.server.received) == self.enough and not self.is_before:
            self.is_enough.set()
            return
        self.is_enough.set()
        self.is_over.wait(PATIENCE)  # no more gets through: the worker never finishes all of them

    def kill(self, process: "subprocess.Popen[bytes]", more: int) -> None:
        """Wait for so many more mails, then kill the process that sends them."""
        self.is_before = self.rng.random() < 0.5
        self.is_enough.clear()
        self.is_over.clear()
        self.enough = len(self.server.received) + more
        assert self.is_enough.wait(PATIENCE), "the worker sends nothing"
        time.sleep(self.rng.uniform(0.0, 0.01))
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
        self.enough = sys.maxsize
        self.is_over.set()


def test_a_worker_killed_between_sending_and_noting_it_sends_again_under_the_same_id(
    database: Database,
) -> None:
    (mail_id,) = written(database, 1)
    with mail_server() as server:
        process = begin(database, server)

        def kill() -> None:
            process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE)
            server.before_ok = lambda: None

        server.before_ok = kill
        process.wait(PATIENCE)
        assert ids(server) == {mail_id: 1}
        assert waiting(database) == 1
        finish(database, server)
        first, again = server.received
        assert ids(server) == {mail_id: 2}
        assert first.as_bytes() == again.as_bytes()
    assert waiting(database) == 0


@pytest.mark.parametrize("kills", [2, pytest.param(30, marks=pytest.mark.soak)])
def test_no_mail_is_lost_however_often_the_worker_is_killed(database: Database, kills: int) -> None:
    rng = random.Random(5)
    wanted = written(database, MAILS * kills // 2)
    with mail_server() as server:
        killing = Killing(server, rng)
        failed = []
        for _ in range(kills):
            killing.kill(begin(database, server), rng.randint(3, MAILS // 4))
            failed += failures(database)
        assert 0 < waiting(database) < len(wanted), failed
        finish(database, server)
        sent = ids(server)
    assert set(sent) == wanted, failed
    # what a killed worker had sent and not noted, and what was answered too late, on a machine with too much to do
    assert sum(sent.values()) - len(wanted) <= kills + len(failed), failed
    assert waiting(database) == 0
    print(
        f"no mail of {len(wanted)} lost in {kills} kills, {sum(sent.values()) - len(wanted)} sent twice"
    )
