"""Who ended cases how, and where files are sent back; on SQLite and PostgreSQL."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from engine.ids import new_id
from engine.metrics.case_rows import Which, matching_cases
from engine.metrics.days import ZONE
from engine.metrics.deciders import LEAST_CASES, deciders, interval
from engine.metrics.flow import Step, to_and_fro
from engine.metrics.item import Item, ItemKind, Measured
from engine.metrics.keeping import keep
from engine.metrics.numbers import Numbers
from engine.metrics.question import Question
from engine.models import Person, PersonRole, Procedure, Role

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SECONDS = int(AT.timestamp())
OPERATOR = Person(roles=[PersonRole(role=Role.OPERATOR.value)], memberships=[])


@pytest.fixture
def numbers(session: Session) -> Numbers:
    """Carla registers all; Elena refuses 12 of 40, Nilda none of 40, Pablo did three."""
    procedure = Procedure(id=new_id(AT), key="log", name="Log", is_suspended=True, created_at=AT)
    session.add(procedure)
    session.flush()
    cases = []
    people = ["Elena", "Nilda"] * 40 + ["Pablo"] * 3
    for place, person in enumerate(people):
        refused = person == "Elena" and place < 24
        items = [
            _item(1, "Register", "Carla", SECONDS),
            _item(2, "Evaluate", person, SECONDS + 60),
        ]
        case = Measured(new_id(AT), procedure.id, str(place), SECONDS, items, status="completed")
        case.ended_at, case.is_imported = SECONDS + 60, True
        case.outcome = "Refused" if refused else "Granted"
        cases.append(case)
    keep(session, cases, ZONE)
    return Numbers(session, Question(OPERATOR, procedure.id, zone=ZONE))


def _item(seq: int, name: str, person: str, at: int) -> Item:
    item = Item(seq, name, name, ItemKind.EVENT, at, at, True, resource=person)
    item.assigned_at = item.started_at = at
    return item


def test_who_never_refuses_stands_out_against_the_others(numbers: Numbers) -> None:
    (task,) = deciders(numbers)  # only Evaluate was done by several people
    assert (task.task, task.cases) == ("Evaluate", 83)
    assert task.outcomes == ("Granted", "Refused")
    people = {one.name: one for one in task.people}
    assert set(people) == {"Elena", "Nilda"}, "of three cases nothing is told"
    refused = people["Nilda"].shares[1]
    assert (refused.count, refused.share, refused.differs) == (0, 0.0, -1)
    assert refused.share_of_others == pytest.approx(12 / 43)
    assert 0 < refused.high < 0.1
    assert people["Elena"].shares[1].differs == 1
    assert task.striking == pytest.approx(12 / 40)


def test_the_cases_behind_a_share_are_those_that_it_counts(numbers: Numbers) -> None:
    (task,) = deciders(numbers)
    for person in task.people:
        which = Which(task=task.element_id, person=person.person_id)
        counted, _ = matching_cases(numbers.session, numbers.question, which, at=AT)
        assert counted == person.cases == 40
        # at another task they did nothing
        which = Which(task="Register", person=person.person_id)
        assert matching_cases(numbers.session, numbers.question, which, at=AT)[0] == 0


@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_an_interval_holds_its_share_and_stays_a_share(drawn: tuple[int, int]) -> None:
    n, of = drawn
    low, high = interval(n, of)
    assert 0 <= low <= n / of + 1e-9
    assert n / of - 1e-9 <= high <= 1
    assert high > low, "nothing is sure, not even of none"


def test_the_interval_is_that_of_the_books() -> None:
    # Newcombe 1998, table I: 81 of 263 and 0 of 20, by the score method
    assert interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert LEAST_CASES >= 5


def test_what_sends_files_back_is_told_with_its_share() -> None:
    steps = Counter({("", "Inspect"): 40, ("Mend", "Inspect"): 14, ("Inspect", "Mend"): 20})
    steps.update({("Inspect", "Decide"): 30, ("Decide", ""): 30, ("Decide", "Decide"): 3})
    (found,) = to_and_fro(Step(*pair, n, 0.0) for pair, n in steps.items())
    assert (found.source, found.target) == ("Inspect", "Mend")
    assert (found.there, found.left, found.back) == (20, 50, 14)
