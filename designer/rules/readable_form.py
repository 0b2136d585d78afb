"""A form that the drawing carries can be read."""

from collections.abc import Iterator

from designer.rules.rule import Problem, at, rule
from engine.bpmn.model import Process
from engine.forms import UnreadableForm, read_form


@rule("warning")
def check(process: Process) -> Iterator[Problem]:
    """The form that the drawing gives “{name}” cannot be read, so it asks what the case knows: draw the form here."""
    for _, node in process.scope.everything():
        if node.extension.form_schema is None:
            continue
        try:
            read_form(node.extension.form_schema)
        except UnreadableForm:
            yield at(node)
