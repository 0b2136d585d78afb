"""A list to choose from may come from a data store that earlier cases filled."""

from engine.cases import Applicant, start_case
from engine.deployments import deploy, match_lanes
from engine.models import DataStore
from engine.people import office_named
from tests.webapp.conftest import LICENCE, Town

FORM = {
    "components": [
        {"type": "select", "key": "district", "label": "District", "valuesKey": "districts"},
        {
            "type": "radio",
            "key": "road",
            "label": "Road",
            "valuesExpression": "=for r in roads return r.name",
        },
    ]
}


def asked(town: Town) -> str:
    """The id of a task whose form chooses from two stores."""
    with town.database.transaction() as session:
        for name, value in (
            ("districts", ["Cusco", "Wanchaq"]),
            ("roads", [{"name": "Sol"}, {"name": "Grau"}]),
        ):
            session.add(DataStore(name=name, value=value, written_at=town.clock()))
        version = deploy(
            session,
            "stores",
            "Stores",
            drawing=LICENCE,
            model=LICENCE,
            process_id="p",
            forms={"receive": FORM},
            by=None,
            at=town.clock(),
        )
        counter = office_named(session, "Counter", at=town.clock()).id
        match_lanes(session, version.procedure, {"Counter": counter}, by=None, at=town.clock())
        case = start_case(
            session, version, {}, applicant=Applicant("Rosa"), by=None, at=town.clock()
        )
    return town.task(case.number)


def test_the_page_offers_what_the_stores_hold(town: Town) -> None:
    page = town.visitor("carla").get(f"/tasks/{asked(town)}").text
    for option in ("Cusco", "Wanchaq", "Sol", "Grau"):
        assert option in page


def test_only_what_a_store_holds_can_be_answered(town: Town) -> None:
    task, carla = asked(town), town.visitor("carla")
    sent = {"road": "Grau", "choice.complete": "yes", "_asked": ["district", "road"]}
    refused = carla.post(f"/tasks/{task}/complete", {**sent, "district": "Lima"})
    assert refused.status_code == 422
    done = carla.post(f"/tasks/{task}/complete", {**sent, "district": "Wanchaq"})
    assert done.status_code == 303
