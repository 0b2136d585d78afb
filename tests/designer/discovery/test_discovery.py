from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.discovery.conformance import compare
from designer.discovery.drawing import draw
from designer.discovery.graph import Follows, Log
from designer.discovery.inductive import covering, discover
from designer.discovery.net import CannotCompare
from designer.discovery.tree import (
    NOTHING,
    Operator,
    Tree,
    activities,
    allows,
    exclusive,
    leaf,
    loop,
    parallel,
    sequence,
)
from designer.rules import check
from designer.tryout import try_file
from engine.bpmn import read
from engine.logs.xes import read_xes
from engine.metrics.days import ZONE

UNSOUND = {"deadlock", "lack-of-synchronisation", "dead-path", "livelock", "not-runnable"}
TRACES = st.lists(st.sampled_from("abcde"), max_size=7).map(tuple)
LOGS = st.dictionaries(TRACES, st.integers(1, 9), min_size=1, max_size=7)


def _trees(names: str) -> st.SearchStrategy[Tree]:
    """Trees in which every activity stands once, as those that a miner finds."""
    if len(names) == 1:
        return st.sampled_from([leaf(names), loop(leaf(names)), exclusive((NOTHING, leaf(names)))])
    split = st.integers(1, len(names) - 1)

    def joined(at: int) -> st.SearchStrategy[Tree]:
        parts = st.tuples(_trees(names[:at]), _trees(names[at:]))
        joins = (sequence, parallel, exclusive, lambda pair: loop(*pair))
        return st.tuples(st.sampled_from(joins), parts).map(lambda one: one[0](one[1]))

    return split.flatmap(joined)


def _played(tree: Tree, pick: st.DataObject) -> tuple[str, ...]:
    """One way through a tree."""
    if tree.operator is None:
        return () if tree.activity is None else (tree.activity,)
    if tree.operator is Operator.EXCLUSIVE:
        return _played(pick.draw(st.sampled_from(tree.children)), pick)
    if tree.operator is Operator.LOOP:
        way = _played(tree.children[0], pick)
        for _ in range(pick.draw(st.integers(0, 2))):
            way += _played(tree.children[1], pick) + _played(tree.children[0], pick)
        return way
    ways = [list(_played(child, pick)) for child in tree.children]
    if tree.operator is Operator.SEQUENCE:
        return tuple(name for way in ways for name in way)
    merged: list[str] = []
    while any(ways):
        left = pick.draw(st.sampled_from([one for one in ways if one]))
        merged.append(left.pop(0))
    return tuple(merged)


@given(LOGS)
def test_a_discovered_tree_allows_every_way_that_was_kept(log: dict[tuple[str, ...], int]) -> None:
    tree = discover(log)
    assert all(allows(tree, way) for way in log)
    names = activities(tree)
    assert len(names) == len(set(names))


@settings(max_examples=20)
@given(LOGS)
def test_a_discovered_diagram_is_sound_and_replays_every_way(
    log: dict[tuple[str, ...], int],
) -> None:
    model = read(draw(discover(log), "Found"))
    assert [found for found in check(model) if found.rule in UNSOUND] == []
    if any(log):
        compared = compare(log, model.processes[0])
        assert compared.fitting == compared.cases == sum(log.values()) - compared.left_out


@settings(max_examples=20)
@given(LOGS, st.sampled_from([0.1, 0.2, 0.5, 1.0]), st.integers(0, 9))
def test_without_rare_arrows_a_diagram_is_sound_and_the_engine_runs_it_to_its_end(
    log: dict[tuple[str, ...], int], rare: float, seed: int
) -> None:
    tree = discover(log, rare)
    names = activities(tree)
    assert len(names) == len(set(names))
    assert set(names) <= {name for way in log for name in way}
    drawn = draw(tree, "Found")
    assert [found for found in check(read(drawn)) if found.rule in UNSOUND] == []
    tried = try_file(drawn, seed, 2_000)
    assert tried.outcome == "completed", tried.message


@settings(max_examples=10)
@given(LOGS, st.integers(0, 9))
def test_the_engine_runs_what_was_found_to_its_end(
    log: dict[tuple[str, ...], int], seed: int
) -> None:
    tried = try_file(draw(discover(log), "Found"), seed, 2_000)
    assert tried.outcome == "completed", tried.message


@pytest.mark.parametrize(
    ("noise", "found"),
    [
        # swapped once: not parallel
        (("a", "c", "b", "d"), sequence((leaf("a"), leaf("b"), leaf("c"), leaf("d")))),
        # gone back once: no loop
        (("a", "b", "a", "b", "c", "d"), sequence((leaf("a"), leaf("b"), leaf("c"), leaf("d")))),
        # something that never happens else, in the wrong place
        (("d", "a", "b", "c"), sequence((leaf("a"), leaf("b"), leaf("c"), leaf("d")))),
    ],
)
def test_what_happened_once_does_not_blur_what_happens(noise: tuple[str, ...], found: Tree) -> None:
    log = {("a", "b", "c", "d"): 99, noise: 1}
    assert discover(log, 0.2) == found
    assert allows(discover(log), noise)


