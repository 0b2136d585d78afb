"""Let one activity answer for two: it takes over the form of the one that goes, and so what a gateway asks."""

from dataclasses import replace
from typing import Any

from designer.changes.parts import Parts, bridge, node_of, opened, with_drawing


def apply(parts: Parts, *, first: str, second: str) -> Parts:
    """The parts with `second` gone and its questions asked by `first`. Raises CannotChange, SeveralWays."""
    drawing = opened(parts)
    stays, goes = node_of(drawing, first), node_of(drawing, second)
    forms = dict(parts.forms)
    ours, theirs = stays.extension.form_key, goes.extension.form_key
    if theirs in forms and ours in forms and theirs != ours:
        # A form may serve other activities as well: the merged one is a new form.
        key = _new_key(forms, f"{ours}-{theirs}")
        forms[key] = _joined(forms[ours], forms[theirs], key)
        drawing.change(stays, extension=replace(stays.extension, form_key=key))
    elif theirs in forms and ours is None:
        drawing.change(stays, extension=replace(stays.extension, form_key=theirs))
    bridge(drawing, goes)
    return replace(with_drawing(parts, drawing), forms=forms)


def _joined(one: dict[str, Any], other: dict[str, Any], key: str) -> dict[str, Any]:
    """Both forms one after the other; a question that both ask is asked once."""
    asked = {component.get("key") for component in one.get("components", [])} - {None}
    taken = {component.get("id") for component in one.get("components", [])} - {None}
    added = []
    for component in other.get("components", []):
        if component.get("key") in asked or component.get("type") in ("button",):
            continue
        if component.get("id") in taken:
            component = {**component, "id": f"{component['id']}_2"}
        added.append(component)
    return {**one, "id": key, "components": [*one.get("components", []), *added]}


def _new_key(forms: dict[str, Any], stem: str) -> str:
    number, key = 2, stem[:180]
    while key in forms:
        key, number = f"{stem[:180]}-{number}", number + 1
    return key
