"""What a page is told of a gateway that the drawing gives no name."""

from designer.outline import gateways
from engine.bpmn import read
from tests.engine.spiff.diagrams import xml

NAMELESS = """
start s
user a Preparar
xor g
xor j
user b Corregir
user c Emitir
end e
s -> a -> j -> g
g -> b [x = 1]
g -> e *
b -> j
"""


def test_a_gateway_without_a_name_is_told_by_what_is_next_to_it() -> None:
    [one] = gateways(read(xml(NAMELESS)).process("main"))
    assert one["after"] == ["Preparar", "Corregir"]
    assert [flow["leads_to"] for flow in one["flows"]] == [["Corregir"], []]
    assert [flow["target"] for flow in one["flows"]] == ["Corregir", "e"]


def test_a_way_leads_through_what_only_joins_to_what_has_a_name() -> None:
    drawn = NAMELESS.replace("b -> j", "xor h\nb -> h\nh -> j [y]\nh -> c *\nc -> e")
    told = {one["id"]: one for one in gateways(read(xml(drawn)).process("main"))}
    assert told["h"]["after"] == ["Corregir"]
    # j and g have no names: what they lead to has, and they lead back here
    assert [flow["leads_to"] for flow in told["h"]["flows"]] == [["Corregir"], ["Emitir"]]
