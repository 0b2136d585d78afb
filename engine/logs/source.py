"""The bytes of a log: plain or packed, counted while they are read, and never more than a sound file would hold."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from engine.logs.log import Progress
from engine.logs.refusals import Bomb, NotWellFormed

HIGHEST_RATIO = 200  # unpacked to packed; XES packs to a twentieth or thirtieth
ALWAYS_ALLOWED = 16 * 1024 * 1024
MOST_BETWEEN = 8 * 1024 * 1024  # bytes from one event to the next
REPORT_EVERY = 1024 * 1024
CHUNK = 64 * 1024


class Source:
    """A stream of a log's bytes that knows how far it is. `seen` is called at every event."""

    def __init__(self, raw: IO[bytes], size: int, name: str, progress: Progress | None) -> None:
        self._raw = raw
        self._packed = _is_packed(raw)
        self._stream: IO[bytes] = gzip.GzipFile(fileobj=raw) if self._packed else raw  # type: ignore[assignment]
        self.size = size
        self.name = name
        self.read_bytes = 0
        self._reported = 0
        self._since = 0
        self._progress = progress

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most CHUNK at a time. Raises Bomb, NotWellFormed."""
        try:
            chunk = self._stream.read(min(size, CHUNK) if size > 0 else CHUNK)
        except (OSError, EOFError, zlib.error) as error:
            raise NotWellFormed(line="?", problem=str(error)) from None
        self.read_bytes += len(chunk)
        self._since += len(chunk)
        if self._packed and self.read_bytes > ALWAYS_ALLOWED + HIGHEST_RATIO * self.size:
            raise Bomb(name=self.name, limit=HIGHEST_RATIO)
        if self._progress is not None and self.read_bytes - self._reported >= REPORT_EVERY:
            self._reported = self.read_bytes
            self._progress(self._raw.tell(), self.size)
        return chunk

    @property
    def is_stale(self) -> bool:
        """Whether too much was read since the last event."""
        return self._since > MOST_BETWEEN

    def seen(self) -> None:
        """An event was read."""
        self._since = 0


@contextmanager
def open_log(path: Path, name: str, progress: Progress | None = None) -> Iterator[Source]:
    """The bytes of a log in a file; packed ones are known by how they begin."""
    with path.open("rb") as raw:
        yield Source(raw, path.stat().st_size, name, progress)


def _is_packed(raw: IO[bytes]) -> bool:
    begin = raw.read(2)
    raw.seek(0)
    return begin == b"\x1f\x8b"
