"""Files of cases: bytes kept under their sha256 outside the web root, measured and looked at on the way in."""

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO, ClassVar

from engine.errors import NotFound, Refusal
from engine.files.media_types import LOOKED_AT, SAFE_INLINE, is_accepted, media_type_of

CHUNK = 256 * 1024
LARGEST = 20 * 1024 * 1024  # bytes of one file, unless the caller says otherwise
_SCAN_SECONDS = 120
_ASIDE = "aside"


class FileTooLarge(Refusal):
    """More bytes than are taken."""

    sentence: ClassVar[str] = (
        "The file “{name}” is larger than {limit} MB. Send a smaller one, or several."
    )
    status = 413


class FileEmpty(Refusal):
    """No bytes at all."""

    sentence: ClassVar[str] = (
        "The file “{name}” is empty. Look whether it opens, and send it again."
    )


class NoPaper(Refusal):
    """Something that cannot be read on any telephone, or that runs."""

    sentence: ClassVar[str] = (
        "“{name}” is no PDF and no picture. Save it as PDF, or photograph it, and add that."
    )


class FileUnsafe(Refusal):
    """The antivirus said no, or could not say."""

    sentence: ClassVar[str] = (
        "The file “{name}” was not accepted by the virus check. Send another copy, or bring it to the office."
    )


class FileGone(Refusal):
    """It was attached long ago, and nobody kept it."""

    sentence: ClassVar[str] = "The file “{name}” is no longer here. Attach it again."


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that lies in the store; `media_type` is told by the content, never by the sender."""

    sha256: str
    name: str
    media_type: str
    size: int  # bytes

    def as_json(self) -> dict[str, str | int]:
        """The file as a value in the data of a case."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: object) -> "StoredFile | None":
        """The file that such a value names; None when it names none."""
        if not isinstance(value, Mapping):
            return None
        sha256, name = value.get("sha256"), value.get("name")
        media_type, size = value.get("media_type"), value.get("size")
        if (
            isinstance(sha256, str)
            and _is_digest(sha256)
            and isinstance(name, str)
            and isinstance(media_type, str)
            and isinstance(size, int)
            and not isinstance(size, bool)
        ):
            return cls(sha256, name, media_type, size)
        return None

    @property
    def is_inline_safe(self) -> bool:
        """Whether a browser may show it in a page of ours; everything else is only downloaded."""
        return self.media_type in SAFE_INLINE


Scan = Callable[[Path], bool]  # True: nothing was found


