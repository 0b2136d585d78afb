"""String functions, counting in code points (DMN 1.5 §10.3.4.3)."""

from decimal import Decimal

from engine.feel.builtins.registry import builtin
from engine.feel.errors import NullResult
from engine.feel.limits import Run, check_size, check_text
from engine.feel.regex import compiled, expand_replacement, splits
from engine.feel.values import Value


@builtin(
    "substring", "string: string, start position: number, length?: number|null", needs_run=True
)
def substring(run: Run, string: str, start: Decimal, length: Decimal | None = None) -> Value:
    """From a 1-based place (negative: from the end), for a length or to the end."""
    first = int(start)
    if first == 0 or abs(first) > len(string):
        raise NullResult("The text has no character number {place}.", place=first)
    begin = first - 1 if first > 0 else len(string) + first
    if length is None:
        return string[begin:]
    if int(length) < 1:
        raise NullResult("The length must be at least 1.")
    return string[begin : begin + int(length)]


@builtin("string length", "string: string")
def string_length(string: str) -> Value:
    """How many characters (code points)."""
    return Decimal(len(string))


@builtin("upper case", "string: string")
def upper_case(string: str) -> Value:
    """In capitals."""
    return string.upper()


@builtin("lower case", "string: string")
def lower_case(string: str) -> Value:
    """In small letters."""
    return string.lower()


@builtin("substring before", "string: string, match: string")
def substring_before(string: str, match: str) -> Value:
    """What precedes the first match, "" when there is none."""
    before, found, _ = string.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after", "string: string, match: string")
def substring_after(string: str, match: str) -> Value:
    """What follows the first match, "" when there is none."""
    return string.partition(match)[2] if match else string


@builtin("replace", "input: string, pattern: string, replacement: string, flags?: string|null",
         needs_run=True)  # fmt: skip
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> Value:
    """Every match of the regular expression replaced; $1 … are its groups."""
    regex = compiled(pattern, flags or "")
    if regex.search("") is not None:
        raise NullResult("The pattern “{pattern}” matches the empty text.", pattern=pattern)
    pieces: list[str] = []
    place = size = 0
    for found in regex.finditer(text):
        piece = text[place : found.start()] + expand_replacement(
            replacement, found, is_literal="q" in (flags or "")
        )
        pieces.append(piece)
        size += len(piece)
        check_text(run, size)
        run.charge(1)
        place = found.end()
    pieces.append(text[place:])
    check_text(run, size + len(pieces[-1]))
    return "".join(pieces)


@builtin("contains", "string: string, match: string")
def contains(string: str, match: str) -> Value:
    """Whether the match occurs."""
    return match in string


@builtin("starts with", "string: string, match: string")
def starts_with(string: str, match: str) -> Value:
    """Whether the text begins so."""
    return string.startswith(match)


@builtin("ends with", "string: string, match: string")
def ends_with(string: str, match: str) -> Value:
    """Whether the text ends so."""
    return string.endswith(match)


@builtin("matches", "input: string, pattern: string, flags?: string|null")
def matches(text: str, pattern: str, flags: str | None = None) -> Value:
    """Whether the regular expression matches anywhere."""
    return compiled(pattern, flags or "").search(text) is not None


@builtin("split", "string: string, delimiter: string", needs_run=True)
def split(run: Run, string: str, delimiter: str) -> Value:
    """The parts between matches of the regular expression."""
    parts = splits(string, delimiter)
    check_size(run, len(parts))
    return parts


@builtin("string join", "list: list, delimiter?: string|null", needs_run=True)
def string_join(run: Run, items: list[Value], delimiter: str | None = None) -> Value:
    """The texts of the list in one, with the delimiter between them; null ones are left out."""
    between = delimiter or ""
    texts: list[str] = []
    for item in items:
        if isinstance(item, str):
            texts.append(item)
        elif item is not None:
            raise NullResult("Only texts can be joined.")
    check_size(run, len(items))
    check_text(run, sum(map(len, texts)) + len(between) * max(0, len(texts) - 1))
    return between.join(texts)
