"""XPath's regular expressions rewritten in the syntax of re2."""

from engine.errors import N_, Said
from engine.feel.character_sets import Ranges, complement, intersected, named_set, source_of
from engine.feel.errors import NullResult

_SPACE = " \t\n\r"
_ESCAPED_SINGLES = {"n": "\n", "r": "\r", "t": "\t"}
_LITERALS = set("\\|.-^?*+{}()[]$")
_SETS = set("sSiIcCdDwW")
_NO_REFERENCE = N_(
    "a reference back to a group (\\1) cannot be looked for here, so the answer is null whatever the text. "
    "Write out what may be repeated, or compare the two parts in FEEL."
)


def translated(pattern: str, flags: str) -> str:
    """The pattern for re2; raises NullResult when XPath has no such pattern."""
    return _Translator(_without_space(pattern) if "x" in flags else pattern, flags).all()


def _without_space(pattern: str) -> str:
    """Without white space, except in character classes (flag x)."""
    kept: list[str] = []
    depth, index = 0, 0
    while index < len(pattern):
        character = pattern[index]
        if character == "\\" and index + 1 < len(pattern) and pattern[index + 1] not in _SPACE:
            kept.append(pattern[index : index + 2])
            index += 2
            continue
        depth += (character == "[") - (character == "]" and depth > 0)
        if depth or character not in _SPACE:
            kept.append(character)
        index += 1
    return "".join(kept)


class _Translator:
    """A place in the pattern, and what was written so far."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = pattern
        self.index = 0
        self.ignores_case = "i" in flags
        self.dot_is_all = "s" in flags

    def fail(self, problem: str, **values: object) -> NullResult:
        return NullResult("In the pattern “{pattern}”: {problem}", pattern=self.pattern[:80],
                          problem=Said(problem, values))  # fmt: skip

    def next(self) -> str:
        """The next character, stepped over; "" at the end."""
        character = self.pattern[self.index : self.index + 1]
        self.index += 1
        return character

    def all(self) -> str:
        """The whole pattern rewritten."""
        pieces: list[str] = []
        while self.index < len(self.pattern):
            character = self.next()
            if character == "[":
                pieces.append(source_of(self.bracket()))
            elif character == "\\":
                pieces.append(self.escape())
            elif character == "(":
                pieces.append(self.group())
            elif character == ".":
                pieces.append("." if self.dot_is_all else r"[^\n\r]")
            elif character == "{":
                pieces.append("{" + self.quantity())
            elif character in "]}":
                raise self.fail("{character} needs a \\ before it.", character=character)
            else:
                pieces.append(character)
        return "".join(pieces)

    def group(self) -> str:
        if self.pattern[self.index : self.index + 1] != "?":
            return "("
        if self.pattern[self.index : self.index + 2] != "?:":
            raise self.fail("(? is only followed by a colon.")
        self.index += 2
        return "(?:"

    def quantity(self) -> str:
        end = self.pattern.find("}", self.index)
        text = self.pattern[self.index : end] if end > 0 else ""
        low, comma, high = text.partition(",")
        if not low.isdigit() or (high and not high.isdigit()) or len(text) > 11:
            raise self.fail("a quantity is written {2}, {2,} or {2,5}.")
        if comma and high and int(high) < int(low):
            raise self.fail("the quantity goes down.")
        self.index = end + 1
        return text + "}"

    def escape(self) -> str:
        character = self.next()
        if character in ("p", "P"):
            return source_of(self.category(character == "P"))
        if character and character in _SETS:
            return source_of(named_set(character))
        if character.isdigit():
            raise self.fail(_NO_REFERENCE)
        return source_of([(ord(c), ord(c)) for c in self.literal(character)])

    def literal(self, character: str) -> str:
        if character in _ESCAPED_SINGLES:
            return _ESCAPED_SINGLES[character]
        if character and character in _LITERALS:
            return character
        raise self.fail("\\ stands before a character that it cannot stand before.")

    def category(self, is_negated: bool) -> Ranges:
        end = self.pattern.find("}", self.index)
        if self.next() != "{" or end < 0:
            raise self.fail("\\p is followed by a name in braces.")
        name = self.pattern[self.index : end]
        self.index = end + 1
        try:
            found = named_set(name)
        except KeyError:
            raise self.fail("there is no such group of characters.") from None
        return complement(found) if is_negated else found

    def bracket(self) -> Ranges:
        """The characters of a class after its [."""
        is_negated = self.pattern[self.index : self.index + 1] == "^"
        self.index += is_negated
        included: Ranges = []
        excluded: Ranges | None = None
        is_first = True
        while True:
            character = self.next()
            if not character:
                raise self.fail("a [ is not closed.")
            if character == "]" and not is_first:
                break
            if character == "-" and self.pattern[self.index : self.index + 1] == "[":
                self.index += 1
                excluded = self.bracket()
                if self.next() != "]":
                    raise self.fail("what is subtracted stands last in a class.")
                break
            included += self.class_part(character)
            is_first = False
        if self.ignores_case:
            included = included + _other_case(included)
            excluded = None if excluded is None else excluded + _other_case(excluded)
        result = complement(included) if is_negated else included
        return result if excluded is None else intersected(result, complement(excluded))

    def class_part(self, character: str) -> Ranges:
        if character == "[" or character == "]":
            raise self.fail("{character} in a class needs a \\ before it.", character=character)
        if character == "\\":
            character = self.next()
            if character in ("p", "P"):
                return self.category(character == "P")
            if character and character in _SETS:
                return named_set(character)
            character = self.literal(character)
        low = high = ord(character)
        rest = self.pattern[self.index : self.index + 2]
        if len(rest) == 2 and rest[0] == "-" and rest[1] not in "[]":
            self.index += 2
            last = rest[1]
            if last == "\\":
                last = self.literal(self.next())
            high = ord(last)
            if high < low:
                raise self.fail("a range of characters goes down.")
        return [(low, high)]


def _other_case(ranges: Ranges) -> Ranges:
    """The same letters in the other case, as far as they have exactly one."""
    folded: Ranges = []
    for low, high in ranges:
        if high - low > 3_000:
            continue  # nearly everything: both cases are in it
        for code in range(low, high + 1):
            for other in (chr(code).lower(), chr(code).upper()):
                if len(other) == 1 and ord(other) != code:
                    folded.append((ord(other), ord(other)))
    return folded
