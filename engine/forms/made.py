"""A form where the diagram has none: what the case knows, to read, and what can simply be corrected, to edit."""

import re
from collections.abc import Mapping

from engine.forms.form import Form
from engine.forms.schema import read_form

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MOST_FIELDS = 60
LONG_TEXT = 120  # characters from which several lines are given


def made_form(
    variables: Mapping[str, object],
    *,
    labels: Mapping[str, str] | None = None,
    is_editable: bool = True,
) -> Form:
    """A form over the data of a case: simple values to edit (or read), lists and objects to read.

    `labels` gives the words of fields known from other forms; a key without one is shown as words.
    """
    components = [
        component
        for key, value in list(variables.items())[:MOST_FIELDS]
        if (component := _component(key, value, (labels or {}).get(key), is_editable)) is not None
    ]
    return read_form({"id": "made", "components": components})


def _component(
    key: str, value: object, label: str | None, is_editable: bool
) -> dict[str, object] | None:
    words = label or key.replace("_", " ").strip().capitalize()
    shared: dict[str, object] = {"key": key, "label": words, "readonly": not is_editable}
    if key.startswith("_") or "." in key:
        return None
    if isinstance(value, bool):
        return {"type": "checkbox", **shared}
    if isinstance(value, int | float):
        return {"type": "number", **shared}
    if isinstance(value, str):
        if _DAY.fullmatch(value):
            return {"type": "datetime", "subtype": "date", "dateLabel": words, **shared}
        kind = "textarea" if len(value) > LONG_TEXT or "\n" in value else "textfield"
        return {"type": kind, **shared}
    if isinstance(value, list) and value and all(_is_file(item) for item in value):
        return {"type": "documentPreview", "label": words, "dataSource": f"={key}"}
    if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        return {"type": "table", "label": words, "dataSource": f"={key}"}
    if isinstance(value, list | Mapping) and value:
        return {"type": "expression", **shared, "key": "", "expression": f"={key}"}
    return None


def _is_file(value: object) -> bool:
    return isinstance(value, Mapping) and "sha256" in value and "media_type" in value
