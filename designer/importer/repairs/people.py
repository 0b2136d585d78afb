"""Who does a task, as another engine would work it out, is worked out by FEEL; what cannot be is said."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.language import feel_text
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import Expression, Extension, Kind, Node
from engine.routing.said import VARIABLE, bare

_STARTER = "$INITIATOR"  # as Flowable's and Alfresco's designers write it
_DEFAULT = "initiator"


@repair(
    Stage.AUTOMATION,
    "Assignees and candidates are names, variables or FEEL here, and nothing else is evaluated",
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """Expressions in assignee and candidates become FEEL; one that calls a program is taken out, with a word."""
    for _, node in drawing.everything():
        said = node.extension
        asked = (said.assignee or "", *said.candidate_users, *said.candidate_groups)
        if said.assignee == _STARTER:
            begun = _initiator(drawing)
            drawing.change(node, extension=replace(said, assignee=f"${{{begun}}}"))
            sentence = "“{name}” goes to whoever begins the case."
            yield Change(node.id, node.line, sentence, {"name": shown(node.name, node.id)})
            continue
        found = {
            text: _readable(text, drawing) for text in asked if text.startswith(("=", "${", "#{"))
        }
        if all(text == read for text, read in found.items()):
            continue
        drawing.change(node, extension=_with(said, found))
        for text, read in found.items():
            if read is None:
                yield _lost(node, text)
            elif read != text:
                sentence = "Who does “{name}” is said by “{text}”; in FEEL it reads “{feel}”."
                values = {
                    "name": shown(node.name, node.id),
                    "text": shown(bare(text), text),
                    "feel": read[1:],
                }
                yield Change(node.id, node.line, sentence, values)


def _lost(node: Node, text: str) -> Change:
    return Change(
        node.id,
        node.line,
        "“{text}”, which would say who does “{name}”, asks a program of another system; the office of its lane or of "
        "the procedure does it. Say who on the procedure's page.",
        {"name": shown(node.name, node.id), "text": shown(bare(text), text)},
    )


def _readable(text: str, drawing: Drawing) -> str | None:
    """The text where a variable or FEEL stands in it, else in FEEL after `=`; None where it cannot be."""
    if VARIABLE.fullmatch(text):
        return text
    feel = feel_text(Expression(text), drawing)
    if feel is None:
        return None
    return text if text.startswith("=") and text[1:].strip() == feel else f"={feel}"


def _with(said: Extension, found: dict[str, str | None]) -> Extension:
    def kept(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(read for name in names if (read := found.get(name, name)) is not None)

    return replace(
        said,
        assignee=found.get(said.assignee, said.assignee) if said.assignee else None,
        candidate_users=kept(said.candidate_users),
        candidate_groups=kept(said.candidate_groups),
    )


def _initiator(drawing: Drawing) -> str:
    """The variable for who begins a case; named where no start event names one."""
    starts = [
        node
        for scope, node in drawing.everything()
        if node.kind is Kind.START_EVENT and scope in drawing.processes
    ]
    for start in starts:
        if start.extension.initiator:
            return start.extension.initiator
    for start in starts:
        drawing.change(start, extension=replace(start.extension, initiator=_DEFAULT))
    return _DEFAULT
