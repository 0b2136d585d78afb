"""A called process that is not in the file is done by a person."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import Kind


@repair(Stage.ELEMENTS, "A call to a process that nobody has drawn can only be done by hand")
def mend(drawing: Drawing) -> Iterator[Change]:
    """A call activity whose process is neither in the file nor published becomes a task with a note."""
    for _, node in drawing.everything():
        if node.kind is not Kind.CALL_ACTIVITY:
            continue
        called = node.called_element
        if called in drawing.processes and drawing.nodes_of(called or ""):
            continue
        if called is not None and called in drawing.published:
            continue
        properties = node.extension.properties
        if called is not None:
            properties = (*properties, ("calledElement", called))
        note = (
            f"The drawing calls another procedure here (“{called}”), which is not available. "
            "Do what it would do, then go on."
            if called is not None
            else "The drawing calls another procedure here without saying which one."
        )
        extension = replace(node.extension, note=node.extension.note or note, properties=properties)
        drawing.change(node, kind=Kind.USER_TASK, called_element=None, extension=extension)
        yield Change(
            node.id,
            node.line,
            "“{name}” calls the process “{called}”, which is not in the file; a person does it. "
            "Publish that process and upload this one again to have it called.",
            {"name": shown(node.name, node.id), "called": called or "?"},
        )
