"""Promised against achieved: lived through by real cases of both versions, told with how sure it is."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from designer.models import Study, StudyReport
from designer.publishing import publish_draft
from designer.studies import accept, study_version
from designer.studies.achieved import NotLiveYet, achieved
from designer.studies.measuring import evidence_of, seen_of
from designer.studies.report import issue_achieved
from engine.bpmn import read
from engine.database import Database
from engine.metrics.evidence import LogEvidence
from engine.models import Case, Person, Role, Task, TaskStatus, Version
from engine.tasks import complete_task
from tests.clock import START
from tests.engine.office import TownHall, diagram

TWO_REVIEWS = diagram(
    '<startEvent id="start"/><userTask id="a" name="Recibir"/>'
    '<userTask id="v" name="Visar el expediente"/><userTask id="w" name="Revisar el expediente"/>'
    '<endEvent id="done" name="Resuelto"/>',
    flows="start>a a>v v>w w>done",
    lanes='<laneSet id="l"><lane id="l1" name="Front desk"><flowNodeRef>a</flowNodeRef>'
    "<flowNodeRef>v</flowNodeRef><flowNodeRef>w</flowNodeRef></lane></laneSet>",
)
DAY = 86_400.0


@dataclass
class Office:
    """A procedure lived through before and after its second review went."""

    hall: TownHall
    study: Study
    ana: Person
    carla: Person
    dice: random.Random

    @property
    def session(self) -> Session:
        return self.hall.session

    def live(
        self, version: Version, count: int, *, task_days: float, until: datetime | None = None
    ) -> None:
        """Cases that begin one after the other, a day apart, each task taking about so many days."""
        begun = self.hall.at
        for number in range(count):
            self.hall.at = begun + timedelta(days=number)
            case = self.hall.start(version)
            self._work(case, task_days, until)
        self.hall.at = begun + timedelta(days=count)

    def _work(self, case: Case, task_days: float, until: datetime | None) -> None:
        at = self.hall.at
        while True:
            asked = select(Task).where(
                Task.case_id == case.id, Task.status == TaskStatus.OPEN.value
            )
            task = self.session.scalars(asked).first()
            if task is None:
                return
            at += timedelta(days=self.dice.uniform(0.5, 1.5) * task_days)
            if until is not None and at > until:
                return
            complete_task(self.session, f"{task.case_id}-{task.token}", {}, by=self.carla, at=at)

    def publish(self) -> Version:
        assert self.study.to_be_draft_id is not None
        return publish_draft(
            self.session,
            self.study.to_be_draft_id,
            key="permit",
            name="Permit",
            by=self.ana,
            at=self.hall.at,
        )

    def told(self, at: datetime | None = None) -> dict[str, Any]:
        return achieved(self.session, self.study, by=self.ana, at=at or self.hall.at)

    def promise(self, change: float, low: float, high: float) -> None:
        """A report that was issued before: half of the cases so many seconds sooner."""
        one = {
            "measure": "cycle_p50",
            "before": {"value": 9 * DAY, "low": 8 * DAY, "high": 10 * DAY},
            "after": {
                "value": 9 * DAY + change,
                "low": 9 * DAY + low,
                "high": 9 * DAY + high,
            },
            "change": {"value": change, "low": low, "high": high, "is_clear": True},
        }
        self.session.add(
            StudyReport(
                study_id=self.study.id,
                number=1,
                code="promise",
                data={"state": "done", "simulated": [one], "calibration": None},
                issued_by_id=self.ana.id,
                issued_at=START,
            )
        )
        self.session.flush()


@pytest.fixture
def session(sqlite_database: Database) -> Iterator[Session]:
    """One database is enough for what is reckoned of a plain query."""
    with Session(sqlite_database.writer, expire_on_commit=False) as made:
        yield made


@pytest.fixture
def office(session: Session) -> Office:
    hall = TownHall(session, START)
    ana = hall.person("ana", roles=(Role.ANALYST,))
    carla = hall.person("carla", "Front desk", roles=(Role.CIVIL_SERVANT, Role.MANAGER))
    version = hall.publish(TWO_REVIEWS)
    dice = random.Random(3)
    study = study_version(session, version, by=ana, at=START)
    made = Office(hall, study, ana, carla, dice)
    made.live(version, 40, task_days=3)
    accept(session, study.id, "consecutive-reviews::w", by=ana, at=hall.at)
    return made


def test_nothing_came_of_what_is_not_live(office: Office) -> None:
    with pytest.raises(NotLiveYet):
        issue_achieved(office.session, office.study.id, by=office.ana, at=office.hall.at)


def test_a_promise_is_kept_when_the_measured_change_reaches_it(office: Office) -> None:
    office.promise(-3 * DAY, -3.4 * DAY, -2.6 * DAY)
    office.live(office.publish(), 40, task_days=3)
    told = office.told(at=office.hall.at + timedelta(days=60))
    assert told["verdict"]["word"] == "kept"
    assert told["verdict"]["completed"] == 40
    assert told["verdict"]["low"] < -3 * DAY < told["verdict"]["high"]
    assert told["lived"]["as_is"]["completed"] == 40
    assert told["promise"]["number"] == 1
    drawn = told["diagrams"]
    assert drawn["as_is"]["marks"]["w"] == ["removed"]
    for side, tasks in (("as_is", {"a", "v", "w"}), ("to_be", {"a", "v"})):
        waits = drawn[side]["waits"]
        assert waits.keys() == tasks
        assert all(one["seconds"] > DAY for one in waits.values())
        curve = told["curves"][side]
        assert [share for _, share in curve] == sorted(share for _, share in curve)
        assert curve[-1][1] == pytest.approx(1)
    activities = next(one for one in told["figures"] if one["measure"] == "activities")
    assert (activities["before"], activities["after"]) == ("3", "2")


def test_less_than_was_promised_is_told_as_less(office: Office) -> None:
    office.promise(-8 * DAY, -8.2 * DAY, -7.8 * DAY)
    office.live(office.publish(), 40, task_days=3)
    assert office.told()["verdict"]["word"] == "partly"


def test_a_gain_that_did_not_come_is_told_as_missed(office: Office) -> None:
    office.promise(-8 * DAY, -8.2 * DAY, -7.8 * DAY)
    office.live(office.publish(), 40, task_days=6)
    assert office.told()["verdict"]["word"] == "missed"


def test_it_is_early_while_few_cases_are_done(office: Office) -> None:
    office.promise(-3 * DAY, -3.4 * DAY, -2.6 * DAY)
    office.live(office.publish(), 10, task_days=3)
    assert office.told()["verdict"] == {"word": "early", "completed": 10, "running": 0}


def test_cases_that_still_run_count_as_longer_than_so_far(office: Office) -> None:
    version, begun = office.publish(), office.hall.at
    until = begun + timedelta(days=60)
    office.live(version, 60, task_days=10, until=until)
    told = office.told(at=until)
    lived = told["lived"]["to_be"]
    assert lived["running"] > 10
    whole = 20 * DAY  # two tasks of ten days
    assert lived["cycle_p50"]["low"] < whole < (lived["cycle_p50"]["high"] or float("inf"))


def test_cases_moved_from_the_version_before_are_left_out(office: Office) -> None:
    version = office.publish()
    office.live(version, 30, task_days=3)
    old = office.session.scalars(select(Case).where(Case.version_id != version.id)).first()
    assert old is not None
    old.version_id = version.id
    office.session.flush()
    assert office.told()["lived"]["to_be"]["completed"] == 30


def test_what_cases_tell_is_worked_out_once_and_anew_when_another_has_ended(office: Office) -> None:
    session, study = office.session, office.study
    version = session.get_one(Version, study.as_is_version_id)
    model = read(version.model)
    process = model.process(version.process_id)

    def told() -> LogEvidence:
        found = evidence_of(session, study, process, by=office.ana)
        assert found is not None
        return found

    first = told()
    assert told() is first
    # kept after the others, though it ended before they did
    office.hall.at -= timedelta(days=8)
    office.live(version, 1, task_days=0.1)
    assert (first.cases, told().cases) == (40, 41)
    office.hall.at += timedelta(days=400)
    office.live(version, 1, task_days=1)
    assert told().cases == 42


def test_own_cases_are_fitted_in_the_time_of_the_offices(office: Office) -> None:
    zone = ZoneInfo("Europe/Madrid")
    seen = seen_of(office.session, office.study, by=office.ana, at=office.hall.at, zone=zone)
    assert {one.ended_at.tzinfo for one in seen.work} == {zone}
