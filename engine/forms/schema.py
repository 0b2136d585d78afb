"""A form-js schema becomes a Form; what cannot be used becomes a note for the author, never a crash."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import orjson

from engine.errors import N_
from engine.forms.component import Component
from engine.forms.field import Field
from engine.forms.fields import field_types
from engine.forms.form import Form
from engine.forms.json_value import RESERVED, is_storable
from engine.forms.refusals import FormTooLarge, Note, UnreadableForm

MAX_BYTES = 1_000_000
MAX_COMPONENTS = 1_000
MAX_NESTING = 8
MAX_NOTES = 100

# what other makers of such schemas call our types
ALIASES = {"textbox": "textfield", "dropdown": "select", "file": "filepicker"}


def read_form(schema: Mapping[str, object] | str | bytes) -> Form:
    """The form of a form-js schema (JSON text or the object it holds), any schemaVersion.

    A component of an unknown type becomes a text field. `Form.notes` says what was changed or left out.
    Raises UnreadableForm for what is no such schema, or is too large.
    """
    data = _loaded(schema) if isinstance(schema, str | bytes) else schema
    if not isinstance(data, Mapping):
        raise UnreadableForm
    components = data.get("components", [])
    if not isinstance(components, list):
        raise UnreadableForm
    reader = _Reader()
    reader.names = frozenset(reader.keys(components, 0))
    fields = reader.fields(components, (), 0)
    name = data.get("id")
    return Form(
        id=name[:200] if isinstance(name, str) else "",
        fields=fields,
        notes=tuple(reader.notes[:MAX_NOTES]),
    )


def _loaded(text: str | bytes) -> object:
    if len(text) > MAX_BYTES:
        raise _too_large()
    try:
        return orjson.loads(text)
    except ValueError:
        raise UnreadableForm from None


def _too_large() -> FormTooLarge:
    return FormTooLarge(components=MAX_COMPONENTS, groups=MAX_NESTING, characters=MAX_BYTES)


@dataclass
class _Reader:
    names: frozenset[str] = frozenset()
    notes: list[Note] = field(default_factory=list)
    taken: set[tuple[str, ...]] = field(default_factory=set)
    count: int = 0

    def keys(self, components: list[object], depth: int) -> list[str]:
        """Every name that an expression of the form may use; counts the components on the way."""
        if depth > MAX_NESTING:
            raise _too_large()
        found: list[str] = []
        for component in components:
            self.count += 1
            if self.count > MAX_COMPONENTS:
                raise _too_large()
            if not isinstance(component, Mapping):
                continue
            for name in ("key", "path"):
                value = component.get(name)
                if isinstance(value, str):
                    found.extend(value[:200].split("."))
            inner = component.get("components")
            if isinstance(inner, list):
                found.extend(self.keys(inner, depth + 1))
        return found

    def fields(
        self, components: list[object], inside: tuple[str, ...], depth: int
    ) -> tuple[Field, ...]:
        return tuple(
            made
            for component in components
            if isinstance(component, Mapping)
            and (made := self.field(component, inside, depth)) is not None
        )

    def field(
        self, data: Mapping[str, object], inside: tuple[str, ...], depth: int
    ) -> Field | None:
        kind = data.get("type")
        kind = ALIASES.get(kind, kind) if isinstance(kind, str) else ""
        inner = data.get("components")
        made_of = field_types().get(kind)
        if made_of is None:
            # whatever it is, what is inside it can still be asked
            made_of = field_types()["group" if isinstance(inner, list) else "textfield"]
        is_path = made_of.type in ("group", "dynamiclist")
        key = data.get("path" if is_path else "key")
        if made_of.type == "dynamiclist" and not key:
            key = data.get("key") or data.get("id")
        key = key if isinstance(key, str) else ""
        name = key or str(data.get("id") or data.get("label") or kind)[:60]
        if kind not in field_types():
            self.note(
                name,
                N_("“{name}”: its type “{type}” is not known; text is asked."),
                type=str(data.get("type"))[:60],
            )
        if (made_of.is_input or made_of.is_computed or is_path) and not self._may_claim(
            key, inside, name, made_of
        ):
            return None
        component = Component(data, key, self.names, partial(self.note, name))
        made = made_of.read(component)
        if isinstance(inner, list) and is_path:
            made = replace(made, fields=self.fields(inner, (*inside, *made.path), depth + 1))
        return made

    def _may_claim(
        self, key: str, inside: tuple[str, ...], name: str, made_of: type[Field]
    ) -> bool:
        if not key:
            if made_of.type in ("group", "expression"):
                return True
            self.note(
                name, N_("“{name}” has no key, so its answer could not be kept; it is left out.")
            )
            return False
        parts = key.split(".")
        if len(key) > 200 or len(parts) > MAX_NESTING or not all(map(_is_name, parts)):
            self.note(
                name,
                N_("“{name}”: its key cannot be used; it is left out. Use letters, digits and _."),
            )
            return False
        path = (*inside, *parts)
        if made_of.type == "group":
            return True
        # neither twice the same place, nor a place inside an answer
        if path in self.taken or any(
            path[:end] in self.taken for end in range(len(inside) + 1, len(path))
        ):
            self.note(name, N_("“{name}”: another field has the same key; it is left out."))
            return False
        if any(other[: len(path)] == path for other in self.taken):
            self.note(name, N_("“{name}”: its key is part of another field's; it is left out."))
            return False
        self.taken.add(path)
        return True

    def note(self, name: str, message: str, /, **values: object) -> None:
        if len(self.notes) < MAX_NOTES:
            self.notes.append(Note(name[:60], message, values))


def _is_name(part: str) -> bool:
    # a leading underscore is for what pages send besides answers; the reserved one breaks a saved case
    return (
        bool(part.strip())
        and part == part.strip()
        and part != RESERVED
        and not part.startswith("_")
        and part.isprintable()
        and is_storable(part)
    )
