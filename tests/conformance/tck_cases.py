"""Reads test cases of the DMN Technology Compatibility Kit (its testCases.xsd)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from lxml import etree

from engine.feel import Value
from engine.feel.durations import read_duration
from engine.feel.iso import read_date, read_date_time, read_time

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
NUMBERS = frozenset({"decimal", "double", "float", "integer", "int", "long", "short", "byte"})


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A value in a test case that is not of the type it says; nothing equals it."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Given:
    """An input of a test case; `namespace` when it belongs to an imported model."""

    name: str
    namespace: str | None
    value: Value


@dataclass(frozen=True, slots=True)
class Expected:
    """The value a decision must have; None is null, also where an error is expected."""

    name: str
    namespace: str | None
    value: Value
    is_error: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One test case; `invocable` names the decision service or knowledge it calls directly."""

    id: str
    kind: str
    invocable: str | None
    inputs: tuple[Given, ...]
    results: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class Suite:
    """A file of test cases and the model they are about."""

    path: Path
    model: Path
    cases: tuple[Case, ...]


def read_suites(folder: Path) -> Iterator[Suite]:
    """Every file of test cases below a folder, in order of path."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    for path in sorted(folder.rglob("*.xml")):
        try:
            root = etree.fromstring(path.read_bytes(), parser)
        except etree.XMLSyntaxError:
            continue  # other XML may lie about; a broken file of cases has no cases to count
        if _local(root) != "testCases":
            continue
        model = next((child.text for child in root if _local(child) == "modelName"), None)
        if not model or not model.strip():
            model = path.name.split("-test-")[0] + ".dmn"
        cases = tuple(
            _case(node, number)
            for number, node in enumerate((c for c in root if _local(c) == "testCase"), start=1)
        )
        yield Suite(path, path.parent / model.strip(), cases)


def _case(node: "etree._Element", number: int) -> Case:
    return Case(
        id=node.get("id") or str(number),
        kind=node.get("type") or "decision",
        invocable=node.get("invocableName"),
        inputs=tuple(
            Given(child.get("name", ""), child.get("namespace"), _value(child))
            for child in node
            if _local(child) == "inputNode"
        ),
        results=tuple(_expected(child) for child in node if _local(child) == "resultNode"),
    )


def _expected(node: "etree._Element") -> Expected:
    expected = next((child for child in node if _local(child) == "expected"), None)
    value = None if expected is None else _value(expected)
    is_error = node.get("errorResult") in ("true", "1")
    return Expected(node.get("name", ""), node.get("namespace"), value, is_error)


def _value(node: "etree._Element") -> Value:
    if node.get(NIL) == "true":
        return None
    parts = [child for child in node if _local(child) in ("value", "component", "list")]
    if not parts:
        return None
    first = parts[0]
    if _local(first) == "component":
        return {
            child.get("name", ""): _value(child) for child in parts if _local(child) == "component"
        }
    if first.get(NIL) == "true":
        return None
    if _local(first) == "list":
        return [_value(child) for child in first if _local(child) == "item"]
    return _scalar(first)


def _scalar(node: "etree._Element") -> Value:
    text = node.text or ""
    kind = (node.get(TYPE) or "string").rpartition(":")[2]
    if kind in NUMBERS:
        try:
            return Decimal(text.strip())
        except InvalidOperation:
            return Unreadable(text, kind)
    if kind == "boolean":
        return text.strip() in ("true", "1")
    reader = _TEMPORAL.get(kind)
    if reader is None:
        return text
    value = reader(text.strip())
    return Unreadable(text, kind) if value is None else value


def _local(node: "etree._Element") -> str:
    return str(node.tag).rpartition("}")[2]


_TEMPORAL: dict[str, Callable[[str], Value]] = {
    "date": read_date,
    "time": read_time,
    "dateTime": read_date_time,
    "duration": read_duration,
    "dayTimeDuration": read_duration,
    "yearMonthDuration": read_duration,
}
