"""Expedito's own marks in a diagram: `Extension` written under `urn:expedito:bpmn:1` and read back.

The fields of `Extension` are their own vocabulary: texts become attributes, lists become children.
"""

from dataclasses import fields
from typing import Final

from engine.bpmn.document import OWN, Element
from engine.bpmn.model import Expression, Extension, FormField, Mapping
from engine.bpmn.xml import Tag

_TEXTS: Final = frozenset(f.name for f in fields(Extension) if f.type in ("str | None", str | None))
_FLAGS: Final = frozenset(f.name for f in fields(Extension) if f.type in ("bool", bool))
_NAMES: Final = ("candidate_users", "candidate_groups")
_MAPPINGS: Final = ("inputs", "outputs", "correlation")


def camel(name: str) -> str:
    """`is_decided_by_person` → `decidedByPerson`, as attributes are written in BPMN."""
    first, *rest = name.removeprefix("is_").split("_")
    return first + "".join(word.capitalize() for word in rest)


def extension_tag(extension: Extension) -> Tag | None:
    """The element that carries the extension; None when it says nothing."""
    if extension == Extension():
        return None
    tag = Tag("expedito:extension")
    for name in (f.name for f in fields(Extension)):
        value = getattr(extension, name)
        if name in _TEXTS and value is not None:
            tag.set(camel(name), value)
        elif name in _FLAGS and value:
            tag.set(camel(name), "true")
    for name in _NAMES:
        for value in getattr(extension, name):
            tag.add(Tag(f"expedito:{camel(name)}", text=value))
    for name in _MAPPINGS:
        for mapping in getattr(extension, name):
            tag.add(mapping_tag(camel(name), mapping))
    for key, value in extension.properties:
        tag.add(Tag("expedito:property", {"name": key}, value))
    for form_field in extension.form_fields:
        tag.add(_field_tag(form_field))
    return tag


def mapping_tag(name: str, mapping: Mapping) -> Tag:
    """One mapping as an element of ours."""
    tag = Tag(f"expedito:{name}", {"target": mapping.target}, mapping.source.text)
    if mapping.source.language is not None:
        tag.set("language", mapping.source.language)
    return tag


def read_mapping(element: Element) -> Mapping:
    """The mapping that `mapping_tag` wrote."""
    source = Expression(element.text.strip(), element.attributes.get("language"), element.line)
    return Mapping(source, element.attributes.get("target", ""))


def own_extension(element: Element) -> Extension | None:
    """The extension that Expedito wrote into this element's `extensionElements`, if it did."""
    for holder in element.all("extensionElements"):
        for child in holder.children:
            if child.namespace == OWN and child.name == "extension":
                return _read(child)
    return None


def _read(tag: Element) -> Extension:
    texts = {name: tag.attributes.get(camel(name)) for name in _TEXTS}
    flags = {name: tag.attributes.get(camel(name)) == "true" for name in _FLAGS}

    def named(name: str) -> list[Element]:
        return [child for child in tag.children if child.name == camel(name)]

    return Extension(
        candidate_users=tuple(child.text for child in named("candidate_users")),
        candidate_groups=tuple(child.text for child in named("candidate_groups")),
        inputs=tuple(read_mapping(child) for child in named("inputs")),
        outputs=tuple(read_mapping(child) for child in named("outputs")),
        correlation=tuple(read_mapping(child) for child in named("correlation")),
        properties=tuple(
            (child.attributes.get("name", ""), child.text) for child in named("property")
        ),
        form_fields=tuple(_read_field(child) for child in named("field")),
        **texts,  # type: ignore[arg-type]  # names and types come from the dataclass itself
        **flags,  # type: ignore[arg-type]
    )


def _field_tag(form_field: FormField) -> Tag:
    tag = Tag("expedito:field", {"key": form_field.key, "type": form_field.type})
    if form_field.label is not None:
        tag.set("label", form_field.label)
    if form_field.default is not None:
        tag.set("default", form_field.default)
    if form_field.is_required:
        tag.set("required", "true")
    if form_field.is_readonly:
        tag.set("readonly", "true")
    for value, label in form_field.options:
        tag.add(Tag("expedito:option", {"value": value, "label": label}))
    for name, value in form_field.constraints:
        tag.add(Tag("expedito:constraint", {"name": name, "value": value}))
    return tag


def _read_field(element: Element) -> FormField:
    said = element.attributes
    return FormField(
        key=said.get("key", ""),
        label=said.get("label"),
        type=said.get("type", "string"),
        default=said.get("default"),
        is_required=said.get("required") == "true",
        is_readonly=said.get("readonly") == "true",
        options=tuple(
            (child.attributes.get("value", ""), child.attributes.get("label", ""))
            for child in element.children
            if child.name == "option"
        ),
        constraints=tuple(
            (child.attributes.get("name", ""), child.attributes.get("value", ""))
            for child in element.children
            if child.name == "constraint"
        ),
    )
