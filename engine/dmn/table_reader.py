"""Reads the decisionTable element into a Table."""

from enum import StrEnum
from typing import TypeVar

from engine.dmn.document import Node
from engine.dmn.model import (
    Aggregation,
    HitPolicy,
    Rule,
    Table,
    TableInput,
    TableOutput,
    Text,
)
from engine.dmn.refusals import BrokenModel

MAX_RULES = 20_000

Choice = TypeVar("Choice", bound=StrEnum)


def read_table(node: Node) -> Table:
    """The table of a decisionTable element; refuses rules that do not fit its columns."""
    inputs = tuple(_input(child) for child in node.all("input"))
    outputs = tuple(_output(child) for child in node.all("output"))
    if not outputs:
        raise BrokenModel(
            line=node.line, element="The decision table", reason="has no output column"
        )
    if len(outputs) > 1 and not all(output.name for output in outputs):
        raise BrokenModel(
            line=node.line,
            element="The decision table",
            reason="has several output columns, and one of them has no name",
        )
    if len(node.all("rule")) > MAX_RULES:
        reason = f"has {len(node.all('rule')):,} rules; {MAX_RULES:,} are allowed"
        raise BrokenModel(line=node.line, element="The decision table", reason=reason)
    aggregation = node.get("aggregation")
    return Table(
        id=node.get("id"),
        hit_policy=_choice(HitPolicy, node.get("hitPolicy") or "UNIQUE", node),
        aggregation=_choice(Aggregation, aggregation, node) if aggregation else None,
        inputs=inputs,
        outputs=outputs,
        annotations=tuple(child.get("name") or "" for child in node.all("annotation")),
        rules=tuple(
            _rule(number, child, len(inputs), len(outputs))
            for number, child in enumerate(node.all("rule"), start=1)
        ),
        type_ref=node.get("typeRef"),
        line=node.line,
    )


def read_text(node: Node | None) -> Text | None:
    """The FEEL text of an element that carries one, such as inputEntry or allowedValues."""
    if node is None:
        return None
    return Text(node.text_of("text"), node.get("expressionLanguage"), node.line)


def read_type_ref(node: Node) -> str | None:
    """The typeRef of an element: an attribute since DMN 1.2, a child element where allowed."""
    return node.get("typeRef") or node.text_of("typeRef")


def _input(node: Node) -> TableInput:
    expression = node.one("inputExpression")
    source = read_text(expression)
    return TableInput(
        label=node.get("label") or (source.text if source and source.text else ""),
        expression=source or Text(None, None, node.line),
        type_ref=read_type_ref(expression) if expression else None,
        allowed=read_text(node.one("inputValues")),
        line=node.line,
    )


def _output(node: Node) -> TableOutput:
    return TableOutput(
        name=node.get("name") or "",
        label=node.get("label") or node.get("name") or "",
        type_ref=read_type_ref(node),
        allowed=read_text(node.one("outputValues")),
        default=read_text(node.one("defaultOutputEntry")),
        line=node.line,
    )


def _rule(number: int, node: Node, inputs: int, outputs: int) -> Rule:
    conditions = tuple(_cell(child) for child in node.all("inputEntry"))
    conclusions = tuple(_cell(child) for child in node.all("outputEntry"))
    if len(conditions) != inputs or len(conclusions) != outputs:
        raise BrokenModel(
            line=node.line,
            element=f"Rule {number}",
            reason=(
                f"has {len(conditions)} conditions and {len(conclusions)} results, "
                f"but the table has {inputs} inputs and {outputs} outputs"
            ),
        )
    return Rule(
        number=number,
        inputs=conditions,
        outputs=conclusions,
        annotations=tuple(child.text_of("text") or "" for child in node.all("annotationEntry")),
        id=node.get("id"),
        line=node.line,
    )


def _cell(node: Node) -> Text:
    return Text(node.text_of("text"), node.get("expressionLanguage"), node.line)


def _choice(choices: type[Choice], value: str, node: Node) -> Choice:
    try:
        return choices(value)
    except ValueError:
        known = ", ".join(choices)
        raise BrokenModel(
            line=node.line, element=f"“{value}”", reason=f"is none of {known}"
        ) from None
