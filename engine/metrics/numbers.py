"""The numbers a question asks for, from cells that are added up already, or exactly from the rows of a few cases.

Up to EXACT_CASES cases are counted from their rows: percentiles are then exact, days are days. Of more, cells are
summed: percentiles err by 2 % at most, and figures of weeks hold the whole weeks in which the range begins and ends.
A question about case fields can only be answered from rows, of the newest MOST_CASES cases at most.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select, true
from sqlalchemy.orm import Session

from engine.case_fields import has_field
from engine.metrics.cells import Cells, add
from engine.metrics.days import as_date, as_day, midnight, monday
from engine.metrics.keeping import stored, stored_cases
from engine.metrics.kinds import IN_BLOCKS, Kind, middle_of
from engine.metrics.question import Question
from engine.metrics.summing import COLUMNS, Column, Sum, summed
from engine.models import (
    Activity,
    Audience,
    Case,
    MeasuredCase,
    Person,
    Procedure,
    Role,
    Slice,
)
from engine.people import offices_below
from engine.visibility import seen_offices, sees_tasks_of_no_office

EXACT_CASES = 2_000
MOST_CASES = 20_000
_WEEKLY = frozenset(Kind) - {Kind.STARTED, Kind.ENDED, Kind.ARRIVED, Kind.DEPARTED, Kind.FLOW}
_OF_CASES = frozenset(
    {
        Kind.LEAD,
        Kind.CYCLE,
        Kind.LEGAL,
        Kind.OFFICE,
        Kind.ANSWER,
        Kind.OFFICE_ANSWER,
        Kind.STARTED,
        Kind.ENDED,
        Kind.TERM,
        Kind.FIRST_TIME,
        Kind.VARIANT,
    }
)  # kinds for which a case's own row says everything


class _Read(IntEnum):
    """How much of the rows has been read."""

    NOTHING = 0
    CASES = 1
    ITEMS = 2


class Named(NamedTuple):
    """An activity: an element as one office does it."""

    id: int
    element_id: str
    name: str
    office_id: int


class Numbers:
    """What one question is answered from; one object serves a whole page."""

    def __init__(self, session: Session, question: Question) -> None:
        self.session = session
        self.question = question
        self._activities: dict[int, Named] | None = None
        self._slices: dict[bool, dict[int, str]] = {}
        self._exact: dict[str, dict[Kind, list[Sum]]] = {}  # by outcome
        self._read: _Read = _Read.NOTHING
        self.cases = self._count()
        self.is_exact = bool(question.fields) or self.cases <= EXACT_CASES
        self.is_cut = bool(question.fields) and self.cases > MOST_CASES

    def sums(
        self,
        *kinds: Kind,
        by: tuple[Column, ...] = (),
        until_now: bool = False,
        weeks: int = 1,
    ) -> dict[Kind, list[Sum]]:
        """Cells of the kinds within the range, added up over all columns but those of `by`; by kind.

        `until_now`: also what came after the range, to reckon back from what is open today. `weeks`: so many may be
        told together, by the Monday of the first.
        """
        found: dict[Kind, list[Sum]] = {kind: [] for kind in kinds}
        first, last = self.range_of_days(until_now=until_now)
        if self.is_exact:
            for kind, rows in self._exact_sums(kinds, by, first, last).items():
                found[kind] = rows
            return found
        for weekly in (True, False):
            asked = [kind for kind in kinds if (kind in _WEEKLY) is weekly]
            slices = list(self._slice_ids())
            if not asked or not slices:
                continue
            since = monday(first) if weekly and first is not None else first
            self._read_cells(found, asked, slices, by, since, last, weeks)
        return found

    def by_outcome(self, kind: Kind, *, by: tuple[Column, ...] = ()) -> dict[str, list[Sum]]:
        """The same for one kind, by the outcome of the case; empty: without a name."""
        first, last = self.range_of_days()
        if self.is_exact:
            self._read_rows((kind,))
            return {
                outcome: _summed(sums.get(kind, []), by, first, last)
                for outcome, sums in self._exact.items()
            }
        outcomes: dict[str, list[int]] = defaultdict(list)
        for slice_id, outcome in self._slice_ids(is_fine=True).items():
            outcomes[outcome].append(slice_id)
        since = monday(first) if kind in _WEEKLY and first is not None else first
        answer = {}
        for outcome, slices in outcomes.items():
            found: dict[Kind, list[Sum]] = {kind: []}
            self._read_cells(found, [kind], slices, by, since, last)
            answer[outcome] = found[kind]
        return answer

    @property
    def value_of(self) -> Callable[[int], float]:
        """What a bucket stands for, in seconds: itself when exact, else its middle."""
        return float if self.is_exact else middle_of

    def durations(self, kind: Kind, a: Iterable[int] | None = None) -> list[tuple[float, int]]:
        """A histogram's durations in seconds and how many each, shortest first; of some subjects or all."""
        wanted = None if a is None else frozenset(a)
        counts: dict[int, int] = defaultdict(int)
        for one in self.sums(kind, by=("bucket",) if wanted is None else ("a", "bucket"))[kind]:
            if wanted is None or one.a in wanted:
                counts[one.bucket] += one.n
        return [(self.value_of(bucket), n) for bucket, n in sorted(counts.items()) if n]

    @property
    def activities(self) -> dict[int, Named]:
        """The procedure's activities by id."""
        if self._activities is None:
            of = Activity
            rows = self.session.execute(
                select(of.id, of.element_id, of.name, of.office_id).where(
                    of.procedure_id == self.question.procedure_id
                )
            )
            self._activities = {row[0]: Named._make(row) for row in rows}
        return self._activities

    def range_of_days(self, *, until_now: bool = False) -> tuple[int | None, int | None]:
        """First and last day since 1970, both inclusive; None: open."""
        since, until = self.question.since, self.question.until
        return (
            None if since is None else as_day(since),
            None if until is None or until_now else as_day(until),
        )

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """Conditions on MeasuredCase: the question's cases, whenever they were, that the person may count."""
        return measured_cases(self.session, self.question)

    @property
    def is_whole(self) -> bool:
        """Whether every case of the procedure is asked about, whenever it was, so that none need be looked at."""
        return asks_all(self.session, self.question)

    def seconds(self) -> tuple[int | None, int | None]:
        """The range in seconds since 1970: from the first until before the second."""
        since, until, zone = self.question.since, self.question.until, self.question.zone
        return (
            None if since is None else midnight(since, zone),
            None if until is None else midnight(as_date(as_day(until) + 1), zone),
        )

    def _slice_ids(self, *, is_fine: bool = False) -> dict[int, str]:
        asked = self.question
        is_fine = is_fine or any((asked.version_id, asked.channel, asked.outcome))
        if is_fine not in self._slices:
            self._slices[is_fine] = _slices(self.session, asked, is_fine)
        return self._slices[is_fine]

    def _read_cells(
        self,
        found: dict[Kind, list[Sum]],
        kinds: list[Kind],
        slices: list[int],
        by: tuple[Column, ...],
        since: int | None,
        last: int | None,
        weeks: int = 1,
    ) -> None:
        days = {"since": since, "last": last}
        for kind, one in summed(self.session, kinds, slices, by, **days, weeks=weeks):
            found[kind].append(one)

    # --- from rows --------------------------------------------------------------------------------

    def _touching(self) -> Select[int]:
        start, end = self.seconds()
        terms = self.conditions
        if start is not None:
            terms.append(or_(MeasuredCase.ended_at.is_(None), MeasuredCase.ended_at >= start))
        if end is not None:
            terms.append(MeasuredCase.started_at < end)
        return select(MeasuredCase.case_id).where(*terms)

    def _count(self) -> int:
        """How many cases, as far as it matters: open ones and ended ones apart, for an index knows each of these, but
        not which of all that ever ended are one or the other."""
        most = MOST_CASES if self.question.fields else EXACT_CASES
        start, end = self.seconds()
        case = MeasuredCase
        asked = select(case.case_id).where(*self.conditions)
        if end is not None:
            asked = asked.where(case.started_at < end)
        ended = case.ended_at.is_not(None) if start is None else case.ended_at >= start
        counted = 0
        for terms in (case.ended_at.is_(None), ended):
            some = asked.where(terms).limit(most + 1 - counted).subquery()
            counted += self.session.scalar(select(func.count()).select_from(some)) or 0
            if counted > most:
                break
        return counted

    def _read_rows(self, kinds: Iterable[Kind]) -> None:
        """Count the cases, and their items only if the kinds are about these: they are most of the rows."""
        wanted = _Read.CASES if _OF_CASES.issuperset(kinds) else _Read.ITEMS
        if self._read >= wanted:
            return
        self._read = wanted
        rows_of = stored if wanted == _Read.ITEMS else stored_cases
        self._exact.clear()
        ids = self.session.scalars(
            self._touching().order_by(MeasuredCase.started_at.desc()).limit(MOST_CASES)
        ).all()
        found: dict[str, Cells] = {}
        for start in range(0, len(ids), 500):
            for done in rows_of(self.session, list(ids[start : start + 500])).values():
                cells = found.setdefault(done.case.outcome, Cells())
                add(cells, done, (0, 0), self.question.zone, is_exact=True)
        for outcome, cells in found.items():
            own = self._exact[outcome] = defaultdict(list)
            for kind, _, *rest in cells.rows():
                if kind < IN_BLOCKS:
                    own[Kind(kind)].append(Sum(*rest))

    def _exact_sums(
        self, kinds: Iterable[Kind], by: tuple[Column, ...], first: int | None, last: int | None
    ) -> dict[Kind, list[Sum]]:
        self._read_rows(kinds)
        found = {}
        for kind in kinds:
            rows = [one for sums in self._exact.values() for one in sums.get(kind, ())]
            found[kind] = _summed(rows, by, first, last)
        return found


