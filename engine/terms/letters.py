"""Letters of the clock, and the mail that tells of them: the sheet's own template, or else the country's."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from engine.calendars.written_days import written_day
from engine.errors import filled
from engine.letters.issuing import issue_letter
from engine.letters.plan import LetterPlan, letter_plan
from engine.models import Person, Procedure
from engine.outbox import is_address, send_mail
from engine.progress import Held
from engine.record.facts import Fact
from engine.terms.law import Law, law_of, mail_languages, words_in


def clock_letter(
    session: Session,
    held: Held,
    name: str,
    values: Mapping[str, Any],
    *,
    by: Person | None,
    at: datetime,
) -> Fact:
    """The fact of a letter, now issued; `values` is what its template calls `clock`. The applicant is told by mail.

    Names: those of the country’s words, `processes/jurisdictions/words`.
    """
    kind = held.plan.letters.kinds.get(name) or _of_the_country(held.plan.place.code, name)
    variables = {**held.execution.variables, "clock": dict(values)}
    tell_applicant(session, held, name, values, at=at)
    return issue_letter(session, held.case, held.plan, variables, kind, by=by, at=at)


def tell_applicant(
    session: Session, held: Held, name: str, values: Mapping[str, Any], *, at: datetime
) -> None:
    """The mail to the applicant alone, if they gave an address: in the language they filed in, where its words are
    known, else in that of the office.
    """
    case = held.case
    if not case.applicant_email or not is_address(case.applicant_email):
        return
    law = law_of(held.plan.place.code)
    language, own = _spoken(law, case.applicant_language)
    mail = own["mails"]["to_applicant"][name]
    procedure = session.get_one(Procedure, case.procedure_id)
    words: dict[str, object] = {
        key: written_day(value, language, law.place.code)
        if isinstance(value, date)
        else _said_in(own, law, value)
        for key, value in values.items()
    }
    # last: an appeal has a number of its own
    words |= {"number": case.number, "procedure": procedure.name}
    send_mail(
        session,
        to=case.applicant_email,
        subject=filled(mail["subject"], words),
        text=filled(mail["text"], words),
        leads_to="request",
        case_id=case.id,
        key=f"clock:{name}:{case.id}:{case.last_seq}",
        at=at,
    )


def _spoken(law: Law, wanted: str | None) -> tuple[str, Mapping[str, Any]]:
    """The language and its words: the one wanted, if there is a file of it."""
    if wanted is None or wanted == law.language or wanted not in mail_languages():
        return law.language, law.words
    return wanted, words_in(wanted)


def _said_in(own: Mapping[str, Any], law: Law, value: Any) -> Any:
    """A name that the law gives to an appeal or its result, in the other words."""
    for table in ("kinds", "results"):
        for key, name in law.words[table].items():
            if name == value:
                return own[table].get(key, value)
    return value


@lru_cache(maxsize=100)
def _of_the_country(code: str, name: str) -> LetterPlan:
    return letter_plan(name, law_of(code).words["letters"][name])
