"""Loop and multi-instance markers of activities as values."""

from engine.bpmn.document import Element
from engine.bpmn.event_definitions import expression
from engine.bpmn.model import Loop


def loop(activity: Element) -> Loop | None:
    """The activity's marker (clauses 10.3.8 standard loop and multi-instance); None without one."""
    standard = activity.one("standardLoopCharacteristics")
    if standard is not None:
        maximum = standard.get("loopMaximum") or ""
        return Loop(
            is_multi_instance=False,
            test_before=standard.get("testBefore") in {"true", "1"},
            condition=expression(standard.one("loopCondition")),
            maximum=int(maximum)
            if maximum.isascii() and maximum.isdigit() and len(maximum) < 10
            else None,
            line=standard.line,
        )
    many = activity.one("multiInstanceLoopCharacteristics")
    if many is None:
        return None
    extra = _vendor_loop(many)
    names = _parameter_names(activity)

    def said(name: str) -> str | None:
        own = many.own.get(name, "").strip()
        return own or extra.get(name)

    return Loop(
        is_multi_instance=True,
        is_sequential=many.get("isSequential") in {"true", "1"},
        cardinality=expression(many.one("loopCardinality")),
        collection=said("collection") or _reference(many, "loopDataInputRef", names),
        item=said("item") or _item(many, "inputDataItem"),
        output_collection=said("outputCollection") or _reference(many, "loopDataOutputRef", names),
        output_item=said("outputItem") or _item(many, "outputDataItem"),
        completion=expression(many.one("completionCondition")),
        tells=_tells(many),
        line=many.line,
    )


def _tells(many: Element) -> bool:
    """Table 10.30: which instances throw an event of the drawing when they are done; All, the default, do not."""
    behavior = many.get("behavior")
    if behavior == "None":
        name = "noneBehaviorEventRef"
        return many.get(name) is not None or many.one(name) is not None
    return behavior in {"One", "Complex"}


def _vendor_loop(many: Element) -> dict[str, str]:
    """The words of camunda, flowable, activiti (attributes) and zeebe (a child)."""
    found: dict[str, str | None] = {
        "collection": many.foreign("collection"),
        "item": many.foreign("elementVariable"),
    }
    for holder in many.all("extensionElements"):
        for part in holder.children:
            if part.name == "loopCharacteristics":
                found = {
                    "collection": part.get("inputCollection"),
                    "item": part.get("inputElement"),
                    "outputCollection": part.get("outputCollection"),
                    "outputItem": part.get("outputElement"),
                }
            elif part.name == "collection" and part.full_text():
                found["collection"] = part.full_text()
    return {name: value for name, value in found.items() if value}


def _item(many: Element, name: str) -> str | None:
    element = many.one(name)
    return (element.get("name") or element.get("id")) if element is not None else None


def _reference(many: Element, name: str, names: dict[str, str]) -> str | None:
    element = many.one(name)
    text = element.own_text() if element is not None else None
    return names.get(text, text) if text else None


def _parameter_names(activity: Element) -> dict[str, str]:
    """Data inputs and outputs by id, as the variables their associations read and write."""
    names: dict[str, str] = {}
    for specification in activity.all("ioSpecification"):
        for item in specification.all("dataInput", "dataOutput"):
            if item.get("id") and item.get("name"):
                names[item.get("id") or ""] = item.get("name") or ""
    for association in activity.all("dataInputAssociation", "dataOutputAssociation"):
        source, target = association.one("sourceRef"), association.one("targetRef")
        outer, inner = (
            (source, target) if association.name == "dataInputAssociation" else (target, source)
        )
        if outer is not None and inner is not None and outer.own_text() and inner.own_text():
            names[inner.own_text() or ""] = outer.own_text() or ""
    return names
