"""The tags of a letter's template: text, values, conditions and repetitions, read into a tree.

    {{ expression }}   {{ expression | writer }}
    {{#if expression}} … {{#else}} … {{/if}}
    {{#for name in expression}} … {{/for}}

Expressions are FEEL. A tag of a block that stands alone on its line takes the line with it.
"""

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from engine.feel import Expression, FeelSyntaxError, compile_expression
from engine.letters.refusals import BadTemplate
from engine.letters.writing import WRITERS

LONGEST_TEMPLATE: Final = 50_000  # characters
MOST_TAGS: Final = 1_000
DEEPEST: Final = 8  # blocks inside each other

_TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
# alone on its line: nothing but blanks around it
_ALONE = re.compile(r"(?m)^[ \t]*(\{\{[#/](?:(?!\}\})[^\n])*\}\})[ \t]*(?:\n|\Z)")
_FOR = re.compile(r"([^\W\d]\w*)\s+in\s+(.+)", re.DOTALL)
# the writer after the last bar; FEEL itself has no bar
_WRITTEN = re.compile(r"(.*)\|\s*([a-z ]+?)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Value:
    """A value put into the text; `writer` says how it is written."""

    expression: Expression
    writer: str | None


@dataclass(frozen=True, slots=True)
class If:
    """One of two parts. The condition holds unless it is null, false, an empty text or an empty list."""

    condition: Expression
    then: "tuple[Part, ...]"
    otherwise: "tuple[Part, ...]"


@dataclass(frozen=True, slots=True)
class For:
    """A part for each element of a list, which it calls by a name."""

    name: str
    items: Expression
    body: "tuple[Part, ...]"


Part: TypeAlias = str | Value | If | For


@dataclass(slots=True)
class _Open:
    """A block whose end has not come yet."""

    word: str
    line: int
    expression: Expression | None
    name: str
    parts: list[Part]
    then: tuple[Part, ...] | None = None  # set by {{#else}}

    def closed(self) -> Part:
        assert self.expression is not None
        parts = tuple(self.parts)
        if self.word == "for":
            return For(self.name, self.expression, parts)
        if self.then is None:
            return If(self.expression, parts, ())
        return If(self.expression, self.then, parts)


def read_tags(letter: str, text: str) -> tuple[Part, ...]:
    """The tree of a template; BadTemplate with the line of what is wrong."""
    if len(text) > LONGEST_TEMPLATE:
        problem = f"it has more than {LONGEST_TEMPLATE} characters."
        raise BadTemplate(letter=letter, line=1, problem=problem)
    # the end of the line moves into the tag, so that lines can still be counted
    text = _ALONE.sub(lambda alone: alone[1] + "\ue002", text.replace("\r\n", "\n"))
    stack = [_Open("", 1, None, "", [])]
    at = 0
    line = 1
    for count, tag in enumerate(_TAG.finditer(text), start=1):
        between = text[at : tag.start()]
        line += between.count("\n") + between.count("\ue002")
        at = tag.end()
        if count > MOST_TAGS:
            raise BadTemplate(letter=letter, line=line, problem=f"more than {MOST_TAGS} tags.")
        _add_text(stack[-1], between)
        try:
            _take(stack, tag[1].strip(), line)
        except _Wrong as wrong:
            raise BadTemplate(letter=letter, line=line, problem=wrong.problem) from None
        except FeelSyntaxError as error:
            raise BadTemplate(letter=letter, line=line, problem=error.message()) from None
        line += tag[0].count("\n")
    rest = text[at:]
    if "{{" in rest:
        line += rest.partition("{{")[0].count("\n")
        raise BadTemplate(letter=letter, line=line, problem="“{{” without “}}”.")
    _add_text(stack[-1], rest)
    if len(stack) > 1:
        problem = f"“{{{{#{stack[-1].word}}}}}” is never closed."
        raise BadTemplate(letter=letter, line=stack[-1].line, problem=problem)
    return tuple(stack[0].parts)


class _Wrong(Exception):
    def __init__(self, problem: str) -> None:
        self.problem = problem


def _add_text(block: _Open, text: str) -> None:
    # Characters for private use mark values in the making; nobody else may write them.
    clean = re.sub(r"[\ue000-\uf8ff]", "", text)
    if clean:
        block.parts.append(clean)


def _take(stack: list[_Open], tag: str, line: int) -> None:
    word, _, rest = tag.partition(" ")
    if word == "#if":
        _open(stack, _Open("if", line, compile_expression(rest.strip()), "", []))
    elif word == "#for":
        found = _FOR.fullmatch(rest.strip())
        if found is None:
            raise _Wrong("write “{{#for name in list}}”.")
        _open(stack, _Open("for", line, compile_expression(found[2]), found[1], []))
    elif tag == "#else":
        block = stack[-1]
        if block.word != "if" or block.then is not None:
            raise _Wrong("“{{#else}}” belongs into “{{#if}}”, once.")
        block.then, block.parts = tuple(block.parts), []
    elif tag in ("/if", "/for"):
        if stack[-1].word != tag[1:]:
            raise _Wrong(f"“{{{{{tag}}}}}” closes nothing that is open here.")
        closed = stack.pop().closed()
        stack[-1].parts.append(closed)
    elif tag.startswith(("#", "/")):
        raise _Wrong(f"“{{{{{tag[:40]}}}}}” is no tag; there are if, else and for.")
    else:
        stack[-1].parts.append(_value(tag))


def _open(stack: list[_Open], block: _Open) -> None:
    if len(stack) > DEEPEST:
        raise _Wrong(f"blocks stand more than {DEEPEST} deep inside each other.")
    stack.append(block)


def _value(tag: str) -> Value:
    found = _WRITTEN.fullmatch(tag)
    if found is None or found[2].count('"') or '"' in tag[found.end(1) :]:
        return Value(compile_expression(tag), None)
    if found[2] not in WRITERS:
        raise _Wrong(f"“{found[2]}” is no way to write a value; there are {', '.join(WRITERS)}.")
    return Value(compile_expression(found[1].strip()), found[2])
