"""Rules at gateways: said in words, checked against what is asked, tried, kept, taken back."""

import re

import pytest

from tests.webapp.conftest import LICENCE, Town, Visitor
from tests.webapp.test_upload import draft_page

FORM = b'<extensionElements><c:formData xmlns:c="http://camunda.org/schema/1.0/bpmn">%s</c:formData></extensionElements>'
FIELDS = (
    b'<c:formField id="area" label="Area" type="long"/>'
    b'<c:formField id="seen_on" label="Seen on" type="date"/>'
    b'<c:formField id="is_safe" label="Is it safe?" type="boolean"/>'
)
ASKING = LICENCE.replace(
    b'<userTask id="receive" name="Receive the request" e:formKey="receive"/>',
    b'<userTask id="receive" name="Receive the request">' + FORM % FIELDS + b"</userTask>",
)


@pytest.fixture
def draft(town: Town) -> tuple[Visitor, str]:
    """ana, and the address of a draft whose first task asks for three things."""
    ana = town.visitor("ana")
    return ana, draft_page(ana, ASKING)


def keep(visitor: Visitor, address: str, flow: str = "yes", **said: object) -> tuple[int, str]:
    """Status and text of the answer, or of the draft's page after it."""
    answer = visitor.post(f"{address}/rule?flow={flow}", {"mode": "words", **said})
    text = visitor.get(address).text if answer.status_code == 303 else answer.text
    return answer.status_code, text


def test_words_become_feel_and_the_gateway_no_longer_asks(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    status, text = keep(
        ana,
        address,
        key=["area", "seen_on", "is_safe"],
        sign=[">", "<", "="],
        value=["100", "2026-07-28", "true"],
        joiner="and",
    )
    assert status == 303
    assert (
        "area &gt; 100 and date(seen_on) &lt; date(&#34;2026-07-28&#34;) and is_safe = true" in text
    )
    assert "decided by rules" in text


def test_a_gateway_without_a_name_is_called_by_what_comes_before_it(town: Town) -> None:
    ana = town.visitor("ana")
    named = re.search(rb'<exclusiveGateway id="(\w+)" name="[^"]*"', ASKING)
    assert named
    gateway = named[1]
    nameless = re.sub(rb'(<exclusiveGateway id="\w+") name="[^"]*"', rb"\1", ASKING)
    address = draft_page(ana, nameless)
    assert f"<caption>{gateway.decode()} " not in ana.get(address).text
    assert re.search(r"<caption>After \w", ana.get(address).text)
    assert "After " in ana.get(f"{address}/rule?flow=yes").text


def test_a_kept_rule_comes_back_in_words(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    keep(ana, address, key="area", sign="<=", value="40")
    shown = ana.get(f"{address}/rule?flow=yes").text
    assert '<option value="area" selected>' in shown
    assert '<option value="&lt;=" selected>' in shown
    assert 'value="40"' in shown


def test_a_number_compared_with_a_text_comes_back_to_be_mended(
    draft: tuple[Visitor, str],
) -> None:
    ana, address = draft
    status, text = keep(ana, address, key="area", sign=">", value="large")
    assert status == 422
    assert "“Area” is a number, and “large” is none" in text
    assert 'value="large"' in text


def test_feel_that_cannot_be_read_is_refused_with_its_place(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    answer = ana.post(f"{address}/rule?flow=yes", {"mode": "feel", "feel": "area > > 1 ("})
    assert answer.status_code == 422
    assert "cannot be read at character" in answer.text
    assert "area &gt; &gt; 1 (" in answer.text


def test_a_name_that_no_form_asks_is_said(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    shown = ana.get(f"{address}/rule?flow=yes&mode=feel&feel=height > 1").text
    assert "No form asks for height" in shown


@pytest.mark.parametrize(
    ("value", "words"), [("50", "It holds"), ("5", "does not hold"), ("", "comes to no answer")]
)
def test_a_rule_is_tried_with_sample_values(
    draft: tuple[Visitor, str], value: str, words: str
) -> None:
    ana, address = draft
    asked = f"{address}/rule?flow=yes&mode=words&key=area&sign=>&value=10&try=1&try.area={value}"
    assert words in ana.get(asked).text


def test_one_more_comparison_keeps_what_was_typed(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    text = ana.get(f"{address}/rule?flow=yes&mode=words&key=area&sign=>&value=7&more=1").text
    assert text.count('name="key"') == 2
    assert 'value="7"' in text


def test_a_rule_taken_away_gives_the_choice_back_to_a_person(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    keep(ana, address, key="area", sign=">", value="1")
    status, text = keep(ana, address, remove="1")
    assert status == 303
    assert "a person chooses" in text


def test_a_flow_that_is_not_there_is_refused(draft: tuple[Visitor, str]) -> None:
    ana, address = draft
    assert ana.get(f"{address}/rule?flow=nowhere").status_code == 422


SPLIT = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">
<process id="p"><startEvent id="s"/><userTask id="ask" name="Ask"/>
<userTask id="a" name="A"/><userTask id="b" name="B"/>
<sequenceFlow id="f0" sourceRef="s" targetRef="ask"/><sequenceFlow id="fa" name="to A" sourceRef="ask" targetRef="a"/>
<sequenceFlow id="fb" name="to B" sourceRef="ask" targetRef="b"/></process></definitions>"""


def test_a_gateway_that_only_the_repairs_made_can_be_ruled(town: Town) -> None:
    ana = town.visitor("ana")
    address = draft_page(ana, SPLIT)
    assert "a person chooses" in ana.get(address).text
    flow = ana.get(address).text.partition("rule?flow=")[2].partition('"')[0]
    answer = ana.post(f"{address}/rule?flow={flow}", {"mode": "feel", "feel": "area > 3"})
    assert answer.status_code == 303
    text = ana.get(address).text
    assert "area &gt; 3" in text
    assert "decided by rules" in text
    assert "when no other rule holds" in text


def test_a_rule_waits_for_those_of_the_other_ways(town: Town) -> None:
    ana = town.visitor("ana")
    three = LICENCE.replace(
        b"</process>",
        b'<endEvent id="later"/><sequenceFlow id="maybe" name="Maybe" sourceRef="complete"'
        b' targetRef="later"/></process>',
    )
    address = draft_page(ana, three)
    ana.post(f"{address}/rule?flow=yes", {"mode": "feel", "feel": "area > 1"})
    text = ana.get(address).text
    assert "a person chooses" in text
    assert "Holds once the other ways have a rule" in text
    ana.post(f"{address}/rule?flow=no", {"mode": "feel", "feel": "area < 0"})
    text = ana.get(address).text
    assert "decided by rules" in text
    assert "Holds once" not in text
