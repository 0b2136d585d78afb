"""From the promise to what came of it: issued, gone live, lived through by real cases, told on page and PDF, signed."""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from designer.models import StudyReport
from designer.studies import accept, study_version
from designer.studies.report import issue_achieved, issue_report
from engine.models import Role
from tests.clock import START
from tests.designer.test_achieved import TWO_REVIEWS, Office
from tests.engine.office import TownHall
from tests.webapp.conftest import Town
from tests.webapp.test_study_reports import make

# WeasyPrint leaves its colour profile open until it is collected.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)


@pytest.fixture
def session(town: Town) -> Iterator[Session]:
    """The one that lives the cases; the pages have their own."""
    with Session(town.database.writer, expire_on_commit=False) as made:
        yield made


def test_what_was_promised_is_held_against_what_came_of_it(town: Town, session: Session) -> None:
    hall = TownHall(session, START)
    analyst = hall.person("eva", roles=(Role.ANALYST, Role.OPERATOR))
    clerk = hall.person("iris", "Front desk", roles=(Role.CIVIL_SERVANT, Role.MANAGER))
    version = hall.publish(TWO_REVIEWS)
    study = study_version(session, version, by=analyst, at=START)
    office = Office(hall, study, analyst, clerk, random.Random(3))
    office.live(version, 60, task_days=3)
    accept(session, study.id, "consecutive-reviews::w", by=analyst, at=hall.at)
    issue_report(session, study.id, language="en", by=analyst, at=hall.at)
    session.commit()
    town.clock.set(hall.at)
    make(town)
    office.live(office.publish(), 40, task_days=3)
    now = hall.at + timedelta(days=30)
    issue_achieved(session, study.id, language="en", by=analyst, at=now)
    session.commit()
    town.clock.set(now)
    make(town)

    study_id = study.id
    session.close()  # whoever signs in writes
    with town.database.reading() as reading:
        promise, came = (reading.get_one(StudyReport, (study_id, one)).data for one in (1, 2))
    assert promise["calibration"]["is_met"], promise["calibration"]
    assert came["verdict"]["word"] == "kept"
    assert came["promise"]["number"] == 1
    ana, address = town.visitor("ana"), f"/studies/{study_id}/reports/2"
    text = ana.get(address).text
    assert "What was promised was kept. Half of the cases are decided" in text
    assert "40 completed cases" in text
    assert "Promised in report 1 of" in text
    assert "not calibrated" not in text  # nothing on it is simulated
    with ana.get(f"{address}.pdf") as pdf:
        assert pdf.data.startswith(b"%PDF")
