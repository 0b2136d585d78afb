"""Working together in pages: many at once, undo, comments, opinions, absences, errands, saved filters, rules."""

import re

from engine.deployments import procedure_by_key
from engine.people import all_offices
from tests.webapp.conftest import Town


def test_a_deed_on_many_tells_what_became_of_each(town: Town) -> None:
    free = town.task(town.case())
    carla = town.visitor("carla")
    said = carla.post("/inbox/bulk", {"tasks": [free, "1-2"], "action": "claim"})
    assert said.status_code == 200
    assert "1 of 2 done." in said.text
    assert f"/tasks/{free}" in carla.get("/inbox").text
    again = carla.post("/inbox/bulk", {"tasks": [free], "action": "complete"})
    assert "0 of 1 done." in again.text  # its form has to be answered
    assert carla.post("/inbox/bulk", {"action": "claim"}).status_code == 200


def test_what_was_completed_by_mistake_is_undone(town: Town) -> None:
    task = town.task(town.case())
    carla = town.visitor("carla")
    done = carla.post(f"/tasks/{task}/complete", {"shop": "Don Pepe", "choice.complete": "yes"})
    assert done.status_code == 303
    page = carla.get(done.headers["Location"], follow_redirects=True).text
    assert f"/together/tasks/{task}/undo" in page
    undone = carla.post(f"/together/tasks/{task}/undo")
    assert undone.headers["Location"] == f"/tasks/{task}"
    assert "Don Pepe" in carla.get(f"/tasks/{task}").text
    assert carla.post(f"/together/tasks/{task}/undo").status_code == 409


def test_a_comment_stands_on_the_task_and_on_the_case(town: Town) -> None:
    number = town.case()
    task = town.task(number)
    carla = town.visitor("carla")
    case_id = task.partition("-")[0]
    said = carla.post(f"/together/{case_id}/comments", {"text": "Call @nobody <b>", "task": task})
    assert said.status_code == 303
    page = carla.get(f"/tasks/{task}").text
    assert "Call @nobody &lt;b&gt;" in page
    assert "@nobody" in page.split("Not told")[1]
    assert "Call @nobody" in carla.get(f"/cases/{number}").text
    assert (
        town.visitor("luis")
        .post(f"/together/{case_id}/comments", {"text": "x", "task": task})
        .status_code
        == 404
    )


def test_an_opinion_is_asked_for_until_a_day_as_people_say_it(town: Town) -> None:
    task = town.task(town.case())
    carla, case_id = town.visitor("carla"), task.partition("-")[0]
    with town.database.reading() as session:
        office = next(one.id for one in all_offices(session) if one.name == "Licences")
    asked = {"office": office, "question": "Is it safe?", "days": "3", "task": task}
    done = carla.post(f"/together/{case_id}/opinions", asked)
    page = carla.get(done.headers["Location"]).text
    due = re.search(r"it is due on ([^.<]+)", page)
    assert due is not None
    assert re.fullmatch(r"\d{1,2} [A-Z][a-z]{2} \d{4}", due[1]), due[1]
    assert "Is it safe?" in town.visitor("luis").get("/inbox").text


def test_who_only_draws_or_keeps_it_running_reads_of_a_case_what_is_addressed_to_them(
    town: Town,
) -> None:
    number = town.case()
    task = town.task(number)
    case_id = task.partition("-")[0]
    carla, luis, oscar = town.visitor("carla"), town.visitor("luis"), town.visitor("oscar")
    with town.database.reading() as session:
        office = next(one.id for one in all_offices(session) if one.name == "Licences")
    asked = {"office": office, "question": "Is Rosa ill?", "days": "3", "task": task}
    carla.post(f"/together/{case_id}/opinions", asked)
    luis.post(f"/together/{case_id}/opinions/1", {"answer": "Yes, her mother says."})
    for said in ("Rosa rang.", "@oscar, does the printer work?"):
        carla.post(f"/together/{case_id}/comments", {"text": said, "task": task})
    oscar.post(f"/together/{case_id}/comments", {"text": "It does.", "number": number})
    written = {"Rosa rang.", "Is Rosa ill?", "Yes, her mother says."}
    case, opinion = f"/cases/{number}", f"/together/{case_id}/opinions/1"
    told = carla.get(case).text + carla.get(opinion).text
    assert {one for one in written if one not in told} == set()
    told = oscar.get(case).text + oscar.get(opinion).text
    assert {one for one in written if one in told} == set()
    assert "@oscar, does the printer work?" in told
    assert "It does." in told
    assert "Y•••" in told


def test_a_view_is_kept_and_found_again(town: Town) -> None:
    town.case()
    carla = town.visitor("carla")
    kept = carla.post("/inbox/filters", {"name": "Late", "state": "/inbox?scope=all&due=overdue"})
    assert kept.headers["Location"] == "/inbox?scope=all&due=overdue"
    assert "Late" in carla.get("/inbox").text
    assert "Late" not in town.visitor("luis").get("/inbox").text


def test_a_view_takes_the_place_of_another_only_when_that_is_said(town: Town) -> None:
    carla, other = town.visitor("carla"), {"name": "Late", "state": "/inbox?scope=all&due=today"}
    carla.post("/inbox/filters", {"name": "Late", "state": "/inbox?scope=all&due=overdue"})
    asked = carla.post("/inbox/filters", other)
    assert asked.status_code == 409
    assert 'value="/inbox?scope=all&amp;due=today"' in asked.text
    assert "/inbox?scope=all&amp;due=overdue" in carla.get("/inbox").text
    assert carla.post("/inbox/filters", {**other, "replace": "1"}).status_code == 303
    assert "/inbox?scope=all&amp;due=today" in carla.get("/inbox").text


