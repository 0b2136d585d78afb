"""The workers of an installation: what `expedito serve` and `expedito worker` have running."""

import gc
from collections.abc import Callable
from datetime import datetime
from functools import cache
from threading import Event as Flag
from threading import Thread
from typing import TypeVar

from engine.database import Database
from engine.files.store import FileStore
from engine.models import Job, JobKind
from engine.worker import INSIDE, POLL_SECONDS, Connector, Sender, Worker
from webapp.config import Settings

Clock = Callable[[], datetime]
Given = TypeVar("Given")


def workers(settings: Settings, database: Database, clock: Clock) -> list[Worker]:
    """For what happens inside, for what is sent, for who asked to be told, for services of other machines, and for what
    takes its time.
    """
    files = FileStore((settings.var / "files").resolve())
    senders: dict[JobKind, Sender] = {
        JobKind.LETTER: at_first(lambda: _letter_press(settings, database, clock)),
        JobKind.MAIL: at_first(lambda: _mail_sender(settings)),
        JobKind.REGISTRY: at_first(lambda: _registry_desk(settings, database, files, clock)),
        JobKind.EXPORT: at_first(lambda: _copy_desk(settings, database, files, clock)),
    }
    # Whoever is told and does not answer holds up no mail.
    telling: dict[JobKind, Sender] = {
        JobKind.WEBHOOK: at_first(lambda: _webhook_sender(settings, database, clock))
    }
    # A thread of its own: minutes of simulating or of reading a log hold up no mail.
    thinking: dict[JobKind, Sender] = {
        JobKind.SIMULATION: at_first(lambda: _simulation_desk(settings, database, clock)),
        JobKind.REPORT: at_first(lambda: _report_press(settings, database, files, clock)),
        JobKind.LOG: at_first(lambda: _log_desk(settings, database, files, clock)),
        JobKind.MINING: at_first(lambda: _mining_desk(settings, database, clock)),
        JobKind.FILES: at_first(lambda: _sweeper(database, files, clock)),
    }
    # What another machine does for a case takes seconds, and holds up no timer.
    here = tuple(kind for kind in INSIDE if kind != JobKind.SERVICE)
    inside = Worker(database, clock, kinds=here, zone=settings.zone)
    outside = Worker(
        database,
        clock,
        senders=senders,
        kinds=tuple(senders),
        batch=10,
    )
    hooks = Worker(
        database,
        clock,
        senders=telling,
        kinds=tuple(telling),
        batch=5,  # calls that can all time out within a lease
    )
    # A machine that lets every call run into its time limit holds up no mail either.
    serving = Worker(
        database,
        clock,
        service=at_first(lambda: _service_desk(settings, database, clock)),
        kinds=(JobKind.SERVICE,),
        batch=5,  # calls that can all time out within a lease
    )
    # No second worker begins what the first is still at; what a killed one had begun stands still for minutes only.
    beside = Worker(
        database, clock, senders=thinking, kinds=tuple(thinking), batch=1, is_holding=True
    )
    return [inside, outside, hooks, serving, beside]


def at_first(made: Callable[[], Callable[[Job], Given]]) -> Callable[[Job], Given]:
    """A sender that comes into being with its first job, and with it what it alone needs of the libraries: presses,
    signatures and simulations weigh more than a whole inbox, and wait for days in most offices.
    """
    sender = cache(made)
    return lambda job: sender()(job)


def begin(found: list[Worker], stop: Flag) -> list[Thread]:
    """Let the workers work, each in a thread, until `stop` is set and what they have in hand is done.

    They look around one after the other, not in the same moment: one connection then does for all that are idle.
    """
    threads = [
        Thread(target=_work, args=(one, stop, place * POLL_SECONDS / len(found)), name="worker")
        for place, one in enumerate(found)
    ]
    for thread in threads:
        thread.start()
    return threads


def _work(worker: Worker, stop: Flag, after: float) -> None:
    if not stop.wait(after):
        worker.run_forever(stop)


def settle() -> None:
    """Called once everything is loaded, which stays for good: Python's collector no longer looks through it, and less
    often at what requests leave behind, most of which goes by itself.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _letter_press(settings: Settings, database: Database, clock: Clock) -> Sender:
    from webapp.letter_press import letter_press

    return letter_press(settings, database, clock)


def _mail_sender(settings: Settings) -> Sender:
    from engine.senders.mail import MailSender, SmtpServer
    from webapp.mail_links import mail_links

    server = SmtpServer.from_url(settings.smtp_url) if settings.smtp_url else None
    return MailSender(server, settings.mail_from, settings.outbox, mail_links(settings))


def _webhook_sender(settings: Settings, database: Database, clock: Clock) -> Sender:
    from engine.senders.webhook import WebhookSender

    return WebhookSender(database, clock, settings.webhook_hosts)


def _service_desk(settings: Settings, database: Database, clock: Clock) -> Connector:
    from engine.connectors.service import ServiceDesk

    return ServiceDesk(database, clock, settings.webhook_hosts)


def _registry_desk(
    settings: Settings, database: Database, files: FileStore, clock: Clock
) -> Sender:
    from engine.window.inquiries import RegistryDesk

    return RegistryDesk(database, files, clock, settings.registries)


def _copy_desk(settings: Settings, database: Database, files: FileStore, clock: Clock) -> Sender:
    from engine.casefile.desk import CopyDesk
    from engine.casefile.signing import kept_signer
    from engine.letters.print_shop import typeset_apart

    signer = kept_signer(settings.var)
    return CopyDesk(database, files, clock, settings.exports, typeset_apart, signer)


def _simulation_desk(settings: Settings, database: Database, clock: Clock) -> Sender:
    from designer.simulation.desk import SimulationDesk

    return SimulationDesk(database, clock, settings.zone)


def _report_press(settings: Settings, database: Database, files: FileStore, clock: Clock) -> Sender:
    from webapp.report_press import ReportPress

    return ReportPress(database, files, clock, settings)


def _log_desk(settings: Settings, database: Database, files: FileStore, clock: Clock) -> Sender:
    from engine.logs.desk import LogDesk

    return LogDesk(database, files, clock, settings.zone)


def _mining_desk(settings: Settings, database: Database, clock: Clock) -> Sender:
    from designer.discovery.runs import MiningDesk

    return MiningDesk(database, clock, settings.zone)


def _sweeper(database: Database, files: FileStore, clock: Clock) -> Sender:
    from engine.files.sweep import FileSweeper
    from webapp.report_files import report_files

    return FileSweeper(database, files, clock, report_files)
