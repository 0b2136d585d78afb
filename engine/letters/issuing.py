"""Issue the letters of elements that are done: number, date and words, in the transaction that did them.

The words are fixed here, so that a letter says what was true then; only setting them as PDF waits for the worker.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.calendars.jurisdiction import jurisdiction_of
from engine.database import own_sql
from engine.deployments import Blueprint
from engine.errors import Refusal, said_by
from engine.events import Happened
from engine.jobs import NewJob, enqueue_all
from engine.letters.codes import new_code
from engine.letters.plan import LetterPlan
from engine.letters.writing import Hand
from engine.models import (
    Case,
    JobKind,
    LaneOffice,
    Letter,
    LetterSeries,
    Office,
    Person,
    Procedure,
    Version,
)
from engine.record.facts import Fact
from engine.spiff import Wait, WaitKind
from engine.waiting import raise_incident

MOST_AT_ONCE: Final = 20  # letters of one move; a loop does not print for ever
LETTER_FAILED: Final = "letter_failed"
_DONE: Final = (
    Happened.TASK_COMPLETED,
    Happened.SERVICE_COMPLETED,
    Happened.MESSAGE_RECEIVED,
    Happened.TIMER_FIRED,
    Happened.CONDITION_MET,
)


def done_elements(
    main: Fact,
    path: Iterable[str],
    before: Mapping[int, Wait],
    after: Mapping[int, Wait],
) -> Counter[str]:
    """How often each element was done in one move: what the move is about, and what it passed without waiting."""
    done = Counter(path)
    # entered and still waiting there
    done.subtract(wait.element_id for token, wait in after.items() if token not in before)
    if main.type in _DONE and main.element_id is not None:
        here = None if main.token is None else after.get(main.token)
        # done, but which way on is still asked: the letter waits for the answer
        if here is None or here.kind != WaitKind.DECISION:
            done[main.element_id] = max(done[main.element_id], 1)
    return +done  # what only waits now was not done


def issue_letters(
    session: Session,
    case: Case,
    plan: Blueprint,
    variables: Mapping[str, Any],
    main: Fact,
    done: Counter[str],
    *,
    by: Person | None,
    at: datetime,
) -> list[Fact]:
    """The facts of the letters that these elements make, which are now issued; the worker sets them.

    A letter that cannot be made becomes an incident; the case goes on. The case row must be held.
    """
    wanted = [
        (element_id, kind)
        for element_id, kinds in plan.letters.after.items()
        for _ in range(done[element_id])
        for kind in kinds
    ]
    if not wanted:
        return []
    session.flush()  # the case must be there before its letters
    issuing = _Issuing(session, case, plan, variables, by, at)
    facts = []
    for element_id, kind in wanted[:MOST_AT_ONCE]:
        is_main = element_id == main.element_id
        office_id = main.office_id if is_main and main.office_id else issuing.office_of(element_id)
        try:
            with session.begin_nested():  # a letter that cannot be made takes no number
                facts.append(issuing.issue(kind, element_id, office_id))
        except Refusal as refusal:
            message = refusal.message()
            raise_incident(session, case, LETTER_FAILED, said_by(refusal), element_id, None, at=at)
            data = {"message": message, "kind": LETTER_FAILED}
            facts.append(Fact(Happened.INCIDENT_RAISED, element_id, data=data))
    return facts


def issue_letter(
    session: Session,
    case: Case,
    plan: Blueprint,
    variables: Mapping[str, Any],
    kind: LetterPlan,
    *,
    element_id: str = "",
    office_id: int | None = None,
    by: Person | None,
    at: datetime,
) -> Fact:
    """The fact of one letter that no element of the diagram makes; the worker sets it. The case row must be held.

    One that cannot be made becomes an incident, as with issue_letters.
    """
    session.flush()
    issuing = _Issuing(session, case, plan, variables, by, at)
    try:
        with session.begin_nested():
            return issuing.issue(kind, element_id, office_id or issuing.procedure.office_id)
    except Refusal as refusal:
        message = refusal.message()
        raise_incident(
            session, case, LETTER_FAILED, said_by(refusal), element_id or None, None, at=at
        )
        return Fact(Happened.INCIDENT_RAISED, data={"message": message, "kind": LETTER_FAILED})


class _Issuing:
    """What the letters of one move have in common."""

    def __init__(
        self,
        session: Session,
        case: Case,
        plan: Blueprint,
        variables: Mapping[str, Any],
        by: Person | None,
        at: datetime,
    ) -> None:
        self.session = session
        self.case = case
        self.plan = plan
        self.variables = variables
        self.by = by
        self.at = at
        self.procedure = session.get_one(Procedure, plan.procedure_id)
        self.sheet = session.scalar(select(Version.sheet).where(Version.id == plan.version_id))
        last = session.scalar(select(func.max(Letter.ordinal)).where(Letter.case_id == case.id))
        self.ordinal = last or 0
        self._lanes: dict[str, int] | None = None

    def issue(self, kind: LetterPlan, element_id: str, office_id: int | None) -> Fact:
        day = self.plan.place.day_of(self.at)
        number = self._next_number(kind, day.year)
        office = None if office_id is None else self.session.get(Office, office_id)
        context = {
            **self.variables,
            **letter_context(
                self.case,
                self.procedure,
                self.sheet or {},
                number=number,
                title=kind.title,
                day=day,
                office=None if office is None else office.name,
                person=None if self.by is None else self.by.full_name,
            ),
        }
        hand = letter_hand(self.session, self.plan.version_id, self.sheet or {}, kind)
        words = kind.template.html(context, hand)
        self.ordinal += 1
        letter = Letter(
            case_id=self.case.id,
            ordinal=self.ordinal,
            code=new_code(),
            number=number,
            name=kind.name,
            title=kind.title,
            language=kind.language,
            element_id=element_id,
            office_id=office_id,
            template_hash=kind.template.hash,
            words=words,
            issued_at=self.at,
            issued_by_id=None if self.by is None else self.by.id,
        )
        self.session.add(letter)
        self.session.flush()
        key = f"{JobKind.LETTER.value}:{self.case.id}:{self.ordinal}"
        payload = {"ordinal": self.ordinal}
        job = NewJob(JobKind.LETTER, key, self.at, payload, self.case.id, None)
        enqueue_all(self.session, [job], at=self.at)
        data = {
            "letter": self.ordinal,
            "name": kind.name,
            "title": kind.title,
            "number": number,
            "template": kind.template.hash,
            "words": hashlib.sha256(words.encode()).hexdigest(),
        }
        return Fact(Happened.LETTER_ISSUED, element_id, office_id=office_id, data=data)

    def office_of(self, element_id: str) -> int | None:
        """The office of the element's lane, else that of the procedure."""
        if self._lanes is None:
            rows = self.session.execute(
                select(LaneOffice.lane, LaneOffice.office_id).where(
                    LaneOffice.procedure_id == self.procedure.id
                )
            )
            self._lanes = {row.lane: row.office_id for row in rows}
        node = self.plan.nodes.get(element_id)
        names = () if node is None else self.plan.lane_names(node.lane)
        found = next((self._lanes[name] for name in names if name in self._lanes), None)
        return found or self.procedure.office_id

    def _next_number(self, kind: LetterPlan, year: int) -> str:
        # Whoever issues a letter of this series now waits here until this transaction has ended.
        row = {"procedure_id": self.procedure.id, "series": kind.series, "year": year, "last": 1}
        taken = own_sql(self.session).insert(LetterSeries).values(row)
        taken = taken.on_conflict_do_update(
            index_elements=[LetterSeries.procedure_id, LetterSeries.series, LetterSeries.year],
            set_={"last": LetterSeries.last + 1},
        )
        last = self.session.execute(taken.returning(LetterSeries.last)).scalar_one()
        # Cases are “LF-2026-000012”, so their letters are “LF-LIC-2026-000001”.
        stem = self.case.number.rsplit("-", 2)[0]
        return f"{stem[:20]}-{kind.series}-{year}-{last:06d}"


