"""Context functions (DMN 1.5 §10.3.4.10)."""

from collections.abc import Mapping

from engine.feel.builtins.registry import builtin
from engine.feel.errors import NullResult
from engine.feel.limits import MAX_VALUE_DEPTH, Run, check_size
from engine.feel.values import Value


@builtin("get value", "m: context, key: string|null")
def get_value(m: Mapping[str, Value], key: str | None) -> Value:
    """The entry of that name."""
    if key is None or key not in m:
        raise NullResult("The context has no entry “{name}”.", name=key)
    return m[key]


@builtin("get value", "context: context, keys: list")
def get_value_along(m: Mapping[str, Value], keys: list[Value]) -> Value:
    """The entry along the names."""
    value: Value = m
    for key in keys:
        if not isinstance(key, str) or not isinstance(value, Mapping) or key not in value:
            raise NullResult("The context has no entry along these names.")
        value = value[key]
    return value if keys else None


@builtin("get entries", "m: context", needs_run=True)
def get_entries(run: Run, m: Mapping[str, Value]) -> Value:
    """A list of contexts with key and value."""
    check_size(run, len(m))
    return [{"key": key, "value": value} for key, value in m.items()]


@builtin("context", "entries: list", needs_run=True)
def context(run: Run, entries: list[Value]) -> Value:
    """The context with the entries of a list of key and value."""
    check_size(run, len(entries))
    result: dict[str, Value] = {}
    for entry in entries:
        if not isinstance(entry, Mapping) or "key" not in entry or "value" not in entry:
            raise NullResult("Every entry needs a key and a value.")
        key = entry["key"]
        if not isinstance(key, str):
            raise NullResult("The key of an entry must be a text.")
        if key in result:
            raise NullResult("The key “{name}” comes twice.", name=key)
        result[key] = entry["value"]
    return result


@builtin("context put", "context: context, key: string, value: any", needs_run=True)
def context_put(run: Run, target: Mapping[str, Value], key: str, value: Value) -> Value:
    """The context with one entry set."""
    check_size(run, len(target) + 1)
    return {**target, key: value}


@builtin("context put", "context: context, keys: list, value: any", needs_run=True)
def context_put_along(
    run: Run, target: Mapping[str, Value], keys: list[Value], value: Value
) -> Value:
    """The context with an entry set deep inside, along the names."""
    if not keys or len(keys) > MAX_VALUE_DEPTH:
        raise NullResult("There must be at least one key, and not too many.")
    return _put(run, target, keys, value)


def _put(run: Run, target: Mapping[str, Value], keys: list[Value], value: Value) -> Value:
    check_size(run, len(target) + 1)
    key = keys[0]
    if not isinstance(key, str):
        raise NullResult("Every key must be a text.")
    if len(keys) == 1:
        return {**target, key: value}
    inner = target.get(key)
    if not isinstance(inner, Mapping):
        raise NullResult("The entry “{name}” is no context.", name=key)
    return {**target, key: _put(run, inner, keys[1:], value)}


@builtin("context merge", "contexts: list", needs_run=True)
def context_merge(run: Run, contexts: list[Value]) -> Value:
    """All entries of the contexts; later ones win."""
    result: dict[str, Value] = {}
    for context_ in contexts:
        if not isinstance(context_, Mapping):
            raise NullResult("Only contexts can be merged.")
        check_size(run, len(result) + len(context_))
        result.update(context_)
    return result
