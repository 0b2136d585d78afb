"""The hit policy and the columns of a decision table as a page changes them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from designer.questions import Question
from designer.table_editing import Grid
from engine.dmn import HitPolicy
from engine.dmn.column_writer import Column
from engine.dmn.model import Aggregation
from engine.errors import Refusal
from engine.feel import FeelSyntaxError, compile_expression, compile_unary_tests

MOST_COLUMNS = 40  # of conditions, and of results
LONGEST = 500

POLICIES: dict[str, tuple[HitPolicy, Aggregation | None]] = {
    **{policy.value: (policy, None) for policy in HitPolicy},
    **{f"COLLECT {aggregation}": (HitPolicy.COLLECT, aggregation) for aggregation in Aggregation},
}
"""What a table does with several rules that apply, by the word a page sends."""

_TYPES = {"number": "number", "yes_no": "boolean", "date": "date", "text": "string"}
_TYPES |= {"choice": "string"}


class NothingChosen(Refusal):
    """A new column that compares nothing."""

    sentence = "Choose the field that the new column compares, or write an expression for it."


class LastColumn(Refusal):
    """A table without results."""

    sentence = (
        "A table needs at least one column of results. Add another one before you remove this."
    )


class ColumnNameTaken(Refusal):
    """Two results by one name."""

    sentence = "There is a column of results called “{name}” already. Choose another name."


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table shall be: what happens when several rules apply, and its columns."""

    policy: HitPolicy
    aggregation: Aggregation | None
    conditions: tuple[Column, ...]
    results: tuple[Column, ...]


def layout_of(grid: Grid) -> Layout:
    """The layout that a table has."""
    return Layout(grid.hit_policy, grid.aggregation, grid.conditions, grid.results)


def edited_layout(grid: Grid, sent: Mapping[str, str], questions: Mapping[str, Question]) -> Layout:
    """The layout that a form asks for: `policy`; `head.`, `source.` and `allowed.` followed by `in.` or `out.` and
    the column (from 0); and one change of the columns, where `do` is `in-add`, or `in-remove.column`,
    `in-left.column`, `in-right.column`, and the same with `out`.

    Raises NothingChosen, LastColumn, ColumnNameTaken.
    """
    policy, aggregation = POLICIES.get(sent.get("policy", ""), (grid.hit_policy, grid.aggregation))
    conditions = [
        _said(column, f"in.{place}", sent, questions)
        for place, column in enumerate(grid.conditions)
    ]
    results = [_said(column, f"out.{place}", sent, {}) for place, column in enumerate(grid.results)]
    do = sent.get("do", "")
    if do == "in-add":
        conditions = [*conditions, _new_condition(sent, questions)]
    elif do == "out-add":
        results = [*results, _new_result(sent, results)]
    elif do.startswith("in-"):
        conditions = _moved(conditions, do[3:])
    elif do.startswith("out-"):
        results = _moved(results, do[4:])
    if not results:
        raise LastColumn()
    if len(results) > 1:
        # Several results make a context, whose entries need names.
        results = _named(results)
    return Layout(
        policy, aggregation, tuple(conditions[:MOST_COLUMNS]), tuple(results[:MOST_COLUMNS])
    )


def fitting_columns(layout: Layout) -> dict[str, str]:
    """Field of the form → what is wrong with its FEEL; empty when all can be read."""
    wrong: dict[str, str] = {}
    for place, column in enumerate(layout.conditions):
        try:
            compile_expression(column.source)
        except FeelSyntaxError as error:
            wrong[f"source.in.{place}"] = error.message()
    for side, columns in (("in", layout.conditions), ("out", layout.results)):
        for place, column in enumerate(columns):
            if not column.allowed:
                continue
            try:
                compile_unary_tests(column.allowed)
            except FeelSyntaxError as error:
                wrong[f"allowed.{side}.{place}"] = error.message()
    return wrong


def column_for(question: Question) -> Column:
    """A new column of conditions about an answer, with the options it has."""
    allowed = ", ".join(_quoted(value) for value, _ in question.options)
    is_list = question.kind == "list"
    return Column(
        question.label[:LONGEST],
        question.key,
        _TYPES.get(question.kind),
        "" if is_list else allowed,
    )


def _said(
    column: Column, name: str, sent: Mapping[str, str], questions: Mapping[str, Question]
) -> Column:
    source = sent.get(f"source.{name}", column.source).strip()[:LONGEST]
    if source != column.source and source in questions:
        fresh = column_for(questions[source])
        return replace(fresh, number=column.number)
    return replace(
        column,
        label=sent.get(f"head.{name}", column.label).strip()[:LONGEST] or column.label,
        source=source or column.source,
        type_ref=column.type_ref if source == column.source else None,
        allowed=sent.get(f"allowed.{name}", column.allowed).strip()[:LONGEST],
    )


def _new_condition(sent: Mapping[str, str], questions: Mapping[str, Question]) -> Column:
    chosen = questions.get(sent.get("new.in", ""))
    written = sent.get("new.feel", "").strip()[:LONGEST]
    if written:
        return Column(written, written)
    if chosen is None:
        raise NothingChosen()
    return column_for(chosen)


def _new_result(sent: Mapping[str, str], results: list[Column]) -> Column:
    label = " ".join(sent.get("new.out", "").split())[:LONGEST]
    if not label:
        raise NothingChosen()
    if label in [column.source or column.label for column in results]:
        raise ColumnNameTaken(name=label)
    return Column(label, label)


def _named(results: list[Column]) -> list[Column]:
    return [
        column if column.source else replace(column, source=column.label or f"result {place}")
        for place, column in enumerate(results, start=1)
    ]


def _moved(columns: list[Column], do: str) -> list[Column]:
    word, _, at = do.partition(".")
    place = int(at) if at.isdigit() and len(at) < 6 else -1
    moved = list(columns)
    if not 0 <= place < len(moved):
        return moved
    if word == "remove":
        moved.pop(place)
    elif word == "left" and place > 0:
        moved.insert(place - 1, moved.pop(place))
    elif word == "right":
        moved.insert(place + 1, moved.pop(place))
    return moved


def _quoted(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
