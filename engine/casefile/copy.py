"""A copy of a case file: a ZIP whose index is signed and names the hash of everything else; and the check of one."""

import hashlib
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import orjson

from engine.casefile.signing import Seal, Signer, signed_by
from engine.files.store import FileStore

INDEX, SIGNATURE, FACTS, PAGE = "index.json", "index.sig", "facts.jsonl", "index.pdf"
PUBLIC_KEY: Final = "public_key.pem"
LARGEST_INDEX: Final = 16 * 1024 * 1024  # bytes
MOST_ENTRIES: Final = 50_000
LARGEST_COPY: Final = 500 * 1024 * 1024  # bytes unpacked, for who may be anybody
_CHUNK: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Checked:
    """What a copy turned out to be. It is sound when there is nothing in `faults`."""

    number: str
    documents: int
    faults: tuple[str, ...]  # names of files that were changed, are missing, or do not belong to it
    signed_by: (
        Seal | None
    )  # whose the index is, of the keys it was looked for; None: of none of them

    @property
    def is_signed(self) -> bool:
        """Whether the index is as one of these keys signed it."""
        return self.signed_by is not None


def write_copy(
    path: Path,
    index: Mapping[str, Any],
    facts: Iterator[bytes],
    files: FileStore,
    *,
    page: bytes,
    signer: Signer,
) -> int:
    """Write a copy, a piece at a time however large its documents are; its size in bytes."""
    others = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for one in index["documents"]:
            if one["file"]:
                # most documents are compressed already
                entry = zipfile.ZipInfo(one["file"], _date(one["added_at"]))
                with archive.open(entry, "w", force_zip64=True) as written:
                    for chunk in files.chunks(one["sha256"]):
                        written.write(chunk)
        others[FACTS] = _stream(archive, FACTS, facts)
        others[PAGE] = _stream(archive, PAGE, iter((page,)))
        others[PUBLIC_KEY] = _stream(archive, PUBLIC_KEY, iter((signer.seal.pem.encode(),)))
        signature = {"algorithm": "Ed25519", "key": signer.seal.id}
        said = {**index, "signature": signature, "files": others}
        text = orjson.dumps(said, option=orjson.OPT_INDENT_2)
        archive.writestr(INDEX, text)
        archive.writestr(SIGNATURE, signer.sign(text))
    return path.stat().st_size


def check_copy(
    opened: IO[bytes], seals: Collection[Seal], *, largest: int | None = LARGEST_COPY
) -> Checked | None:
    """Whether a copy is as one of these keys signed it; None for what is no copy, or larger than is read."""
    try:
        with zipfile.ZipFile(opened) as archive:
            entries = archive.infolist()
            swells = largest is not None and sum(entry.file_size for entry in entries) > largest
            if swells or len(entries) > MOST_ENTRIES:
                return None
            text = _limited(archive, INDEX)
            signature = _limited(archive, SIGNATURE)
            index = orjson.loads(text)
            expected = {one["file"]: one["sha256"] for one in index["documents"] if one["file"]}
            expected |= index["files"]
            faults = list(_faults(archive, expected))
            signer = signed_by(text, signature, seals)
            return Checked(str(index["number"]), len(index["documents"]), tuple(faults), signer)
    except (
        zipfile.BadZipFile,
        KeyError,
        TypeError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        OSError,
    ):
        return None


def _faults(archive: zipfile.ZipFile, expected: Mapping[str, str]) -> Iterator[str]:
    names = Counter(entry.filename for entry in archive.infolist())
    for name in sorted(names.keys() | expected.keys() - {INDEX, SIGNATURE}):
        if name in (INDEX, SIGNATURE) and names[name] == 1:
            continue
        if names[name] != 1 or expected.get(name) != _digest(archive, name):
            yield name


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with archive.open(name) as opened:
            while chunk := opened.read(_CHUNK):
                digest.update(chunk)
    except zipfile.BadZipFile:
        return "damaged"
    return digest.hexdigest()


def _limited(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as opened:
        text = opened.read(LARGEST_INDEX + 1)
    if len(text) > LARGEST_INDEX:
        raise ValueError(name)
    return text


def _stream(archive: zipfile.ZipFile, name: str, pieces: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(entry, "w", force_zip64=True) as written:
        for piece in pieces:
            digest.update(piece)
            written.write(piece)
    return digest.hexdigest()


def _date(instant: str) -> tuple[int, int, int, int, int, int]:
    year, month, day = (int(part) for part in instant[:10].split("-"))
    return (max(year, 1980), month, day, 0, 0, 0)


Typeset = Callable[[str], bytes]
