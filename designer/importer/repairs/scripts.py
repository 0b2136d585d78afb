"""Scripts become assignments in FEEL; what cannot is done by a person."""

import re
from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.language import feel_text
from designer.importer.repair import Change, Stage, repair, shown
from engine.bpmn.model import Expression, Kind

_LINE = re.compile(
    r"(?:(?:var|let|const|def|val|int|long|double|String|boolean|Object)\s+)?"
    r"([A-Za-z_]\w{0,80})\s*=(?!=)\s*(.+)",
)
_SET = re.compile(
    r"""(?:execution|kcontext|task)\.setVariable\(\s*["'](\w{1,80})["']\s*,\s*(.+)\)"""
)
MAX_LINES = 200


@repair(Stage.AUTOMATION, "Nothing in a drawing is executed; a script is a list of `name = FEEL`")
def mend(drawing: Drawing) -> Iterator[Change]:
    """A script of plain assignments is translated; any other is shown to a person who does its work."""
    for _, node in drawing.everything():
        if node.kind is not Kind.SCRIPT_TASK:
            continue
        values = {"name": shown(node.name, node.id)}
        lines = (
            None
            if node.script is None
            else _assignments(node.script, drawing, node.extension.result_variable)
        )
        if lines is not None:
            text = "\n".join(f"{name} = {value}" for name, value in lines)
            if node.script is not None and (node.script.text, node.script.language) != (
                text,
                "feel",
            ):
                script = Expression(text, "feel", node.script.line)
                extension = replace(node.extension, result_variable=None)
                drawing.change(node, script=script, extension=extension)
                sentence = "The script of “{name}” was translated to FEEL."
                yield Change(node.id, node.line, sentence, values)
            continue
        script_text = node.script.text if node.script is not None else ""
        note = "A script would do this task, but it cannot run here. Do what it says by hand."
        if script_text:
            note = f"{note}\n{script_text[:1000]}"
        extension = replace(
            node.extension,
            note=node.extension.note or note,
            properties=(*node.extension.properties, ("drawnAs", node.kind.value)),
        )
        drawing.change(node, kind=Kind.USER_TASK, script=None, extension=extension)
        yield Change(
            node.id,
            node.line,
            "The script of “{name}” cannot run here; a person does the task. "
            "Write it as lines of `name = FEEL expression` to have it done by itself.",
            values,
        )


def _assignments(
    script: Expression, drawing: Drawing, result: str | None
) -> list[tuple[str, str]] | None:
    lines = [line.strip().rstrip(";").strip() for line in script.text.splitlines()]
    lines = [line for line in lines if line and not line.startswith(("//", "#"))]
    if not lines or len(lines) > MAX_LINES:
        return None
    if result is not None and len(lines) == 1 and _LINE.fullmatch(lines[0]) is None:
        value = feel_text(Expression(lines[0], script.language), drawing)
        return None if value is None else [(result, value)]
    found: list[tuple[str, str]] = []
    for line in lines:
        match = _SET.fullmatch(line) or _LINE.fullmatch(line)
        if match is None:
            return None
        value = feel_text(Expression(match[2], script.language), drawing)
        if value is None or "\n" in value:
            return None
        found.append((match[1], value))
    return found
