"""Starting a case and seeing where it stands."""

from engine.cases import Applicant, start_case
from engine.deployments import current_version, deploy, procedure_by_key
from engine.people import person_by_name
from tests.engine.office import diagram
from tests.webapp.conftest import FORMS, LICENCE, Town

ROSA: dict[str, object] = {"applicant_name": "Rosa Ñahui", "applicant_document": "41234567"}


def test_the_counter_starts_a_case_for_an_applicant(town_on_each: Town) -> None:
    carla = town_on_each.visitor("carla")
    answer = carla.post("/cases/start/licence", ROSA)
    assert answer.status_code == 303
    page = carla.get(answer.headers["Location"]).text
    assert "Rosa Ñahui (41234567)" in page
    assert "Receive the request" in page


def test_a_case_needs_an_applicant(town: Town) -> None:
    answer = town.visitor("carla").post("/cases/start/licence", {"applicant_document": "41234567"})
    assert answer.status_code == 422
    assert 'value="41234567"' in answer.text


def test_sending_the_same_form_twice_starts_one_case(town: Town) -> None:
    carla = town.visitor("carla")
    sent = {**ROSA, "idempotency_key": "once"}
    first = carla.post("/cases/start/licence", sent)
    again = carla.post("/cases/start/licence", sent)
    assert first.headers["Location"] == again.headers["Location"]


SHOPS = {
    "components": [
        {"type": "number", "key": "area", "label": "Area"},
        {"type": "text", "text": "Twice that is {{area * 2}}"},
        {"type": "dynamiclist", "path": "shops", "label": "Shops", "components": [
            {"type": "textfield", "key": "where", "label": "Where"}]},
    ]
}  # fmt: skip


def test_a_form_asked_the_same_again_is_shown_again(town: Town) -> None:
    drawing = LICENCE.replace(b'id="start"', b'id="start" e:formKey="first"')
    with town.database.transaction() as session:
        deploy(session, "licence", "Licence", drawing=drawing, model=drawing, process_id="p",
               forms={**FORMS, "first": SHOPS}, by=None, at=town.clock())  # fmt: skip
    carla = town.visitor("carla")
    typed = {
        **ROSA,
        "idempotency_key": "k",
        "area": "4",
        "_asked": ["area", "shops", "shops.0.where"],
        "_rows.shops": "1",
    }
    for where, more in (("/questions", {}), ("", {"_add": "shops"})):
        shown = [carla.post(f"/cases/start/licence{where}", typed | more) for _ in range(2)]
        for page in shown:
            assert page.status_code == 200
            assert "Twice that is 8" in page.text
            assert f'name="shops.{len(more)}.where"' in page.text
    done = [carla.post("/cases/start/licence", typed).headers["Location"] for _ in range(2)]
    assert done[0] == done[1]


def test_a_case_of_others_does_not_exist(town: Town) -> None:
    number = town.case()
    assert town.visitor("luis").get(f"/cases/{number}").status_code == 404
    assert town.visitor("luis").get(f"/cases/{number}/diagram.bpmn").status_code == 404
    assert number not in town.visitor("luis").get("/cases").text


def test_the_story_is_told_in_plain_words(town: Town) -> None:
    number = town.case()
    carla = town.visitor("carla")
    task = town.task(number)
    carla.post(f"/tasks/{task}/complete", {"shop": "Bodega", "choice.complete": "yes"})
    page = carla.get(f"/cases/{number}").text
    assert "“Receive the request” was completed" in page
    assert "“Inspect the shop” waits for somebody" in page
    assert "Bodega" in page


def test_the_story_says_its_days_and_leaves_none_to_be_counted_back(town: Town) -> None:
    number = town.case()
    opened = town.clock()
    for days, words in (
        (0, "today at"),
        (1, "yesterday at"),
        (5, f"{opened.day} {opened:%b %Y}, "),
    ):
        town.clock.advance(days=days)
        assert words in town.visitor("carla").get(f"/cases/{number}").text


def test_the_diagram_is_data_and_never_a_page(town: Town) -> None:
    answer = town.visitor("carla").get(f"/cases/{town.case()}/diagram.bpmn")
    assert answer.mimetype == "application/xml"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_name_that_is_markup_stays_text(town: Town) -> None:
    number = town.case("<img src=x onerror=alert(1)>")
    page = town.visitor("carla").get(f"/cases/{number}").text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_an_applicant_follows_the_own_case_and_no_other(town: Town) -> None:
    other = town.case("Somebody else")
    with town.database.transaction() as session:
        pedro = person_by_name(session, "pedro")
        assert pedro is not None
        version = current_version(session, procedure_by_key(session, "licence"))
        own = start_case(
            session,
            version,
            {},
            applicant=Applicant("Pedro", person_id=pedro.id),
            by=person_by_name(session, "carla"),
            at=town.clock(),
        ).number
    visitor = town.visitor("pedro")
    listed = visitor.get("/cases").text
    assert own in listed
    assert other not in listed
    assert "Receive the request" not in listed  # who holds it is told on its own page
    assert visitor.get(f"/cases/{own}", follow_redirects=True).status_code == 200
    assert visitor.get(f"/cases/{other}").status_code == 404


WAITS = diagram(
    '<startEvent id="start"/><parallelGateway id="fork"/><userTask id="read" name="Read"/>'
    '<intermediateCatchEvent id="paid" name="Payment"><messageEventDefinition messageRef="m"/>'
    '</intermediateCatchEvent><intermediateCatchEvent id="rest" name="Two days">'
    '<timerEventDefinition><timeDuration xsi:type="tFormalExpression">P2D</timeDuration>'
    '</timerEventDefinition></intermediateCatchEvent><intermediateCatchEvent id="heard" name="Alarm">'
    '<signalEventDefinition signalRef="g"/></intermediateCatchEvent><endEvent id="done"/>',
    flows="start>fork fork>read fork>paid fork>rest fork>heard read>done paid>done rest>done heard>done",
    roots='<message id="m" name="Paid"/><signal id="g" name="Fire"/>',
)


def test_what_no_person_does_is_said_beside_the_tasks(town: Town) -> None:
    with town.database.transaction() as session:
        deploy(session, "licence", "Licence", drawing=WAITS, model=WAITS, process_id="p",
               by=None, at=town.clock())  # fmt: skip
    page = town.visitor("carla").get(f"/cases/{town.case()}").text
    assert "Besides, it waits for what nobody here does" in page
    for words in ("the message “Paid”", "the signal “Fire”", "a time, up on "):
        assert words in page


def test_a_case_that_ended_with_an_error_says_so(town: Town) -> None:
    broken = diagram(
        '<startEvent id="start"/><endEvent id="bad"><errorEventDefinition/></endEvent>',
        flows="start>bad",
    )
    with town.database.transaction() as session:
        deploy(session, "licence", "Licence", drawing=broken, model=broken, process_id="p",
               by=None, at=town.clock())  # fmt: skip
    carla = town.visitor("carla")
    for page in (f"/cases/{town.case()}", "/cases?status=failed"):
        assert (
            '<span class="mark" data-tone="bad">ended with an error</span>' in carla.get(page).text
        )
