"""A copy of a case file: complete, signed, and nothing in it can be changed without being seen."""

import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from engine.casefile.copy import FACTS, INDEX, PUBLIC_KEY, SIGNATURE, check_copy, write_copy
from engine.casefile.index import index_of, index_page
from engine.casefile.related import LinkedToItself, link_cases, related_cases, unlink_cases
from engine.casefile.signing import (
    EARLIER,
    PRIVATE,
    KeyUnreadable,
    Signer,
    kept_signer,
    known_seals,
)
from engine.files.documents import add_document
from engine.files.store import FileStore
from engine.models import Case, Person
from engine.window.following import SHOWN_ORIGINS
from tests.clock import Clock
from tests.engine.office import TWO_TASKS, TownHall

SIGNER = Signer(Ed25519PrivateKey.generate())
KEY = (SIGNER.seal,)
Rewrite = Callable[[str, bytes], bytes | None]


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def hall(session: Session, clock: Clock) -> TownHall:
    return TownHall(session, clock())


def a_case(hall: TownHall, files: FileStore, clock: Clock) -> tuple[Case, Person]:
    ana = hall.person("ana", "Front desk", "Board")
    case = hall.start(hall.publish(TWO_TASKS), by=ana)
    for name, origin in (("DNI de Rosa.pdf", "applicant"), ("resolución.pdf", "letter")):
        stored = files.put(BytesIO(f"%PDF {name}".encode()), name)
        add_document(hall.session, case, stored, origin=origin, by=ana, at=clock())
    return case, ana


def a_copy(
    hall: TownHall, files: FileStore, clock: Clock, tmp_path: Path, *, masked: bool = False
) -> Path:
    case, _ = a_case(hall, files, clock)
    index = index_of(hall.session, case, is_masked=masked, at=clock())
    path = tmp_path / "copy.zip"
    write_copy(path, index, iter((b'{"seq":1}\n',)), files, page=b"%PDF page", signer=SIGNER)
    return path


def rewritten(path: Path, change: Rewrite) -> BytesIO:
    """The copy again, each entry as `change` gives it; None leaves it out."""
    made = BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            content = change(entry.filename, old.read(entry))
            if content is not None:
                new.writestr(entry.filename, content)
    made.seek(0)
    return made


def test_a_copy_is_recognised(
    hall: TownHall, files: FileStore, clock: Clock, tmp_path: Path
) -> None:
    with a_copy(hall, files, clock, tmp_path).open("rb") as opened:
        checked = check_copy(opened, KEY)
    assert checked is not None
    assert (checked.documents, checked.faults, checked.is_signed) == (2, (), True)


def test_documents_stand_in_sequence_with_hash_and_origin(
    hall: TownHall, files: FileStore, clock: Clock, tmp_path: Path
) -> None:
    with zipfile.ZipFile(a_copy(hall, files, clock, tmp_path)) as archive:
        index = orjson.loads(archive.read(INDEX))
        assert [(one["number"], one["origin"]) for one in index["documents"]] == [
            (1, "applicant"),
            (2, "letter"),
        ]
        assert archive.read("documents/0001-dni-de-rosa.pdf") == b"%PDF DNI de Rosa.pdf"


@pytest.mark.parametrize("name", ["documents/0002-resolucion.pdf", FACTS, "index.pdf", PUBLIC_KEY])
def test_a_changed_file_is_named(
    hall: TownHall, files: FileStore, clock: Clock, tmp_path: Path, name: str
) -> None:
    path = a_copy(hall, files, clock, tmp_path)
    checked = check_copy(rewritten(path, lambda n, c: b"other" if n == name else c), KEY)
    assert checked is not None
    assert checked.faults == (name,)


def test_a_missing_file_is_named(
    hall: TownHall, files: FileStore, clock: Clock, tmp_path: Path
) -> None:
    path = a_copy(hall, files, clock, tmp_path)
    gone = "documents/0002-resolucion.pdf"
    checked = check_copy(rewritten(path, lambda n, c: None if n == gone else c), KEY)
    assert checked is not None
    assert checked.faults == (gone,)


