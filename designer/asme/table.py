"""The table itself: one row per activity, each cell with where it comes from, and what the analyst put in its place.

The columns are those of Peru's method (D.S. 007-2011-PCM, ASME-VM); see DOMAIN.md “Simplification”.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from engine.errors import Refusal

T = TypeVar("T")
WAIT = "wait:"  # before the id of the activity that a case waits for


class NamelessActivity(Refusal):
    """An activity that the analyst adds without saying what it is."""

    sentence = "Give the new activity a name, or clear its cells."


class ActivityType(StrEnum):
    """What an activity is (tipo de actividad)."""

    OPERATION = "operation"  # operación
    REVIEW = "review"  # revisión
    TRANSFER = "transfer"  # traslado
    WAIT = "wait"  # espera
    FILING = "filing"  # archivo


class Value(StrEnum):
    """What it is worth to the applicant (tipo de valor)."""

    VALUE_ADDED = "value_added"
    CONTROL = "control"
    NO_VALUE = "no_value"


class Origin(StrEnum):
    """Where a cell comes from."""

    DIAGRAM = "diagram"
    LOG = "log"  # measured
    ANALYST = "analyst"
    NOBODY = "nobody"  # neither drawn, measured nor said: counts as nothing


@dataclass(frozen=True, slots=True)
class Cell(Generic[T]):
    """A value, where it comes from, and what stood there before the analyst said otherwise."""

    value: T
    origin: Origin
    derived: T | None = None
    derived_origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One activity. `id` is stable: an element's id, or `transfer:<flow>`, `wait:<element>`, `added:<n>`."""

    id: str
    activity: Cell[str]
    office: Cell[str]
    minutes: Cell[Decimal]
    type: Cell[ActivityType]
    value: Cell[Value]
    share: Cell[Decimal]  # how often it happens in one case, on average
    staff: Mapping[str, Decimal] = field(default_factory=dict)  # post → how many holders
    resources: tuple[str, ...] = ()
    element_id: str | None = None
    is_excluded: bool = False  # belongs to another modality: shown, not counted
    is_added: bool = False  # by the analyst: nothing in the diagram stands behind it

    @property
    def is_counted(self) -> bool:
        """Whether the totals take it."""
        return not self.is_excluded


@dataclass(frozen=True, slots=True)
class Override:
    """What the analyst says about a row; None leaves a cell as derived. `is_added` makes a row of its own."""

    activity: str | None = None
    office: str | None = None
    minutes: Decimal | None = None
    type: ActivityType | None = None
    value: Value | None = None
    share: Decimal | None = None
    staff: Mapping[str, Decimal] | None = None
    resources: tuple[str, ...] | None = None
    is_excluded: bool | None = None
    is_added: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The activities of a procedure in the order of its diagram."""

    rows: tuple[Row, ...]
    requirements: int = 0
    documents: int = 0
    visits: Decimal = Decimal(0)


def overridden(table: Table, overrides: Mapping[str, Override]) -> Table:
    """The table as the analyst says it is.

    A wait that the analyst adds to an activity stands before it, and goes with it; other rows of their own come
    last; an override of no row is passed over.
    """
    known = {row.id for row in table.rows}
    added = {
        row_id: replace(_row(_empty(row_id), said), is_added=True)
        for row_id, said in overrides.items()
        if said.is_added and row_id not in known
    }
    rows: list[Row] = []
    for row in table.rows:
        if (waiting := added.pop(f"{WAIT}{row.id}", None)) is not None:
            rows.append(replace(waiting, element_id=row.id))
        rows.append(_row(row, overrides.get(row.id)))
    rows += [row for row_id, row in added.items() if not row_id.startswith(WAIT)]
    return replace(table, rows=tuple(rows))


def said_of(row: Row) -> Override:
    """What the analyst has said of a row so far; said again, it leaves the row as it is."""
    return Override(
        activity=_said(row.activity),
        office=_said(row.office),
        minutes=_said(row.minutes),
        type=_said(row.type),
        value=_said(row.value),
        share=_said(row.share),
        staff=row.staff or None,
        resources=row.resources or None,
        is_excluded=row.is_excluded or None,
        is_added=row.is_added,
    )


def unless_derived(cell: Cell[T], said: T) -> T | None:
    """What is said of a cell; None where that is what stands there without anybody saying it."""
    derived = cell.value if cell.derived is None else cell.derived
    return None if said == derived else said


def _said(cell: Cell[T]) -> T | None:
    return None if cell.derived is None else cell.value


def _row(row: Row, override: Override | None) -> Row:
    if override is None:
        return row
    return replace(
        row,
        activity=_cell(row.activity, override.activity),
        office=_cell(row.office, override.office),
        minutes=_cell(row.minutes, override.minutes),
        type=_cell(row.type, override.type),
        value=_cell(row.value, override.value),
        share=_cell(row.share, override.share),
        staff=row.staff if override.staff is None else override.staff,
        resources=row.resources if override.resources is None else override.resources,
        is_excluded=row.is_excluded if override.is_excluded is None else override.is_excluded,
    )


def _cell(cell: Cell[T], said: T | None) -> Cell[T]:
    if said is None or said == cell.value:
        return cell
    return Cell(said, Origin.ANALYST, cell.value, cell.origin)


def _empty(row_id: str) -> Row:
    return Row(
        id=row_id,
        activity=Cell("", Origin.NOBODY),
        office=Cell("", Origin.NOBODY),
        minutes=Cell(Decimal(0), Origin.NOBODY),
        type=Cell(ActivityType.OPERATION, Origin.NOBODY),
        value=Cell(Value.NO_VALUE, Origin.NOBODY),
        share=Cell(Decimal(1), Origin.NOBODY),
    )
