"""A report holds both sides, simulated on the same luck, and is never changed afterwards."""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from designer.models import StudyReport
from designer.studies import accept, study_folder
from designer.studies.report import (
    NothingToCompare,
    ReportDesk,
    issue_report,
    public_report,
    publish_report,
)
from engine.database import Database
from engine.errors import NotFound
from engine.models import Job, JobKind, Role
from engine.people import create_person
from engine.worker import Worker
from tests.clock import START, Clock

AS_IS = Path(__file__).parents[2] / "processes" / "licencia-funcionamiento" / "as-is"
GONE = ("mere-forwarding::DerivarSubgerencia", "prohibited-requirement:dni:")


def issued(session: Session) -> StudyReport:
    ana = create_person(session, "ana", roles=[Role.ANALYST], offices=[], at=START)
    study = study_folder(session, AS_IS, by=ana, at=START)
    for key in GONE:
        accept(session, study.id, key, by=ana, at=START)
    return issue_report(session, study.id, by=ana, at=START)


def test_a_report_proves_fewer_days_with_an_interval(
    sqlite_database: Database, clock: Clock
) -> None:
    key = sqlite_database.write(lambda session: issued(session).study_id)
    desk = ReportDesk(sqlite_database, clock)
    worker = Worker(sqlite_database, clock, senders={JobKind.REPORT: desk}, kinds=(JobKind.REPORT,))
    assert worker.run_until_idle() == 1
    with sqlite_database.reading() as session:
        first = dict(session.get_one(StudyReport, (key, 1)).data)
    assert first["state"] == "done"
    assert first["verdict"]["word"] == "faster"
    assert first["verdict"]["high"] < 0  # the whole interval lies below nothing
    assert [one["id"] for one in first["accepted"]] == ["mere-forwarding", "prohibited-requirement"]
    assert float(first["burden"]["after"]) < float(first["burden"]["before"])
    assert len(first["seeds"]) == 30
    # what each requirement costs is told one by one, and the sum is the burden
    for side in ("before", "after"):
        told = sum(Decimal(one[side]["yearly"] or 0) for one in first["borne"])
        assert told == Decimal(first["burden"][side])
    [identity] = [one for one in first["borne"] if "DNI" in one["name"]]
    assert Decimal(identity["before"]["yearly"]) > 0
    assert (identity["after"]["yearly"], identity["after"]["is_fetched"]) == ("0", True)
    # the tornado turns around the verdict, the widest swing on top
    swings = first["tornado"]
    assert {one["base"] for one in swings} == {first["verdict"]["value"]}
    widths = [abs(one["high"] - one["low"]) for one in swings]
    assert widths == sorted(widths, reverse=True)
    assert swings[0]["about"] == "Derivar a la Subgerencia"
    # delivered a second time, the job changes nothing
    desk(Job(kind=JobKind.REPORT, payload={"study": key, "number": 1}))
    with sqlite_database.reading() as session:
        assert session.get_one(StudyReport, (key, 1)).data == first


def test_there_is_nothing_to_report_of_one_side(session: Session) -> None:
    ana = create_person(session, "ana", roles=[Role.ANALYST], offices=[], at=START)
    study = study_folder(session, AS_IS, by=ana, at=START)
    with pytest.raises(NothingToCompare):
        issue_report(session, study.id, by=ana, at=START)


def test_a_report_is_for_the_public_only_when_the_office_wants(session: Session) -> None:
    report = issued(session)
    with pytest.raises(NotFound):
        public_report(session, report.code)
    publish_report(session, report.study_id, report.number, True, at=START)
    assert public_report(session, report.code) is report
    publish_report(session, report.study_id, report.number, False, at=START)
    with pytest.raises(NotFound):
        public_report(session, report.code)


def test_a_report_keeps_both_diagrams_with_what_changed_and_where_cases_wait(
    sqlite_database: Database, clock: Clock
) -> None:
    key = sqlite_database.write(lambda session: issued(session).study_id)
    made(sqlite_database, clock)
    with sqlite_database.reading() as session:
        diagrams = session.get_one(StudyReport, (key, 1)).data["diagrams"]
    assert diagrams["as_is"]["marks"]["DerivarSubgerencia"] == ["removed"]
    assert "DerivarSubgerencia" not in {one["id"] for one in diagrams["to_be"]["shapes"]}
    assert "removed" not in {one[0] for one in diagrams["to_be"]["marks"].values()}
    assert diagrams["as_is"]["waits"]["Inspeccionar"]["seconds"] > 86_400


def made(database: Database, clock: Clock) -> None:
    desk = ReportDesk(database, clock)
    Worker(
        database, clock, senders={JobKind.REPORT: desk}, kinds=(JobKind.REPORT,)
    ).run_until_idle()
