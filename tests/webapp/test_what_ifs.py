"""What if: a scenario of a procedure is begun, changed, simulated by the worker, compared, stopped, thrown away."""

import io
import re
from datetime import timedelta

import orjson
import pytest
from sqlalchemy import select

from designer.models import SimulationRun
from designer.simulation.desk import SimulationDesk
from designer.simulation.what_ifs import RunStatus
from engine.bpmn import write
from engine.models import Job, JobKind
from engine.worker import Worker
from tests.bench.simulation_scenarios import loan
from tests.webapp.conftest import Town, Visitor
from tests.webapp.test_upload import draft_page

SMALL = {"cases": "60", "replications": "4", "seed": "7"}


def simulate(town: Town) -> int:
    """The worker does what is due."""
    desk = SimulationDesk(town.database, town.clock)
    kinds = (JobKind.SIMULATION,)
    return Worker(
        town.database, town.clock, senders={JobKind.SIMULATION: desk}, kinds=kinds
    ).run_until_idle()


def begun(visitor: Visitor) -> str:
    """The address of a procedure's as-is."""
    return str(visitor.post("/procedures/licence/what-ifs", {}).headers["Location"])


def simulated(town: Town, visitor: Visitor, address: str, **more: str) -> str:
    """The scenario's page after a run."""
    visitor.post(f"{address}/runs", SMALL | more)
    assert simulate(town) == 1
    return str(visitor.get(address).text)


def test_a_procedure_begins_with_how_it_is_and_says_what_nobody_measured(town: Town) -> None:
    ana = town.visitor("ana")
    assert "No scenario yet" in ana.get("/procedures/licence/what-ifs").text
    address = begun(ana)
    shown = ana.get(address).text
    assert re.search(r'name="task.inspect.delay"[^>]*value="0"', shown)
    assert 'value="mon-fri 08:00-13:00 14:00-17:00"' in shown
    spanish = ana.get(address, headers={"Accept-Language": "es"}).text
    assert 'value="lun-vie 08:00-13:00 14:00-17:00"' in spanish
    assert "Nobody measured" in shown
    assert "how long “Inspect the shop” takes" in shown
    assert 'name="task.inspect.minutes"' in shown
    assert 'name="gateway.complete.yes"' in shown


def test_the_worker_simulates_and_the_page_shows_figures_that_are_not_calibrated(
    town_on_each: Town,
) -> None:
    ana = town_on_each.visitor("ana")
    address = begun(ana)
    ana.post(f"{address}/runs", SMALL | {"tornado": "on"})
    assert "Simulating" in ana.get(address).text
    assert simulate(town_on_each) == 1
    shown = ana.get(address).text
    assert "Not calibrated." in shown
    assert "Most is waited before" in shown
    assert "Cost per case" not in shown  # nobody said what an hour costs
    assert "Which assumption matters most" in shown
    assert shown.count("Simulated: 4 times 60 cases") == 1
    again = ana.post(f"{address}/runs", SMALL)
    assert again.status_code == 303


def test_another_scenario_is_compared_with_how_it_is_on_the_same_luck(town: Town) -> None:
    ana = town.visitor("ana")
    first = begun(ana)
    simulated(town, ana, first)
    second = ana.post(f"{first}/copy", {"name": "Twice as many cases"}).headers["Location"]
    field = re.search(r'name="arrivals"[^>]*value="([^"]+)"', ana.get(second).text)
    assert field
    changed = ana.post(
        second, {"name": "Twice as many cases", "arrivals": str(2 * float(field[1]))}
    )
    assert changed.status_code == 303
    shown = simulated(town, ana, second)
    assert "Against how it is" in shown
    beside = ana.get("/procedures/licence/what-ifs").text
    assert "As it is" in beside
    assert "Twice as many cases" in beside
    assert "How many cases end within how long" in beside


def test_a_number_that_is_none_comes_back_with_what_was_typed(town: Town) -> None:
    ana = town.visitor("ana")
    address = begun(ana)
    answer = ana.post(address, {"name": "x", "task.inspect.minutes": "soon"})
    assert answer.status_code == 422
    assert "“soon” is no number" in answer.text
    assert 'value="soon"' in answer.text


def test_who_does_a_task_and_who_gets_it_are_chosen_on_the_form(town: Town) -> None:
    ana = town.visitor("ana")
    address = begun(ana)
    shown = ana.get(address).text
    task = re.findall(r'name="skilled" value="(\w+)"', shown)[0]
    able = re.findall(rf'name="by.{task}" value="([^"]+)"', shown)
    assert len(able) > 1
    assert (
        ana.post(
            address,
            {"name": "x", "skilled": task, f"by.{task}": able, "rule": "earliest_free"},
        ).status_code
        == 303
    )
    kept = orjson.loads(ana.get(f"{address}/scenario.json").data)
    assert kept["rule"] == "earliest_free"
    assert {one["staff"] for one in kept["tasks"][task]["by"]} == set(able)
    none = ana.post(address, {"name": "x", "skilled": task, "rule": "strange"})
    assert none.status_code >= 400
    assert "Tick at least one" in none.text
    assert orjson.loads(ana.get(f"{address}/scenario.json").data)["rule"] == "earliest_free"


