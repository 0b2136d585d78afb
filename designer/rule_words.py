"""Rules in words, such as “area is more than 100”: to FEEL, and back where the FEEL says no more than that."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from designer.questions import Question
from engine.calendars.jurisdiction import DEFAULT, jurisdiction
from engine.errors import Refusal
from engine.feel import Date, FeelSyntaxError, compile_expression
from engine.feel.syntax import Call, Comparison, Logic, Name, Node
from engine.feel.syntax import Literal as Written
from engine.numerals import NotReadable, Numerals

Joiner = Literal["and", "or"]

SIGNS = ("=", "!=", ">", ">=", "<", "<=", "includes", "lacks", "has value", "has no value")
"""The comparisons there are words for; `includes` and `lacks` ask of lists."""

MOST_CLAUSES = 20
_PERU = jurisdiction(DEFAULT).numerals
_NUMBER = re.compile(r"-?\d{1,20}([.,]\d{1,20})*", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONGEST_NUMBER = 40
_FLIPPED = {"=": "=", "!=": "!=", ">": "<", ">=": "<=", "<": ">", "<=": ">="}


class ValueMissing(Refusal):
    """A comparison with nothing."""

    sentence = "Say what “{field}” is compared with."


class NotANumber(Refusal):
    """A number is compared with a text."""

    sentence = "“{field}” is a number, and “{value}” is none. Write it as 1500 or {such}."


class NotADay(Refusal):
    """A day is compared with a text."""

    sentence = "“{field}” is a day, and “{value}” is none. Write it as 2026-07-28."


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison: the variable, one of SIGNS, and the value as it was typed."""

    key: str
    sign: str
    value: str = ""


