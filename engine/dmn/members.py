"""The names that may follow a point: entries of contexts, columns, outputs of tables."""

from collections.abc import Iterator

from engine.dmn.model import (
    Box,
    Conditional,
    ContextBox,
    Definitions,
    FilterBox,
    FunctionBox,
    Invocation,
    Iteration,
    ListBox,
    Relation,
    Table,
)


def boxes_within(box: Box | None) -> Iterator[Box]:
    """The box and every boxed expression inside it."""
    pending = [box] if box is not None else []
    while pending:
        current = pending.pop()
        yield current
        pending.extend(part for part in reversed(list(_parts(current))) if part is not None)


def member_names(definitions: Definitions) -> set[str]:
    """Every name that a boxed expression of the model gives to a part of its value."""
    names: set[str] = set()
    for element in definitions.with_logic():
        for box in boxes_within(element.logic):
            match box:
                case ContextBox():
                    names.update(each.variable.name for each in box.entries if each.variable)
                case Relation():
                    names.update(column.name for column in box.columns)
                case Table():
                    names.update(output.name for output in box.outputs if output.name)
    for service in definitions.services:
        ids = {href.rpartition("#")[2] for href in service.outputs}
        names.update(each.variable.name for each in definitions.decisions if each.id in ids)
    return names


def _parts(box: Box) -> Iterator[Box | None]:
    match box:
        case ContextBox():
            yield from (entry.value for entry in box.entries)
        case ListBox():
            yield from box.items
        case Relation():
            yield from (cell for row in box.rows for cell in row)
        case FunctionBox():
            yield box.body
        case Invocation():
            yield box.called
            yield from (binding.value for binding in box.bindings)
        case Conditional():
            yield from (box.test, box.then, box.otherwise)
        case FilterBox():
            yield from (box.source, box.match)
        case Iteration():
            yield from (box.source, box.body)
