"""Uploading diagrams: every file is kept, says what it is, and is published when it can run."""

import io
import re

from sqlalchemy import select

from designer.models import Draft
from engine.models import Version
from tests.webapp.conftest import LICENCE, Town, Visitor

BROKEN = (
    b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">\n<process id="p">\n<oops'
)
SLEEPY = LICENCE.replace(b'isExecutable="true"', b'isExecutable="false"')


def upload(visitor: Visitor, *files: tuple[str, bytes], **headers: str) -> str:
    """Where the upload leads, or the page that refuses it."""
    sent = [(io.BytesIO(data), name) for name, data in files]
    answer = visitor.post("/drafts", {"files": sent}, **headers)
    return answer.headers.get("Location") or answer.text


def draft_page(visitor: Visitor, data: bytes = SLEEPY, name: str = "permit.bpmn") -> str:
    """The address of a new draft."""
    address = upload(visitor, (name, data))
    assert re.fullmatch(r"/drafts/\d+", address), address
    return address


def test_one_file_becomes_a_draft_that_is_shown_at_once(town_on_each: Town) -> None:
    ana = town_on_each.visitor("ana")
    shown = ana.get(draft_page(ana)).text
    assert "ready to publish" in shown
    assert "Is it complete?" in shown


def test_several_files_become_one_draft_and_one_line_each(town: Town) -> None:
    ana = town.visitor("ana")
    address = upload(ana, ("good.bpmn", SLEEPY), ("broken.bpmn", BROKEN))
    results = ana.get(address).text.split("Not published yet")[0]
    assert "good.bpmn" in results
    assert "It can be published." in results
    assert "broken.bpmn" in results
    assert "cannot run yet" in results


def test_a_file_that_nothing_can_read_is_kept_with_the_line_and_no_trace(town: Town) -> None:
    ana = town.visitor("ana")
    shown = ana.get(draft_page(ana, BROKEN)).text
    assert "Line 3" in shown
    assert "Traceback" not in shown
    assert ana.get(draft_page(ana, BROKEN) + "/drawing").data == BROKEN


def test_the_same_bytes_of_the_same_person_are_the_same_draft(town_on_each: Town) -> None:
    ana = town_on_each.visitor("ana")
    first, second = draft_page(ana), draft_page(ana, name="copy.bpmn")
    assert first == second
    assert "this is the same draft" in ana.get(first).text


def test_a_form_without_a_file_says_what_to_do(town: Town) -> None:
    assert "Choose at least one BPMN file" in upload(town.visitor("ana"))


