"""A letter's template: Markdown with FEEL in double braces, made into HTML that holds words and nothing else.

Values never pass through Markdown: the text is laid out with a mark in the place of each, cleaned, and only then are
the values written in, escaped. So a value cannot become markup, and markup cannot become an address to fetch.
"""

import hashlib
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from engine.feel import Limits, limited_to
from engine.feel.errors import LimitReached
from engine.feel.limits import Run, running
from engine.letters.refusals import LetterTooLong
from engine.letters.tags import For, If, Part, Value, read_tags
from engine.letters.writing import Hand

if (
    TYPE_CHECKING
):  # mistune and nh3 are for who writes a letter out, not for who reads which letters there are
    from mistune import Markdown

LONGEST_LETTER: Final = 60_000  # characters, about twenty-five pages
MOST_VALUES: Final = 2_000
MOST_ELEMENTS: Final = (
    3_000  # paragraphs, lines, rows, cells …: what the typesetter’s time grows with
)
LONGEST_WORD: Final = 2_000  # finding where to break one takes time that grows with its square
_BUDGET = Limits(work=300_000, seconds=1.0)  # of FEEL, for one whole letter

_TAGS = {
    "p", "br", "hr", "h1", "h2", "h3", "strong", "em", "ul", "ol", "li", "blockquote",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
# a table of labels and values, whose columns need no heading
_EMPTY_HEAD = re.compile(r"<table>\s*<thead>\s*<tr>\s*(?:<th[^>]*></th>\s*)+</tr>\s*</thead>")
_ENDLESS_WORD = re.compile(rf"[^\s<>]{{{LONGEST_WORD + 1}}}")
_MARK = re.compile("\ue000([0-9]+)\ue001")


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was read; shared, never changed."""

    letter: str
    text: str
    parts: tuple[Part, ...]

    @property
    def hash(self) -> str:
        """sha256 of its text, in hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def asks_for_labels(self) -> bool:
        """Whether it writes options by their label, so that the forms have to be looked at."""
        return any(part.writer == "label" for part in _values(self.parts))

    def html(self, context: Mapping[str, Any], hand: Hand) -> str:
        """The words of the letter as clean HTML: headings, paragraphs, lists, tables; no link, image or style.

        Raises LetterTooLong.
        """
        making = _Making(self.letter, hand)
        try:
            with limited_to(_BUDGET), running(making.run):
                making.add(self.parts, context)
        except (LimitReached, RecursionError):
            problem = "working out its values takes more steps than are allowed."
            raise LetterTooLong(letter=self.letter, problem=problem) from None
        return making.html()


def read_template(letter: str, text: str) -> Template:
    """The template, ready to be used; BadTemplate says which line cannot be read."""
    return Template(letter, text, read_tags(letter, text))


class _Making:
    """One letter in the making: Markdown with marks, and the values that belong there."""

    def __init__(self, letter: str, hand: Hand) -> None:
        self.letter = letter
        self.hand = hand
        self.run = Run()
        self.markdown: list[str] = []
        self.values: list[str] = []
        self.length = 0

    def add(self, parts: tuple[Part, ...], context: Mapping[str, Any]) -> None:
        for part in parts:
            self.run.charge()
            match part:
                case str():
                    self._grow(len(part))
                    self.markdown.append(part)
                case Value(expression, writer):
                    value = expression.evaluate(context)
                    self._write(self.hand.written(value, writer, expression.text.strip()))
                case If(condition, then, otherwise):
                    holds = condition.evaluate(context) not in (None, False, "", [])
                    self.add(then if holds else otherwise, context)
                case For(name, items, body):
                    found = items.evaluate(context)
                    for item in found if isinstance(found, list) else ():
                        self.add(body, {**context, name: item})

    def html(self) -> str:
        import nh3

        try:
            laid_out = str(_markdown()("".join(self.markdown)))
        except RecursionError:  # quotes within quotes within quotes …
            problem = "its lists or quotes stand too deep inside each other."
            raise LetterTooLong(letter=self.letter, problem=problem) from None
        clean = nh3.clean(
            laid_out,
            tags=_TAGS,
            attributes={"td": {"style"}, "th": {"style"}, "ol": {"start"}},
            filter_style_properties={"text-align"},
            clean_content_tags={"script", "style"},
        )
        clean = _EMPTY_HEAD.sub('<table class="pairs">', clean)
        words = _MARK.sub(lambda mark: self.values[int(mark[1])], clean)
        if words.count("<") - words.count("</") > MOST_ELEMENTS:
            problem = f"more than {MOST_ELEMENTS} paragraphs, lines and cells."
            raise LetterTooLong(letter=self.letter, problem=problem)
        if _ENDLESS_WORD.search(words):
            problem = f"a word of more than {LONGEST_WORD} characters."
            raise LetterTooLong(letter=self.letter, problem=problem)
        return words

    def _write(self, text: str) -> None:
        self._grow(len(text))
        if len(self.values) >= MOST_VALUES:
            raise LetterTooLong(letter=self.letter, problem=f"more than {MOST_VALUES} values.")
        self.markdown.append(f"\ue000{len(self.values)}\ue001")
        self.values.append(html.escape(_printable(text)).replace("\n", "<br>"))

    def _grow(self, length: int) -> None:
        self.length += length
        if self.length > LONGEST_LETTER:
            problem = f"more than {LONGEST_LETTER} characters."
            raise LetterTooLong(letter=self.letter, problem=problem)


@cache
def _markdown() -> "Markdown":
    import mistune

    # An office ends a line where the line ends.
    return mistune.create_markdown(escape=True, hard_wrap=True, plugins=["table"])


def _printable(text: str) -> str:
    """Without what no page can show; directions of writing are left out, so that a name cannot turn a line round."""
    lines = ("".join(_shown(letter) for letter in line) for line in text.splitlines())
    return "\n".join(lines)


def _shown(letter: str) -> str:
    if letter.isspace():
        return " "
    return letter if letter.isprintable() else ""


def _values(parts: tuple[Part, ...]) -> Iterator[Value]:
    for part in parts:
        match part:
            case Value():
                yield part
            case If(_, then, otherwise):
                yield from _values(then)
                yield from _values(otherwise)
            case For(_, _, body):
                yield from _values(body)
