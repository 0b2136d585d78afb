"""One process of the file is marked executable: ours."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown


@repair(
    Stage.ELEMENTS, "BPMN 2.0.2, 10.2: isExecutable is optional, and tools for drawing leave it out"
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """A drawing that is uploaded here is meant to run; of several pools the one with most in it."""
    if any(process.is_executable for process in drawing.processes.values()):
        return
    sizes = dict.fromkeys(drawing.processes, 0)
    for scope, _ in drawing.everything():
        sizes[drawing.process_of(scope)] += 1
    process = drawing.processes[max(sizes, key=lambda name: sizes[name])]
    drawing.processes[process.id] = replace(process, is_executable=True)
    yield Change(
        process.id,
        process.line,
        "The process “{name}” is not marked executable; it runs all the same.",
        {"name": shown(process.name, process.id)},
    )
