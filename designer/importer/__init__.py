"""From any tool's drawing to a model that runs, with a note for everything that was mended."""

from collections.abc import Collection
from dataclasses import dataclass

from designer.importer.drawing import Drawing
from designer.importer.repair import Note, all_repairs
from engine.bpmn.model import Model, Process

MAX_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Imported:
    """The model that runs, what was mended, and which of its processes is ours."""

    model: Model
    notes: tuple[Note, ...]
    process_id: str

    @property
    def decisions(self) -> tuple[Note, ...]:
        """The notes that the analyst has to confirm."""
        return tuple(note for note in self.notes if note.is_decision)


def import_model(
    model: Model, published: Collection[str] = (), connectors: Collection[str] = ()
) -> Imported:
    """Run all repairs, again and again, until none finds anything to mend.

    `published`: processes outside the file that may be called; `connectors`: topics that a service
    task may name to be carried out here. Importing what came out changes nothing. The model must
    have a process, as `read` ensures.
    """
    drawing = Drawing(model, published, connectors)
    notes: dict[tuple[str, str | None, str], Note] = {}
    for _ in range(MAX_ROUNDS):
        before = len(notes)
        found = [note for item in all_repairs() for note in item.notes(drawing)]
        for note in found:
            notes.setdefault((note.rule, note.element, note.message), note)
        if not found or len(notes) == before:
            break
    mended = drawing.freeze()
    return Imported(mended, tuple(notes.values()), _ours(mended))


def _ours(model: Model) -> str:
    """The executable process with most nodes; the repairs see to it that there is one."""

    def weight(process: Process) -> tuple[bool, int]:
        return bool(process.is_executable), sum(1 for _ in process.scope.everything())

    return max(model.processes, key=weight).id


__all__ = ["Imported", "Note", "import_model"]
