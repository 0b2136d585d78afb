from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from engine.receipts import Answer, KeyReused, forget_old, once
from tests.engine.office import TownHall


def test_the_same_key_gets_the_same_answer_and_does_nothing(
    hall: TownHall, session: Session
) -> None:
    ana = hall.person("ana")
    done: list[int] = []

    def command() -> Answer:
        done.append(1)
        return Answer(303, {"location": f"/{len(done)}"})

    first = once(session, "k", "asked", command, by=ana, at=hall.at)
    again = once(session, "k", "asked", command, by=ana, at=hall.at)
    assert (again.status, again.body, again.is_repeated) == (first.status, first.body, True)
    assert done == [1]


def test_the_same_key_for_another_request_is_refused(hall: TownHall, session: Session) -> None:
    ana = hall.person("ana")
    once(session, "k", "asked", lambda: Answer(200, {}), by=ana, at=hall.at)
    with pytest.raises(KeyReused):
        once(session, "k", "other", lambda: Answer(200, {}), by=ana, at=hall.at)


def test_two_people_may_use_the_same_key(hall: TownHall, session: Session) -> None:
    for name in ("ana", "eva"):
        person = hall.person(name)
        answer = once(session, "k" * 500, name, lambda: Answer(200, {}), by=person, at=hall.at)
        assert not answer.is_repeated


def test_receipts_are_forgotten_after_a_week(hall: TownHall, session: Session) -> None:
    ana = hall.person("ana")
    once(session, "k", "asked", lambda: Answer(200, {}), by=ana, at=hall.at)
    assert forget_old(session, at=hall.at + timedelta(days=6)) == 0
    assert forget_old(session, at=hall.at + timedelta(days=8)) == 1
