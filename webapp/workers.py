"""The workers of an installation: what `expedito serve` and `expedito worker` have running."""

import gc
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event as Flag
from threading import Thread

from designer.simulation.desk import SimulationDesk
from engine.casefile.desk import CopyDesk
from engine.casefile.signing import kept_signer
from engine.database import Database
from engine.file_sweep import FileSweeper
from engine.files import FileStore
from engine.inquiries import RegistryDesk
from engine.letters.typesetting import typeset
from engine.logs.desk import LogDesk
from engine.models import JobKind
from engine.senders.mail import MailSender, SmtpServer
from engine.senders.webhook import WebhookSender
from engine.worker import INSIDE, Sender, Worker
from webapp.config import Settings
from webapp.letter_press import letter_press
from webapp.report_press import ReportPress, report_files

LONG_LEASE = timedelta(
    minutes=30
)  # no second worker begins a simulation that the first is still at


def workers(settings: Settings, database: Database, clock: Callable[[], datetime]) -> list[Worker]:
    """Three: for what happens inside, for what waits for other machines, and for what takes its time."""
    server = SmtpServer.from_url(settings.smtp_url) if settings.smtp_url else None
    files = FileStore((settings.var / "files").resolve())
    senders: dict[JobKind, Sender] = {
        JobKind.LETTER: letter_press(settings, database, clock),
        JobKind.MAIL: MailSender(server, settings.mail_from, settings.outbox),
        JobKind.WEBHOOK: WebhookSender(database, clock, settings.webhook_hosts),
        JobKind.REGISTRY: RegistryDesk(database, files, clock, settings.registries),
        JobKind.EXPORT: CopyDesk(
            database, files, clock, settings.exports, typeset, kept_signer(settings.var)
        ),
    }
    # A thread of its own: minutes of simulating or of reading a log hold up no mail.
    thinking: dict[JobKind, Sender] = {
        JobKind.SIMULATION: SimulationDesk(database, clock),
        JobKind.REPORT: ReportPress(database, files, clock, settings),
        JobKind.LOG: LogDesk(database, files, clock, settings.zone),
        JobKind.FILES: FileSweeper(database, files, clock, report_files),
    }
    inside = Worker(database, clock, kinds=INSIDE, zone=settings.zone)
    outside = Worker(database, clock, senders=senders, kinds=tuple(senders), batch=10)
    beside = Worker(
        database, clock, senders=thinking, kinds=tuple(thinking), batch=1, lease=LONG_LEASE
    )
    return [inside, outside, beside]


def begin(found: list[Worker], stop: Flag) -> list[Thread]:
    """Let the workers work, each in a thread, until `stop` is set and what they have in hand is done."""
    threads = [Thread(target=one.run_forever, args=(stop,), name="worker") for one in found]
    for thread in threads:
        thread.start()
    return threads


def settle() -> None:
    """Called once everything is loaded, which stays for good: Python's collector no longer looks through it, and less
    often at what requests leave behind, most of which goes by itself.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
