"""Writes the hit policy and the columns of a decision table back into its file; and the file of a new table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from lxml import etree

from engine.dmn.model import Aggregation, HitPolicy
from engine.dmn.refusals import BrokenModel
from engine.dmn.table_writer import new_id, opened_table, said_text, written

_ANY = "{*}"
_ELEMENT = "{*}*"


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it shall be: of conditions (`source` is what is compared, in FEEL) or results (`source` is its name).

    `allowed` lists the values it may have, in FEEL; empty for any. `number` is the column of the file (from 1, of its
    kind) that it comes from; None: it is new.
    """

    label: str
    source: str
    type_ref: str | None = None
    allowed: str = ""
    number: int | None = None


def with_columns(
    xml: str,
    decision: str,
    policy: HitPolicy,
    aggregation: Aggregation | None,
    inputs: Sequence[Column],
    outputs: Sequence[Column],
) -> str:
    """The file with these columns, in this order; the cells of each rule move and go with their column.

    New conditions accept everything, new results are blank. Raises what reading raises, UnknownDecision, and
    BrokenModel for a table without results.
    """
    root, table = opened_table(xml, decision)
    if not outputs:
        raise BrokenModel(line=0, element="The decision table", reason="has no output column")
    _free_type(table, len(outputs))
    table.set("hitPolicy", policy)
    _set(table, "aggregation", aggregation if policy is HitPolicy.COLLECT else None)
    taken = {item.get("id") for item in root.iter(_ELEMENT)}
    _reorder(table, "inputEntry", "input", inputs, "-", taken, _say_input)
    _reorder(table, "outputEntry", "output", outputs, "", taken, _say_output)
    _require(root, table, inputs, taken)
    return written(xml, root)


def new_table(name: str, namespace: str, id: str) -> str:
    """The file of a decision with a table that has one result and neither conditions nor rules."""
    said = quoteattr(name)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" '
        f'id="{id}_model" name={said} namespace={quoteattr(namespace)}>\n'
        f'  <decision id="{id}" name={said}>\n'
        f'    <variable id="{id}_variable" name={said}/>\n'
        f'    <decisionTable id="{id}_table" hitPolicy="FIRST">\n'
        f'      <output id="{id}_output" name="result"/>\n'
        "    </decisionTable>\n"
        "  </decision>\n"
        "</definitions>\n"
    )


def _free_type(table: etree._Element, outputs: int) -> None:
    """One result is a value, several are a context: what was declared for the one is no longer true of the other."""
    if (len(table.findall(f"{_ANY}output")) > 1) == (outputs > 1):
        return
    owner = table.getparent()
    variable = None if owner is None else owner.find(f"{_ANY}variable")
    for typed in (table, variable):
        if typed is not None:
            _set(typed, "typeRef", None)


Say = Callable[[etree._Element, Column, set[str | None]], None]


def _reorder(
    table: etree._Element,
    entry: str,
    tag: str,
    columns: Sequence[Column],
    blank: str,
    taken: set[str | None],
    say: Say,
) -> None:
    heads = table.findall(f"{_ANY}{tag}")
    space = f"{{{etree.QName(table).namespace}}}"
    kept = []
    for column in columns:
        if column.number is not None and 0 < column.number <= len(heads):
            head = heads[column.number - 1]
        else:
            head = etree.Element(f"{space}{tag}", id=new_id(f"{tag}_1", taken))
        say(head, column, taken)
        kept.append(head)
    _replace(table, heads, kept, _head_place(table, tag))
    for rule in table.findall(f"{_ANY}rule"):
        cells = rule.findall(f"{_ANY}{entry}")
        moved = [_cell(column, cells, space + entry, blank, taken) for column in columns]
        _replace(rule, cells, moved, _cell_place(rule, entry))


def _replace(
    owner: etree._Element, old: list[etree._Element], new: list[etree._Element], place: int
) -> None:
    """Put children in the place of others; blanks between them belong to the place."""
    between = old[0].tail if old else "\n"
    last = old[-1].tail if old else "\n"
    if old:
        place = owner.index(old[0])
    for child in old:
        owner.remove(child)
    for at, child in enumerate(new):
        child.tail = last if at == len(new) - 1 else between
        owner.insert(place + at, child)


