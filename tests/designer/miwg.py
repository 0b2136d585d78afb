"""Writes `miwg_differences.md`: exports of the interchange suite that do not behave like the reference, and why.

    python -m tests.designer.miwg

Run it after a change that makes fewer files differ; the test beside it says no when there are more.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from designer.importer import import_model
from engine.bpmn import UnreadableDiagram, read
from engine.bpmn.model import Model
from engine.spiff import NotRunnable
from tests.designer.behaviour import Behaviour, difference
from tests.designer.drawn import reason
from tests.designer.names import plain

ROOT = Path(__file__).resolve().parents[2]
LISTED = Path(__file__).with_name("miwg_differences.md")
HEAD = """# Exports that do not behave like the reference

{differing} of {compared} files that tools exported from a reference model of the interchange suite (or read and wrote
again) let people do other tasks, by name, than the reference does. Each with the first trace that tells them apart and
with what is drawn differently, as our reader sees both. A file whose drawing is the same may not be listed: that would
be our fault. Written by `python -m tests.designer.miwg`.

"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A file that behaves otherwise: the trace that shows it, and what is drawn differently."""

    file: str
    trace: str
    drawn: str


def compared(folder: Path) -> Iterator[tuple[str, Difference | None]]:
    """Every export of every reference model, with how it differs; None where it does not."""
    for reference in sorted((folder / "Reference").glob("*.bpmn")):
        model = read(reference.read_bytes())
        ours = Behaviour(import_model(model))
        for path in sorted(folder.glob(f"*/{reference.stem}-*.bpmn")):
            name = f"{path.parent.name}/{path.name}"
            yield name, _compared(name, path.read_bytes(), model, ours)


def _compared(name: str, data: bytes, model: Model, ours: Behaviour) -> Difference | None:
    process = ours.compiled.process_id
    try:
        exported = read(data)
    except UnreadableDiagram as refusal:
        return Difference(name, refusal.message(), "nothing that could run")
    imported = import_model(exported)
    wanted = {plain(node.name) for _, node in model.process(process).scope.everything()}

    def likeness(one: str) -> tuple[int, bool]:
        nodes = imported.model.process(one).scope.everything()
        return len({plain(node.name) for _, node in nodes} & wanted), one == imported.process_id

    # In a file of several pools the analyst says which is ours: the one that the reference runs.
    other = max((each.id for each in imported.model.processes), key=likeness)
    drawn = reason(model, exported, process, other)
    try:
        trace = difference(ours, Behaviour(imported, other))
    except NotRunnable as refusal:
        trace = refusal.message()
    return None if trace is None else Difference(name, trace, drawn)


def listed() -> set[str]:
    """The files that the list names."""
    lines = LISTED.read_text(encoding="utf-8").splitlines()
    return {line[3:].strip("`* ") for line in lines if line.startswith("## ")}


def main() -> None:
    """Write the list."""
    corpus = Path(os.environ.get("EXPEDITO_CORPUS", ROOT.parent / "shared" / "corpus"))
    found = dict(compared(corpus / "miwg"))
    differing = [each for each in found.values() if each is not None]
    text = HEAD.format(differing=len(differing), compared=len(found))
    text += "\n".join(
        f"## {each.file}\n- {each.trace}\n- {each.drawn or 'the same is drawn'}\n"
        for each in differing
    )
    LISTED.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(differing)} of {len(found)} differ\n")


if __name__ == "__main__":
    main()
