"""The types of a model: what a value must be, and how it is made to fit (DMN 1.5, 10.3.2.9.4)."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from engine.dmn.explanation import Place, Trace
from engine.dmn.model import NAMELESS, ItemDefinition, Text
from engine.feel import FeelSyntaxError, Value, conforms, parse_type
from engine.feel.coercion import coerce
from engine.feel.kinds import kind_of_type
from engine.feel.type_names import (
    ANY,
    SIMPLE_TYPES,
    ContextOf,
    FunctionOf,
    ListOf,
    Restricted,
    Type,
)

Convert = Callable[[Value, Trace], Value]
AllowedTest = Callable[[Text, str], Callable[[Value], bool]]
"""Compiles allowed values, of the item named second, into a test of one value."""

MAX_SIZE = 2_000
"""Parts of a type written out in full; a larger one is known to expressions by its name only."""

MAX_CHAIN = 100
"""How many item definitions may be made of each other, one after another."""


class ItemTypes:
    """The item definitions of a model and, by prefix, of the models it imports."""

    def __init__(
        self,
        items: Sequence[ItemDefinition],
        imported: Mapping[str, "ItemTypes"],
        allowed_test: AllowedTest,
    ) -> None:
        self._items = {item.name: item for item in items}
        self._imported = imported
        self._allowed_test = allowed_test
        self._types: dict[str, Type] = {}
        self._being_made: set[str] = set()
        for name in self._items:
            self._named(name)

    def find(self, name: str | None) -> "tuple[ItemDefinition, ItemTypes] | None":
        """The definition a typeRef names and the types around it; None when it is not one."""
        if name is None:
            return None
        if name in self._items:
            return self._items[name], self
        if ":" in name:
            return self.find(name.rpartition(":")[2])  # DMN 1.1 wrote a prefix
        prefix, _, rest = name.partition(".")
        if rest and prefix in self._imported:
            return self._imported[prefix].find(rest)
        nameless = (types for key, types in self._imported.items() if key.startswith(NAMELESS))
        return next((found for types in nameless if (found := types.find(name))), None)

    def is_known(self, type_ref: str | None) -> bool:
        """Whether the typeRef names a type of FEEL or of the model, or says nothing."""
        return type_ref is None or _simple(type_ref) is not None or self.find(type_ref) is not None

    def feel_type(self, type_ref: str | None) -> Type:
        """The type in FEEL's own terms; unknown names are Any."""
        if type_ref is None:
            return ANY
        found = self.find(type_ref)
        if found is None:
            return _simple(type_ref) or ANY
        item, home = found
        return home._named(item.name)

    def feel_structure(self, type_ref: str | None) -> Type:
        """The type without names and allowed values: `string`, `list<number>`."""
        return _structure(self.feel_type(type_ref))

    def named_types(self) -> dict[str, Type]:
        """Every type that expressions may name, those of imported models with their prefix.

        Allowed values do not count for `instance of` (DMN TCK 0070).
        """
        result = {name: _structure(kind) for name, kind in self._types.items()}
        for prefix, types in self._imported.items():
            start = "" if prefix.startswith(NAMELESS) else prefix + "."
            result |= {start + name: _structure(kind) for name, kind in types._types.items()}
        return result

    def allowed_of(self, type_ref: str | None) -> Text | None:
        """The allowed values of a type, or of the type it is made of."""
        for _ in range(MAX_CHAIN):
            found = self.find(type_ref)
            if found is None or found[0].allowed is not None:
                return found[0].allowed if found else None
            type_ref = found[0].type_ref
        return None

    def member_names(self) -> Iterator[str]:
        """The names of all components, those of imported models not among them."""
        pending = list(self._items.values())
        while pending:
            item = pending.pop()
            for part in item.components:
                yield part.name
                pending.append(part)

    def conversion(self, type_ref: str | None, place: Place) -> Convert | None:
        """A function that makes values fit the type, or null with a note; None for Any.

        Implicit conversions: a list of one element and its element, a date and the midnight (UTC)
        it starts with.
        """
        kind = self.feel_type(type_ref)
        if kind == ANY:
            return None

        def convert(value: Value, trace: Trace) -> Value:
            fitting = coerce(value, kind)
            if fitting is None and value is not None:
                wrong = misfit(value, kind)
                if wrong is None:
                    trace.note(
                        place,
                        "The value {value} is not {kind}.",
                        value=value,
                        kind=kind_of_type(kind),
                    )
                else:
                    part, wanted = wrong
                    trace.note(
                        place,
                        "“{part}” in {value} is missing, or is not {kind}.",
                        part=part,
                        value=value,
                        kind=kind_of_type(wanted),
                    )
            return fitting

        return convert

    def _named(self, name: str) -> Type:
        if name in self._types:
            return self._types[name]
        if name in self._being_made or len(self._being_made) > MAX_CHAIN:
            # The type contains itself: this part is looked up when there is a value to check.
            return Restricted(name, ANY, lambda value: conforms(value, self._types.get(name, ANY)))
        self._being_made.add(name)
        made = self._type_of(self._items[name])
        self._being_made.discard(name)
        if _is_larger(made, MAX_SIZE):
            made = Restricted(name, ANY, _conforming(made))
        self._types[name] = made
        return made

    def _type_of(self, item: ItemDefinition) -> Type:
        kind: Type
        if item.function is not None:
            kind = FunctionOf(
                tuple(self.feel_type(part.type_ref) for part in item.function.parameters),
                self.feel_type(item.function.result),
            )
        elif item.components:
            kind = ContextOf(tuple((part.name, self._type_of(part)) for part in item.components))
        else:
            kind = ANY if self._is_circular(item) else self.feel_type(item.type_ref)
        kind = self._restricted(kind, item.allowed, item.name)
        if item.is_collection:
            kind = ListOf(kind)
        return self._restricted(kind, item.constraint, item.name)

    def _is_circular(self, item: ItemDefinition) -> bool:
        # A type that is only another name for itself says nothing.
        seen: set[str] = set()
        following: ItemDefinition | None = item
        while following is not None and not following.components:
            if following.name in seen:
                return True
            seen.add(following.name)
            following = self._items.get(following.type_ref or "")
        return False

    def _restricted(self, kind: Type, allowed: Text | None, name: str) -> Type:
        if allowed is None or allowed.text in (None, "-"):
            return kind
        return Restricted(name, kind, self._allowed_test(allowed, name))