def test_no_arrow_is_rare_where_none_is_left_out() -> None:
    follows = Follows({("a", "b"): 99, ("a", "c"): 1, ("b",): 1})
    assert follows.after == {"a": {"b", "c"}, "b": set(), "c": set()}
    assert follows.starts == {"a", "b"}
    fewer = Follows({("a", "b"): 99, ("a", "c"): 1, ("b",): 1}, 0.2)
    assert (fewer.after["a"], fewer.starts, fewer.ends) == ({"b"}, {"a"}, {"b", "c"})


@settings(max_examples=20)
@given(_trees("abcdef"), st.data())
def test_what_a_tree_did_is_found_again(tree: Tree, pick: st.DataObject) -> None:
    log = Counter(_played(tree, pick) for _ in range(12))
    assert all(allows(tree, way) for way in log)
    found = discover(log)
    assert all(allows(found, way) for way in log)


def test_the_four_ways_to_follow_each_other_are_told_apart() -> None:
    log = Counter(
        {
            ("a", "b", "c", "d"): 1,
            ("a", "c", "b", "d"): 1,
            ("a", "e", "d"): 1,
            ("a", "e", "f", "e", "d"): 1,
        }
    )
    assert discover(log) == sequence(
        (
            leaf("a"),
            exclusive((parallel((leaf("b"), leaf("c"))), loop(leaf("e"), leaf("f")))),
            leaf("d"),
        )
    )


def test_the_most_frequent_ways_are_kept_until_they_cover_enough() -> None:
    log: Log = {("a",): 70, ("b",): 15, ("c",): 10, ("d",): 5}
    assert set(covering(log, 0.8)) == {("a",), ("b",)}
    assert set(covering(log, 0.0)) == {("a",)}
    assert set(covering(log, 1.0)) == set(log)


def test_what_is_skipped_and_what_comes_besides_is_counted_at_its_place() -> None:
    model = read(draw(sequence((leaf("a"), leaf("b"), leaf("c"))), "Three"))
    compared = compare(
        {("a", "b", "c"): 6, ("a", "c"): 3, ("a", "b", "x", "c"): 1}, model.processes[0]
    )
    by_name = {node.name: node.id for node in model.processes[0].scope.nodes.values()}
    assert (compared.cases, compared.fitting) == (10, 6)
    assert compared.skipped == {by_name["b"]: 3}
    assert [(one.activity, one.after, one.times) for one in compared.extras] == [
        ("x", by_name["b"], 1)
    ]
    assert compared.fitness == pytest.approx(1 - (3 * 1 / 5 + 1 / 7) / 10)


def test_what_a_machine_does_and_no_log_tells_of_is_not_skipped() -> None:
    drawn = Path("processes/licencia-funcionamiento/licencia-funcionamiento.bpmn").read_bytes()
    (process,) = read(drawn).processes
    ways: Log = {
        (
            "Registrar y revisar la solicitud",
            "Emitir la licencia",
            "Inspeccionar después de otorgar",
        ): 3
    }
    found = compare(ways, process)
    assert (found.cases, found.fitting, found.skipped) == (3, 3, {})
    # a log that tells of it somewhere is asked for it everywhere
    first, *rest = next(iter(ways))
    more: Log = {**ways, (first, "Determinar el nivel de riesgo", *rest): 2}
    found = compare(more, process)
    assert (found.cases, found.fitting, found.skipped) == (5, 2, {"NivelRiesgo": 3})


def test_a_diagram_that_no_net_is_made_of_is_refused() -> None:
    model = read(
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:test">'
        b'<process id="p"><startEvent id="s"/><subProcess id="u" name="Inner"/>'
        b'<sequenceFlow id="f" sourceRef="s" targetRef="u"/></process></definitions>'
    )
    with pytest.raises(CannotCompare, match="Inner"):
        compare({("a",): 1}, model.processes[0])


@pytest.mark.corpus
def test_the_receipt_log_becomes_a_diagram_of_its_frequent_ways(corpus: Path) -> None:
    path = corpus / "logs" / "receipt.xes.gz"
    log = Counter(
        tuple(event.activity for event in case.events) for case in read_xes(path, path.name, ZONE)
    )
    kept = covering(log)
    model = read(draw(discover(kept), "Receipt"))
    assert [found for found in check(model) if found.severity == "error"] == []
    compared = compare(log, model.processes[0])
    assert compared.fitting >= sum(kept.values()) >= 0.8 * 1434
