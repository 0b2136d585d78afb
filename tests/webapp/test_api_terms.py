"""The law's clock over `/api/v1`: the same rules, permissions and refusals as on the pages."""

from sqlalchemy import select

from engine.models import Task, TaskKey
from tests.webapp.conftest import Town
from tests.webapp.test_api import Machine
from tests.webapp.test_terms import permit

STATED = {"items": [{"requirement_key": "plan", "text": "Sign it."}]}


def test_a_notice_is_stated_once_corrected_item_by_item_and_handed_in(town_on_each: Town) -> None:
    town = town_on_each
    number = permit(town, "positive_silence")
    luis, at = Machine(town, "luis"), f"/cases/{number}"
    once = {"Idempotency-Key": "n-1"}
    given = luis.post(f"{at}/notices", STATED, **once)
    assert given.status_code == 201, given.text
    assert luis.post(f"{at}/notices", STATED, **once).json == given.json
    (notice,) = given.json["notices"]
    assert (notice["correct_by"], notice["items"][0]["text"]) == ("2026-01-07", "Sign it.")
    assert given.json["clock"]["state"] == "notice"
    early = luis.post(f"{at}/corrections")
    assert (early.status_code, "Still to be corrected" in early.text) == (422, True)
    answered = luis.post(f"{at}/corrections/1", {"text": "Signed."})
    assert answered.json["notices"][0]["items"][0]["correction"] == "Signed."
    assert luis.post(f"{at}/corrections/9", {"text": "Signed."}).status_code == 404
    done = luis.post(f"{at}/corrections")
    assert (done.json["clock"]["state"], done.json["notices"][0]["outcome"]) == (
        "running",
        "corrected",
    )
    second = luis.post(f"{at}/notices", STATED)
    assert (second.status_code, "once, in one act" in second.json["detail"]) == (409, True)
    risky = luis.post(f"{at}/notices", {**STATED, "override_reason": "a judge asks"})
    assert risky.json["notices"][1]["override_reason"] == "a judge asks"


def test_the_clock_is_stopped_for_a_reason_the_law_allows_and_goes_on(town: Town) -> None:
    number = permit(town, "positive_silence")
    luis, at = Machine(town, "luis"), f"/cases/{number}"
    kind = luis.get(f"{at}/term").json["suspensions_allowed"][0]
    unknown = luis.post(f"{at}/suspension", {"kind": "holiday", "reason": "sun"})
    assert (unknown.status_code, kind in unknown.json["detail"]) == (422, True)
    assert luis.post(f"{at}/suspension", {"kind": kind, "reason": ""}).status_code == 422
    stopped = luis.post(f"{at}/suspension", {"kind": kind, "reason": "asked SUNARP", "days": 2})
    assert stopped.status_code == 201, stopped.text
    assert stopped.json["clock"]["stands_still_why"] == kind
    assert luis.post(f"{at}/suspension", {"kind": kind, "reason": "again"}).status_code == 409
    longer = luis.post(f"{at}/suspension/longer", {"reason": "they asked for time"})
    assert longer.json["suspensions"][0]["is_extended"] is True
    went_on = luis.post(f"{at}/suspension/end")
    assert went_on.json["clock"]["stands_still_why"] is None
    assert luis.post(f"{at}/suspension/end").status_code == 409


def test_a_task_gets_the_days_the_law_adds_and_is_found_by_its_new_date(town: Town) -> None:
    number = permit(town, "positive_silence", clock={"tasks": {"check": "report"}})
    luis = Machine(town, "luis")
    (one,) = luis.get(f"/cases/{number}/term").json["extendable_tasks"]
    path = f"/cases/{number}/tasks/{one['task'].partition('-')[2]}/longer"
    assert luis.post(path, {"reason": "the plan is long"}).json["extendable_tasks"] == []
    assert luis.post(path, {"reason": "longer still"}).status_code == 422
    with town.database.reading() as session:
        due = session.scalars(select(Task.due_order)).all()
        assert set(session.scalars(select(TaskKey.due_order))) == set(due)


def test_a_request_is_withdrawn_at_the_counter_once(town: Town) -> None:
    number = permit(town, "positive_silence")
    luis = Machine(town, "luis")
    assert luis.post(f"/cases/{number}/withdrawal").json["clock"]["state"] == "stopped"
    assert luis.post(f"/cases/{number}/withdrawal").status_code in (403, 409)
    assert luis.post(f"/cases/{number}/abandonment").status_code == 403


def test_who_may_not_touch_the_clock_on_the_pages_may_not_by_machine(town: Town) -> None:
    number = permit(town, "positive_silence")
    carla, pedro, ana = (Machine(town, name) for name in ("carla", "pedro", "ana"))
    assert carla.post(f"/cases/{number}/notices", STATED).status_code == 404  # another office's
    assert pedro.post(f"/cases/{number}/withdrawal").status_code == 403  # has a window of his own
    assert ana.post(f"/cases/{number}/notices", STATED).status_code == 403  # an analyst only reads
