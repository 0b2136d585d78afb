"""Options: where they come from (the form, the case's data, an expression) and which were chosen."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import N_
from engine.forms.component import Component
from engine.forms.field import Around, Field, Option, Shown
from engine.forms.formula import Formula, Phrase
from engine.forms.json_value import Json, plain_json
from engine.forms.refusals import Misfit

MAX_SHOWN = 1_000


@dataclass(frozen=True, kw_only=True)
class Choosing(Field):
    """What fields with options share."""

    static: tuple[tuple[Json, Phrase], ...] = ()
    values_key: str = ""
    values_expression: Formula | None = None

    @classmethod
    def read(cls, component: Component) -> Field:
        shared = cls.shared(component)
        static = tuple(
            (part.json("value"), part.phrase("label"))
            for part in component.parts("values")
            if part.json("value") is not None
        )
        field = cls(
            **shared,
            static=static,
            values_key=component.text("valuesKey"),
            values_expression=component.formula("valuesExpression"),
        )
        if not (static or field.values_key or field.values_expression):
            component.note(N_("“{name}” has no options to choose from."))
        return field

    @property
    def is_moving(self) -> bool:
        return super().is_moving or bool(self.values_key or self.values_expression)

    @property
    def sources(self) -> frozenset[str]:
        """Names of the data that the options come from."""
        if self.values_key:
            return frozenset({self.values_key, self.values_key.partition(".")[0]})
        return frozenset(self.values_expression.names if self.values_expression else ())

    def options(self, around: Around) -> tuple[Option, ...]:
        """What may be chosen now; the source is chosen in the order that form-js has."""
        if self.values_key:
            return _read_options(_at(around.scope, self.values_key))
        if self.static or self.values_expression is None:
            return tuple(
                Option(token(value), label.say(around.scope) or token(value), value)
                for value, label in self.static
            )
        return _read_options(self.values_expression.value(around.scope))

    def match(self, value: object, around: Around) -> Json:
        """The option's value for what was sent: the value itself or its token; raises Misfit."""
        sent = plain_json(value)
        if sent is not None:
            wanted = token(sent)
            for option in self.options(around):
                if option.token == wanted:
                    return option.value
        raise Misfit(N_("“{label}”: choose from the list."))

    def show(self, value: object, around: Around) -> Shown:
        return Shown(options=self.options(around))


@dataclass(frozen=True, kw_only=True)
class ChoosingOne(Choosing):
    """One of the options, or none."""

    def parse(self, value: object, around: Around) -> Json:
        return None if value is None or value == "" else self.match(value, around)


@dataclass(frozen=True, kw_only=True)
class ChoosingSome(Choosing):
    """Any number of the options, in the order of the list, each once."""

    def parse(self, value: object, around: Around) -> Json:
        if value is None or value == "":
            return []
        sent = value if isinstance(value, list | tuple) else [value]
        if len(sent) > MAX_SHOWN:
            raise Misfit(N_("“{label}”: choose from the list."))
        chosen = {token(self.match(item, around)) for item in sent if item != ""}
        return [option.value for option in self.options(around) if option.token in chosen]


def token(value: Json) -> str:
    """How a page sends the value: texts as they are, everything else as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _at(scope: Mapping[str, object], key: str) -> object:
    value: object = scope.get(key)
    if value is None and "." in key:
        value = scope
        for name in key.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _read_options(found: object) -> tuple[Option, ...]:
    if not isinstance(found, list | tuple):
        return ()
    options: dict[str, Option] = {}
    for item in found[:MAX_SHOWN]:
        value, label = item, None
        if isinstance(item, Mapping) and ("value" in item or "label" in item):
            value, label = item.get("value", item.get("label")), item.get("label")
        plain = plain_json(value)
        if plain is None or plain == "":
            continue
        name = token(plain)
        options.setdefault(name, Option(name, str(label)[:500] if label else name[:500], plain))
    return tuple(options.values())
