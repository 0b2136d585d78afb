"""Reads a DMN file into frozen values; executes nothing."""

from collections.abc import Iterable

from engine.dmn.boxed_reader import read_box, read_function, read_variable
from engine.dmn.document import Node, read_document
from engine.dmn.model import (
    Decision,
    DecisionService,
    Definitions,
    FunctionType,
    Import,
    InputData,
    ItemDefinition,
    Knowledge,
    Variable,
)
from engine.dmn.refusals import BrokenModel
from engine.dmn.table_reader import read_text, read_type_ref


def read_definitions(xml: bytes | str) -> Definitions:
    """The model in a DMN 1.1 to 1.6 file.

    Raises UnreadableModel, NotADecisionModel or BrokenModel, each with a line number.
    """
    root = read_document(xml)
    definitions = Definitions(
        name=root.get("name") or "",
        namespace=root.get("namespace") or "",
        exporter=root.get("exporter") or "",
        imports=tuple(_import(node) for node in root.all("import") if _is_dmn(node)),
        items=tuple(_item(node) for node in root.all("itemDefinition")),
        inputs=tuple(_input(node) for node in root.all("inputData")),
        decisions=tuple(_decision(node) for node in root.all("decision")),
        knowledge=tuple(_knowledge(node) for node in root.all("businessKnowledgeModel")),
        services=tuple(_service(node) for node in root.all("decisionService")),
    )
    _refuse_twins(definitions)
    return definitions


def _refuse_twins(definitions: Definitions) -> None:
    seen: set[str] = set()
    for element in definitions.elements():
        if element.id in seen:
            raise BrokenModel(
                line=element.line, element=f"The id “{element.id}”", reason="is used twice"
            )
        seen.add(element.id)


def _import(node: Node) -> Import:
    return Import(
        name=" ".join((node.get("name") or "").split()),
        namespace=node.require("namespace"),
        location=node.get("locationURI"),
        line=node.line,
    )


def _is_dmn(node: Node) -> bool:
    kind = node.get("importType")
    return kind is None or "/DMN/" in kind


def _item(node: Node) -> ItemDefinition:
    function = node.one("functionItem")
    return ItemDefinition(
        name=" ".join(node.require("name").split()),
        type_ref=read_type_ref(node),
        is_collection=node.get("isCollection") in ("true", "1"),
        components=tuple(_item(child) for child in node.all("itemComponent")),
        allowed=read_text(node.one("allowedValues")),
        constraint=read_text(node.one("typeConstraint")),
        function=_function_type(function) if function else None,
        line=node.line,
    )


def _function_type(node: Node) -> FunctionType:
    parameters = tuple(read_variable(child) for child in node.all("parameters"))
    return FunctionType(parameters, node.get("outputTypeRef"))


def _input(node: Node) -> InputData:
    return InputData(_id(node), _variable(node), _label(node), node.line)


def _decision(node: Node) -> Decision:
    requirements = node.all("informationRequirement")
    return Decision(
        id=_id(node),
        variable=_variable(node),
        label=_label(node),
        question=node.text_of("question"),
        required=_hrefs(
            child
            for requirement in requirements
            for child in requirement.all("requiredInput", "requiredDecision")
        ),
        knowledge=_required_knowledge(node),
        logic=read_box(node),
        line=node.line,
    )


def _knowledge(node: Node) -> Knowledge:
    logic = node.one("encapsulatedLogic")
    return Knowledge(
        id=_id(node),
        variable=_variable(node),
        knowledge=_required_knowledge(node),
        logic=read_function(logic) if logic else None,
        line=node.line,
    )


def _service(node: Node) -> DecisionService:
    return DecisionService(
        id=_id(node),
        variable=_variable(node),
        outputs=_hrefs(node.all("outputDecision")),
        encapsulated=_hrefs(node.all("encapsulatedDecision")),
        input_decisions=_hrefs(node.all("inputDecision")),
        input_data=_hrefs(node.all("inputData")),
        line=node.line,
    )


def _required_knowledge(node: Node) -> tuple[str, ...]:
    return _hrefs(
        child
        for requirement in node.all("knowledgeRequirement")
        for child in requirement.all("requiredKnowledge")
    )


def _hrefs(nodes: Iterable[Node]) -> tuple[str, ...]:
    return tuple(node.require("href") for node in nodes)


def _variable(node: Node) -> Variable:
    # The variable carries the name expressions use; the element's own name is what people read.
    name = " ".join(node.require("name").split())
    variable = node.one("variable")
    if variable is None:
        return Variable(name, None, node.line)
    return Variable(name, read_type_ref(variable), variable.line)


def _id(node: Node) -> str:
    return node.get("id") or node.require("name")


def _label(node: Node) -> str:
    return node.get("label") or " ".join(node.require("name").split())
