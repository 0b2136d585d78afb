"""The pages of imported logs: upload, columns, how it really runs, where it leaves a diagram."""

import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from designer.discovery.asking import Conformance
from designer.discovery.conformance import AlignmentsMissing
from designer.models import Draft, MiningRun
from engine.jobs import prolong
from engine.models import EventLog, Job, MeasuredCase
from tests.webapp.conftest import Town, Visitor
from webapp.workers import workers

ROWS = "".join(
    f"{n},Receive the request,2026-01-{n % 27 + 1:02}T08:00:00Z\n"
    f"{n},{'Inspect the shop' if n % 10 else 'Call the applicant'},2026-01-{n % 27 + 2:02}T08:00:00Z\n"
    for n in range(40)
)
CSV = f"Number,Activity,Timestamp\n{ROWS}"


def work(town: Town) -> None:
    for worker in workers(town.app.extensions["settings"], town.database, town.clock):
        worker.run_until_idle()


def uploaded(visitor: Visitor, content: str, name: str = "shops.csv") -> str:
    answer = visitor.post(
        "/logs", {"file": (io.BytesIO(content.encode()), name), "name": "Old shops"}
    )
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def imported(town: Town, visitor: Visitor) -> None:
    uploaded(visitor, CSV)
    told = {"case": "Number", "activity": "Activity", "time": "Timestamp", "separator": ","}
    assert visitor.post("/logs/old-shops/columns", told).status_code == 303
    work(town)


def test_a_table_is_uploaded_its_columns_told_and_it_has_the_pages_of_a_procedure(
    town: Town,
) -> None:
    ana = town.visitor("ana")
    assert uploaded(ana, CSV) == "/logs/old-shops/columns"
    asked = ana.get("/logs/old-shops/columns").text
    assert "<option selected>Activity</option>" in asked
    assert ana.post("/logs/old-shops/columns", {"case": "Number"}).status_code == 422
    told = {"case": "Number", "activity": "Activity", "time": "Timestamp", "separator": ","}
    assert ana.post("/logs/old-shops/columns", told).status_code == 303
    assert "waiting" in ana.get("/logs/old-shops").text
    work(town)
    shown = ana.get("/logs/old-shops").text
    assert "<dd>40</dd>" in shown
    assert "<dd>80</dd>" in shown
    assert "since=2026-01-01&amp;until=2026-01-28" in shown
    assert ana.get("/metrics/old-shops").status_code == 200
    assert "Inspect the shop" in ana.get("/metrics/old-shops/ways").text


def test_a_bad_row_is_told_with_its_line_and_the_log_can_be_deleted(town: Town) -> None:
    ana = town.visitor("ana")
    uploaded(ana, CSV + "41,Receive,never\n")
    told = {"case": "Number", "activity": "Activity", "time": "Timestamp", "separator": ","}
    ana.post("/logs/old-shops/columns", told)
    work(town)
    assert "Line 82: “never”" in ana.get("/logs/old-shops").text
    assert ana.post("/logs/old-shops/delete").status_code == 303
    work(town)
    assert ana.get("/logs/old-shops").status_code == 404
    with town.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(EventLog)) == 0
        assert session.scalar(select(func.count()).select_from(MeasuredCase)) == 0


def test_an_import_is_stopped_before_it_begins_and_may_be_asked_for_again(town: Town) -> None:
    ana = town.visitor("ana")
    uploaded(ana, CSV)
    told = {"case": "Number", "activity": "Activity", "time": "Timestamp", "separator": ","}
    ana.post("/logs/old-shops/columns", told)
    assert "Stop the import" in ana.get("/logs/old-shops").text
    assert ana.post("/logs/old-shops/stop").status_code == 303
    shown = ana.get("/logs/old-shops").text
    assert "being stopped" in shown
    assert "Stop the import" not in shown
    work(town)
    shown = ana.get("/logs/old-shops").text
    assert "was stopped. Nothing of it was kept" in shown
    assert "refused</span>" not in shown
    town.clock.now += timedelta(minutes=1)
    ana.post("/logs/old-shops/columns", told)
    work(town)
    assert "<dd>40</dd>" in ana.get("/logs/old-shops").text
    # what is over is not stopped
    ana.post("/logs/old-shops/stop")
    assert "<dd>40</dd>" in ana.get("/logs/old-shops").text


def test_an_import_is_stopped_while_it_runs(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = town.visitor("ana")
    uploaded(ana, CSV)
    monkeypatch.setattr("engine.logs.importing.BATCH", 4)
    batches = []

    def stopped_in_the_middle(session: Session, *anything: Any, **more: Any) -> bool:
        batches.append(1)
        if len(batches) == 3:
            log = session.scalars(select(EventLog)).one()
            log.state = "stopping"
            session.flush()
        return prolong(session, *anything, **more)

    monkeypatch.setattr("engine.logs.desk.prolong", stopped_in_the_middle)
    told = {"case": "Number", "activity": "Activity", "time": "Timestamp", "separator": ","}
    ana.post("/logs/old-shops/columns", told)
    work(town)
    assert len(batches) == 3, "it read no further"
    assert "was stopped. Nothing of it was kept" in ana.get("/logs/old-shops").text
    with town.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(MeasuredCase)) == 0


