"""The embedded server's application, whose rooms open when somebody comes.

What an inbox needs is there from the start. Whoever asks for anything else, an analyst's or a manager's page, opens the
whole of the pages, once, in a third of a second; the first machine opens `/api/v1`. A server at rest so holds a third
less memory. The parts are applications made by `create_app`; they share database, clock and what the process remembers.
"""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from threading import RLock
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Request

from engine.database import Database
from webapp.application import create_app
from webapp.config import Settings
from webapp.parts import Part, all_pages
from webapp.workers import settle

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger("expedito")
_API = "/api/"


class House:
    """Answers with the desk where it knows the address, else with the part that does, opened at its first visit."""

    def __init__(
        self,
        settings: Settings,
        *,
        database: Database | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._settings = settings
        self._lock = RLock()
        self._parts: dict[Part, Flask] = {}
        self.desk = create_app(settings, database=database, clock=clock, part=Part.DESK)
        self.desk.extensions["all pages"] = lambda: self.part(Part.PAGES)
        self.desk.url_build_error_handlers.append(_address_elsewhere)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        return self._app(environ)(environ, start_response)

    def part(self, part: Part) -> Flask:
        """That part, opened where it is not yet."""
        with self._lock:
            if part not in self._parts:
                started = time.thread_time()
                self._parts[part] = create_app(self._settings, part=part, beside=self.desk)
                settle()
                seconds = round(time.thread_time() - started, 3)
                fact = {"action": "part_opened", "part": part.name.lower(), "cpu_seconds": seconds}
                log.info("opened", extra=fact)
            return self._parts[part]

    @property
    def open_parts(self) -> frozenset[Part]:
        """What was opened beside the desk."""
        return frozenset(self._parts)

    def _app(self, environ: "WSGIEnvironment") -> Flask:
        asked = Request(environ)
        if asked.path.startswith(_API):
            return self.part(Part.API)
        pages = self._parts.get(Part.PAGES)
        if pages is None and not is_known(self.desk, asked.path, asked.method):
            pages = self.part(Part.PAGES)
        return pages or self.desk


def is_known(app: Flask, path: str, method: str) -> bool:
    """Whether a route of the application answers this."""
    try:
        app.url_map.bind("localhost").match(path, method)
    except (NotFound, MethodNotAllowed):
        return False
    except HTTPException:  # the same address, written a little differently
        return True
    return True


def _address_elsewhere(error: Exception, endpoint: str, values: dict[str, Any]) -> str:
    """The address of a page that the desk has not."""
    own = {name: value for name, value in values.items() if not name.startswith("_")}
    adapter = all_pages(current_app).create_url_adapter(request)
    assert adapter is not None
    anchor = values.get("_anchor")
    built = adapter.build(
        endpoint,
        own,
        method=values.get("_method"),
        url_scheme=values.get("_scheme"),
        force_external=bool(values.get("_external")),
    )
    return f"{built}#{anchor}" if anchor else built