def measured_cases(session: Session, question: Question) -> list[ColumnElement[bool]]:
    """Conditions on MeasuredCase for the question's cases that the person may count."""
    terms = [MeasuredCase.procedure_id == question.procedure_id]
    terms.append(_audiences(session, question, MeasuredCase.audience_id))
    if question.version_id is not None:
        terms.append(MeasuredCase.version_id == question.version_id)
    if question.channel is not None:
        terms.append(MeasuredCase.channel == question.channel)
    if question.outcome is not None:
        terms.append(MeasuredCase.outcome == question.outcome)
    for name, value in question.fields:
        of_log = and_(MeasuredCase.is_imported, MeasuredCase.attributes[name].as_string() == value)
        terms.append(or_(has_field(MeasuredCase.case_id, name, "is", value), of_log))
    return terms


def open_cases(session: Session, question: Question, *columns: Any) -> Select[Any]:
    """Select columns of Case for the question's open cases, whenever they began, that the person may count.

    Of a whole procedure the index of open cases answers alone; else each is looked up among the measured ones.
    """
    # Written out: a database does not see that what a parameter says is what its index of open cases holds.
    asked = select(*columns).where(
        Case.procedure_id == question.procedure_id, Case.status == literal_column("'open'")
    )
    if asks_all(session, question):
        return asked
    return asked.join(MeasuredCase, MeasuredCase.case_id == Case.id).where(
        MeasuredCase.ended_at.is_(None), *measured_cases(session, question)
    )