def antivirus_command(command: Sequence[str]) -> Scan:
    """The check that runs `command FILE`: exit status 0 means clean, as clamscan and clamdscan say it.

    Anything else, a missing program or a check that takes more than two minutes means not clean.
    """

    def scan(path: Path) -> bool:
        try:
            done = subprocess.run(  # noqa: S603  fixed words of the operator and a path of ours, no shell
                [*command, str(path)], capture_output=True, timeout=_SCAN_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0

    return scan


def sync_folder(folder: Path) -> None:
    """Have what the folder calls its files on the disk: a rename outlives a power cut only from here on."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


class FileStore:
    """Files under `folder/ab/cd…`, named by their sha256; the same bytes are kept once."""

    def __init__(self, folder: Path, *, largest: int = LARGEST, scan: Scan | None = None) -> None:
        self.folder = folder
        self.largest = largest
        self.scan = scan

    def put(self, stream: IO[bytes], name: str) -> StoredFile:
        """Keep what the stream holds; on the disk before this returns, or not at all.

        Raises FileTooLarge while reading, FileEmpty, FileUnsafe.
        """
        shown = file_name(name)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        number, path = tempfile.mkstemp(dir=self.folder, prefix="incoming-")
        incoming = Path(path)
        try:
            with os.fdopen(number, "wb") as written:
                digest, size, head = self._copy(stream, written, shown)
                written.flush()
                os.fsync(written.fileno())
            if size == 0:
                raise FileEmpty(name=shown)
            if self.scan is not None and not self.scan(incoming):
                raise FileUnsafe(name=shown)
            self._keep(incoming, digest)
        finally:
            incoming.unlink(missing_ok=True)
        return StoredFile(digest, shown, media_type_of(head, shown), size)

    def _copy(self, stream: IO[bytes], written: IO[bytes], name: str) -> tuple[str, int, bytes]:
        digest, size, head = hashlib.sha256(), 0, b""
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > self.largest:
                raise FileTooLarge(name=name, limit=self.largest // (1024 * 1024))
            if len(head) < LOOKED_AT:
                head = (head + chunk)[:LOOKED_AT]
            digest.update(chunk)
            written.write(chunk)
        return digest.hexdigest(), size, head

    def _keep(self, incoming: Path, digest: str) -> None:
        if self.touch(digest):
            return
        kept = self.path(digest)
        kept.parent.mkdir(exist_ok=True, mode=0o700)
        os.replace(incoming, kept)
        # the name is only safe once the folder that holds it is
        for folder in (kept.parent, self.folder):
            sync_folder(folder)

    def path(self, sha256: str) -> Path:
        """Where these bytes lie; NotFound for what is no sha256, so that no path is made of it."""
        if not _is_digest(sha256):
            raise NotFound(what="file", name=sha256[:64])
        return self.folder / sha256[:2] / sha256[2:]

    def touch(self, sha256: str) -> bool:
        """These bytes come into use: they count as new, and are taken back if they were put aside. False: gone."""
        kept = self.path(sha256)
        try:
            os.utime(kept)
            return True
        except FileNotFoundError:
            pass
        kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            os.rename(self._aside(sha256), kept)
            os.utime(kept)
        except FileNotFoundError:
            return False
        return True

    def is_older(self, sha256: str, instant: datetime) -> bool:
        """Whether nobody has put or touched these bytes since; False where they are not."""
        try:
            return self.path(sha256).stat().st_mtime < instant.timestamp()
        except FileNotFoundError:
            return False

    def put_aside(self, sha256: str, at: datetime) -> bool:
        """Out of the way, to be removed later unless somebody wants them; False where they are not."""
        aside = self._aside(sha256)
        aside.parent.mkdir(exist_ok=True, mode=0o700)
        try:
            os.rename(self.path(sha256), aside)
            os.utime(aside, (at.timestamp(), at.timestamp()))
        except FileNotFoundError:
            return False
        return True

    def aside(self) -> Iterator[str]:
        """The sha256 of everything put aside."""
        for path in sorted(self.folder.glob(f"{_ASIDE}/*")):
            if _is_digest(path.name):
                yield path.name

    def is_aside_since(self, sha256: str, instant: datetime) -> bool:
        """Whether these bytes were put aside then or before."""
        try:
            return self._aside(sha256).stat().st_mtime <= instant.timestamp()
        except FileNotFoundError:
            return False

    def remove_aside(self, sha256: str) -> int | None:
        """Remove bytes that were put aside; how many, None where somebody has taken them back."""
        aside = self._aside(sha256)
        try:
            size = aside.stat().st_size
            aside.unlink()
        except FileNotFoundError:
            return None
        return size

    def forget_half_arrived(self, instant: datetime) -> None:
        """Remove what began to arrive before and never did: a process was killed meanwhile."""
        for path in self.folder.glob("incoming-*"):
            try:
                if path.stat().st_mtime < instant.timestamp():
                    path.unlink()
            except FileNotFoundError:
                continue

    def _aside(self, sha256: str) -> Path:
        self.path(sha256)  # NotFound for what is no sha256
        return self.folder / _ASIDE / sha256

    def all(self) -> Iterator[str]:
        """The sha256 of everything in the store."""
        for folder in sorted(self.folder.glob("??")):
            for path in sorted(folder.iterdir()):
                if _is_digest(folder.name + path.name):
                    yield folder.name + path.name

    def open(self, sha256: str) -> BinaryIO:
        """The bytes to read from, though they were put aside; NotFound."""
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError:
            if not self.touch(sha256):
                raise NotFound(what="file", name=sha256[:12]) from None
        return self.path(sha256).open("rb")

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """The bytes in pieces, for streaming; NotFound."""
        with self.open(sha256) as opened:
            while chunk := opened.read(CHUNK):
                yield chunk

    def is_sound(self, sha256: str) -> bool:
        """Whether the bytes still are the ones that were stored."""
        digest = hashlib.sha256()
        for chunk in self.chunks(sha256):
            digest.update(chunk)
        return digest.hexdigest() == sha256


PAPERS = (".pdf", "image/*")  # what applicants bring, as an `accept` list


def check_papers(files: Iterable[StoredFile]) -> None:
    """NoPaper for the first that is neither PDF nor picture, by its bytes."""
    for file in files:
        if not is_accepted(file.media_type, PAPERS):
            raise NoPaper(name=file.name[:80])


def files_within(data: object, deepest: int = 6) -> Iterator[StoredFile]:
    """Every stored file that the data of a case names."""
    file = StoredFile.from_json(data)
    if file is not None:
        yield file
    elif deepest > 0 and isinstance(data, Mapping | list):
        for inner in data.values() if isinstance(data, Mapping) else data:
            yield from files_within(inner, deepest - 1)


def file_name(name: str) -> str:
    """The last part of the sender's name without anything that a path, header or screen could stumble over."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*')
    clean = clean.encode(errors="ignore").decode().strip(" .")
    if len(clean) > 150:
        stem, dot, ending = clean.rpartition(".")
        clean = f"{stem[:140]}{dot}{ending[:9]}" if dot else clean[:150]
    return clean or "file"


def _is_digest(text: str) -> bool:
    return len(text) == 64 and all(letter in "0123456789abcdef" for letter in text)
