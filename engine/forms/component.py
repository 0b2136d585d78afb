"""One component of a form schema, read with suspicion: every value typed, bounded, or absent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.errors import N_
from engine.forms.formula import Formula, Phrase, formula, phrase
from engine.forms.json_value import Json, plain_json
from engine.forms.refusals import Noting, unnoted

MAX_TEXT = 20_000  # characters of one text in a schema
MAX_OPTIONS = 1_000  # static options, columns


@dataclass(frozen=True, slots=True)
class Component:
    """A JSON object of the schema; what cannot be used is absent and told to `note`."""

    data: Mapping[str, object]
    key: str = ""
    names: frozenset[str] = frozenset()  # every key of the form, for expressions
    note: Noting = unnoted

    def text(self, name: str, default: str = "") -> str:
        """The text under this name, cut at the limit; numbers as text."""
        value = self.data.get(name)
        if isinstance(value, str):
            return value[:MAX_TEXT]
        if isinstance(value, int | float) and not isinstance(value, bool):
            return repr(value)[:100]
        return default

    def flag(self, name: str) -> bool:
        """Whether the value under this name is true."""
        return self.data.get(name) is True

    def number(self, name: str) -> int | float | None:
        """The number under this name, also when written as text; None where there is none."""
        value = self.data.get(name)
        if isinstance(value, str) and value.strip() and len(value) < 40:
            try:
                value = float(value) if not value.strip().isdecimal() else int(value)
            except ValueError:
                return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return value if -1e15 <= value <= 1e15 else None

    def count(self, name: str) -> int | None:
        """A whole number of zero or more."""
        value = self.number(name)
        return int(value) if value is not None and value >= 0 else None

    def part(self, name: str) -> "Component":
        """The object under this name; an empty one where there is none."""
        value = self.data.get(name)
        data = value if isinstance(value, Mapping) else {}
        return Component(data, self.key, self.names, self.note)

    def parts(self, name: str) -> Iterator["Component"]:
        """The objects in the list under this name, up to the limit."""
        value = self.data.get(name)
        if not isinstance(value, list):
            return
        if len(value) > MAX_OPTIONS:
            self.note(
                N_("“{name}”: only the first {limit} of its {list} are used."),
                limit=MAX_OPTIONS,
                list=name,
            )
        for item in value[:MAX_OPTIONS]:
            data = item if isinstance(item, Mapping) else {"value": item, "label": item}
            yield Component(data, self.key, self.names, self.note)

    def json(self, name: str) -> Json:
        """The plain JSON value under this name; None where it is absent, too deep or not JSON."""
        return plain_json(self.data.get(name))

    def phrase(self, name: str) -> Phrase:
        """A text that may be an expression (`=…`) or hold some (`{{…}}`)."""
        return phrase(self.text(name), self.names, self.note)

    def formula(self, name: str) -> Formula | None:
        """The expression under this name, with or without its `=`; None where there is none."""
        value = self.data.get(name)
        if not isinstance(value, str) or not value.strip():
            return None
        return formula(value[:MAX_TEXT], self.names, self.note)

    def rule(self, name: str) -> "bool | Formula":
        """Yes, no, or an expression that says which."""
        value = self.data.get(name)
        if isinstance(value, str) and value.startswith("="):
            return self.formula(name) or False
        return value is True or value == "true"

    def limit(self, name: str) -> "Json | Formula":
        """A bound: a number, a text such as a date, or an expression that yields one."""
        value = self.data.get(name)
        if isinstance(value, str):
            return self.formula(name) if value.startswith("=") else value[:100] or None
        return self.number(name)
