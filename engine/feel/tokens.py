"""FEEL text cut into tokens, each with its place (DMN 1.5 §10.3.1.2, grammar rules 22–36, 62)."""

import re
from dataclasses import dataclass

from engine.feel.errors import FeelSyntaxError
from engine.feel.limits import MAX_TEXT

_START = r"A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF" \
    r"\u200C-\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD" \
    r"\U00010000-\U000EFFFF"  # fmt: skip
_SPACE = r"\t\n\v\f\r \u0085\u00A0\u1680\u180E\u2000-\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF"
_TOKEN = re.compile(
    rf"(?P<space>[{_SPACE}]+|//[^\n\r]*|/\*.*?\*/)"
    rf"|(?P<name>[{_START}][{_START}0-9\u00B7\u0300-\u036F\u203F-\u2040]*)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r'|(?P<string>"(?:[^"\\]|\\.)*")'
    r"|(?P<symbol>\.\.|\*\*|<=|>=|!=|->|.)",
    re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?|U([0-9a-fA-F]{6})|(.))", re.DOTALL
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text; `kind` is name, number, string, symbol or end."""

    kind: str
    text: str
    start: int
    end: int


def tokens_of(text: str) -> list[Token]:
    """All tokens and a last one of kind `end`; raises FeelSyntaxError."""
    if len(text) > MAX_TEXT:
        raise FeelSyntaxError(
            "it has more than {most} characters. Split it into smaller ones.",
            0,
            text,
            most=MAX_TEXT,
        )
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        kind = found.lastgroup if found else None
        if found is None or kind is None:
            raise FeelSyntaxError("this character has no meaning here.", position, text)
        piece = found.group()
        if piece == '"':
            raise FeelSyntaxError("the text that begins here has no closing quote.", position, text)
        if max(piece) >= "\ud800" and _SURROGATE.search(piece):
            raise FeelSyntaxError("this is half a character.", position, "")
        if piece == "/" and text[found.end() : found.end() + 1] == "*":
            raise FeelSyntaxError("the comment that begins here is not closed.", position, text)
        if kind != "space":
            tokens.append(Token(kind, piece, position, found.end()))
        position = found.end()
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


def string_value(literal: str) -> str:
    """What a string literal with its quotes means; surrogate pairs become one character."""
    inner = literal[1:-1]
    if "\\" not in inner:
        return inner
    text = _ESCAPE.sub(_unescaped, inner)
    # A lone surrogate is no character and could not be stored.
    return _SURROGATE.sub("\ufffd", text)


def _unescaped(found: re.Match[str]) -> str:
    short, low, long, plain = found.groups()
    if short:
        code = int(short, 16)
        if not low:
            return chr(code)
        if 0xD800 <= code < 0xDC00:
            return chr(0x10000 + ((code - 0xD800) << 10) + (int(low, 16) - 0xDC00))
        return chr(code) + chr(int(low, 16))
    if long:
        code = int(long, 16)
        return chr(code) if code < 0x110000 else "\ufffd"
    # Unknown escapes stay as written: patterns like "\d" need no second backslash.
    return _PLAIN.get(plain, "\\" + plain)
