"""The log of who read what: written before the answer leaves, so that nobody reads unseen.

It is the one thing a GET writes, in a transaction of its own. Somebody who works on a case looks at it again and again:
what the same person reads of the same case within some minutes is one reading, and costs one write.
"""

from datetime import datetime, timedelta
from threading import Lock

from flask import Flask, Response, current_app, g

from engine.casefile.readings import note_reading
from engine.models import Case
from webapp.security.sessions import current_person
from webapp.transactions import database, now

ONE_READING = timedelta(minutes=10)
_MOST = 20_000  # readings remembered by one process


class Readings:
    """What this process has written of late."""

    def __init__(self) -> None:
        self._last: dict[tuple[int, int, str], datetime] = {}
        self._lock = Lock()

    def is_new(self, person_id: int, case_id: int, what: str, *, at: datetime) -> bool:
        """Whether this reading has to be written; it counts as written from now on."""
        key = (person_id, case_id, what)
        with self._lock:
            last = self._last.get(key)
            if last is not None and timedelta(0) <= at - last < ONE_READING:
                return False
            if len(self._last) >= _MOST:
                self._last.clear()
            self._last[key] = at
            return True

    def forget(self, person_id: int, case_id: int, what: str) -> None:
        """It could not be written after all."""
        with self._lock:
            self._last.pop((person_id, case_id, what), None)


def is_read(case: Case, what: str) -> None:
    """This answer shows something of the case: `case`, `task`, `document`, `file`, `copy`, `values`."""
    g.reading = (case.id, case.applicant_id, what)


def register(app: Flask) -> None:
    """Write what was read, when it was shown to somebody of the office."""
    app.extensions.setdefault("readings", Readings())

    @app.after_request
    def _note(response: Response) -> Response:
        reading = g.pop("reading", None)
        person = current_person() if reading is not None and response.status_code < 400 else None
        if person is None:
            return response
        case_id, applicant_id, what = reading
        readings: Readings = current_app.extensions["readings"]
        if applicant_id == person.id or not readings.is_new(person.id, case_id, what, at=now()):
            return response
        person_id, at = person.id, now()
        try:
            database().write(lambda s: note_reading(s, case_id, person_id, what, at=at))
        except BaseException:
            readings.forget(person_id, case_id, what)
            raise
        return response