def test_a_file_beyond_the_limit_is_refused_in_a_sentence(town: Town) -> None:
    ana = town.visitor("ana")
    token = ana.token("/drafts").encode()
    body = b'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + token
    body += b'\r\n--x\r\nContent-Disposition: form-data; name="files"; filename="huge.bpmn"\r\n\r\n'
    body += b" " * 10_000_001 + b"\r\n--x--\r\n"
    answer = ana.client.post("/drafts", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 422
    assert "more than 10 MB" in answer.text


def test_only_an_analyst_may_upload(town: Town) -> None:
    assert town.visitor("carla").get("/drafts").status_code == 403


def test_the_list_of_what_was_found_shows_one_kind_only(town: Town) -> None:
    ana = town.visitor("ana")
    joined = SLEEPY.replace(
        b"</process>",
        b'<sequenceFlow id="f4" sourceRef="receive" targetRef="inspect"/></process>',
    )
    address = draft_page(ana, joined)
    whole, part = ana.get(address).text, ana.get(f"{address}?show=repair").text
    assert 'data-kind="repair"' in part
    assert 'data-kind="warning"' in whole
    assert 'data-kind="warning"' not in part


def test_the_drawing_is_handed_back_unchanged_and_the_model_as_it_runs(town: Town) -> None:
    ana = town.visitor("ana")
    address = draft_page(ana)
    assert ana.get(f"{address}/drawing").data == SLEEPY
    assert b'isExecutable="true"' in ana.get(f"{address}/model").data


def test_a_newer_drawing_takes_the_place_of_the_old_one(town: Town) -> None:
    ana = town.visitor("ana")
    address = draft_page(ana, BROKEN)
    answer = ana.post(f"{address}/drawing", {"files": (io.BytesIO(SLEEPY), "mended.bpmn")})
    assert answer.status_code == 303
    assert "ready to publish" in ana.get(address).text


def test_a_draft_is_thrown_away_only_after_asking(town: Town) -> None:
    ana = town.visitor("ana")
    address = draft_page(ana)
    assert "go for good" in ana.get(f"{address}/discard").text
    assert ana.get(address).status_code == 200
    assert ana.post(f"{address}/discard").status_code == 303
    assert ana.get(address).status_code == 404


def test_publishing_leads_to_the_lanes_and_new_cases_take_the_version(town_on_each: Town) -> None:
    town = town_on_each
    old = town.case()
    ana = town.visitor("ana")
    address = draft_page(ana)
    answer = ana.post(f"{address}/publish", {"key": "licence", "name": "Licence to operate"})
    assert answer.headers["Location"] == "/procedures/licence/lanes"
    assert "1 open case stays on version 1" in ana.get("/procedures/licence/lanes").text
    assert town.case() != old
    shown = ana.get("/procedures/licence").text
    assert shown.count("1 open case") == 2
    assert ana.get("/procedures/licence/2/drawing").data == SLEEPY


def test_a_published_draft_cannot_be_changed_any_more(town: Town) -> None:
    ana = town.visitor("ana")
    address = draft_page(ana)
    ana.post(f"{address}/publish", {"key": "permit", "name": "Permit"})
    assert "This draft was published" in ana.get(address).text
    assert ana.post(f"{address}/discard").status_code == 409


def test_a_key_that_reads_badly_comes_back_with_what_was_typed(town: Town) -> None:
    ana = town.visitor("ana")
    address = draft_page(ana)
    answer = ana.post(f"{address}/publish", {"key": "Not a key", "name": "Permit of Ñaña"})
    assert answer.status_code == 422
    assert "Permit of Ñaña" in answer.text
    assert "cannot name a procedure" in answer.text


def test_what_cannot_run_cannot_be_published(town: Town) -> None:
    ana = town.visitor("ana")
    address = draft_page(ana, BROKEN)
    answer = ana.post(f"{address}/publish", {"key": "broken", "name": "Broken"})
    assert answer.status_code == 422
    with town.database.reading() as session:
        assert session.scalars(select(Version.number)).all() == [1]
        assert session.scalars(select(Draft.published_version_id)).all() == [None]


def test_names_in_a_drawing_are_words_and_never_markup(town: Town) -> None:
    ana = town.visitor("ana")
    evil = SLEEPY.replace(
        b'name="Is it complete?"', b'name="&quot;&gt;&lt;script&gt;{{7*7}}&lt;/script&gt;"'
    )
    text = ana.get(draft_page(ana, evil, name="<script>.bpmn")).text
    assert "&lt;script&gt;{{7*7}}" in text
    assert "<script>{{" not in text
    assert "<script>.bpmn" not in text


def test_what_a_file_says_in_vain_is_listed_once_with_how_often(town: Town) -> None:
    ana = town.visitor("ana")
    odd = LICENCE.replace(b"<userTask", b'<userTask isUnlimited="true"')
    count = odd.count(b"isUnlimited")
    assert count > 1
    shown = ana.get(draft_page(ana, odd)).text
    assert f"@isUnlimited ({count}×)" in shown


def test_a_form_that_another_tool_put_into_the_drawing_is_the_one_that_is_asked(town: Town) -> None:
    form = b"""<extensionElements xmlns:z="http://camunda.org/schema/zeebe/1.0"><z:userTaskForm id="f">
{"components": [{"type": "textfield", "key": "owner", "label": "Owner of the shop"}]}</z:userTaskForm>
</extensionElements><laneSet"""
    named = b"""name="Receive the request"><extensionElements xmlns:z="http://camunda.org/schema/zeebe/1.0">
<z:formDefinition formKey="camunda-forms:bpmn:f"/></extensionElements></userTask>"""
    plain = b'name="Receive the request" e:formKey="receive"/>'
    model = LICENCE.replace(b"<laneSet", form, 1).replace(plain, named)
    ana = town.visitor("ana")
    address = draft_page(ana, model)
    shown = ana.get(address).text
    assert "The form in the drawing" in shown
    assert "not uploaded" not in shown
    ana.post(f"{address}/publish", {"key": "shop", "name": "Shop"})
    assert "The form in the drawing" in ana.get("/procedures/shop").text
    again = ana.get(draft_page(ana, LICENCE)).text
    assert "not uploaded" in again, "the form that this drawing names is nowhere"
