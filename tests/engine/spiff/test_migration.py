import pytest

from engine.spiff import Compiled, Library, MigrationImpossible, proposal
from tests.engine.spiff.diagrams import NOON, Play, compiled, many, timer

OLD = (
    "start s\nuser a\nuser b\nboundary k on a : "
    + timer("Duration", "P10D")
    + "\nuser late\nend e\n"
    "s -> a -> b -> e\nk -> late"
)


def migrated(case: Play, new: Compiled, **extra: str) -> Play:
    assert case.case._case.compiled is not None
    case.library.versions[new.hash] = new
    case.case.migrate(new, {**proposal(case.case._case.compiled, new), **extra}, NOON)
    case._reload()
    return case


def test_an_open_case_goes_on_in_the_new_version_and_keeps_its_timers() -> None:
    case = Play(compiled(OLD))
    due = case.wait("k").due_at
    token = case.wait("a").token
    new = compiled(
        OLD.replace("P10D", "P30D").replace("user b", "user c").replace("-> b ->", "-> c ->")
    )
    migrated(case, new)
    assert case.wait("k").due_at == due
    assert case.wait("a").token == token
    assert case.do("a").open == ["c"]


def test_what_the_new_version_lacks_is_listed_and_nothing_moves() -> None:
    case = Play(compiled(OLD)).do("a")
    new = compiled(OLD.replace("user b", "user c").replace("-> b ->", "-> c ->"))
    with pytest.raises(MigrationImpossible):
        migrated(case, new)
    assert case.open == ["b"]
    assert migrated(case, new, b="c").open == ["c"]
    assert case.do("c").status == "completed"


def test_boundary_events_that_are_new_watch_and_removed_ones_do_not() -> None:
    case = Play(compiled(OLD))
    new = compiled(OLD.replace("boundary k", "boundary n").replace("k -> late", "n -> late"))
    assert sorted(migrated(case, new).open) == ["a", "n"]


def test_tokens_at_a_join_and_in_a_sub_process_migrate() -> None:
    text = (
        "start s\nand f\nand j\nsub p {\nuser a\nuser x\na -> x\n}\nuser b\nend e\n"
        "s -> f\nf -> p -> j\nf -> b -> j\nj -> e"
    )
    case = Play(compiled(text)).do("b")
    new = compiled(text.replace("user x", "user y").replace("a -> x", "a -> y"))
    migrated(case, new)
    assert case.do("a").do("y").status == "completed"


def test_instances_in_progress_migrate() -> None:
    text = "start s\nuser a : " + many("xs") + "\nuser z\nend e\ns -> a -> z -> e"
    case = Play(compiled(text), xs=[1, 2]).do("a")
    migrated(case, compiled(text.replace("user z", "user z2").replace("-> z ->", "-> z2 ->")))
    assert case.do("a").open == ["z2"]


def test_a_library_serves_called_versions_by_hash() -> None:
    version = compiled(OLD)
    assert Library(version).compiled(version.hash) is version
