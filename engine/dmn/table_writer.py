"""Writes changed rules of a decision table back into its file; everything else of the file stays as it was."""

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import cast

from lxml import etree

from engine.dmn.document import NAMESPACES, read_document
from engine.dmn.refusals import BrokenModel, UnknownDecision
from engine.dmn.table_reader import MAX_RULES

_BEFORE = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_END = re.compile(r"</(?:[\w.-]{1,60}:)?definitions\s*>")
_ANY = "{*}"
_ELEMENT = "{*}*"  # no comments and processing instructions


@dataclass(frozen=True, slots=True)
class Row:
    """A rule as it shall be. `number` is the rule of the file (from 1) it comes from; None: it is new."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    number: int | None = None


def with_rules(xml: str, decision: str, rows: Sequence[Row]) -> str:
    """The file with these rules, in this order, in the table of a decision or knowledge model (by name or id).

    Raises what reading raises, UnknownDecision, and BrokenModel for rows that do not fit the table's columns.
    """
    root, table = opened_table(xml, decision)
    _check(table, rows)
    _rewrite(table, rows)
    return written(xml, root)


def opened_table(xml: str, decision: str) -> tuple[etree._Element, etree._Element]:
    """The file to be changed and the table of a decision in it. Raises what reading raises, UnknownDecision."""
    read_document(xml)  # the hardened door: what it refuses is not touched here
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    root = etree.fromstring(xml.encode(), parser)
    return root, _table(root, decision)


def written(xml: str, root: etree._Element) -> str:
    """The changed file, with what stood before and after its root."""
    before = _BEFORE.match(xml)
    after = [*_END.finditer(xml)]
    text = etree.tostring(root, encoding="unicode", with_tail=False)
    return f"{before.group() if before else ''}{text}{xml[after[-1].end() :] if after else ''}"


def _table(root: etree._Element, decision: str) -> etree._Element:
    for owner in root.iterchildren(_ELEMENT):
        if etree.QName(owner).namespace not in NAMESPACES:
            continue
        variable = owner.find(f"{_ANY}variable")
        called = {owner.get("id"), owner.get("name")}
        called |= {variable.get("name")} if variable is not None else set()
        table = owner.find(f".//{_ANY}decisionTable")
        if decision in called and table is not None:
            return table
    raise UnknownDecision(what="decision", name=decision, known="no table of this name")


def _check(table: etree._Element, rows: Sequence[Row]) -> None:
    inputs = len(table.findall(f"{_ANY}input"))
    outputs = len(table.findall(f"{_ANY}output"))
    line = cast("int | None", table.sourceline) or 0  # its stubs do not know
    if len(rows) > MAX_RULES:
        reason = f"has {len(rows):,} rules; {MAX_RULES:,} are allowed"
        raise BrokenModel(line=line, element="The decision table", reason=reason)
    for place, row in enumerate(rows, start=1):
        if len(row.inputs) != inputs or len(row.outputs) != outputs:
            reason = f"does not fit the {inputs} inputs and {outputs} outputs of the table"
            raise BrokenModel(line=line, element=f"Rule {place}", reason=reason)


def _rewrite(table: etree._Element, rows: Sequence[Row]) -> None:
    drawn = table.findall(f"{_ANY}rule")
    taken = {item.get("id") for item in table.getroottree().iter(_ELEMENT)}
    made = [_rule(table, drawn, row, taken) for row in rows]
    at = table.index(drawn[0]) if drawn else len(table)
    # Blanks between rules belong to the place, not to the rule: the last one closes the table.
    between = drawn[0].tail if drawn else table.text
    last = drawn[-1].tail if drawn else "\n"
    for rule in drawn:
        table.remove(rule)
    for place, rule in enumerate(made):
        rule.tail = last if place == len(made) - 1 else between
        table.insert(at + place, rule)


def _rule(
    table: etree._Element, drawn: list[etree._Element], row: Row, taken: set[str | None]
) -> etree._Element:
    if row.number is not None and 0 < row.number <= len(drawn):
        rule = drawn[row.number - 1]
    elif drawn:
        rule = _copy(drawn[-1], taken)
    else:
        rule = _blank(table, row, taken)
    for name, texts in (("inputEntry", row.inputs), ("outputEntry", row.outputs)):
        for cell, text in zip(rule.findall(f"{_ANY}{name}"), texts, strict=True):
            said_text(cell, "text", text)
    return rule


def _copy(rule: etree._Element, taken: set[str | None]) -> etree._Element:
    fresh = deepcopy(rule)
    for name in ("description", "annotationEntry"):
        for said in fresh.findall(f"{_ANY}{name}"):
            text = said.find(f"{_ANY}text") if name == "annotationEntry" else said
            if text is not None:
                text.text = ""
    for part in fresh.iter(_ELEMENT):
        if part.get("id"):
            part.set("id", new_id(str(part.get("id")), taken))
    return fresh


def _blank(table: etree._Element, row: Row, taken: set[str | None]) -> etree._Element:
    space = f"{{{etree.QName(table).namespace}}}"
    rule = etree.SubElement(table, f"{space}rule", id=new_id("rule_1", taken))
    cells = ["inputEntry"] * len(row.inputs) + ["outputEntry"] * len(row.outputs)
    for name in cells:
        cell = etree.SubElement(rule, f"{space}{name}", id=new_id(f"{name}_1", taken))
        etree.SubElement(cell, f"{space}text").text = ""
    return rule


def said_text(owner: etree._Element, tag: str, said: str) -> None:
    """Make the child that carries a text say this; one that says it already stays as it is written."""
    text = owner.find(f"{_ANY}{tag}")
    if text is None:
        text = etree.SubElement(owner, f"{{{etree.QName(owner).namespace}}}{tag}")
    if (text.text or "").strip() != said.strip():
        text.text = said.strip()


def new_id(old: str, taken: set[str | None]) -> str:
    """An id that nothing in the file has, made from another."""
    stem = re.sub(r"_\d+$", "", old)
    number = 2
    while f"{stem}_{number}" in taken:
        number += 1
    taken.add(f"{stem}_{number}")
    return f"{stem}_{number}"