def _head_place(table: etree._Element, tag: str) -> int:
    """Where the first column of a kind goes: conditions before all, results behind them."""
    if tag == "input":
        first = table.find(f"{_ANY}output")
        return 0 if first is None else table.index(first)
    inputs = table.findall(f"{_ANY}input")
    return table.index(inputs[-1]) + 1 if inputs else 0


def _cell_place(rule: etree._Element, entry: str) -> int:
    if entry == "inputEntry":
        first = rule.find(f"{_ANY}outputEntry")
        return len(rule) if first is None else rule.index(first)
    return len(rule)


def _cell(
    column: Column,
    cells: list[etree._Element],
    tag: str,
    blank: str,
    taken: set[str | None],
) -> etree._Element:
    if column.number is not None and 0 < column.number <= len(cells):
        return cells[column.number - 1]
    cell = etree.Element(tag, id=new_id(f"{etree.QName(tag).localname}_1", taken))
    said_text(cell, "text", blank)
    return cell


def _say_input(head: etree._Element, column: Column, taken: set[str | None]) -> None:
    head.set("label", column.label)
    space = f"{{{etree.QName(head).namespace}}}"
    expression = head.find(f"{_ANY}inputExpression")
    if expression is None:
        expression = etree.SubElement(
            head, f"{space}inputExpression", id=new_id("inputExpression_1", taken)
        )
    _set(expression, "typeRef", column.type_ref)
    said_text(expression, "text", column.source)
    _say_allowed(head, "inputValues", column.allowed, taken)


def _say_output(head: etree._Element, column: Column, taken: set[str | None]) -> None:
    head.set("label", column.label)
    head.set("name", column.source)
    _set(head, "typeRef", column.type_ref)
    _say_allowed(head, "outputValues", column.allowed, taken)


def _say_allowed(head: etree._Element, tag: str, allowed: str, taken: set[str | None]) -> None:
    found = head.find(f"{_ANY}{tag}")
    if not allowed:
        if found is not None:
            head.remove(found)
        return
    if found is None:
        found = etree.Element(
            f"{{{etree.QName(head).namespace}}}{tag}", id=new_id(f"{tag}_1", taken)
        )
        before = head.find(f"{_ANY}inputExpression")
        head.insert(0 if before is None else head.index(before) + 1, found)
    said_text(found, "text", allowed)


def _require(
    root: etree._Element,
    table: etree._Element,
    inputs: Sequence[Column],
    taken: set[str | None],
) -> None:
    """Where the model draws its inputs a decision sees only what it requires: draw what new columns read."""
    owner = table.getparent()
    drawn = {str(item.get("name")): item for item in root.findall(f"{_ANY}inputData")}
    if not drawn or owner is None or etree.QName(owner).localname != "decision":
        return
    space = f"{{{etree.QName(root).namespace}}}"
    required = {
        item.get("href", "").rpartition("#")[2]
        for item in owner.iterfind(f"{_ANY}informationRequirement/*")
    }
    known = {
        str(item.get("name")) for item in root.iterchildren(_ELEMENT) if item.get("id") in required
    }
    for column in inputs:
        if column.number is not None or not column.source.isidentifier():
            continue
        if column.source in known:
            continue
        data = drawn.get(column.source)
        if data is None:
            id = new_id("input_data_1", taken)
            data = etree.Element(f"{space}inputData", id=id, name=column.source)
            variable = etree.SubElement(data, f"{space}variable", name=column.source)
            _set(variable, "typeRef", column.type_ref)
            owner.addprevious(data)
            drawn[column.source] = data
        need = etree.Element(f"{space}informationRequirement")
        etree.SubElement(need, f"{space}requiredInput", href=f"#{data.get('id')}")
        table.addprevious(need)
        known.add(column.source)


def _set(element: etree._Element, name: str, value: str | None) -> None:
    if value:
        element.set(name, value)
    elif name in element.attrib:
        del element.attrib[name]
