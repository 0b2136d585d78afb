"""Rules written back into a DMN file: what was asked changes, nothing else does."""

import pytest

from engine import dmn
from engine.dmn.refusals import BrokenModel, UnknownDecision, UnreadableModel
from engine.dmn.table_writer import Row, with_rules

FILE = """<?xml version="1.0" encoding="UTF-8"?>
<!-- kept -->
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:x="urn:x" id="m" name="M" namespace="urn:m">
  <decision id="d" name="D" x:colour="red">
    <decisionTable id="t" hitPolicy="FIRST">
      <input id="i"><inputExpression id="e" typeRef="number"><text>a</text></inputExpression></input>
      <output id="o" name="r" typeRef="string"/>
      <rule id="one"><description>why</description><inputEntry id="a1"><text>&lt; 1</text></inputEntry>
        <outputEntry id="b1"><text>"x"</text></outputEntry></rule>
      <rule id="two"><inputEntry id="a2"><text>-</text></inputEntry>
        <outputEntry id="b2"><text>"y"</text></outputEntry></rule>
    </decisionTable>
  </decision>
  <x:layout>stays</x:layout>
</definitions>"""
ONE, TWO = Row(("< 1",), ('"x"',), 1), Row(("-",), ('"y"',), 2)


def test_nothing_changes_where_nothing_was_asked() -> None:
    assert with_rules(FILE, "D", [ONE, TWO]) == FILE


def test_only_the_changed_cell_differs() -> None:
    changed = with_rules(FILE, "D", [Row(("< 5",), ('"x"',), 1), TWO])
    assert changed == FILE.replace("&lt; 1", "&lt; 5")


def test_rules_change_places_with_everything_they_carry() -> None:
    moved = with_rules(FILE, "d", [TWO, ONE])
    assert moved.index('id="two"') < moved.index("why") < moved.index("</decisionTable>")
    assert dmn.load(moved).decide("D", {"a": 0}) == "y"


def test_a_new_rule_has_ids_of_its_own_and_says_what_was_typed() -> None:
    grown = with_rules(FILE, "D", [ONE, Row(("2",), ('"<&>"',)), TWO])
    model = dmn.load(grown)
    assert model.decide("D", {"a": 2}) == "<&>"
    table = model.table("D")
    assert table is not None
    assert len({rule.id for rule in table.rules}) == 3


def test_a_table_without_rules_gets_its_first_one() -> None:
    empty = with_rules(FILE, "D", [])
    again = with_rules(empty, "D", [Row(("-",), ('"z"',))])
    assert dmn.load(again).decide("D", {"a": 9}) == "z"


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(BrokenModel):
        with_rules(FILE, "D", [Row((), ('"x"',))])
    with pytest.raises(UnknownDecision):
        with_rules(FILE, "other", [ONE])
    with pytest.raises(UnreadableModel):
        with_rules("<!DOCTYPE x [<!ENTITY e 'e'>]>" + FILE[38:], "D", [ONE])
