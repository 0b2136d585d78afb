"""Moves and retries by hand in sound diagrams: nothing is lost, every join still fires, every case completes."""

import random

import pytest

from engine.bpmn import read
from engine.spiff import NoSuchElement, compile_model
from tests.engine.spiff.diagrams import Play, compiled, definition
from tests.engine.spiff.test_compensation import UNDO, with_undo
from tests.engine.spiff.test_random_models import ROOTS, Blocks


def diagram_of(blocks: Blocks) -> str:
    """Its timers say when by what the case knows."""
    return blocks.diagram().replace("PT1H", "=pause")


def next_of(case: Play, element: str) -> str | None:
    """The element behind this one, where completing it and moving there are the same."""
    compiled_ = case.case._case.compiled
    assert compiled_ is not None
    flows = compiled_.elements[element].flows
    target = flows[0].target if len(flows) == 1 else None
    return None if target is None or len(target.incoming) > 1 else target.name


def mend(case: Play, chance: random.Random) -> None:
    """Try what broke again: in vain, then with what it lacked."""
    wait = next(wait for wait in case.case.waits() if wait.kind == "incident")
    if chance.random() < 0.3:
        case.correct(pause="soon").release(wait.token)
        wait = next(other for other in case.case.waits() if other.kind == "incident")
    case.correct(pause="PT1H").release(wait.token)
    if chance.random() < 0.5:
        case.correct(pause="soon")


@pytest.mark.parametrize("batch", range(3))
def test_a_sound_diagram_completes_whatever_is_done_again_skipped_or_mended(batch: int) -> None:
    mended = skipped = again = 0
    for seed in range(batch * 25, batch * 25 + 25):
        blocks = Blocks(seed)
        case = Play(compiled(diagram_of(blocks), ROOTS), pause="soon")
        chance = random.Random(seed)
        for step in range(3000):
            if case.status != "running":
                break
            waits = case.case.waits()
            if any(wait.kind == "incident" for wait in waits):
                mend(case, chance)
                mended += 1
                continue
            tasks = [wait for wait in waits if wait.kind in ("task", "decision")]
            # enough of events: they may start handlers without end
            wait = chance.choice(tasks if tasks and step > 60 else waits)
            roll = chance.random()
            if wait.kind in ("task", "decision") and roll < 0.2 and step < 60:
                case.case.move(wait.token, wait.element_id, case.now)
                case._reload()
                again += 1
                continue
            beyond = next_of(case, wait.element_id) if wait.kind == "task" else None
            if beyond is not None and roll < 0.4:
                try:
                    case.case.move(wait.token, beyond, case.now)
                except NoSuchElement:
                    continue
                case._reload()
                skipped += 1
                continue
            if wait.kind == "timer":
                assert wait.due_at is not None
                case.now = max(case.now, wait.due_at)
                assert case.case.fire_timer(wait.token, case.now)
            elif wait.kind in ("message", "signal"):
                assert case.message("m") if wait.kind == "message" else case.signal("sg")
            else:
                choices = {}
                for choice in wait.choices:
                    options = [option.id for option in choice.options]
                    if step > 60:
                        # enough rounds: take the way out of every loop
                        options = [option for option in options if option not in blocks.backs]
                    number = chance.randint(1, len(options)) if choice.is_multiple else 1
                    choices[choice.element_id] = chance.sample(options, number)
                case.case.complete(wait.token, {}, case.now, choices=choices)
            case._reload()
        assert case.status == "completed", (seed, case.status, case.case.positions)
        assert not case.case.positions, seed
    assert min(mended, skipped, again) > 5


def test_what_undoes_an_activity_or_begins_by_an_event_is_no_place_to_go_on_from() -> None:
    text = (
        "start s\nuser a\n" + UNDO.format("a") + "user b\nsub h triggeredByEvent=true {\nstart hs : "
        + definition("message", "m") + "\nuser fix\nuser more\nhs -> fix -> more\n}\ns -> a -> b"
    )  # fmt: skip
    source = with_undo(text, "a").replace(b"<bpmn:process", ROOTS.encode() + b"<bpmn:process", 1)
    case = Play(compile_model(read(source)))
    assert [one.id for one in case.case.places(case.wait("a").token)] == ["s", "a", "b"]
    with pytest.raises(NoSuchElement):
        case.case.move(case.wait("a").token, "fix", case.now)
    case.message("m")
    # who is in there moves within it, and out of it
    assert [one.id for one in case.case.places(case.wait("fix").token)] == [
        "s",
        "a",
        "b",
        "hs",
        "fix",
        "more",
    ]
