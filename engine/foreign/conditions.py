"""Conditions of other tools' languages (JUEL, JavaScript, Groovy, Python, XPath) read and said in FEEL.

One small grammar covers what conditions use of all of them; whatever else they can do raises
Untranslatable, so that a person decides. Nothing is ever run.
"""

import re
from dataclasses import dataclass
from typing import NoReturn

from engine.feel.text import quoted
from engine.foreign.methods import EMPTY, FUNCTIONS, METHODS, VARIABLE_READERS, VARIABLE_TESTS

MAX_TEXT = 4_000
MAX_NESTING = 25
_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?[lLdDfF]?(?![\w.]))"
    r"|(?P<word>[^\W\d]\w*)"
    r"|(?P<sign>===|!==|==|!=|<=|>=|<>|&&|\|\||[-+*/%<>!?:()\[\],.=])",
    re.DOTALL,
)
_COMPARISONS = {
    "==": "=", "===": "=", "=": "=", "eq": "=", "!=": "!=", "!==": "!=", "<>": "!=", "ne": "!=",
    "<": "<", "lt": "<", "<=": "<=", "le": "<=", ">": ">", "gt": ">", ">=": ">=", "ge": ">=",
}  # fmt: skip
_CONSTANTS = {
    "true": "true", "True": "true", "false": "false", "False": "false",
    "null": "null", "None": "null", "nil": "null", "undefined": "null",
}  # fmt: skip
_OPERATORS = frozenset({"and", "or", "not", "in", "is", "div", "mod", "empty", "instanceof",
                        "eq", "ne", "lt", "le", "gt", "ge"})  # fmt: skip
_RESERVED = frozenset({"if", "then", "else", "for", "some", "every", "return", "satisfies",
                       "between", "function", "instance", "new", "lambda", "var", "let", "const",
                       "def", "import", "await", "yield", "typeof"})  # fmt: skip
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
# How tight a piece of FEEL holds together, so that parentheses appear only where needed.
_IF, _OR, _AND, _COMPARE, _SUM, _PRODUCT, _UNARY, _ATOM = range(8)


class Untranslatable(Exception):
    """The text cannot be said in FEEL; the message is a sentence for the analyst."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of FEEL, how tight it holds, and the literal text when it is one."""

    feel: str
    level: int = _ATOM
    literal: str | None = None

    def at(self, level: int) -> str:
        """The piece as an operand of an operator of that level."""
        return self.feel if self.level >= level else f"({self.feel})"


def translated(text: str) -> str:
    """The condition in FEEL; raises Untranslatable with the reason."""
    if len(text) > MAX_TEXT:
        raise Untranslatable(f"The condition has more than {MAX_TEXT} characters.")
    reader = _Reader(text)
    piece = reader.ternary()
    if reader.kind != "end":
        reader.fail()
    return piece.feel


