"""States written by released formats load for ever. The file of a format is never changed; new formats add one."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from engine.bpmn import read
from engine.spiff import Compiled, Execution, Library, compile_model
from tests.engine.spiff.diagrams import NOON, compiled, many
from tests.engine.spiff.test_compensation import THROW, UNDO, with_undo

FILES = sorted((Path(__file__).parent / "golden").glob("format_*.json"))


def kept() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    found = []
    for file in FILES:
        content = json.loads(file.read_text(encoding="utf-8"))
        found += [(f"{file.stem} {state['name']}", content, state) for state in content["states"]]
    return found


STATES = kept()


class SameDiagram(Library):
    """Serves one version whatever its hash: the reader may learn to read more of a diagram than it did then."""

    def __init__(self, version: Compiled) -> None:
        super().__init__(version)
        self.version = version

    def compiled(self, hash: str) -> Compiled:
        return self.version


@pytest.mark.parametrize(("name", "content", "state"), STATES, ids=[name for name, _, _ in STATES])
def test_a_state_of_a_released_format_loads_and_goes_on(
    name: str, content: dict[str, Any], state: dict[str, Any]
) -> None:
    version = compiled(content["diagrams"][state["diagram"]], content["roots"])
    case = Execution.load(base64.b64decode(state["state"]), SameDiagram(version))
    assert [wait.element_id for wait in case.waits()] == state["open"]
    assert case.status == state["status"]
    assert case.variables == state["variables"]
    for wait in [wait for wait in case.waits() if wait.kind == "task"]:
        if wait in case.waits():
            case.complete(wait.token, {}, NOON)
    assert case.status in ("running", "completed")


def test_a_released_format_is_kept() -> None:
    assert [file.stem for file in FILES] == ["format_1"]


DONE = json.loads((Path(__file__).parent / "golden" / "done.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("release", DONE)
@pytest.mark.parametrize("begun", ["rounds", "undoing"])
def test_what_an_earlier_release_noted_as_done_can_be_undone(release: str, begun: str) -> None:
    # two of three instances are done; all three are, and the last is being undone
    text = (
        "start s\nuser a : " + many('["x", "y", "z"]', "item") + "\n" + UNDO.format("a")
        + THROW + "\nuser z\ns -> a -> t -> z"
    )  # fmt: skip
    version = compile_model(read(with_undo(text, "a")))
    case = Execution.load(base64.b64decode(DONE[release][begun]), SameDiagram(version))
    if begun == "rounds":
        case.complete(case.waits()[0].token, {"got": 3}, NOON)
    seen = []
    while case.waits()[0].element_id == "undo_a":
        wait = case.waits()[0]
        seen.append((wait.variables["item"], wait.variables["got"]))
        case.complete(wait.token, {}, NOON)
        case = Execution.load(case.save(), SameDiagram(version))
    assert seen == [("z", 3), ("y", 2), ("x", 1)]
    assert [wait.element_id for wait in case.waits()] == ["z"]
