"""The inbox: whose tasks, found how, and where one was when coming back."""

from tests.webapp.conftest import Town


def test_a_task_nobody_has_is_unassigned_and_of_the_office(town_on_each: Town) -> None:
    number = town_on_each.case()
    carla = town_on_each.visitor("carla")
    assert number in carla.get("/inbox?scope=unassigned").text
    assert number in carla.get("/inbox?scope=office").text
    assert number not in carla.get("/inbox").text


def test_another_office_does_not_see_it(town: Town) -> None:
    number = town.case()
    luis = town.visitor("luis")
    for scope in ("mine", "office", "unassigned", "all"):
        assert number not in luis.get(f"/inbox?scope={scope}").text


def test_a_task_of_another_office_does_not_exist_by_its_address(town: Town) -> None:
    task = town.task(town.case())
    luis = town.visitor("luis")
    assert luis.get(f"/tasks/{task}").status_code == 404
    assert luis.post(f"/tasks/{task}/claim").status_code == 404
    assert luis.post(f"/tasks/{task}/complete", {"shop": "x"}).status_code == 404


def test_searching_finds_by_number_and_by_name_without_accents(town: Town) -> None:
    rosa, juan = town.case("Rosa Ñahui"), town.case("Juan Quispe")
    carla = town.visitor("carla")
    by_name = carla.get("/inbox?scope=unassigned&q=nahui").text
    assert rosa in by_name
    assert juan not in by_name
    assert juan in carla.get(f"/inbox?scope=unassigned&q={juan}").text


def test_htmx_gets_only_the_list(town: Town) -> None:
    town.case()
    answer = town.visitor("carla").get(
        "/inbox?scope=unassigned&q=&due=",
        headers={"HX-Request": "true", "HX-Target": "section#list", "HX-Request-Type": "partial"},
    )
    assert "<html" not in answer.text
    assert "worklist" in answer.text
    assert answer.headers["HX-Push-Url"] == "/inbox?scope=unassigned"
    assert "HX-Request" in answer.headers["Vary"]


def test_the_list_is_as_it_was_on_coming_back(town: Town) -> None:
    task = town.task(town.case("Rosa Ñahui"))
    carla = town.visitor("carla")
    carla.get("/inbox?scope=unassigned&q=rosa")
    assert "/inbox?scope=unassigned&amp;q=rosa" in carla.get(f"/tasks/{task}").text


def test_a_hostile_query_is_an_empty_list_and_not_a_fault(town: Town) -> None:
    carla = town.visitor("carla")
    for query in (
        "sort=drop",
        "due=x",
        "q=%25_'\"<script>",
        "procedure='--",
        "task=1",
    ):
        answer = carla.get(f"/inbox?{query}")
        assert answer.status_code == 200, query
        assert "<script>" not in answer.text.replace("<script src", "")
    assert carla.get("/inbox?after=rubbish").status_code == 400


def test_pages_follow_each_other_and_lead_back(town: Town) -> None:
    numbers = [town.case(f"Applicant {at}") for at in range(55)]
    carla = town.visitor("carla")
    first = carla.get("/inbox?scope=unassigned").text
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = carla.get(following).text
    seen = [(number in first, number in second) for number in numbers]
    assert all(one != other for one, other in seen)
    back = second.split('rel="prev" href="')[1].split('"')[0].replace("&amp;", "&")
    again = carla.get(back).text
    assert [number in again for number in numbers] == [number in first for number in numbers]


def test_another_procedure_brings_its_tasks_and_leaves_the_filters_of_the_old_one(
    town: Town,
) -> None:
    number = town.case()
    carla = town.visitor("carla")
    asked = "/inbox?scope=office&procedure=licence&kind=elsewhere&f=trade~is~bakery"
    narrow = carla.get(asked, headers={"HX-Request": "true", "HX-Target": "div#narrow"})
    assert "Receive the request</option>" in narrow.text
    assert "bakery" not in narrow.text
    assert "<html" not in narrow.text
    assert number in carla.get(asked).text


def test_a_number_of_days_counts_only_where_it_is_asked_for(town: Town) -> None:
    number = town.case()  # due at no time
    carla = town.visitor("carla")
    assert number in carla.get("/inbox?scope=office&due=&days=3").text
    for asked in ("due=days&days=3", "days=3"):
        assert number not in carla.get(f"/inbox?scope=office&{asked}").text
