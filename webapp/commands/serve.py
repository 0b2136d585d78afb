"""`expedito serve`: pages, API and worker in one process."""

import logging
import signal
import sys
import threading

import click
from waitress import create_server

from webapp import logs
from webapp.config import LARGEST_FORM, Settings
from webapp.house import House
from webapp.schema import check_schema
from webapp.too_large import answer_in_person
from webapp.workers import begin, settle, workers

log = logging.getLogger("expedito")


@click.command()
@click.option("--host", help="Address to listen on; default EXPEDITO_HOST or 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), help="Default EXPEDITO_PORT or 8000.")
@click.option(
    "--worker/--no-worker", default=True, help="Whether timers and mails run here as well."
)
def serve(host: str | None, port: int | None, worker: bool) -> None:
    """Serve pages and API, and do the work that is due."""
    settings = Settings.from_environment()
    logs.configure(settings.log)
    app = House(settings)
    database = app.desk.extensions["database"]
    check_schema(database)
    host, port = host or settings.host, settings.port if port is None else port
    answer_in_person()
    try:
        server = create_server(
            app,
            host=host,
            port=port,
            threads=settings.threads,
            ident="expedito",
            clear_untrusted_proxy_headers=not settings.proxies,
            max_request_body_size=LARGEST_FORM + 1024,
        )
    except OSError as problem:  # before any worker begins, which would go on by itself
        raise click.ClickException(
            f"Cannot listen on {host}:{port}: {problem.strerror or problem}. "
            "Choose another --port, or end what listens there."
        ) from problem
    stop = threading.Event()
    found = workers(settings, database, app.desk.extensions["clock"]) if worker else []
    doing = begin(found, stop)
    settle()
    log.info(
        "serving",
        extra={
            "url": f"http://{server.effective_host}:{server.effective_port}",
            "action": "serving",
        },
    )

    def leave(_signal: int, _frame: object) -> None:
        """End as by Ctrl-C: answer what is being asked, let the worker finish its job."""
        app.desk.extensions["streams"].end()  # else waitress waits for the threads that hold them
        sys.exit(0)

    signal.signal(signal.SIGTERM, leave)
    try:
        server.run()
    finally:
        server.close()
        stop.set()
        for thread in doing:
            thread.join(timeout=30)
        database.dispose()
