"""Form fields that tools embed in a diagram, read into `FormField`."""

from engine.bpmn.document import Element
from engine.bpmn.model import FormField

_FIELDS = frozenset({"formField", "formProperty", "formfield", "field-definition"})


def form_fields(parts: list[Element]) -> tuple[FormField, ...]:
    """The fields declared in these extension elements: camunda:formData, flowable:formProperty …"""
    found: list[FormField] = []
    for part in parts:
        candidates = part.children if part.name == "formData" else [part]
        found.extend(_field(child) for child in candidates if child.name in _FIELDS)
    return tuple(item for item in found if item.key)


# jBPM's and Kogito's modellers name the type of an output; one of a class of theirs nobody can type in
_TYPES = {
    "Boolean": "boolean", "String": "string", "Object": "string", "Text": "string", "Integer": "long", "Long": "long",
    "Short": "long", "Float": "number", "Double": "number", "BigDecimal": "number", "Date": "date", "LocalDate": "date",
}  # fmt: skip


def output_fields(element: Element) -> tuple[FormField, ...]:
    """What a user task of jBPM or Kogito gives back is what its form asks: its typed data outputs, under the variables
    they go to.
    """
    if element.name != "userTask":
        return ()
    outputs = {
        output.get("id"): output
        for specification in element.all("ioSpecification")
        for output in specification.all("dataOutput")
        if output.foreign("dtype")
    }
    found = []
    for association in element.all("dataOutputAssociation"):
        source, target = association.one("sourceRef"), association.one("targetRef")
        output = outputs.get(source.own_text() if source is not None else None)
        variable = target.own_text() if target is not None else None
        if output is None or not variable:
            continue
        kind = _TYPES.get(
            (output.foreign("dtype") or "").removeprefix("java.lang.").removeprefix("java.util.")
        )
        if kind is not None:
            found.append(FormField(variable, output.get("name"), kind))
    return tuple(found)


def _field(element: Element) -> FormField:
    constraints: list[tuple[str, str]] = []
    options: list[tuple[str, str]] = []
    for child in element.every():
        said = child.attributes
        if child.name == "constraint" and said.get("name"):
            constraints.append((said["name"], said.get("config", "")))
        elif child.name == "value" and child is not element:
            value = said.get("id") or said.get("name") or child.text.strip()
            if value:
                options.append((value, said.get("name") or value))
    names = {name for name, _ in constraints}
    said = element.attributes
    return FormField(
        key=(said.get("id") or said.get("name") or "").strip(),
        label=(said.get("label") or said.get("name") or "").strip() or None,
        type=(said.get("type") or "string").strip(),
        default=said.get("defaultValue") or said.get("default") or None,
        is_required="required" in names or said.get("required") == "true",
        is_readonly="readonly" in names or said.get("writable") in {"false"},
        options=tuple(options),
        constraints=tuple(
            (name, value) for name, value in constraints if name not in {"required", "readonly"}
        ),
    )
