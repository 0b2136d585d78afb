"""Types read from tokens: `list<number>`, `context<a: string>`, names of item definitions."""

from collections.abc import Mapping

from engine.feel.names import longest_match, trie_of
from engine.feel.reader import Reader
from engine.feel.type_names import (
    ANY,
    SIMPLE_TYPES,
    UNKNOWN,
    ContextOf,
    FunctionOf,
    ListOf,
    RangeOf,
    Type,
)

_TRIE = trie_of(SIMPLE_TYPES)


def parse_type(text: str, types: Mapping[str, Type] | None = None) -> Type:
    """The type written in the text; `types` are those of item definitions. FeelSyntaxError."""
    reader = Reader(text, (), types or {})
    kind = read_type(reader)
    if reader.token.kind != "end":
        reader.fail("the type ends here, but more text follows.")
    return kind


def read_type(reader: Reader) -> Type:
    """The type that starts at the next token; UNKNOWN when nobody defined its name."""
    with reader.nested():
        word = reader.token.text
        if reader.ahead().text == "<" and word in ("list", "range", "context", "function"):
            reader.index += 2
            return _parameterised(reader, word)
        user = longest_match(trie_of(reader.types), reader.tokens, reader.index)
        simple = longest_match(_TRIE, reader.tokens, reader.index)
        if user and (simple is None or user[0] >= simple[0]):
            reader.index += user[0]
            return reader.types[user[1]]
        if simple:
            reader.index += simple[0]
            return SIMPLE_TYPES[simple[1]]
        if reader.token.kind != "name":
            reader.fail("the name of a type is missing here.")
        reader.adjacent_words()
        while reader.is_next(".") and reader.ahead().kind == "name":
            reader.index += 1
            reader.adjacent_words()
        return UNKNOWN


def _parameterised(reader: Reader, word: str) -> Type:
    if word in ("list", "range"):
        element = read_type(reader)
        reader.expect(">", "at the end of {word}<…>", word=word)
        return ListOf(element) if word == "list" else RangeOf(element)
    if word == "context":
        entries: list[tuple[str, Type]] = []
        while not reader.take(">"):
            name = reader.declared_name(":")
            reader.index += 1
            entries.append((name, read_type(reader)))
            if not reader.take(","):
                reader.expect(">", "at the end of context<…>")
                break
        return ContextOf(tuple(entries))
    parameters: list[Type] = []
    while not reader.is_next(">"):
        parameters.append(read_type(reader))
        if not reader.take(","):
            break
    reader.expect(">", "at the end of function<…>")
    result = read_type(reader) if reader.take("->") else ANY
    return FunctionOf(tuple(parameters), result)
