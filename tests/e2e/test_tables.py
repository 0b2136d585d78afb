"""The analyst lets rules decide, in a browser: a rule in words, a table before a gateway, why a case went so."""

from collections.abc import Callable

from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import PHONE

SHOP = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:c="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="urn:t">
<process id="shop" name="Shop licence"><startEvent id="start"/>
<userTask id="receive" name="Register the request"><extensionElements><c:formData>
<c:formField id="area" label="Area" type="long"/>
<c:formField id="giro" label="Business" type="enum"><c:value id="bodega" name="Corner shop"/><c:value id="taller" name="Workshop"/></c:formField>
<c:formField id="corner" label="At a corner" type="boolean"/></c:formData></extensionElements></userTask>
<exclusiveGateway id="which" name="How is it inspected?"/>
<userTask id="visit" name="Visit the shop"/><userTask id="desk" name="Check the papers"/><endEvent id="a"/><endEvent id="b"/>
<sequenceFlow id="f1" sourceRef="start" targetRef="receive"/><sequenceFlow id="f2" sourceRef="receive" targetRef="which"/>
<sequenceFlow id="f3" name="on site" sourceRef="which" targetRef="visit"/><sequenceFlow id="f4" name="at the desk" sourceRef="which" targetRef="desk"/>
<sequenceFlow id="f5" sourceRef="visit" targetRef="a"/><sequenceFlow id="f6" sourceRef="desk" targetRef="b"/>
</process></definitions>"""  # noqa: E501  a drawing's lines are long

Pages = Callable[..., Page]
SignIn = Callable[[Page, str], None]
Check = Callable[[Page], None]


def upload(page: Page) -> str:
    """Upload the drawing; the address of its draft."""
    page.goto("/drafts")
    page.locator("#files").set_input_files(
        FilePayload(name="shop.bpmn", mimeType="application/xml", buffer=SHOP)
    )
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/drafts/*")
    return page.url


def make_table(page: Page) -> None:
    """Let a table over the area decide at the gateway."""
    page.get_by_role("link", name="Decide by a table").click()
    page.get_by_label("Name of the table").fill("Kind of inspection")
    page.get_by_label("Area").check()
    page.get_by_role("button", name="Make the table").click()
    expect(page.get_by_text("The table is made.")).to_be_visible()


def keep(page: Page) -> None:
    """Keep the table as it stands."""
    page.get_by_role("button", name="Keep the table").last.click()
    expect(page.get_by_text("The table is kept.")).to_be_visible()


def count(page: Page, words: str) -> None:
    """Say what happens when several rules apply."""
    page.get_by_text("Columns and how rules count").click()
    page.get_by_label("When several rules apply").select_option(label=words)


def fill_in(page: Page) -> None:
    """Workshops of more than a hundred square metres on site, everything else at the desk; only one may apply."""
    page.get_by_label("Rule 1, Area").fill("> 100")
    page.get_by_label("Rule 1, Kind of inspection").select_option(label="on site")
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_label("Rule 2, Kind of inspection").select_option(label="at the desk")
    page.get_by_text("Columns and how rules count").click()
    page.get_by_label("New column that compares").select_option(label="Business")
    page.get_by_role("button", name="Add the column").click()
    expect(page.get_by_label("New column that compares")).to_be_visible()
    page.get_by_label("Rule 1, Business").fill("taller")
    page.get_by_label("When several rules apply").select_option(label="Only one rule may apply")
    keep(page)
    expect(page.get_by_label("Rule 1, Business")).to_have_value('"taller"')


def test_a_rule_of_two_comparisons_one_of_which_is_a_choice(
    page: Page, sign_in: SignIn, no_barriers: Check
) -> None:
    sign_in(page, "ana")
    upload(page)
    page.get_by_role("link", name="Change on site").click()
    page.get_by_label("What is compared").select_option(label="Area")
    page.get_by_label("How", exact=True).select_option(label="is more than")
    page.get_by_label("With what").fill("100")
    page.get_by_role("button", name="Or another comparison instead of this").click()
    second = page.get_by_role("group", name="Comparison 2")
    second.get_by_label("What is compared").select_option(label="Business")
    second.get_by_label("With what").fill("taller")
    page.get_by_role("button", name="Add a comparison").click()
    third = page.get_by_role("group", name="Comparison 3")
    third.get_by_label("What is compared").select_option(label="At a corner")
    third.get_by_label("With what").fill("true")
    page.get_by_role("button", name="Keep the rule").click()
    expect(page.locator("section:has(#rules)")).to_contain_text(
        '(area > 100 or giro = "taller") and corner = true'
    )
    page.get_by_role("link", name="Change on site").click()
    expect(page.get_by_label("With what")).to_have_count(3)
    no_barriers(page)


def test_a_table_before_a_gateway_decides_a_case_and_says_why(
    page: Page, open_page: Pages, sign_in: SignIn, no_barriers: Check
) -> None:
    sign_in(page, "ana")
    draft = upload(page)
    page.get_by_role("link", name="Decide by a table").click()
    no_barriers(page)
    page.goto(draft)
    make_table(page)
    no_barriers(page)
    fill_in(page)
    expect(page.get_by_text("Rules 1, 2 both apply when Area = 101")).to_be_visible()
    page.get_by_role("link", name="Try this one").click()
    expect(page.get_by_text("No answer.")).to_be_visible()
    expect(page.get_by_text("applies", exact=True)).to_have_count(2)
    count(page, "The first rule that applies counts")
    no_barriers(page)
    keep(page)
    expect(page.get_by_text("None found.")).to_be_visible()

    page.goto(draft)
    page.get_by_role("button", name="Publish").click()
    page.get_by_label("Office for").select_option(label="Mesa de partes")
    page.get_by_role("button", name="Save").click()

    clerk = open_page()
    sign_in(clerk, "carlos")
    clerk.goto("/cases/start/shop-licence")
    clerk.locator("[name=applicant_name]").fill("Rosa")
    clerk.locator("main form button.primary").click()
    clerk.wait_for_url(lambda url: "/start/" not in url)
    case = clerk.url
    clerk.get_by_role("link", name="Register the request").click()
    clerk.get_by_label("Area").fill("120")
    clerk.get_by_label("Workshop").check()
    clerk.get_by_role("button", name="Complete").click()
    expect(clerk.get_by_role("status").first).to_contain_text("is done")
    clerk.goto(case)
    expect(clerk.locator("section:has(#now)")).to_contain_text("Visit the shop")
    clerk.get_by_role("link", name="Why?").first.click()
    lit = clerk.locator("tr[data-fired]")
    expect(lit).to_have_count(1)
    expect(lit).to_contain_text("> 100")
    no_barriers(clerk)


def test_a_table_is_edited_on_a_phone_without_scripts(open_page: Pages, sign_in: SignIn) -> None:
    page = open_page(viewport=PHONE, scripts=False)
    sign_in(page, "ana")
    upload(page)
    make_table(page)
    fill_in(page)
    page.get_by_role("link", name="Try this one").click()
    expect(page.get_by_text("No answer.")).to_be_visible()
    page.get_by_text("Columns and how rules count").click()
    within = page.locator("main *:visible").evaluate_all(
        "all => all.filter(one => !one.closest('.scroll') && one.getBoundingClientRect().right > innerWidth).length"
    )
    assert within == 0
