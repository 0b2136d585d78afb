"""One request, one transaction, one commit.

The session opens on first use. GET and HEAD only read; every other method writes, is committed once after the
view has answered and before the answer leaves, and is rolled back by a refusal. When the database asks for it
(40001, deadlock) the view runs again from the start.
"""

import random
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine.database import Database, is_serialization_failure
from engine.feel import clock_set_to, local_clock

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_ATTEMPTS = 5


class Transactional(Flask):
    """An application whose views share one transaction per request.

    `around` may answer in the view's place, inside the transaction (see webapp/repetition.py).
    """

    around: Callable[[Callable[[], Response]], Response] = staticmethod(lambda answer: answer())

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: nothing here is a coroutine, and Flask would look at each of a dozen per request."""
        return func

    def dispatch_request(self) -> ResponseReturnValue:
        with clock_set_to(_local_now):
            return self._dispatched()

    def _dispatched(self) -> ResponseReturnValue:
        if request.method in _READING:
            return super().dispatch_request()
        for attempt in range(_ATTEMPTS):
            try:
                response = self.around(self._answer)
                if response.status_code < 400 or g.pop("keeps_work", False):
                    commit()
                else:
                    start_over()
                return response
            except DBAPIError as error:
                start_over()
                if attempt == _ATTEMPTS - 1 or not is_serialization_failure(error):
                    raise
                time.sleep(random.uniform(0, 0.02 * 2**attempt))
            except BaseException:
                start_over()
                raise
        raise AssertionError("unreachable")

    def _answer(self) -> Response:
        return self.make_response(super().dispatch_request())


def database() -> Database:
    """The database of this application."""
    found: Database = current_app.extensions["database"]
    return found


def session() -> Session:
    """The session of this request: reading for GET, writing otherwise."""
    if "db_session" not in g:
        engine = database().engine if request.method in _READING else database().writer
        g.db_session = Session(engine, expire_on_commit=False)
    opened: Session = g.db_session
    return opened


def now() -> datetime:
    """The instant of this request: one for everything that it does."""
    if "at" not in g:
        g.at = current_app.extensions["clock"]()
    at: datetime = g.at
    return at


def current_zone() -> ZoneInfo:
    """The zone in which days begin and end here."""
    zone: ZoneInfo = current_app.extensions["settings"].zone
    return zone


def _local_now() -> datetime:
    """What FEEL means by now: in forms and letters it is the day of this place, not of Greenwich."""
    return local_clock(now(), current_zone())


def keep_work() -> None:
    """Commit although the answer is a refusal, as for a failed login that has to be counted."""
    g.keeps_work = True


def commit() -> None:
    """Commit what the request did; nothing when it touched no database."""
    if "db_session" in g:
        g.db_session.commit()


def start_over() -> None:
    """Roll back and forget what was read, so that what follows reads the database afresh."""
    g.pop("person", None)
    opened: Session | None = g.pop("db_session", None)
    if opened is not None:
        opened.close()


def close(_error: BaseException | None = None) -> None:
    """Give the connection back at the end of the request, and uploads that were spooled to the disk."""
    request.close()
    opened: Session | None = g.pop("db_session", None)
    if opened is not None:
        opened.close()
