"""What `now()` and `today()` answer: the system's clock unless a test or a rehearsal sets one."""

import datetime as py
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Clock = Callable[[], py.datetime]


def _system() -> py.datetime:
    return py.datetime.now(py.UTC)


_clock: ContextVar[Clock] = ContextVar("feel_clock", default=_system)


@contextmanager
def clock_set_to(moment: py.datetime | Clock) -> Iterator[None]:
    """In this block `now()` is the moment (aware), or what the function answers."""
    token = _clock.set(moment if callable(moment) else lambda: moment)
    try:
        yield
    finally:
        _clock.reset(token)


def local_clock(moment: py.datetime, zone: py.tzinfo) -> py.datetime:
    """The moment on the clocks of a zone, with their offset at that moment and not the zone's name: what an expression
    makes of it is ISO 8601, which forms, messages and other systems can read.
    """
    local = moment.astimezone(zone)
    offset = local.utcoffset()
    assert offset is not None
    return local.replace(tzinfo=py.timezone(offset))


def clock_offset() -> int | None:
    """Seconds that the clock set here is ahead of UTC; None where none is set: then nobody says which place this is."""
    clock = _clock.get()
    offset = None if clock is _system else clock().utcoffset()
    return None if offset is None else int(offset.total_seconds())


def current_moment() -> py.datetime:
    """The moment that `now()` means."""
    return _clock.get()()