def counts_all(session: Session, person: Person, procedure_id: int) -> bool:
    """Whether the person may count every case of the procedure: an operator, and managers of its office."""
    if person.has_role(Role.OPERATOR):
        return True
    if not person.has_role(Role.MANAGER) or not person.office_ids:
        return False
    own = select(Procedure.id).where(
        Procedure.id == procedure_id, Procedure.office_id.in_(offices_below(person.office_ids))
    )
    return session.scalar(own) is not None


def asks_all(session: Session, question: Question) -> bool:
    """Whether the question is about every case of the procedure, whenever it was, and the person may count them all."""
    narrowed = (
        question.version_id,
        question.channel,
        question.outcome,
        question.office_id,
        question.fields,
    )
    return not any(narrowed) and counts_all(session, question.person, question.procedure_id)


def _audiences(
    session: Session, question: Question, audience_id: ColumnElement[int] | object
) -> ColumnElement[bool]:
    column: ColumnElement[int] = audience_id  # type: ignore[assignment]  # a mapped column is one
    terms: list[ColumnElement[bool]] = [true()]
    if not counts_all(session, question.person, question.procedure_id):
        offices = list(seen_offices(session, question.person) or ())
        if sees_tasks_of_no_office(question.person):
            offices.append(0)
        terms.append(column.in_(select(Audience.id).where(Audience.office_id.in_(offices))))
    if question.office_id is not None:
        asked = select(Audience.id).where(Audience.office_id == question.office_id)
        terms.append(column.in_(asked))
    return and_(*terms)


def _slices(session: Session, question: Question, is_fine: bool) -> dict[int, str]:
    terms = [Slice.procedure_id == question.procedure_id, Slice.is_fine.is_(is_fine)]
    terms.append(_audiences(session, question, Slice.audience_id))
    if question.version_id is not None:
        terms.append(Slice.version_id == question.version_id)
    if question.channel is not None:
        terms.append(Slice.channel == question.channel)
    if question.outcome is not None:
        terms.append(Slice.outcome == question.outcome)
    rows = session.execute(select(Slice.id, Slice.outcome).where(*terms))
    return {row.id: row.outcome for row in rows}


def _summed(
    rows: Iterable[Sum], by: tuple[Column, ...], first: int | None, last: int | None
) -> list[Sum]:
    takes = [name in by for name in COLUMNS]
    found: dict[tuple[int, int, int, int], list[int]] = {}
    for one in rows:
        if (first is not None and one.period < first) or (last is not None and one.period > last):
            continue
        key = (
            one.period if takes[0] else 0,
            one.a if takes[1] else 0,
            one.b if takes[2] else 0,
            one.bucket if takes[3] else 0,
        )
        sums = found.setdefault(key, [0, 0])
        sums[0] += one.n
        sums[1] += one.total
    return [Sum(*key, *sums) for key, sums in found.items()]


def week_of(one: Sum) -> int:
    """The Monday of a sum's period, whether it is a week already or a day."""
    return monday(one.period)
