"""A copy of a case file: complete, signed, and nothing in it can be changed without being seen."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import orjson
import pytest
from sqlalchemy.orm import Session

from engine.casefile.copy import FACTS, INDEX, SIGNATURE, check_copy, signing_key, write_copy
from engine.casefile.index import index_of, index_page
from engine.casefile.related import LinkedToItself, link_cases, related_cases, unlink_cases
from engine.documents import add_document
from engine.files import FileStore
from engine.models import Case, Person
from tests.clock import Clock
from tests.engine.office import TWO_TASKS, TownHall

KEY = signing_key("a secret")
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
    write_copy(path, index, iter((b'{"seq":1}\n',)), files, page=b"%PDF page", key=KEY)
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


@pytest.mark.parametrize("name", ["documents/0002-resolucion.pdf", FACTS, "index.pdf"])
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
        checked = check_copy(opened, signing_key("another secret"))
    assert checked is not None
    assert not checked.is_signed


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
    assert names == ["documents/0002-resolucion.pdf", FACTS, "index.pdf", INDEX, SIGNATURE]
    assert "Rosa" not in text
    index = orjson.loads(text)
    assert index["documents"][0]["sha256"]


def test_the_page_escapes_what_people_wrote(hall: TownHall, files: FileStore, clock: Clock) -> None:
    case, _ = a_case(hall, files, clock)
    case.applicant_name = "<script>x</script>"
    page = index_page(index_of(hall.session, case, is_masked=False, at=clock()))
    assert "<script>" not in page


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
