"""Reads boxed expressions: the logic inside decisions and business knowledge models."""

from collections.abc import Callable

from engine.dmn.document import Node
from engine.dmn.model import (
    Binding,
    Box,
    Conditional,
    ContextBox,
    Entry,
    FilterBox,
    FunctionBox,
    FunctionKind,
    Invocation,
    Iteration,
    IterationKind,
    ListBox,
    Literal,
    Relation,
    Text,
    Variable,
)
from engine.dmn.refusals import BrokenModel
from engine.dmn.table_reader import read_table, read_type_ref


def read_box(node: Node | None) -> Box | None:
    """The first boxed expression among an element's children; None when there is none."""
    for child in node.children if node is not None else ():
        reader = _READERS.get(child.name)
        if reader is not None:
            return reader(child)
    return None


def read_variable(node: Node) -> Variable:
    """The variable of an InformationItem element (variable, formalParameter, column, …)."""
    return Variable(_name(node.require("name")), read_type_ref(node), node.line)


def read_function(node: Node) -> FunctionBox:
    """The function of a functionDefinition or encapsulatedLogic element."""
    kind = node.get("kind") or "FEEL"
    if kind not in tuple(FunctionKind):
        raise BrokenModel(line=node.line, element=f"“{kind}”", reason="is no kind of function")
    return FunctionBox(
        FunctionKind(kind),
        tuple(read_variable(child) for child in node.all("formalParameter")),
        read_box(node),
        node.get("typeRef"),
        node.line,
    )


def _literal(node: Node) -> Literal:
    # The text is kept as written: blanks inside string literals are the author's.
    text = node.text_of("text")
    source = Text(text, node.get("expressionLanguage"), node.line)
    return Literal(source, node.get("typeRef"), node.line)


def _context(node: Node) -> ContextBox:
    entries = []
    for child in node.all("contextEntry"):
        variable = child.one("variable")
        entries.append(Entry(read_variable(variable) if variable else None, read_box(child)))
    return ContextBox(tuple(entries), node.get("typeRef"), node.line)


def _list(node: Node) -> ListBox:
    return ListBox(_boxes(node), node.get("typeRef"), node.line)


def _boxes(node: Node) -> tuple[Box | None, ...]:
    return tuple(_READERS[child.name](child) for child in node.children if child.name in _READERS)


def _invocation(node: Node) -> Invocation:
    bindings = []
    for child in node.all("binding"):
        parameter = child.one("parameter")
        if parameter is None:
            raise BrokenModel(line=child.line, element="A binding", reason="names no parameter")
        bindings.append(Binding(_name(parameter.require("name")), read_box(child)))
    return Invocation(read_box(node), tuple(bindings), node.get("typeRef"), node.line)


def _relation(node: Node) -> Relation:
    columns = tuple(read_variable(child) for child in node.all("column"))
    rows = tuple(_boxes(child) for child in node.all("row"))
    for child, row in zip(node.all("row"), rows, strict=True):
        if len(row) != len(columns):
            reason = f"has {len(row)} values for {len(columns)} columns"
            raise BrokenModel(line=child.line, element="A row of the relation", reason=reason)
    return Relation(columns, rows, node.get("typeRef"), node.line)


def _conditional(node: Node) -> Conditional:
    return Conditional(
        read_box(node.one("if")),
        read_box(node.one("then")),
        read_box(node.one("else")),
        node.get("typeRef"),
        node.line,
    )


def _filter(node: Node) -> FilterBox:
    return FilterBox(
        read_box(node.one("in")), read_box(node.one("match")), node.get("typeRef"), node.line
    )


def _iteration(node: Node) -> Iteration:
    kind = IterationKind(node.name)
    body = "return" if kind is IterationKind.FOR else "satisfies"
    source = node.one("in")
    variable = Variable(
        _name(node.require("iteratorVariable")),
        source.get("typeRef") if source else None,
        node.line,
    )
    return Iteration(
        kind, variable, read_box(source), read_box(node.one(body)), node.get("typeRef"), node.line
    )


def _name(text: str) -> str:
    # Line breaks and runs of blanks in a name mean one blank (DMN 1.5, 10.3.1.4).
    return " ".join(text.split())


_READERS: dict[str, Callable[[Node], Box]] = {
    "literalExpression": _literal,
    "context": _context,
    "list": _list,
    "invocation": _invocation,
    "functionDefinition": read_function,
    "relation": _relation,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iteration,
    "some": _iteration,
    "every": _iteration,
    "decisionTable": read_table,
}