def test_a_file_that_was_added_is_named(
    hall: TownHall, files: FileStore, clock: Clock, tmp_path: Path
) -> None:
    made = rewritten(a_copy(hall, files, clock, tmp_path), lambda n, c: c)
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("documents/0003-more.pdf", b"x")
    made.seek(0)
    checked = check_copy(made, KEY)
    assert checked is not None
    assert checked.faults == ("documents/0003-more.pdf",)


def test_an_index_that_was_changed_is_not_ours(
    hall: TownHall, files: FileStore, clock: Clock, tmp_path: Path
) -> None:
    path = a_copy(hall, files, clock, tmp_path)
    made = rewritten(path, lambda n, c: c.replace(b"letter", b"lettre") if n == INDEX else c)
    checked = check_copy(made, KEY)
    assert checked is not None
    assert not checked.is_signed


def test_another_installation_signs_otherwise(
    hall: TownHall, files: FileStore, clock: Clock, tmp_path: Path
) -> None:
    with a_copy(hall, files, clock, tmp_path).open("rb") as opened:
        checked = check_copy(opened, (Signer(Ed25519PrivateKey.generate()).seal,))
    assert checked is not None
    assert not checked.is_signed


def _with_signature(wrong: bytes, name: str, content: bytes) -> bytes:
    return wrong if name == SIGNATURE else content


def test_a_signature_over_other_bytes_is_none(
    hall: TownHall, files: FileStore, clock: Clock, tmp_path: Path
) -> None:
    path = a_copy(hall, files, clock, tmp_path)
    for wrong in (b"", SIGNER.sign(b"something else"), b"0" * 64):
        checked = check_copy(rewritten(path, partial(_with_signature, wrong)), KEY)
        assert checked is not None
        assert checked.signed_by is None


