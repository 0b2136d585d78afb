"""When a task is due, as another engine would work it out, becomes an ISO 8601 term; what cannot be is said."""

import re
from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.language import feel_text
from designer.importer.repair import Change, Stage, repair, shown
from designer.importer.times import iso_kind
from engine.bpmn.model import Expression
from engine.routing.said import VARIABLE, bare

# ${dateTime().plusDays(2).toDate()}, #{now().plusHours(4)}: what Camunda 7 and its kin know of dates
_FROM_NOW = re.compile(
    r"[$#]\{\s*(?:dateTime|now|LocalDate(?:Time)?\.now)\(\)((?:\.\w+\([^()]*\))*)\s*\}"
)
_PLUS = re.compile(r"\.plus(Years|Months|Weeks|Days|Hours|Minutes|Seconds)\((\d{1,4})\)")
_REST = re.compile(r"(?:\.(?:toDate|toString|toInstant|withTimeAtStartOfDay)\(\))*")
# =now() + duration("P2D")
_FEEL_FROM_NOW = re.compile(
    r"""=\s*(?:now|today)\(\)\s*\+\s*(?:@|duration\(\s*)["']([^"']+)["']\s*\)?\s*"""
)
_LETTERS = {"Years": "Y", "Months": "M", "Weeks": "W", "Days": "D"}
_CLOCK = {"Hours": "H", "Minutes": "M", "Seconds": "S"}


@repair(
    Stage.AUTOMATION,
    "A term is ISO 8601 here, counted in business days, or a variable or FEEL that gives one",
)
def mend(drawing: Drawing) -> Iterator[Change]:
    """Due dates counted from now become terms, other expressions FEEL; what cannot be read is taken out with a word."""
    for _, node in drawing.everything():
        text = node.extension.due_date
        if text is None:
            continue
        read = _readable(text.strip(), drawing)
        if read == text:
            continue
        drawing.change(node, extension=replace(node.extension, due_date=read))
        values = {"name": shown(node.name, node.id), "text": shown(bare(text), text)}
        if read is None:
            sentence = "When “{name}” is due cannot be worked out here from “{text}”; the sheet's term counts."
            yield Change(node.id, node.line, sentence, values)
        else:
            sentence = "“{name}” is due by “{text}”: here the term “{term}”, counted in business days and hours."
            yield Change(node.id, node.line, sentence, values | {"term": read.removeprefix("=")})


def _readable(text: str, drawing: Drawing) -> str | None:
    if not text.startswith(("=", "${", "#{")):
        return text if iso_kind(text) is not None else None
    if VARIABLE.fullmatch(text):
        return text
    counted = _FEEL_FROM_NOW.fullmatch(text)
    if counted is not None and iso_kind(counted[1]) is not None:
        return counted[1]
    from_now = _FROM_NOW.fullmatch(text)
    if from_now is not None:
        return _term(from_now[1])
    feel = feel_text(Expression(text), drawing)
    if feel is None:
        return None
    return text if text.startswith("=") and text[1:].strip() == feel else f"={feel}"


def _term(calls: str) -> str | None:
    """“.plusDays(2).toDate()” as “P2D”; nothing added is the end of the day."""
    if _REST.fullmatch(_PLUS.sub("", calls)) is None:
        return None
    added: dict[str, int] = {}
    for unit, number in _PLUS.findall(calls):
        added[unit] = added.get(unit, 0) + int(number)
    days = "".join(f"{added[unit]}{letter}" for unit, letter in _LETTERS.items() if unit in added)
    hours = "".join(f"{added[unit]}{letter}" for unit, letter in _CLOCK.items() if unit in added)
    if hours:
        return f"P{days}T{hours}"
    return f"P{days or '0D'}"
