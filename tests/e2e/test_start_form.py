"""A start form that reacts, answered at the counter: nothing that was typed is lost, with scripts and without."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import PHONE, WIDE

DRAWING = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:c="http://camunda.org/schema/1.0/bpmn"
 id="d" targetNamespace="urn:t"><process id="shop" name="Shop licence" isExecutable="true">
<startEvent id="s" c:formKey="request"/><userTask id="look" name="Look at it"/><endEvent id="e"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="look"/><sequenceFlow id="f2" sourceRef="look" targetRef="e"/>
</process></definitions>"""
FORM = {
    "id": "request",
    "components": [
        {"type": "textfield", "key": "name", "label": "Sign", "validate": {"required": True}},
        {"type": "checkbox", "key": "corner", "label": "At a corner"},
        {"type": "textfield", "key": "street", "label": "Second street",
         "conditional": {"hide": "=not(corner)"}, "validate": {"required": "=corner"}},
        {"type": "dynamiclist", "path": "owners", "label": "Owners",
         "components": [{"type": "textfield", "key": "who", "label": "Who"}]},
        {"type": "filepicker", "key": "plan", "label": "Plan", "accept": ".pdf", "multiple": "=corner"},
    ],
}  # fmt: skip


def pdf(name: str, content: bytes = b"%PDF-1.7 plan") -> FilePayload:
    return FilePayload(name=name, mimeType="application/pdf", buffer=content + name.encode())


def publish(page: Page) -> None:
    """Upload the drawing and its form, and publish them for the counter."""
    page.goto("/drafts")
    drawing = FilePayload(name="shop.bpmn", mimeType="application/xml", buffer=DRAWING)
    page.locator("#files").set_input_files(drawing)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/drafts/*")
    form = FilePayload(name="r.form", mimeType="application/json", buffer=json.dumps(FORM).encode())
    page.get_by_label("Add or replace").set_input_files(form)
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Publish").click()
    page.get_by_label("Office for").first.select_option(label="Mesa de partes")
    page.get_by_role("button", name="Save").click()


@pytest.mark.parametrize(("size", "scripts"), [(WIDE, True), (PHONE, False)], ids=["js", "no js"])
def test_a_start_form_keeps_what_was_typed_through_every_turn(
    page: Page,
    open_page: Callable[..., Page],
    sign_in: Callable[[Page, str], None],
    no_barriers: Callable[[Page], None],
    size: dict[str, int],
    scripts: bool,
) -> None:
    sign_in(page, "ana")
    publish(page)
    clerk = open_page(viewport=size, scripts=scripts)
    sign_in(clerk, "carlos")
    clerk.goto("/cases/start/shop-licence")
    send = clerk.get_by_role("button", name="Start the case")
    street, plan = clerk.get_by_label("Second street"), clerk.get_by_label("Plan", exact=True)
    clerk.get_by_label("Name of the person or firm").fill("Rosa")
    clerk.get_by_label("Sign").fill("Bodega")
    if scripts:  # ticked, unticked and ticked again: the same question is asked twice
        for is_ticked in (True, False, True):
            clerk.get_by_label("At a corner").set_checked(is_ticked)
            expect(street).to_have_count(int(is_ticked))
        plan.set_input_files([pdf("a.pdf"), pdf("b.pdf")])
        clerk.get_by_label("Who").fill("Ana")
        clerk.get_by_label("Sign").focus()
    else:
        clerk.get_by_label("At a corner").check()
        plan.set_input_files(pdf("a.pdf"))
        send.click()
        expect(clerk.get_by_role("status").first).to_contain_text("bring up more questions")
        plan.set_input_files(pdf("lie.pdf", b"MZ\x90\x00 a program "))
        street.fill("Sol")
        send.click()
        expect(clerk.get_by_role("alert")).to_contain_text("“lie.pdf” is not of a kind")
        plan.set_input_files(pdf("b.pdf"))
    street.fill("Sol")
    for _ in range(2):
        before = clerk.get_by_label("Who").count()
        clerk.get_by_role("button", name="Add another").click()
        expect(clerk.get_by_label("Who")).to_have_count(before + 1)
    if scripts:  # axe is one
        no_barriers(clerk)
    expect(clerk.get_by_label("Sign")).to_have_value("Bodega")
    send.click()
    clerk.wait_for_url(lambda url: "/start/" not in url)
    known = clerk.get_by_role("main")
    for words in ("Bodega", "Sol", "a.pdf, b.pdf"):
        expect(known).to_contain_text(words)
