"""Two procedures that write to each other, drawn as files, lived through on the pages: what one tells the other, by
whose version, and who gets the answer.
"""

from pathlib import Path

from sqlalchemy import select

from engine.history import variables
from engine.models import Case
from tests.webapp.conftest import Town
from tests.webapp.test_upload import draft_page
from webapp.workers import workers

FILES = Path(__file__).parent / "between"
ASKS, REPORTS = ((FILES / f"{name}.bpmn").read_bytes() for name in ("asks", "reports"))
# the second versions: what comes is kept under another name; a report costs more
ASKS_2 = ASKS.replace(b'name="Read the report"', b'name="Read the whole report"').replace(
    b'source="=opinion" target="report"', b'source="=opinion" target="finding"'
)
REPORTS_2 = REPORTS.replace(b"=fee + 1", b"=fee + 100").replace(
    b'name="Write the report"', b'name="Write the long report"'
)


def publish(town: Town, key: str, drawn: bytes) -> None:
    ana = town.visitor("ana")
    address = draft_page(ana, drawn, f"{key}.bpmn")
    shown = ana.get(address).text
    assert "ready to publish" in shown
    answer = ana.post(f"{address}/publish", {"key": key, "name": key.title()})
    assert answer.status_code == 303, answer.text
    work(town)


def work(town: Town) -> None:
    for worker in workers(town.app.extensions["settings"], town.database, town.clock):
        worker._sweep()
        worker.run_until_idle()


def ask(town: Town, plot: str, area: int) -> str:
    """The number of a case that has ordered a report."""
    town.clock.advance(minutes=1)
    carla = town.visitor("carla")
    begun = carla.post("/cases/start/asks", {"applicant_name": f"Owner of {plot}"})
    assert begun.status_code == 303, begun.text
    answers = {"plot": plot, "area": str(area), "remark": "no concern of theirs"}
    number = newest(town, "asks")
    done = carla.post(f"/tasks/{town.task(number)}/complete", answers)
    assert done.status_code == 303, done.text
    work(town)
    return number


def newest(town: Town, key: str) -> str:
    with town.database.reading() as session:
        found = session.scalars(
            select(Case).where(Case.procedure.has(key=key)).order_by(Case.id.desc())
        ).first()
        assert found is not None
        return found.number


def known(town: Town, number: str) -> dict[str, object]:
    with town.database.reading() as session:
        return variables(session, session.scalars(select(Case).where(Case.number == number)).one())


def write(town: Town, number: str, opinion: str) -> None:
    luis = town.visitor("luis")
    done = luis.post(
        f"/tasks/{town.task(number)}/complete", {"opinion": opinion, "inner": "for the file"}
    )
    assert done.status_code == 303, done.text
    work(town)


def test_a_report_ordered_before_anybody_writes_reports_is_kept_and_written_later(
    town_on_each: Town,
) -> None:
    town = town_on_each
    publish(town, "asks", ASKS)
    number = ask(town, "A-1", 50)
    assert "<td>report-ordered</td>" in town.visitor("oscar").get("/messages").text
    publish(town, "reports", REPORTS)
    assert "<td>report-ordered</td>" not in town.visitor("oscar").get("/messages").text
    report = newest(town, "reports")
    # what is mapped comes, by the receiver's names, and nothing else
    assert known(town, report) == {"parcel": "A-1", "cost": 101}
    shown = town.visitor("luis").get(f"/cases/{report}").text
    assert "Write the report" in shown
    write(town, report, "Dry")
    assert known(town, number) == {
        "plot": "A-1",
        "area": 50,
        "remark": "no concern of theirs",
        "report": "Dry",
    }
    assert "Read the report" in town.visitor("carla").get(f"/cases/{number}").text


def test_cases_of_several_versions_answer_who_asked_them(town: Town) -> None:
    publish(town, "reports", REPORTS)
    publish(town, "asks", ASKS)
    first = ask(town, "A-1", 50)
    first_report = newest(town, "reports")
    publish(town, "reports", REPORTS_2)
    publish(town, "asks", ASKS_2)
    second = ask(town, "A-2", 10)
    second_report = newest(town, "reports")
    assert (known(town, first_report)["cost"], known(town, second_report)["cost"]) == (101, 120)
    assert "Write the long report" in town.visitor("luis").get(f"/cases/{second_report}").text
    # the first asker goes on by the second version; what it waits for follows
    oscar = town.visitor("oscar")
    page = oscar.post(
        "/procedures/asks/migrations", {"from": 1, "to": 2, "reason": "The report is longer"}
    ).headers["Location"]
    work(town)
    oscar.post(f"{page}/move")
    work(town)
    assert "1 case moved" in oscar.get(page).text
    write(town, second_report, "Wet")
    write(town, first_report, "Dry")
    assert known(town, first)["finding"] == "Dry"
    assert known(town, second)["finding"] == "Wet"
    assert "Read the whole report" in town.visitor("carla").get(f"/cases/{first}").text
    assert "inner" not in known(town, first)
