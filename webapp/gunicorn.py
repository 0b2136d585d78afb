"""How gunicorn serves Expedito, as `expedito serve` does, in several processes: `gunicorn -c python:webapp.gunicorn`.

The application is loaded once, before the processes part, so that they share its memory. Whatever gunicorn's own
options say (`--workers 4`, `--bind`) wins over what stands here; `WEB_CONCURRENCY` is its variable for processes.
"""

import os
import sys
from typing import Any

from engine.database import Database
from webapp import logs
from webapp.config import Settings
from webapp.schema import SchemaOutdated, check_schema
from webapp.workers import settle

_settings = Settings.from_environment()

wsgi_app = "webapp:create_app()"
bind = f"{_settings.host}:{_settings.port}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = _settings.threads
preload_app = True
# who is believed about how people reach us is said by EXPEDITO_PROXIES alone
secure_scheme_headers: dict[str, str] = {}


def on_starting(server: Any) -> None:
    """Refuse to serve a database that has the tables of another version."""
    logs.configure(_settings.log)
    try:
        check_schema(_database(server))
    except SchemaOutdated as refusal:
        sys.stderr.write(f"{refusal}\n")
        raise SystemExit(2) from None


def when_ready(_server: Any) -> None:
    """Everything is loaded, and stays."""
    settle()


def post_fork(server: Any, _worker: Any) -> None:
    """The connections to the database are those of the process that parted; this one opens its own."""
    _database(server).engine.dispose(close=False)


def post_worker_init(_worker: Any) -> None:
    """After a reload the application is another one than the one that was there when all began."""
    settle()


def _database(server: Any) -> Database:
    found: Database = server.app.wsgi().extensions["database"]
    return found
