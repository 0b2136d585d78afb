"""What is new, told at once to who has a page open: a stream (SSE), as far as threads can be spared for it.

A stream keeps a thread of the server for as long as it lasts, under waitress as under gunicorn's threads. So at most
half of them are lent, for some minutes each and two to a person; whoever gets none, and whoever's connection breaks,
asks once a minute as before (`desk/_bell.html`). One watcher for all streams of a process asks the database every few
seconds, and only while somebody listens: LISTEN is nothing that a distributed PostgreSQL has.
"""

import logging
import time
from threading import Condition, Thread

from sqlalchemy.exc import SQLAlchemyError

from engine.database import Database
from engine.notifications import unread_of

log = logging.getLogger("expedito")

EVERY = 3.0  # seconds between two questions to the database
BEAT = 10.0  # seconds after which something is sent to find out whether anybody is still there
LONGEST = 240.0  # seconds of one stream
MOST_OF_ONE = 2  # streams of one person; a further one ends the oldest
_RETRY = b"retry: 20000\n\n"
_BEAT = b":\n\n"

Unread = tuple[int, int]  # how many, and the newest one's id


class Stream:
    """One person's stream, as a server sends it: bytes, one after the other, until it is closed."""

    def __init__(self, streams: "Streams", person_id: int) -> None:
        self.person_id = person_id
        self._streams = streams
        self._until = time.monotonic() + LONGEST
        self._told: Unread | None = None
        self._is_begun = False

    def __iter__(self) -> "Stream":
        return self

    def __next__(self) -> bytes:
        if not self._is_begun:
            self._is_begun = True
            return _RETRY
        left = self._until - time.monotonic()
        news = self._streams.news(self, self._told, min(BEAT, left)) if left > 0 else None
        if left <= 0 or not self._streams.has(self):
            self.close()
            raise StopIteration
        if news is None:
            return _BEAT
        self._told = news
        return f"event: bell\ndata: {news[0]}\n\n".encode()

    def close(self) -> None:
        """Give the thread back; the server calls it whether or not anything was sent."""
        self._streams.leave(self)


class Streams:
    """The streams of one process."""

    def __init__(self, database: Database, most: int, *, every: float = EVERY) -> None:
        self.most = most
        self._database = database
        self._every = every
        self._changed = Condition()
        self._open: list[Stream] = []
        self._known: dict[int, Unread] = {}
        self._is_watched = False

    def open(self, person_id: int) -> Stream | None:
        """A stream for this person; None when no thread can be spared."""
        with self._changed:
            own = [one for one in self._open if one.person_id == person_id]
            if len(own) >= MOST_OF_ONE:
                self._open.remove(own[0])
                self._changed.notify_all()
            if len(self._open) >= self.most:
                return None
            stream = Stream(self, person_id)
            self._open.append(stream)
            if not self._is_watched:
                self._is_watched = True
                Thread(target=self._watch, name="expedito-bell", daemon=True).start()
            return stream

    def has(self, stream: Stream) -> bool:
        """Whether it goes on."""
        return stream in self._open

    def leave(self, stream: Stream) -> None:
        """It is over."""
        with self._changed:
            if stream in self._open:
                self._open.remove(stream)

    def end(self) -> None:
        """All are over: the server goes."""
        with self._changed:
            self._open.clear()
            self._changed.notify_all()

    def news(self, stream: Stream, told: Unread | None, seconds: float) -> Unread | None:
        """What the person has not read, as soon as it is another than was told; None when nothing changes so long."""

        def is_new() -> bool:
            return not self.has(stream) or self._known.get(stream.person_id, told) != told

        with self._changed:
            if self._changed.wait_for(is_new, timeout=seconds) and self.has(stream):
                return self._known.get(stream.person_id)
            return None

    def _watch(self) -> None:
        while True:
            with self._changed:
                people = {one.person_id for one in self._open}
                if not people:
                    self._is_watched = False
                    self._known.clear()
                    return
            found = self._asked(people)
            with self._changed:
                self._known = found or self._known
                self._changed.notify_all()
            time.sleep(self._every)

    def _asked(self, people: set[int]) -> dict[int, Unread]:
        try:
            with self._database.reading() as session:
                return unread_of(session, people)
        except SQLAlchemyError:
            log.warning("the bell could not be asked", exc_info=True, extra={"action": "no_bell"})
            return {}