def test_the_list_is_filtered_by_a_case_field_and_shows_columns(town: Town) -> None:
    small, large = town.case("Small"), town.case("Large")
    carla = town.visitor("carla")
    for number, area in ((small, "20"), (large, "200")):
        answers = {"shop": "A", "area": area, "choice.complete": "yes"}
        carla.post(f"/tasks/{town.task(number)}/complete", answers)
    luis = town.visitor("luis")
    asked = "/inbox?scope=all&procedure=licence&col=area"
    both = luis.get(asked).text
    assert "Area in square metres: <b>200</b>" in both
    some = luis.get(f"{asked}&fn=area&fc=at_least&fv=100").text
    assert large in some
    assert small not in some
    assert "Area in square metres ≥ 100" in some


def test_the_next_one_is_taken(town: Town) -> None:
    task = town.task(town.case())
    carla = town.visitor("carla")
    assert carla.post("/inbox/take").headers["Location"] == f"/tasks/{task}"
    assert carla.post("/inbox/take").headers["Location"].startswith("/inbox")


def test_the_bell_is_not_sent_again_while_nothing_changed(town: Town) -> None:
    carla = town.visitor("carla")
    first = carla.get("/desk/bell")
    assert first.status_code == 200
    again = carla.get("/desk/bell", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.text) == (304, "")


def test_what_was_typed_of_an_absence_stays_when_its_days_are_refused(town: Town) -> None:
    carla = town.visitor("carla")
    page = carla.get("/desk/absences").text
    chosen = re.findall(r'name="procedures" value="(\d+)"', page)[0]
    sent = {"from": "2026-03-02", "until": "2026-03-01", "procedures": chosen}
    refused = carla.post("/desk/absences", sent)
    assert refused.status_code == 422
    assert f'name="procedures" value="{chosen}" checked' in refused.text


def test_who_stands_in_reads_whose_task_it_was(town: Town) -> None:
    task = town.task(town.case())
    carla, teo = town.visitor("carla"), town.visitor("teo")
    carla.post(f"/tasks/{task}/claim")
    sent = {"from": "2026-03-02", "until": "2026-03-03", "delegate": str(town.person("teo").id)}
    assert carla.post("/desk/absences", sent).status_code == 303
    page = teo.get(f"/tasks/{task}").text
    name = town.person("carla").full_name
    assert f"{name} had it." in page
    assert "Nobody works on this yet" not in page
    listed = teo.get("/desk/absences").text
    assert f"{town.person('teo').full_name} stands in" in listed
    assert "/end" not in listed


def test_an_errand_said_to_be_done_by_mistake_is_open_again(town: Town) -> None:
    carla = town.visitor("carla")
    me = str(town.person("carla").id)
    refused = carla.post("/desk/errands", {"title": " ", "person": me})
    assert f'<option value="{me}" selected>' in refused.text
    carla.post("/desk/errands", {"title": "Order paper", "person": me})
    finish = re.findall(r'action="(/desk/errands/\d+/finish)"', carla.get("/desk/errands").text)[0]
    answer = carla.post(finish)
    page = carla.get(answer.headers["Location"]).text
    assert "“Order paper” is done." in page
    reopen = finish.replace("finish", "reopen")
    assert f'action="{reopen}"' in page
    assert f'action="{finish}"' not in page
    again = carla.get(carla.post(reopen).headers["Location"]).text
    assert "“Order paper” is open again." in again
    assert f'action="{finish}"' in again


def test_an_absence_and_an_errand_are_written_down(town: Town) -> None:
    carla = town.visitor("carla")
    bad = carla.post("/desk/absences", {"from": "2026-03-02", "until": "2026-03-01"})
    assert bad.status_code == 422
    good = carla.post("/desk/absences", {"from": "2026-03-02", "until": "2026-03-03"})
    assert good.status_code == 303
    assert "nobody stands in" in carla.get("/desk/absences").text
    assert carla.post("/desk/errands", {"title": "Order paper"}).status_code == 422


def test_an_analyst_says_who_does_a_task(town: Town) -> None:
    ana = town.visitor("ana")
    address = "/procedures/licence/1/tasks/inspect"
    assert ana.get(address).status_code == 200
    wrong = ana.post(address, {"strategy": "same_as", "weight": "1"})
    assert wrong.status_code == 422
    said = {"strategy": "same_as", "same_as": "receive", "four_eyes": "receive", "weight": "2"}
    assert ana.post(address, said).status_code == 303
    assert 'value="receive" selected' in ana.get(address).text
    assert town.visitor("carla").get(address).status_code == 403
    assert ana.get("/procedures/licence/1/tasks/nothing").status_code == 404


def test_who_must_not_do_it_stays_said_where_a_version_lacks_the_task(town: Town) -> None:
    ana = town.visitor("ana")
    address = "/procedures/licence/1/tasks/inspect"
    with town.database.transaction() as session:
        kept = {"inspect": {"four_eyes": ["of-another-version"]}}
        procedure_by_key(session, "licence").task_rules = kept
    shown = ana.get(address).text
    assert "of-another-version (not in this version)" in shown
    (ticked,) = re.findall(r'name="four_eyes" value="([^"]+)" checked', shown)
    ana.post(address, {"four_eyes": ticked, "weight": "2"})
    with town.database.reading() as session:
        rules = procedure_by_key(session, "licence").task_rules
        assert (rules or {})["inspect"]["four_eyes"] == ["of-another-version"]
