"""Files are kept by what is in them, or not at all."""

import io
import stat
import sys
from pathlib import Path

import pytest

from engine.errors import NotFound
from engine.files.media_types import is_accepted, media_type_of
from engine.files.store import (
    FileEmpty,
    FileStore,
    FileTooLarge,
    FileUnsafe,
    StoredFile,
    antivirus_command,
    file_name,
    files_within,
)

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files", largest=1_000_000)


def kept(store: FileStore) -> list[Path]:
    return [path for path in store.folder.rglob("*") if path.is_file()]


def test_what_was_put_comes_back_under_its_hash(store: FileStore) -> None:
    file = store.put(io.BytesIO(PDF), "C:\\docs\\plan.pdf")
    assert (file.name, file.media_type, file.size) == ("plan.pdf", "application/pdf", len(PDF))
    assert b"".join(store.chunks(file.sha256)) == PDF
    assert store.is_sound(file.sha256)


def test_the_same_bytes_are_kept_once(store: FileStore) -> None:
    store.put(io.BytesIO(PDF), "a.pdf")
    store.put(io.BytesIO(PDF), "b.pdf")
    assert len(kept(store)) == 1


def test_nobody_else_on_the_machine_may_read_them(store: FileStore) -> None:
    file = store.put(io.BytesIO(PDF), "a.pdf")
    assert stat.S_IMODE(store.path(file.sha256).stat().st_mode) & 0o077 == 0


class Endless(io.RawIOBase):
    """A sender who never stops."""

    taken = 0

    def read(self, size: int = -1, /) -> bytes:
        self.taken += size
        return b"x" * size


def test_a_file_that_is_too_large_is_refused_while_it_arrives(store: FileStore) -> None:
    endless = Endless()
    with pytest.raises(FileTooLarge, match="larger than"):
        store.put(endless, "big.bin")  # type: ignore[arg-type]  # a stream that only reads
    assert endless.taken < 2_000_000
    assert kept(store) == []


def test_an_empty_file_is_refused(store: FileStore) -> None:
    with pytest.raises(FileEmpty):
        store.put(io.BytesIO(), "empty.pdf")
    assert kept(store) == []


def test_a_file_the_antivirus_refuses_is_not_kept(tmp_path: Path) -> None:
    checker = "import sys; sys.exit(b'EICAR' in open(sys.argv[1], 'rb').read())"
    store = FileStore(tmp_path / "files", scan=antivirus_command([sys.executable, "-c", checker]))
    assert store.put(io.BytesIO(b"harmless"), "a.txt").size == 8
    with pytest.raises(FileUnsafe):
        store.put(io.BytesIO(b"X5O!P%EICAR"), "b.txt")
    assert len(kept(store)) == 1


def test_an_antivirus_that_cannot_run_accepts_nothing(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files", scan=antivirus_command(["no-such-program-here"]))
    with pytest.raises(FileUnsafe):
        store.put(io.BytesIO(b"harmless"), "a.txt")


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64])
def test_what_is_not_there_is_not_found(store: FileStore, sha256: str) -> None:
    with pytest.raises(NotFound):
        store.open(sha256)


@pytest.mark.parametrize(
    ("sent", "kept_as"),
    [
        ("../../etc/passwd", "passwd"),
        ('a\nb"c<d>.pdf', "abcd.pdf"),
        ("...", "file"),
        ("", "file"),
        ("año\u202efdp.exe", "añofdp.exe"),
        ("x" * 300 + ".pdf", "x" * 140 + ".pdf"),
    ],
)
def test_names_are_stripped_of_what_could_hurt(sent: str, kept_as: str) -> None:
    assert file_name(sent) == kept_as


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (PDF, "x.png", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "x.pdf", "image/png"),
        (b"\xff\xd8\xff\xe0", "x", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "x", "image/webp"),
        (b"PK\x03\x04....word/document.xml", "x.zip",
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"PK\x03\x04....readme.txt", "x.zip", "application/zip"),
        (b"<!DOCTYPE html><p>", "x.txt", "text/html"),
        (b"  <script>alert(1)</script>", "x.pdf", "text/html"),
        (b"<?xml version='1.0'?><svg xmlns=''>", "x.png", "image/svg+xml"),
        (b"a,b\n1,2\n", "x.csv", "text/csv"),
        (b"hello", "x.pdf", "text/plain"),
        (b"MZ\x90\x00", "x.pdf", "application/x-msdownload"),
        (b"\x00\x01\x02", "x.pdf", "application/octet-stream"),
    ],
)  # fmt: skip
def test_the_kind_is_told_by_the_content(head: bytes, name: str, kind: str) -> None:
    assert media_type_of(head, name) == kind


@pytest.mark.parametrize(
    ("kind", "accept", "is_taken"),
    [
        ("application/pdf", [".pdf", "image/*"], True),
        ("image/png", [".PDF", "image/*"], True),
        ("image/svg+xml", ["image/*"], False),
        ("text/html", [".pdf", "image/*"], False),
        ("text/html", [], True),
    ],
)
def test_a_kind_is_taken_only_when_the_form_names_it(
    kind: str, accept: list[str], is_taken: bool
) -> None:
    assert is_accepted(kind, accept) is is_taken


@pytest.mark.parametrize(
    ("kind", "is_safe"),
    [
        ("application/pdf", True),
        ("image/svg+xml", False),
        ("text/html", False),
        ("text/xml", False),
    ],
)
def test_nothing_that_could_act_is_shown_in_a_page(kind: str, is_safe: bool) -> None:
    assert StoredFile("a" * 64, "x", kind, 1).is_inline_safe is is_safe


def test_files_are_found_wherever_the_data_names_them() -> None:
    file = StoredFile("a" * 64, "x", "application/pdf", 1)
    data = {"a": [{"b": file.as_json()}], "c": {"sha256": "a" * 64, "name": 3}, "d": "x"}
    assert list(files_within(data)) == [file]