def test_who_asked_may_have_the_worker_stop(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = town.visitor("ana")
    imported(town, ana)
    monkeypatch.setattr("designer.discovery.runs.AT_ONCE", -1.0)
    monkeypatch.setattr("designer.discovery.runs._LOOK_SECONDS", -1.0)
    address = "/metrics/old-shops/compared?with=licence"
    ana.post(address)
    with town.database.reading() as session:
        run_id = session.scalars(select(MiningRun.id)).one()
    stop = f"/metrics/old-shops/mining/{run_id}/stop"
    oscar = town.visitor("oscar")
    assert stop in ana.get(address).text
    assert stop not in oscar.get(address).text
    oscar.post(stop, {"with": "licence"})
    assert "Being worked out" in ana.get(address).text

    answered = Conformance.answer

    def stopped_meanwhile(asked: Conformance, *anything: Any, **more: Any) -> dict[str, Any]:
        assert ana.post(stop, {"with": "licence"}).status_code == 303
        answer = answered(asked, *anything, **more)
        raise AssertionError(f"it went on to the end: {answer}")

    monkeypatch.setattr(Conformance, "answer", stopped_meanwhile)
    work(town)
    monkeypatch.setattr(Conformance, "answer", answered)
    shown = ana.get(address).text
    assert "Stopped. Nothing of it was kept." in shown
    assert "This takes longer than a moment" in shown
    with town.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(MiningRun)) == 0
        assert session.scalar(select(func.count()).select_from(Job)) == 0


def test_what_is_no_log_is_refused_beside_the_form(town: Town) -> None:
    ana = town.visitor("ana")
    answer = ana.post("/logs", {"file": (io.BytesIO(b"x"), "photo.png")})
    assert answer.status_code == 422
    assert "photo.png" in answer.text


def test_the_diagram_found_in_a_log_opens_as_a_draft(town: Town) -> None:
    ana = town.visitor("ana")
    imported(town, ana)
    shown = ana.get("/metrics/old-shops/discovered?coverage=80").text
    assert "36" in shown
    drawn = ana.get("/metrics/old-shops/discovered.bpmn?coverage=80").text
    assert "Inspect the shop" in drawn
    assert "Call the applicant" not in drawn
    every = ana.get("/metrics/old-shops/discovered.bpmn?coverage=100").text
    assert "Call the applicant" in every
    answer = ana.post("/metrics/old-shops/discovered", {"coverage": "100"})
    assert answer.status_code == 303
    with town.database.reading() as session:
        draft = session.scalars(select(Draft)).one()
        assert draft.is_runnable
    assert ana.get(str(answer.location)).status_code == 200


def test_deviations_from_a_diagram_are_counted_at_their_place(town: Town) -> None:
    ana = town.visitor("ana")
    imported(town, ana)
    shown = ana.get("/metrics/old-shops/compared?with=licence").text
    assert "Call the applicant" in shown
    assert "<dd>36</dd>" in shown


def test_rare_arrows_are_left_out_and_it_says_how_many_cases_still_fit(town: Town) -> None:
    ana = town.visitor("ana")
    imported(town, ana)
    shown = ana.get("/metrics/old-shops/discovered?coverage=100&rare=20").text
    assert "40 of the 40 cases" in shown
    assert 'name="rare" value="20"' in shown


@pytest.mark.parametrize("what", ["discovered?coverage=100&rare=0", "compared?with=licence"])
def test_what_takes_long_is_worked_out_once_by_the_worker(
    town: Town, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    ana = town.visitor("ana")
    imported(town, ana)
    monkeypatch.setattr("designer.discovery.runs.AT_ONCE", -1.0)
    address = f"/metrics/old-shops/{what}"
    shown = ana.get(address).text
    assert "This takes longer than a moment" in shown
    if "discovered" in what:
        assert ana.get("/metrics/old-shops/discovered.bpmn?coverage=100").status_code == 409
    path, _, query = address.partition("?")
    later = f"{path}/worked-out?{query}" if "discovered" in what else address
    assert ana.post(later).status_code == 303
    assert ana.post(later).status_code == 303
    with town.database.reading() as session:
        assert len(session.scalars(select(MiningRun)).all()) == 1
    waiting = ana.get(address)
    assert "Being worked out" in waiting.text
    work(town)
    done = ana.get(address).text
    assert "data-diagram" in done
    assert "Call the applicant" in done or "discovered" in what
    # the page that waited is told to load anew
    headers = {"HX-Request": "true", "HX-Target": "section#waiting"}
    assert ana.get(address, headers=headers).headers["HX-Refresh"] == "true"
    # the same question is not asked again, and another one is
    assert "data-diagram" in town.visitor("oscar").get(address).text
    if "discovered" in what:
        assert "longer than a moment" in ana.get(address.replace("100", "50")).text


def test_why_a_diagram_cannot_be_compared_is_told_after_it_was_worked_out_as_well(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = town.visitor("ana")
    imported(town, ana)
    monkeypatch.setattr("designer.discovery.runs.AT_ONCE", -1.0)

    def refuse(*_anything: object, **_more: object) -> None:
        raise AlignmentsMissing

    address = "/metrics/old-shops/compared?with=licence"
    assert ana.post(address).status_code == 303
    monkeypatch.setattr("designer.discovery.asking.compare", refuse)
    work(town)
    assert "Install expedito[mining]" in ana.get(address).text


def test_a_civil_servant_sees_no_logs(town: Town) -> None:
    assert town.visitor("carla").get("/logs").status_code == 403
