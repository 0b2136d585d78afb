"""Let a decision table choose the way that a person chose: it begins with what always happened, for the analyst to
refine."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from xml.sax.saxutils import escape, quoteattr

from designer.changes.parts import CannotChange, Parts, gateway_after, node_of, opened, with_drawing
from engine.bpmn.model import Expression, Extension, Flow, Kind, Node
from engine.feel import to_text

_DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def apply(parts: Parts, *, element: str, flow: str) -> Parts:
    """The parts with the activity done by a new decision table that always chooses `flow`. Raises CannotChange."""
    drawing = opened(parts)
    node = node_of(drawing, element)
    choice = gateway_after(drawing, node)
    if choice is None or flow not in {way.id for way in choice[1]}:
        raise CannotChange(name=flow)
    gateway, ways = choice
    words = {way.id: _words(way, drawing.nodes[way.target]) for way in ways}
    name, variable = _free_name(parts, node), _variable(gateway)
    decided = Extension(decision=name, result_variable=variable)
    drawing.change(node, kind=Kind.BUSINESS_RULE_TASK, extension=decided)
    for boundary in drawing.boundaries(node.id):
        drawing.remove_node(boundary.id)
    for way in ways:
        condition = None
        if way.id != flow:
            condition = Expression(f"{variable} = {_quoted(words[way.id])}")
        drawing.set_flow(replace(drawing.flows[way.id], condition=condition))
    undecided = replace(gateway.extension, is_decided_by_person=False)
    drawing.change(drawing.nodes[gateway.id], default=flow, extension=undecided)
    text = _table(name, variable, list(words.values()), words[flow])
    changed = with_drawing(parts, drawing)
    return replace(changed, decisions={**parts.decisions, f"{_key(name)}.dmn": text})


def _quoted(text: str) -> str:
    return to_text([text])[1:-1]


def _words(way: Flow, target: Node) -> str:
    return way.name or target.name or way.id


def _free_name(parts: Parts, node: Node) -> str:
    """A name for the decision that no table of the draft has."""
    stem, number = node.name or node.id, 2
    name = stem
    while any(f'"{name}"' in text for text in parts.decisions.values()):
        name, number = f"{stem} {number}", number + 1
    return name


def _variable(gateway: Node) -> str:
    return f"way_{_key(gateway.id).replace('-', '_')}"


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain)) or "decision"


def _table(name: str, variable: str, ways: Sequence[str], chosen: str) -> str:
    """A decision model with one table of one rule. Its one input asks nothing yet: the analyst says what matters."""
    quoted = [_quoted(way) for way in ways]
    allowed = escape(", ".join(dict.fromkeys(quoted)))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="{_DMN}" id="definitions_{_key(name)}" name={quoteattr(name)} namespace="urn:expedito:decisions">
  <decision id="decision_{_key(name)}" name={quoteattr(name)}>
    <variable name={quoteattr(variable)} typeRef="string"/>
    <decisionTable hitPolicy="FIRST">
      <input id="input_1" label="case"><inputExpression typeRef="boolean"><text>true</text></inputExpression></input>
      <output id="output_1" name={quoteattr(variable)} typeRef="string">
        <outputValues><text>{allowed}</text></outputValues>
      </output>
      <rule id="rule_1">
        <inputEntry id="in_1"><text>-</text></inputEntry>
        <outputEntry id="out_1"><text>{escape(_quoted(chosen))}</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
"""
