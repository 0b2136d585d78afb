"""`expedito worker`: timers, service calls and mails, in a process of their own."""

import signal
import threading
from datetime import UTC, datetime

import click

from engine.database import Database
from webapp import logs
from webapp.config import Settings
from webapp.schema import check_schema
from webapp.workers import begin, settle, workers


@click.command()
def worker() -> None:
    """Do the work that is due, until stopped; any number of workers may run."""
    settings = Settings.from_environment()
    logs.configure(settings.log)
    database = Database(settings.database_url)
    check_schema(database)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())

    def clock() -> datetime:
        return datetime.now(UTC)

    settle()
    for thread in begin(workers(settings, database, clock), stop):
        thread.join()
    database.dispose()
