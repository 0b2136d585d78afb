"""The analyst's walk in a real browser: upload, see what is wrong, publish, match lanes; change a rule."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from designer.library import publish_folder
from engine.people import all_offices, person_by_name, set_offices
from tests.clock import START
from tests.e2e.conftest import PHONE, LiveServer

FOLDER = Path(__file__).resolve().parents[2] / "processes" / "licencia-funcionamiento"

PERMIT = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
 xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="d" targetNamespace="urn:t">
<process id="permit" name="Permiso de poda">
<laneSet id="ls"><lane id="l1" name="Ventanilla"><flowNodeRef>start</flowNodeRef><flowNodeRef>receive</flowNodeRef></lane>
<lane id="l2" name="Áreas Verdes"><flowNodeRef>look</flowNodeRef><flowNodeRef>which</flowNodeRef><flowNodeRef>done</flowNodeRef></lane></laneSet>
<startEvent id="start"/><userTask id="receive" name="Recibir"/><userTask id="look" name="Inspeccionar el árbol"/>
<exclusiveGateway id="which" name="¿Procede?"/><endEvent id="done" name="Otorgado"/>
<sequenceFlow id="f1" sourceRef="start" targetRef="receive"/><sequenceFlow id="f2" sourceRef="receive" targetRef="look"/>
<sequenceFlow id="f3" sourceRef="look" targetRef="which"/><sequenceFlow id="f4" name="sí" sourceRef="which" targetRef="done"/>
<sequenceFlow id="f5" name="falta algo" sourceRef="which" targetRef="receive"/>
</process>
<bpmndi:BPMNDiagram id="di"><bpmndi:BPMNPlane id="pl" bpmnElement="permit">
<bpmndi:BPMNShape id="s1" bpmnElement="start"><dc:Bounds x="100" y="100" width="36" height="36"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="s2" bpmnElement="receive"><dc:Bounds x="200" y="80" width="100" height="80"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="s3" bpmnElement="look"><dc:Bounds x="360" y="80" width="100" height="80"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="s4" bpmnElement="which"><dc:Bounds x="520" y="95" width="50" height="50"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="s5" bpmnElement="done"><dc:Bounds x="640" y="102" width="36" height="36"/></bpmndi:BPMNShape>
<bpmndi:BPMNEdge id="e1" bpmnElement="f1"><di:waypoint x="136" y="118"/><di:waypoint x="200" y="118"/></bpmndi:BPMNEdge>
<bpmndi:BPMNEdge id="e2" bpmnElement="f2"><di:waypoint x="300" y="120"/><di:waypoint x="360" y="120"/></bpmndi:BPMNEdge>
<bpmndi:BPMNEdge id="e3" bpmnElement="f3"><di:waypoint x="460" y="120"/><di:waypoint x="520" y="120"/></bpmndi:BPMNEdge>
<bpmndi:BPMNEdge id="e4" bpmnElement="f4"><di:waypoint x="570" y="120"/><di:waypoint x="640" y="120"/></bpmndi:BPMNEdge>
<bpmndi:BPMNEdge id="e5" bpmnElement="f5"><di:waypoint x="545" y="145"/><di:waypoint x="545" y="220"/><di:waypoint x="250" y="220"/><di:waypoint x="250" y="160"/></bpmndi:BPMNEdge>
</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>""".encode()  # noqa: E501  a drawing's lines are long

Pages = Callable[..., Page]
SignIn = Callable[[Page, str], None]
Check = Callable[[Page], None]


def choose(page: Page, name: str, data: bytes) -> None:
    """Choose a file as a person would."""
    page.locator("#files").set_input_files(
        FilePayload(name=name, mimeType="application/xml", buffer=data)
    )