Group = tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Groups that all hold (`and`) or of which one holds (`or`); inside a group it is the other way round."""

    groups: tuple[Group, ...] = ()
    joiner: Joiner = "and"

    @property
    def inner(self) -> Joiner:
        """What joins the clauses of a group."""
        return "or" if self.joiner == "and" else "and"


def to_feel(words: Words, questions: Mapping[str, Question], numerals: Numerals = _PERU) -> str:
    """The rule in FEEL, its numbers read as they are typed in the place; empty when nothing is compared.

    Raises ValueMissing, NotANumber, NotADay, engine.numerals.TwoReadings.
    """
    parts = []
    for group in words.groups[:MOST_CLAUSES]:
        said = [
            _clause(clause, questions.get(clause.key), numerals) for clause in group[:MOST_CLAUSES]
        ]
        together = f" {words.inner} ".join(said)
        parts.append(f"({together})" if len(said) > 1 and len(words.groups) > 1 else together)
    return f" {words.joiner} ".join(parts)


def from_feel(
    text: str, questions: Mapping[str, Question], numerals: Numerals = _PERU
) -> Words | None:
    """The rule in words, its numbers as they would be typed in the place; None where it says more than words can."""
    if not text.strip():
        return Words()
    try:
        node = compile_expression(text, questions).node
    except FeelSyntaxError:
        return None
    joiner: Joiner = "and"
    parts: list[Node] = [node]
    if isinstance(node, Logic):
        joiner = "or" if node.word == "or" else "and"
        parts = node.parts
    groups = []
    for part in parts:
        group = _read_group(part, joiner, numerals)
        if group is None:
            return None
        groups.append(group)
    if sum(map(len, groups)) > MOST_CLAUSES:
        return None
    return Words(tuple(groups), joiner)


def _read_group(node: Node, joiner: Joiner, numerals: Numerals) -> Group | None:
    parts = node.parts if isinstance(node, Logic) and node.word != joiner else [node]
    clauses = [_read(part, numerals) for part in parts]
    known = [clause for clause in clauses if clause is not None]
    return tuple(known) if len(known) == len(clauses) else None


def unknown_names(text: str, questions: Mapping[str, Question]) -> list[str]:
    """Names that a rule reads and no form asks, so that it would never hold. Raises FeelSyntaxError."""
    if not text.strip():
        return []
    heads = {key.split(".")[0] for key in questions}
    names = compile_expression(text, questions).names
    return sorted(name for name in names if name not in questions and name not in heads)


def _clause(clause: Clause, question: Question | None, numerals: Numerals) -> str:
    if clause.sign == "has value":
        return f"{clause.key} != null"
    if clause.sign == "has no value":
        return f"{clause.key} = null"
    sign = clause.sign if clause.sign in SIGNS else "="
    if question is not None and question.kind == "list":
        sign = {"=": "includes", "!=": "lacks"}.get(sign, sign)
    if sign in ("includes", "lacks"):
        includes = f"list contains({clause.key}, {_literal(clause, question, numerals)})"
        return includes if sign == "includes" else f"not({includes})"
    # A case keeps days as ISO 8601 text, which would compare with a day to null.
    is_day = question is not None and question.kind == "date"
    left = f"date({clause.key})" if is_day else clause.key
    return f"{left} {sign} {_literal(clause, question, numerals)}"


def _literal(clause: Clause, question: Question | None, numerals: Numerals) -> str:
    value = clause.value.strip()
    label = question.label if question else clause.key
    kind = question.kind if question else "any"
    if not value and kind != "yes_no":
        raise ValueMissing(field=label)
    if kind == "yes_no":
        return "true" if value == "true" else "false"
    if kind == "number":
        try:
            written = f"{numerals.read(value):f}"
        except NotReadable:
            written = ""
        if not 0 < len(written) <= _LONGEST_NUMBER:
            such = numerals.typed("12.5")
            raise NotANumber(field=label, value=value[:_LONGEST_NUMBER], such=such)
        return written
    if kind == "date":
        if not _DAY.fullmatch(value):
            raise NotADay(field=label, value=value)
        return f'date("{value}")'
    if kind in ("any", "list"):
        if value in ("true", "false"):
            return value
        if _NUMBER.fullmatch(value):  # else a text, though it may begin like one: 12.5.2026
            with suppress(NotReadable):
                return f"{numerals.read(value):f}"
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'


def _read(node: Node, numerals: Numerals) -> Clause | None:
    if isinstance(node, Name):  # a yes/no answer by itself
        return Clause(node.name, "=", "true")
    if isinstance(node, Call):
        return _read_list(node, numerals)
    if not isinstance(node, Comparison) or node.sign not in _FLIPPED:
        return None
    left, right, sign = node.left, node.right, node.sign
    key, value = _key(left), _value(right)
    if key is None:
        key, value, sign = _key(right), _value(left), _FLIPPED[sign]
    if key is None or value is None:
        return None
    if value.value is None:
        if sign not in ("=", "!="):
            return None
        return Clause(key, "has no value" if sign == "=" else "has value")
    if isinstance(value.value, bool):
        return Clause(key, sign, "true" if value.value else "false")
    return Clause(key, sign, _typed(value.value, numerals))


def _read_list(node: Call, numerals: Numerals) -> Clause | None:
    """`list contains(key, "value")`, or not(…) of it."""
    called, given = _called(node), node.arguments
    if called == "not" and len(given) == 1 and isinstance(given[0], Call):
        inner = _read_list(given[0], numerals)
        return Clause(inner.key, "lacks", inner.value) if inner and inner.sign != "lacks" else None
    if called != "list contains" or len(given) != 2 or node.names:
        return None
    key, value = given
    if not isinstance(key, Name) or not isinstance(value, Written) or value.value is None:
        return None
    return Clause(key.name, "includes", _typed(value.value, numerals))


def _called(node: Call) -> str:
    return node.function.name if isinstance(node.function, Name) else ""


def _typed(value: object, numerals: Numerals) -> str:
    if isinstance(value, Decimal):
        return numerals.typed(f"{value:f}")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _key(node: Node) -> str | None:
    """The variable that a side reads, as it is or as a day."""
    given = _given_to_date(node) or node
    return given.name if isinstance(given, Name) else None


def _value(node: Node) -> Written | None:
    """The value that a side says; a day as its text."""
    given = _given_to_date(node)
    if given is not None:
        is_day = (
            isinstance(given, Written)
            and isinstance(given.value, str)
            and _DAY.fullmatch(given.value)
        )
        return given if is_day and isinstance(given, Written) else None
    if not isinstance(node, Written):
        return None
    is_simple = node.value is None or isinstance(node.value, bool | str | Decimal | Date)
    return node if is_simple else None


def _given_to_date(node: Node) -> Node | None:
    """What `date(…)` is asked of; None when the node is something else."""
    if not isinstance(node, Call) or node.names or len(node.arguments) != 1:
        return None
    return node.arguments[0] if _called(node) == "date" else None