class _Reader:
    """Tokens of the foreign text with a place."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        place = 0
        while place < len(text):
            found = _TOKEN.match(text, place)
            if found is None or found.lastgroup is None:
                raise Untranslatable(f"The condition has “{text[place : place + 10]}” in it, "
                                     "which cannot be said in FEEL.")  # fmt: skip
            if found.lastgroup != "space":
                self.tokens.append((found.lastgroup, found.group()))
            place = found.end()
        self.tokens.append(("end", ""))
        self.index = 0
        self.nesting = 0

    @property
    def kind(self) -> str:
        return self.tokens[self.index][0]

    @property
    def text(self) -> str:
        return self.tokens[self.index][1] if self.kind != "string" else ""

    def ahead(self) -> str:
        kind, text = self.tokens[min(self.index + 1, len(self.tokens) - 1)]
        return text if kind != "string" else ""

    def fail(self) -> NoReturn:
        shown = self.tokens[self.index][1][:40] or "its end"
        raise Untranslatable(f"The condition cannot be said in FEEL because of “{shown}”.")

    def take(self, *texts: str) -> bool:
        if self.text in texts and self.kind in ("sign", "word"):
            self.index += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.take(text):
            self.fail()

    def ternary(self) -> Piece:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise Untranslatable("The condition has too many parentheses inside each other.")
        condition = self.either()
        if self.take("?"):
            then = self.ternary()
            self.expect(":")
            otherwise = self.ternary()
            condition = Piece(f"if {condition.feel} then {then.feel} else {otherwise.feel}", _IF)
        self.nesting -= 1
        return condition

    def either(self) -> Piece:
        piece = self.both()
        while self.take("||", "or"):
            piece = Piece(f"{piece.at(_OR)} or {self.both().at(_AND)}", _OR)
        return piece

    def both(self) -> Piece:
        piece = self.negated()
        while self.take("&&", "and"):
            piece = Piece(f"{piece.at(_AND)} and {self.negated().at(_COMPARE)}", _AND)
        return piece

    def negated(self) -> Piece:
        if self.text == "not" and self.kind == "word":
            self.index += 1
            self.nesting += 1
            if self.nesting > MAX_NESTING:
                self.fail()
            piece = _not(self.negated())
            self.nesting -= 1
            return piece
        return self.comparison()

    def comparison(self) -> Piece:
        left = self.sum()
        parts: list[str] = []
        while True:
            if self.text in _COMPARISONS and self.kind in ("sign", "word"):
                sign = _COMPARISONS[self.text]
                self.index += 1
                right = self.sum()
                parts.append(f"{left.at(_SUM)} {sign} {right.at(_SUM)}")
                left = right
            elif self.take("is"):
                sign = "!=" if self.take("not") else "="
                parts.append(f"{left.at(_SUM)} {sign} {self.sum().at(_SUM)}")
            elif self.take("in"):
                parts.append(f"{left.at(_SUM)} in {self.sum().at(_SUM)}")
            elif self.text == "not" and self.ahead() == "in":
                self.index += 2
                parts.append(f"not({left.at(_SUM)} in {self.sum().at(_SUM)})")
            else:
                break
        if not parts:
            return left
        return Piece(" and ".join(parts), _COMPARE if len(parts) == 1 else _AND)

    def sum(self) -> Piece:
        piece = self.product()
        while self.kind == "sign" and self.text in ("+", "-"):
            sign = self.text
            self.index += 1
            piece = Piece(f"{piece.at(_SUM)} {sign} {self.product().at(_PRODUCT)}", _SUM)
        return piece

    def product(self) -> Piece:
        piece = self.unary()
        while (self.kind == "sign" and self.text in ("*", "/", "%")) or self.text in ("div", "mod"):
            sign = self.text
            self.index += 1
            right = self.unary()
            if sign in ("%", "mod"):
                piece = Piece(f"modulo({piece.feel}, {right.feel})")
            else:
                sign = "/" if sign == "div" else sign
                piece = Piece(f"{piece.at(_PRODUCT)} {sign} {right.at(_UNARY)}", _PRODUCT)
        return piece

    def unary(self) -> Piece:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise Untranslatable("The condition has too many signs before each other.")
        if self.take("!"):
            piece = _not(self.unary())
        elif self.kind == "sign" and self.take("-"):
            piece = Piece(f"-{self.unary().at(_UNARY)}", _UNARY)
        elif self.take("empty"):
            piece = _empty(self.unary())
        else:
            piece = self.postfix(self.primary())
        self.nesting -= 1
        return piece

    def postfix(self, piece: Piece) -> Piece:
        while True:
            if self.take("."):
                name = self.word()
                if self.take("("):
                    piece = self.method(piece, name, self.arguments())
                else:
                    piece = Piece(f"{piece.at(_ATOM)}.{name}")
            elif self.take("["):
                key = self.ternary()
                self.expect("]")
                piece = _at(piece, key, self)
            else:
                return piece

    def method(self, target: Piece, name: str, arguments: list[Piece]) -> Piece:
        if target.feel in ("execution", "variables", "kcontext", "delegateExecution"):
            return self.variable(name, arguments)
        found = METHODS.get((name, len(arguments)))
        if found is None:
            raise Untranslatable(f"The condition calls “{name}”, which FEEL has no word for.")
        if name in ("get", "prop"):
            return _at(target, arguments[0], self)
        return _filled(found, [target, *arguments])

    def variable(self, name: str, arguments: list[Piece]) -> Piece:
        literal = arguments[0].literal if len(arguments) == 1 else None
        if literal is None or not re.fullmatch(r"[^\W\d][\w ]*", literal):
            raise Untranslatable(
                f"The condition calls “{name}” of the engine that it was made for."
            )
        if name in VARIABLE_READERS:
            return Piece(literal)
        if name in VARIABLE_TESTS:
            return Piece(f"{literal} != null", _COMPARE)
        raise Untranslatable(f"The condition calls “{name}” of the engine that it was made for.")

    def arguments(self) -> list[Piece]:
        arguments: list[Piece] = []
        if self.take(")"):
            return arguments
        while True:
            arguments.append(self.ternary())
            if not self.take(","):
                break
        self.expect(")")
        return arguments

    def word(self) -> str:
        if self.kind != "word":
            self.fail()
        word = self.text
        self.index += 1
        return word

    def primary(self) -> Piece:
        kind, text = self.tokens[self.index]
        if kind == "string":
            self.index += 1
            literal = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text[1:-1], flags=re.S)
            return Piece(quoted(literal), _ATOM, literal)
        if kind == "number":
            self.index += 1
            return Piece(text.rstrip("lLdDfF"))
        if kind == "word":
            return self.name()
        if self.take("("):
            piece = self.ternary()
            self.expect(")")
            return piece
        if self.take("["):
            items: list[Piece] = []
            while not self.take("]"):
                items.append(self.ternary())
                if not self.take(","):
                    self.expect("]")
                    break
            return Piece("[" + ", ".join(item.feel for item in items) + "]")
        return self.fail()

    def name(self) -> Piece:
        word = self.word()
        if word in _CONSTANTS and self.text not in ("(", "."):
            return Piece(_CONSTANTS[word])
        if self.text == ":" and self._is_prefixed_call():
            self.index += 1
            # Flowable's functions have three spellings of one prefix.
            word = f"{'variables' if word in ('var', 'vars') else word}:{self.word()}"
        elif word in _RESERVED or word in _OPERATORS:
            self.index -= 1
            self.fail()
        if self.take("("):
            return self.function(word, self.arguments())
        while self.kind == "word" and self.text not in _OPERATORS and self.text not in _RESERVED:
            word += f" {self.word()}"
        return Piece(word)

    def _is_prefixed_call(self) -> bool:
        following = self.tokens[self.index + 1 : self.index + 3]
        return len(following) == 2 and following[0][0] == "word" and following[1][1] == "("

    def function(self, name: str, arguments: list[Piece]) -> Piece:
        short = name.rpartition(":")[2]
        if short in VARIABLE_READERS or short in VARIABLE_TESTS:
            if short == "get" and len(arguments) == 1 and arguments[0].literal is None:
                return arguments[0]
            return self.variable(short, arguments)
        found = FUNCTIONS.get((name, len(arguments)))
        if found and name.startswith("variables:") and arguments[0].literal is not None:
            arguments = [self.variable("get", arguments[:1]), *arguments[1:]]
        if found is None:
            raise Untranslatable(f"The condition calls “{name}”, which FEEL has no word for.")
        return _filled(found, arguments)


def _filled(template: str, pieces: list[Piece]) -> Piece:
    if template == "#0":
        return pieces[0]
    # Split at the marks first: an argument's own text is never looked at again.
    parts = re.split(r"#([0-9])", template)
    feel = "".join(pieces[int(part)].at(_SUM) if i % 2 else part for i, part in enumerate(parts))
    if template.startswith("if "):
        return Piece(feel, _IF)
    if " or " in template:
        return Piece(feel, _OR)
    return Piece(feel, _COMPARE if re.search(r" (=|!=|<|<=|>|>=) ", template) else _ATOM)


def _not(piece: Piece) -> Piece:
    return Piece(f"not({piece.feel})")


def _empty(piece: Piece) -> Piece:
    return _filled(EMPTY, [piece])


def _at(piece: Piece, key: Piece, reader: _Reader) -> Piece:
    if key.literal is not None and re.fullmatch(r"[^\W\d]\w*", key.literal):
        return Piece(f"{piece.at(_ATOM)}.{key.literal}")
    if key.feel.isascii() and key.feel.isdigit():
        return Piece(f"{piece.at(_ATOM)}[{int(key.feel) + 1}]")
    return reader.fail()