def test_an_analyst_uploads_sees_publishes_and_matches_lanes(
    page: Page, sign_in: SignIn, no_barriers: Check
) -> None:
    sign_in(page, "ana")
    page.goto("/drafts")
    no_barriers(page)
    choose(page, "poda.bpmn", PERMIT)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/drafts/*")
    expect(page.locator("[data-state=drawn]")).to_be_visible()
    no_barriers(page)

    problem = page.locator(".remarks a[data-element=which]").first
    problem.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".djs-element.lit[data-element-id=which]")).to_be_visible()

    page.get_by_role("navigation", name="Show only").get_by_role("link", name="Repairs").click()
    expect(page.locator(".remarks li[data-kind=repair]").first).to_be_visible()
    expect(page.locator(".remarks li[data-kind=warning]")).to_have_count(0)
    assert "show=repair" in page.url

    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("2 lanes have no office yet")).to_be_visible()
    no_barriers(page)
    page.get_by_label("Office for “Ventanilla”").select_option(label="Mesa de partes")
    page.get_by_label("or a new one Áreas Verdes").fill("Áreas Verdes")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Every lane has its office.")).to_be_visible()

    page.goto("/procedures")
    no_barriers(page)
    page.get_by_role("link", name="Permiso de poda").click()
    expect(page.locator("[data-state=drawn]")).to_be_visible()
    no_barriers(page)


def test_a_broken_file_is_explained_on_a_phone_without_scripts(
    open_page: Pages, sign_in: SignIn
) -> None:
    page = open_page(viewport=PHONE, scripts=False)
    sign_in(page, "ana")
    page.goto("/drafts")
    choose(page, "roto.bpmn", PERMIT[:900])
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".remarks")).to_contain_text("line")
    expect(page.get_by_role("button", name="Publish")).to_be_disabled()


def test_a_rule_is_said_in_words_and_tried(page: Page, sign_in: SignIn, no_barriers: Check) -> None:
    sign_in(page, "ana")
    page.goto("/drafts")
    with_field = PERMIT.replace(
        b'<userTask id="look" name="Inspeccionar el \xc3\xa1rbol"/>',
        b'<userTask id="look" name="Inspeccionar" xmlns:camunda="http://camunda.org/schema/1.0/bpmn">'
        b'<extensionElements><camunda:formData><camunda:formField id="altura" label="Altura" type="long"/>'
        b"</camunda:formData></extensionElements></userTask>",
    )
    choose(page, "poda.bpmn", with_field)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/drafts/*")
    page.get_by_role("link", name="Change sí").click()
    page.get_by_label("What is compared").select_option(label="Altura")
    page.get_by_label("How", exact=True).select_option(label="is less than")
    page.get_by_label("With what").fill("8")
    page.get_by_role("button", name="Try it").click()
    page.get_by_label("Altura").last.fill("12")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("It does not hold")).to_be_visible()
    no_barriers(page)
    page.get_by_role("button", name="Keep the rule").click()
    expect(page.locator("section:has(#rules)")).to_contain_text("altura < 8")
    page.get_by_role("link", name="Change sí").click()
    page.get_by_role("button", name="Let a person choose").click()
    expect(page.locator("section:has(#rules)")).to_contain_text("a person chooses")


@pytest.fixture
def licence(live_server: LiveServer) -> LiveServer:
    """The sample procedure, published from its folder; carlos works in every office there is."""
    with live_server.database.transaction() as session:
        publish_folder(session, FOLDER, by=None, at=START)
        carlos = person_by_name(session, "carlos")
        assert carlos is not None
        set_offices(session, carlos, [office.id for office in all_offices(session)])
    return live_server


def register_case(page: Page, applicant: str) -> str:
    """Start a case of a small shop and register it; what the case page says afterwards."""
    page.goto("/cases/start/licencia-funcionamiento")
    page.locator("[name=applicant_name]").fill(applicant)
    page.locator("main form button.primary").click()
    page.wait_for_url(lambda url: "/start/" not in url)
    case = page.url
    page.get_by_role("link", name="Registrar y revisar la solicitud").click()
    page.get_by_label("Nombre comercial").fill("Bodega Rosa")
    page.get_by_label("Dirección").fill("Jr. Ayacucho 123")
    page.locator("[name=giro]").select_option("bodega")
    page.get_by_label("Área del local").fill("48")
    page.get_by_label("Aforo").fill("12")
    page.locator("[name=declaracion_jurada]").check()
    page.get_by_role("button", name="Complete").click()
    expect(page.get_by_role("status").first).to_contain_text("is done")
    page.goto(case)
    return page.locator("section:has(#now)").inner_text()


def test_a_rule_changed_on_the_page_sends_the_next_case_the_other_way(
    licence: LiveServer, open_page: Pages, sign_in: SignIn, no_barriers: Check
) -> None:
    clerk, analyst = open_page(), open_page()
    sign_in(clerk, "carlos")
    assert "Emitir la licencia" in register_case(clerk, "Rosa Ñahui")

    sign_in(analyst, "ana")
    analyst.goto("/procedures/licencia-funcionamiento")
    analyst.get_by_role("button", name="Change it").click()
    analyst.get_by_role("link", name="Nivel de riesgo", exact=True).click()
    analyst.get_by_label("Rule 2, Área (m²)").fill("> 40")
    analyst.get_by_role("button", name="Keep the table").last.click()
    expect(analyst.get_by_text("The table is kept.")).to_be_visible()
    no_barriers(analyst)
    analyst.get_by_role("link", name="Licencia de funcionamiento").click()
    analyst.get_by_role("button", name="Publish").click()
    expect(analyst.get_by_text("1 open case stays on version 1")).to_be_visible()

    assert "Inspeccionar antes de otorgar" in register_case(clerk, "Juan Quispe")