def misfit(value: Value, kind: Type) -> tuple[str, Type] | None:
    """The innermost part of a context that does not fit, by its dotted name, and what it should be; None where it is
    the whole that does not.
    """
    path: list[str] = []
    while True:
        while isinstance(kind, Restricted) and not conforms(value, kind.base):
            kind = kind.base
        if not isinstance(kind, ContextOf) or not isinstance(value, Mapping):
            break
        wrong = next(
            (
                (name, part)
                for name, part in kind.entries
                if name not in value or not conforms(value[name], part)
            ),
            None,
        )
        if wrong is None:
            break
        path.append(wrong[0])
        value, kind = value.get(wrong[0]), wrong[1]
    return (".".join(path), kind) if path else None


def _is_larger(kind: Type, limit: int) -> bool:
    # Types made of types twice over, again and again, would fill the memory if written out.
    pending = [kind]
    for _ in range(limit):
        if not pending:
            return False
        match pending.pop():
            case ListOf(element):
                pending.append(element)
            case ContextOf(entries):
                pending.extend(part for _, part in entries)
            case FunctionOf(parameters, result):
                pending.extend((*(parameters or ()), result))
            case Restricted(_, base):
                pending.append(base)
    return bool(pending)


def _conforming(kind: Type) -> Callable[[Value], bool]:
    return lambda value: conforms(value, kind)


def _structure(kind: Type) -> Type:
    match kind:
        case Restricted():
            return _structure(kind.base)
        case ListOf():
            return ListOf(_structure(kind.element))
        case ContextOf():
            return ContextOf(tuple((name, _structure(part)) for name, part in kind.entries))
    return kind


def _simple(type_ref: str) -> Type | None:
    if "<" in type_ref:
        try:
            return parse_type(type_ref)  # list<number>, as some tools write it
        except FeelSyntaxError:
            return None
    # DMN 1.1 wrote a prefix for FEEL's own types: feel:string.
    return SIMPLE_TYPES.get(type_ref) or SIMPLE_TYPES.get(type_ref.rpartition(":")[2])