def test_who_signs_a_forgery_with_an_own_key_is_not_the_office(
    hall: TownHall, files: FileStore, clock: Clock, tmp_path: Path
) -> None:
    forger = Signer(Ed25519PrivateKey.generate())
    path = a_copy(hall, files, clock, tmp_path)
    with zipfile.ZipFile(path) as archive:
        index = archive.read(INDEX).replace(b"letter", b"lettre")
    forged = {INDEX: index, SIGNATURE: forger.sign(index)}
    checked = check_copy(rewritten(path, lambda n, c: forged.get(n, c)), KEY)
    assert checked is not None
    assert not checked.is_signed


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")
def test_openssl_alone_can_check_the_signature(
    hall: TownHall, files: FileStore, clock: Clock, tmp_path: Path
) -> None:
    with zipfile.ZipFile(a_copy(hall, files, clock, tmp_path)) as archive:
        archive.extractall(tmp_path / "out")
    told = ["pkeyutl", "-verify", "-pubin", "-inkey", PUBLIC_KEY, "-rawin", "-in", INDEX]
    command = ["openssl", *told, "-sigfile", SIGNATURE]
    done = subprocess.run(command, cwd=tmp_path / "out", capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    (tmp_path / "out" / INDEX).write_bytes(b"{}")
    assert subprocess.run(command, cwd=tmp_path / "out", check=False).returncode != 0


def test_the_key_of_an_installation_is_made_once_and_only_its_owner_reads_it(
    tmp_path: Path,
) -> None:
    first = kept_signer(tmp_path)
    assert kept_signer(tmp_path).seal == first.seal
    assert (tmp_path / PRIVATE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [PRIVATE]


def test_copies_signed_with_an_earlier_key_are_still_ours(tmp_path: Path) -> None:
    old = kept_signer(tmp_path)
    (tmp_path / PRIVATE).unlink()
    (tmp_path / EARLIER).mkdir()
    (tmp_path / EARLIER / "2026.pem").write_text(old.seal.pem)
    assert [seal.id for seal in known_seals(tmp_path)] == [
        kept_signer(tmp_path).seal.id,
        old.seal.id,
    ]


def test_what_is_no_key_is_refused_with_its_file(tmp_path: Path) -> None:
    (tmp_path / PRIVATE).write_text("nothing")
    with pytest.raises(KeyUnreadable, match=PRIVATE):
        kept_signer(tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK", b"%PDF-1.7", b"PK\x03\x04 nothing"])
def test_what_is_no_copy_is_told_apart(content: bytes) -> None:
    assert check_copy(BytesIO(content), KEY) is None


def test_a_zip_that_swells_is_not_read(
    hall: TownHall, files: FileStore, clock: Clock, tmp_path: Path
) -> None:
    made = rewritten(a_copy(hall, files, clock, tmp_path), lambda n, c: c)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", b"0" * 2_000_000)
    made.seek(0)
    assert check_copy(made, KEY, largest=1_000_000) is None


def test_a_masked_copy_names_nobody(
    hall: TownHall, files: FileStore, clock: Clock, tmp_path: Path
) -> None:
    path = a_copy(hall, files, clock, tmp_path, masked=True)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        text = archive.read(INDEX).decode()
    assert names == [
        FACTS,
        "index.pdf",
        PUBLIC_KEY,
        INDEX,
        SIGNATURE,
    ]
    assert "Rosa" not in text
    index = orjson.loads(text)
    assert index["documents"][0]["sha256"]


def test_an_applicants_copy_has_no_notes_opinions_and_reports(
    hall: TownHall, files: FileStore, clock: Clock
) -> None:
    case, ana = a_case(hall, files, clock)
    for origin in ("comment", "opinion", "task"):
        stored = files.put(BytesIO(origin.encode()), f"{origin} on Rosa.pdf")
        add_document(hall.session, case, stored, origin=origin, by=ana, at=clock())
    index = index_of(hall.session, case, is_masked=False, only=SHOWN_ORIGINS, at=clock())
    assert [(one["name"], one["file"] is None) for one in index["documents"]] == [
        ("DNI de Rosa.pdf", False),
        ("resolución.pdf", False),
        ("—", True),
        ("—", True),
        ("—", True),
    ]


def test_the_page_escapes_what_people_wrote(hall: TownHall, files: FileStore, clock: Clock) -> None:
    case, _ = a_case(hall, files, clock)
    case.applicant_name = "<script>x</script>"
    page = index_page(index_of(hall.session, case, is_masked=False, at=clock()), KEY[0])
    assert "<script>" not in page


def test_the_page_tells_days_of_the_office_not_of_greenwich(
    hall: TownHall, files: FileStore, clock: Clock
) -> None:
    clock.set(datetime(2026, 3, 5, 3, 43, tzinfo=UTC))  # the evening before, in Lima
    case, _ = a_case(hall, files, clock)
    page = index_page(index_of(hall.session, case, is_masked=False, at=clock()), KEY[0])
    assert "4 mar. 2026" in page or "4 Mar 2026" in page
    assert "5 mar. 2026" not in page.lower()


def test_linked_cases_know_each_other_until_the_link_is_taken_back(
    hall: TownHall, files: FileStore, clock: Clock
) -> None:
    case, ana = a_case(hall, files, clock)
    other = hall.start(hall.publish(TWO_TASKS), by=ana)
    link_cases(hall.session, case, other, "Same shop", by=ana, at=clock())
    assert [one.number for one in related_cases(hall.session, ana, other)] == [case.number]
    assert related_cases(hall.session, ana, case)[0].reason == "Same shop"
    unlink_cases(hall.session, other, case, by=ana, at=clock())
    assert [one.reason for one in related_cases(hall.session, ana, case) if one.reason] == []


def test_a_case_is_not_linked_to_itself(hall: TownHall, files: FileStore, clock: Clock) -> None:
    case, ana = a_case(hall, files, clock)
    with pytest.raises(LinkedToItself):
        link_cases(hall.session, case, case, "x", by=ana, at=clock())


def test_related_cases_are_only_those_one_may_see(
    hall: TownHall, files: FileStore, clock: Clock
) -> None:
    case, ana = a_case(hall, files, clock)
    other = hall.start(hall.publish(TWO_TASKS), by=ana)
    link_cases(hall.session, case, other, "Same shop", by=ana, at=clock())
    stranger = hall.person("eva", "Elsewhere")
    assert related_cases(hall.session, stranger, case) == []
