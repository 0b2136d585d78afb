"""The process that sets pages: there while letters come, and gone when none came for a while.

WeasyPrint and the fonts keep forty megabytes of a process for good, and what breaks inside Pango ends it.
"""

import atexit
import logging
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock, Timer
from time import monotonic
from typing import IO

from engine.letters import typesetter
from engine.letters.refusals import (
    NothingToRead,
    TypesettingEnded,
    TypesettingMissing,
    TypesettingTooSlow,
)
from engine.letters.typesetting import pictures, typeset

LOG = logging.getLogger(__name__)
_PROGRAM = Path(typesetter.__file__)
IDLE = 300.0  # seconds without a page, after which the process ends; to begin anew takes half a second of CPU
PATIENCE = 300.0  # seconds of the clock for a page; the longest letter takes a few


class PrintShop:
    """At most one process, asked for one page at a time; whoever comes meanwhile waits."""

    def __init__(self, *, idle: float = IDLE, patience: float = PATIENCE) -> None:
        self.idle = idle
        self.patience = patience
        self._one_at_a_time = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._used_at = 0.0
        self._is_watched = False

    def typeset(self, page: str, logo: bytes | None = None) -> bytes:
        """As `typesetting.typeset`; also raises TypesettingEnded, TypesettingTooSlow: asked again, it may succeed."""
        with self._one_at_a_time:
            try:
                process = self._open()
            except OSError as trouble:
                # No process to be had: the letter is worth more than the memory.
                LOG.warning("a page is set by the server itself: %s", trouble)
                return typeset(page, logo)
            kind, body = self._answer(process, typesetter.asked(page, pictures(logo)))
            self._used_at = monotonic()
            self._watch(self.idle)
        if kind == typesetter.NO_LIBRARY:
            raise TypesettingMissing
        if kind == typesetter.NO_FONTS:
            raise NothingToRead
        if kind == typesetter.BROKEN:
            raise RuntimeError(body.decode())
        return body

    @property
    def pid(self) -> int | None:
        """The id of the process; None while there is none."""
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        """End the process; the next page begins another."""
        with self._one_at_a_time:
            self._end()

    def _open(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._end()  # killed while it had nothing to do
        if self._process is None:
            # -P: the files beside the program are called as modules of Python's own. A session of its own: Ctrl-C asks
            # the server to end, which lets a letter in hand be finished.
            self._process = subprocess.Popen(  # noqa: S603  a program of ours
                [sys.executable, "-P", str(_PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
        return self._process

    def _answer(self, process: subprocess.Popen[bytes], asked: bytes) -> tuple[bytes, bytes]:
        assert process.stdin is not None
        assert process.stdout is not None
        began = monotonic()
        limit = Timer(self.patience, process.kill)
        limit.daemon = True
        limit.start()
        try:
            process.stdin.write(asked)
            process.stdin.flush()
            kind = _exactly(process.stdout, 1)
            (length,) = typesetter.LENGTH.unpack(_exactly(process.stdout, typesetter.LENGTH.size))
            return kind, _exactly(process.stdout, length)
        except (OSError, EOFError) as problem:
            code = self._end()
            if monotonic() - began >= self.patience:
                raise TypesettingTooSlow(seconds=round(self.patience)) from problem
            raise TypesettingEnded(code=code) from problem
        finally:
            limit.cancel()

    def _end_if_idle(self) -> None:
        with self._one_at_a_time:
            self._is_watched = False
            left = self.idle - (monotonic() - self._used_at)
            if self._process is not None and left <= 0:
                self._end()
            elif self._process is not None:
                self._watch(left)

    def _watch(self, seconds: float) -> None:
        if not self._is_watched:
            self._is_watched = True
            later = Timer(seconds, self._end_if_idle)
            later.daemon = True
            later.start()

    def _end(self) -> int:
        """End the process, which has nothing in hand that anybody waits for; its exit code."""
        if self._process is None:
            return 0
        process, self._process = self._process, None
        process.kill()
        with suppress(OSError), process:  # closes the pipes, whose rest nobody reads, and waits
            pass
        return process.returncode


def _exactly(stream: IO[bytes], length: int) -> bytes:
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return body


_shop = PrintShop()
atexit.register(_shop.close)


def typeset_apart(page: str, logo: bytes | None = None) -> bytes:
    """As PrintShop.typeset, of the one that this server has."""
    return _shop.typeset(page, logo)
