import pytest

from engine.spiff import Compiled, Library, MigrationImpossible, proposal
from tests.engine.spiff.diagrams import NOON, Play, compiled, definition, many, timer

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


MESSAGES = '<bpmn:message id="m" name="paid"/>'
DAY = timer("Duration", "P1D")
PAID = definition("message", "m")
BESIDE = (
    "start s\nand g\nuser a\nuser b\nboundary k on a : "
    + DAY
    + "\nuser x\ns -> g\ng -> a\ng -> b\nk -> x"
)
HANDLED = (
    "start s\nuser a\nsub h triggeredByEvent=true {\nstart hs : "
    + DAY
    + "\nuser fix\nhs -> fix\n}\nsub p {\nuser b\n}\ns -> a -> p"
)


def drawn(text: str) -> Compiled:
    return compiled(text, MESSAGES)


def test_a_boundary_event_that_waits_for_something_else_waits_for_it_from_now_on() -> None:
    case = Play(drawn(BESIDE))
    migrated(case, drawn(BESIDE.replace(DAY, PAID)))
    assert [wait.kind for wait in case.case.waits() if wait.element_id == "k"] == ["message"]
    assert "timer_cancelled k" in case.facts
    assert case.message("paid")
    assert case.open == ["b", "x"]


def test_a_boundary_event_that_moved_to_another_task_watches_that_one() -> None:
    case = Play(drawn(BESIDE))
    migrated(case, drawn(BESIDE.replace("on a", "on b")))
    assert case.after(days=1).open == ["a", "x"]


def test_a_boundary_event_that_has_happened_does_not_watch_again() -> None:
    text = BESIDE.replace("on a", "on a cancelActivity=false")
    case = Play(drawn(text)).after(days=1)
    migrated(case, drawn(text.replace("user x", "user x Called")))
    assert sorted(case.after(days=9).open) == ["a", "b", "x"]


def test_an_event_sub_process_that_starts_by_something_else_listens_for_it() -> None:
    case = Play(drawn(HANDLED))
    migrated(case, drawn(HANDLED.replace(DAY, PAID)))
    assert case.after(days=2).open != ["fix"]
    assert case.message("paid")
    assert case.open == ["fix"]


def test_an_event_sub_process_that_moved_into_a_sub_process_listens_there() -> None:
    handler = HANDLED[HANDLED.index("sub h") : HANDLED.index("sub p")]
    inside = HANDLED.replace(handler, "").replace("sub p {\n", "sub p {\n" + handler)
    case = Play(drawn(HANDLED))
    migrated(case, drawn(inside))
    assert case.after(days=2).open == ["a"]
    assert case.do("a").after(days=1).open == ["fix"]
    back = Play(drawn(inside)).do("a")
    migrated(back, drawn(HANDLED))
    assert back.after(days=1).open == ["fix"]


@pytest.mark.parametrize("kinds", [(DAY, PAID), (PAID, DAY)], ids=["to message", "to timer"])
def test_an_event_that_waits_for_something_else_waits_for_it_from_now_on(
    kinds: tuple[str, str],
) -> None:
    text = "start s\ncatch k : {}\nuser a\ns -> k -> a"
    case = Play(drawn(text.format(kinds[0])))
    migrated(case, drawn(text.format(kinds[1])))
    assert case.message("paid") == (kinds[1] == PAID)
    assert case.after(days=1).open == ["a"]


def test_an_event_of_several_that_becomes_one_waits_for_that_one() -> None:
    text = "start s\ncatch k : {}\nuser a\ns -> k -> a"
    case = Play(drawn(text.format(PAID + DAY)))
    migrated(case, drawn(text.format(DAY)))
    assert case.open == ["k"]
    migrated(case, drawn(text.format(PAID + DAY)))
    assert case.message("paid")
    assert case.open == ["a"]


def test_an_event_that_waits_for_nothing_any_more_is_told_before_the_case_moves() -> None:
    text = "start s\ncatch k{}\nuser a\ns -> k -> a"
    case = Play(drawn(text.format(" : " + DAY)))
    with pytest.raises(MigrationImpossible):
        migrated(case, drawn(text.format("")))
    assert case.after(days=1).open == ["a"]


def test_a_way_that_is_new_behind_an_event_based_gateway_is_waited_for() -> None:
    text = "start s\nevent g\ncatch k : " + PAID + "\nuser a\ns -> g\ng -> k -> a"
    case = Play(drawn(text))
    migrated(case, drawn(text + "\ncatch t : " + DAY + "\nuser b\ng -> t -> b"))
    assert case.after(days=1).open == ["b"]


def test_a_case_in_an_ad_hoc_sub_process_goes_on_with_what_can_be_picked_now() -> None:
    text = "start s\nadhoc p {\nuser a\nuser b\n}\nuser z\ns -> p -> z"
    case = Play(drawn(text)).do("p", "a")
    migrated(case, drawn(text.replace("user b\n", "user b\nuser c\n")))
    assert case.do("a").do("p", "c").do("c").do("p", "done").open == ["z"]
