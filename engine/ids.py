"""Identifiers that need no sequence: 63-bit integers that grow with time and are made by any process.

No sequence orders across cases, so the same tables can be spread over several machines. They open nothing: whoever
shows one is asked who they are, or for a code that is made of chance alone (`letters/codes.py`).
"""

import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from itertools import count

_EPOCH_MS = 1_735_689_600_000  # 2025-01-01, so that identifiers stay short for decades
_LOW_BITS = 22
_BEFORE_BITS = 34  # milliseconds: 198 days


class _Places:
    """Where in a millisecond this process puts what it makes: all four million places before any a second time."""

    def __init__(self) -> None:
        self._drawn = count()  # one step for all threads: `next` is not interrupted
        self.begin()

    def begin(self) -> None:
        """Order the places by chance, so that processes are as far from each other as if each place were drawn."""
        self._first = secrets.randbits(_LOW_BITS)
        self._step = secrets.randbits(_LOW_BITS) | 1  # odd, so that it comes by every place

    def next(self) -> int:
        """The next place."""
        return (self._first + next(self._drawn) * self._step) % (1 << _LOW_BITS)


_PLACES = _Places()
if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_PLACES.begin)


def new_id(at: datetime) -> int:
    """A positive 63-bit integer: 41 bits of milliseconds since 2025, then 22 bits of this process.

    No two of one process are equal unless it made four million of the same millisecond. Of two processes, two of the
    same millisecond collide once in four million pairs; the primary key then refuses the second.
    """
    milliseconds = max(0, int(at.timestamp() * 1000) - _EPOCH_MS)
    return (milliseconds << _LOW_BITS) | _PLACES.next()


def run_of_ids() -> Iterator[int]:
    """Identifiers that follow each other, for millions of rows written at once: a database appends them as they come.

    They lie in the first half of 2025, before anything ran, so that none is ever one of `new_id`'s. Two runs of up to
    four million meet once in 2**34 pairs.
    """
    return count(secrets.randbits(_BEFORE_BITS) << _LOW_BITS)
