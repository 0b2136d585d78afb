"""Letters of the clock: notice, certificate of silence, not filed, appeal decided; the sheet’s own or the country’s."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from engine.facts import Fact
from engine.letters.issuing import issue_letter
from engine.letters.plan import LetterPlan, letter_plan
from engine.models import Person
from engine.progress import Held
from engine.terms.law import Law, law_of


def clock_letter(
    session: Session,
    held: Held,
    name: str,
    values: Mapping[str, Any],
    *,
    by: Person | None,
    at: datetime,
) -> Fact:
    """The fact of a letter, now issued; `values` is what its template calls `clock`."""
    law = law_of(held.plan.place.code)
    kind = held.plan.letters.kinds.get(name) or _of_the_country(law.place.code, name)
    variables = {**held.execution.variables, "clock": dict(values)}
    return issue_letter(session, held.case, held.plan, variables, kind, by=by, at=at)


@lru_cache(maxsize=100)
def _of_the_country(code: str, name: str) -> LetterPlan:
    law: Law = law_of(code)
    return letter_plan(name, law.words["letters"][name])