def test_staff_of_nobody_is_refused_with_what_is_missing(town: Town) -> None:
    ana = town.visitor("ana")
    address = begun(ana)
    answer = ana.post(address, {"name": "x", "staff.Board.count": "0"})
    assert answer.status_code == 422
    assert "of whom there is nobody" in answer.text


def test_a_running_simulation_can_be_stopped_and_gives_no_figures(town: Town) -> None:
    ana = town.visitor("ana")
    address = begun(ana)
    ana.post(f"{address}/runs", SMALL)
    assert ana.post(address, {"name": "y"}).status_code == 409
    ana.post(f"{address}/stop", {})
    assert simulate(town) == 1
    shown = ana.get(address).text
    assert "The last simulation was stopped." in shown
    assert "Figures" not in shown


def test_who_waits_is_told_how_much_is_done_and_stays_on_the_button_that_stops(town: Town) -> None:
    ana = town.visitor("ana")
    address = begun(ana)
    ana.post(f"{address}/runs", SMALL)
    with town.database.transaction() as session:
        run = session.scalars(select(SimulationRun)).one()
        run.status = RunStatus.RUNNING
    SimulationDesk(town.database, town.clock).progress(run.id, 0.37)
    asked = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#far"}
    part = ana.get(address, headers=asked).text
    assert "37 % done." in part
    assert "<button" not in part
    assert "every 10s" in part  # a server that is away for a moment is asked again
    assert simulate(town) == 1
    assert 'hx-target="#progress"' in ana.get(address, headers=asked).text  # now all of it is new


def test_a_run_that_was_cut_off_is_done_again_and_gives_the_same(town: Town) -> None:
    ana = town.visitor("ana")
    address = begun(ana)
    ana.post(f"{address}/runs", SMALL)

    def cut_off(session: object) -> None:
        run = session.query(SimulationRun).one()  # type: ignore[attr-defined]  # a session
        run.status, run.done = RunStatus.RUNNING, 2

    town.database.write(cut_off)
    assert simulate(town) == 1
    assert "Simulated: 4 times 60 cases" in ana.get(address).text
    with town.database.reading() as session:
        assert session.query(Job).filter_by(kind=JobKind.SIMULATION).count() == 0


def test_the_scenario_goes_out_as_a_file_and_comes_back(town: Town) -> None:
    ana = town.visitor("ana")
    address = begun(ana)
    data = ana.get(f"{address}/scenario.json").data
    sent = {"file": [(io.BytesIO(data.replace(b'"PEN"', b'"USD"')), "scenario.json")]}
    assert ana.post(f"{address}/scenario.json", sent).status_code == 303
    assert "USD" in ana.get(address).text
    broken = {"file": [(io.BytesIO(b'{"taks": {}}'), "scenario.json")]}
    answer = ana.post(f"{address}/scenario.json", broken)
    assert answer.status_code == 422
    assert "Is it “tasks”?" in answer.text


def test_a_published_scenario_of_prosimos_runs_unchanged_and_says_who_is_busy(town: Town) -> None:
    ana = town.visitor("ana")
    model, raw = loan()
    draft = draft_page(ana, write(model))
    address = ana.post(f"{draft}/what-ifs", {}).headers["Location"]

    def sent(scenario: object) -> dict[str, object]:
        return {"file": [(io.BytesIO(orjson.dumps(scenario)), "loan.json")]}

    refused = ana.post(f"{address}/scenario.json", sent(raw | {"multitask": {"type": "local"}}))
    assert refused.status_code == 422
    assert "multitask is not simulated here" in refused.text
    assert ana.post(f"{address}/scenario.json", sent(raw)).status_code == 303
    shown = simulated(town, ana, address)
    busy = re.findall(
        r'<th scope="row">officer</th><td class="number">6</td><td class="number">([\d.]+)%', shown
    )
    assert len(busy) == 1
    assert 1 < float(busy[0]) <= 100
    assert "assess" in shown


def test_a_draft_has_scenarios_of_its_own_and_they_can_be_thrown_away(town: Town) -> None:
    ana = town.visitor("ana")
    draft = draft_page(ana)
    assert f"{draft}/what-ifs" in ana.get(draft).text
    address = ana.post(f"{draft}/what-ifs", {}).headers["Location"]
    assert "As it is drawn" in ana.get(f"{draft}/what-ifs").text
    assert ana.post(f"{address}/discard", {}).headers["Location"] == f"{draft}/what-ifs"
    assert ana.get(address).status_code == 404


def test_only_an_analyst_simulates(town: Town) -> None:
    assert town.visitor("carla").get("/procedures/licence/what-ifs").status_code == 403


@pytest.mark.parametrize("cases", ["0", "-5", "x", "999999999999"])
def test_strange_settings_become_sane_ones(town: Town, cases: str) -> None:
    ana = town.visitor("ana")
    address = begun(ana)
    ana.post(f"{address}/runs", SMALL | {"cases": cases})
    with town.database.reading() as session:
        run = session.query(SimulationRun).one()
        assert 1 <= run.settings["cases"] <= 20_000
    town.clock.advance(days=1)
    assert town.clock() > run.asked_at + timedelta(hours=1)