def letter_context(
    case: Case,
    procedure: Procedure,
    sheet: Mapping[str, Any],
    *,
    number: str,
    title: str,
    day: date,
    office: str | None,
    person: str | None,
) -> dict[str, Any]:
    """What a template may name beside the answers of the case: letter, case, procedure, office, person, sheet."""
    return {
        "letter": {"number": number, "title": title, "date": day},
        "case": {
            "number": case.number,
            "filed_on": case.filed_on,
            "channel": case.channel,
            "applicant": {
                "name": case.applicant_name,
                "document": case.applicant_document,
                "email": case.applicant_email,
            },
        },
        "procedure": {"key": procedure.key, "name": procedure.name},
        "office": {"name": office},
        "person": {"name": person},
        "sheet": {
            key: value for key, value in sheet.items() if key not in ("letters", "letterhead")
        },
    }


def letter_hand(
    session: Session, version_id: int, sheet: Mapping[str, Any], kind: LetterPlan
) -> Hand:
    """How this letter's values are written."""
    fee = sheet.get("fee")
    currency = fee.get("currency") if isinstance(fee, Mapping) else None
    options: dict[str, Mapping[str, str]] = {}
    if kind.template.asks_for_labels:
        from engine.task_forms import questions  # forms are read only where a letter wants them

        options = {key: words for key, (_, words) in questions(session, version_id).items()}
    return Hand(
        kind.language,
        currency if isinstance(currency, str) else "PEN",
        options,
        jurisdiction_of(sheet).numerals,
    )
