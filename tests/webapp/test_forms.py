"""A form on a page: what is printed, and what a browser without JavaScript sends back."""

import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template
from flask_babel import Babel, force_locale
from werkzeug.datastructures import FileStorage, MultiDict

from engine.calendars.jurisdiction import jurisdiction
from engine.files.store import FileStore
from engine.forms import Form, Unfit, read_form
from webapp.forms import Asked, Sent, ask, error_sentence, newly_asked, read_sent
from webapp.words import numbers, sizes

VALUES = [{"value": "x", "label": "X"}, {"value": 2, "label": "Two"}]


@pytest.fixture
def page() -> Iterator[Flask]:
    """The templates and the words, in a request; no other page of the application is needed."""
    import webapp

    folder = Path(webapp.__file__).parent / "templates"
    app = Flask(__name__, template_folder=str(folder))
    app.config["SECRET_KEY"] = "a secret of the test"
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app, default_locale="en")
    numbers.register(app)
    sizes.register(app)
    app.jinja_env.globals["may_frame"] = lambda url: False
    with app.test_request_context():
        yield app


def test_a_number_stands_as_it_is_typed_where_it_is_asked_whatever_the_language(
    page: Flask,
) -> None:
    made = read_form({"components": [{"type": "number", "key": "area", "label": "Area"}]})
    for code, typed in (("PE", "1.1250"), ("CO", "1,1250")):
        there = made.at(jurisdiction(code))
        for language in ("en", "es"):
            with force_locale(language):
                asked = ask(there, {}, {"area": 1.125})
                assert f'value="{typed}"' in render_template("form/form.html", asked=asked)
                assert there.clean({"area": typed}) == {"area": 1.125}
    with force_locale("es"), pytest.raises(Unfit) as refused:
        made.clean({"area": "1.250"})
    with force_locale("es"):
        assert "1250 or 1.25." in error_sentence(refused.value.errors[0])


class Page(HTMLParser):
    """What a browser makes of the HTML: elements with their attributes, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.html = html
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [
            attributes
            for name, attributes in self.found
            if name == tag and all(attributes.get(key) == value for key, value in wanted.items())
        ]

    def ids(self) -> list[str]:
        return [str(attributes["id"]) for _, attributes in self.found if "id" in attributes]

    def sent(self) -> MultiDict[str, str]:
        """What a browser sends when nobody touches anything."""
        sent: MultiDict[str, str] = MultiDict()
        for tag, one in self.found:
            if (
                tag != "input"
                or "name" not in one
                or "disabled" in one
                or one.get("type") == "file"
            ):
                continue
            if one.get("type") not in ("checkbox", "radio") or "checked" in one:
                sent.add(str(one["name"]), str(one.get("value")))
        return sent


def form(*components: dict[str, Any]) -> Form:
    return read_form({"components": list(components)})


def printed(asked: Asked) -> Page:
    return Page(render_template("form/form.html", asked=asked))


EVERY_TYPE = form(
    {"type": "textfield", "key": "t", "label": "Text", "description": "A hint", "validate": {"required": True}},
    {"type": "textarea", "key": "u", "label": "Area"},
    {"type": "number", "key": "n", "label": "Number", "appearance": {"prefixAdorner": "S/"}},
    {"type": "datetime", "key": "d", "dateLabel": "Day", "subtype": "date"},
    {"type": "datetime", "key": "h", "timeLabel": "Time", "subtype": "time"},
    {"type": "datetime", "key": "dh", "dateLabel": "Both", "subtype": "datetime"},
    {"type": "checkbox", "key": "c", "label": "Tick"},
    {"type": "radio", "key": "r", "label": "Radio", "values": VALUES},
    {"type": "select", "key": "s", "label": "Select", "values": VALUES},
    {"type": "checklist", "key": "m", "label": "Some", "values": VALUES},
    {"type": "taglist", "key": "g", "label": "Tags", "values": VALUES},
    {"type": "filepicker", "key": "f", "label": "File", "accept": ".pdf"},
    {"type": "expression", "key": "e", "label": "Double", "expression": "=n * 2"},
    {"type": "group", "path": "p", "label": "Group", "components": [{"type": "textfield", "key": "t", "label": "In"}]},
    {"type": "dynamiclist", "path": "l", "label": "Rows", "components": [
        {"type": "textfield", "key": "t", "label": "Cell"}, {"type": "checkbox", "key": "c", "label": "Tick"}]},
    {"type": "table", "label": "Table", "dataSource": "=rows"},
    {"type": "text", "text": "**bold**"},
    {"type": "html", "content": "<em>kept</em>"},
    {"type": "image", "source": "/x.png", "alt": "A map"},
    {"type": "iframe", "url": "https://example.org", "label": "Elsewhere"},
    {"type": "documentPreview", "label": "Documents", "dataSource": "=files"},
    {"type": "separator"}, {"type": "spacer"}, {"type": "button", "label": "Go"},
)  # fmt: skip
CONTEXT = {"rows": [{"a": 1}], "n": 4}


def test_every_type_is_printed_with_unique_ids_and_labels_that_lead_to_inputs(page: Flask) -> None:
    made = printed(ask(EVERY_TYPE, None, CONTEXT))
    ids = made.ids()
    assert len(ids) == len(set(ids))
    assert {one["for"] for one in made.all("label") if "for" in one} <= set(ids)
    labelled = {one.get("for") for one in made.all("label")}
    for tag in ("input", "select", "textarea"):
        for one in made.all(tag):
            assert one.get("type") == "hidden" or one["id"] in labelled


def test_the_page_sends_and_the_forms_own_button_only_takes_back(page: Flask) -> None:
    send = {"type": "button", "label": "Go", "action": "submit"}
    back = {"type": "button", "action": "reset"}
    made = printed(ask(read_form({"components": [send, back]})))
    assert [one["type"] for one in made.all("button")] == ["reset"]


def test_a_page_sent_back_untouched_gives_the_answers_that_stood_in_it(page: Flask) -> None:
    raw = {
        "t": "Ana", "n": 4, "d": "2026-03-02", "h": "09:30:00", "dh": "2026-03-02T09:30:00", "c": True, "r": 2,
        "m": ["x", 2], "p": {"t": "in"}, "l": [{"t": "one", "c": True}, {"t": "two", "c": False}],
    }  # fmt: skip
    answers = EVERY_TYPE.clean(raw, context=CONTEXT)
    sent = read_sent(EVERY_TYPE, printed(ask(EVERY_TYPE, raw, CONTEXT)).sent())
    again = EVERY_TYPE.clean(sent.raw, context=CONTEXT)
    assert {**again, "s": None, "u": ""} == answers


def test_errors_are_summed_up_on_top_and_tied_to_their_inputs(page: Flask) -> None:
    with pytest.raises(Unfit) as unfit:
        EVERY_TYPE.clean({"t": "", "n": "many"})
    made = printed(ask(EVERY_TYPE, {"t": "", "n": "many"}, errors=unfit.value.errors))
    assert [one["href"] for one in made.all("a")][:2] == ["#f-t", "#f-n"]
    (text,) = made.all("input", id="f-t")
    assert text["aria-invalid"] == "true"
    assert text["aria-describedby"] == "f-t-hint f-t-wrong"
    assert {"f-t-hint", "f-t-wrong"} <= set(made.ids())
    assert made.all("input", id="f-n")[0]["value"] == "many"


def test_every_link_of_the_summary_leads_somewhere(page: Flask) -> None:
    required = form(
        *({**vars_of(kind), "label": kind, "validate": {"required": True}} for kind in
          ("radio", "checklist", "taglist", "select", "checkbox", "filepicker", "datetime"))
    )  # fmt: skip
    with pytest.raises(Unfit) as unfit:
        required.clean({"unasked": 1})
    made = printed(ask(required, {}, errors=unfit.value.errors))
    links = [str(one["href"])[1:] for one in made.all("a")]
    assert len(links) == 8
    assert set(links) <= set(made.ids())


def vars_of(kind: str) -> dict[str, Any]:
    return {"type": kind, "key": kind, "values": VALUES}


def test_required_is_said_in_words(page: Flask) -> None:
    html = printed(ask(EVERY_TYPE)).html
    assert re.search(r'<label for="f-t">Text <span class="hint">\(required\)', html)


def test_hostile_words_are_printed_as_words(page: Flask) -> None:
    evil = '"><script>alert(1)</script>'
    made = form(
        {"type": "textfield", "key": "a", "label": evil, "description": evil},
        {"type": "select", "key": "b", "label": "{{ 7*7 }}", "values": [{"value": evil, "label": evil}]},
        {"type": "group", "label": evil, "components": []},
    )  # fmt: skip
    html = render_template("form/form.html", asked=ask(made, {"a": evil, "b": evil}))
    assert "<script" not in html


def test_a_form_that_reacts_asks_again_on_change_and_works_without(page: Flask) -> None:
    made = form(
        {"type": "checkbox", "key": "a"},
        {"type": "textfield", "key": "b", "conditional": {"hide": "=a"}},
    )
    (body,) = printed(ask(made, update_url="/again")).all("div", id="questions")
    assert (body["hx-post"], body["hx-swap"], body["hx-target"]) == ("/again", "outerMorph", "this")
    (quiet,) = printed(ask(form({"type": "checkbox", "key": "a"}), update_url="/again")).all(
        "div", id="questions"
    )
    assert "hx-post" not in quiet


def test_hidden_fields_are_not_printed(page: Flask) -> None:
    made = form(
        {"type": "checkbox", "key": "a"},
        {"type": "textfield", "key": "b", "conditional": {"hide": "=a"}},
    )
    assert printed(ask(made, {"a": True})).all("input", name="b") == []


def test_a_box_that_was_unticked_is_false_and_one_never_shown_is_not_answered(page: Flask) -> None:
    made = form(
        {"type": "checkbox", "key": "a", "defaultValue": True}, {"type": "checkbox", "key": "b"}
    )
    assert read_sent(made, MultiDict([("_asked", "a")])).raw == {"a": False}


def test_questions_brought_up_by_answers_are_not_skipped_without_javascript(page: Flask) -> None:
    made = form(
        {"type": "checkbox", "key": "a"},
        {"type": "textfield", "key": "why", "conditional": {"hide": "=not(a)"}},
    )
    first = MultiDict([("_asked", "a"), ("a", "true")])
    assert [one.key for one in newly_asked(made, read_sent(made, first))] == ["why"]
    second = MultiDict([("_asked", "a"), ("_asked", "why"), ("a", "true"), ("why", "")])
    assert newly_asked(made, read_sent(made, second)) == []


def rows_after(button: tuple[str, str], *cells: str) -> Sent:
    made = form(
        {"type": "dynamiclist", "path": "l", "components": [{"type": "textfield", "key": "t"}]}
    )
    sent = MultiDict([("_rows.l", str(len(cells))), button])
    for number, cell in enumerate(cells):
        sent.add(f"l.{number}.t", cell)
    return read_sent(made, sent)


def test_rows_are_added_and_removed_by_buttons_that_send_the_form(page: Flask) -> None:
    assert rows_after(("_add", "l"), "a").raw == {"l": [{"t": "a"}, {}]}
    assert rows_after(("_remove", "l.0"), "a", "b").raw == {"l": [{"t": "b"}]}
    assert rows_after(("_add", "l"), "a").is_half
    assert not rows_after(("go", ""), "a").is_half


@pytest.mark.parametrize(
    "button", [("_remove", "l.9"), ("_remove", "l.x"), ("_remove", "m.0"), ("_add", "m")]
)
def test_buttons_that_were_tampered_with_change_nothing(
    page: Flask, button: tuple[str, str]
) -> None:
    assert rows_after(button, "a").raw == {"l": [{"t": "a"}]}


@pytest.mark.parametrize("count", ["-1", "1e9", "999999999", "x", ""])
def test_a_forged_number_of_rows_costs_nothing(page: Flask, count: str) -> None:
    made = form(
        {"type": "dynamiclist", "path": "l", "components": [{"type": "textfield", "key": "t"}]}
    )
    assert read_sent(made, MultiDict([("_rows.l", count)])).raw == {"l": []}


FILES = form(
    {
        "type": "filepicker",
        "key": "f",
        "label": "Plan",
        "accept": ".pdf",
        "validate": {"required": True},
    }
)


def upload(store: FileStore) -> Sent:
    uploads = MultiDict([("f", FileStorage(io.BytesIO(b"%PDF-1.7"), "plan.pdf"))])
    return read_sent(FILES, MultiDict([("_asked", "f")]), uploads, store)


def test_an_upload_is_kept_and_need_not_be_sent_again(page: Flask, tmp_path: Path) -> None:
    first = upload(FileStore(tmp_path))
    answers = FILES.clean(first.raw, files=first.files)
    made = printed(ask(FILES, first.raw, files=first.files))
    (kept,) = made.all("input", type="checkbox")
    assert "checked" in kept
    assert "required" not in made.all("input", type="file")[0]
    second = read_sent(FILES, made.sent())
    assert FILES.clean(second.raw, files=second.files) == answers


def test_a_file_cannot_be_attached_by_knowing_its_hash(page: Flask, tmp_path: Path) -> None:
    first = upload(FileStore(tmp_path))
    forged = read_sent(FILES, MultiDict([("f", next(iter(first.files))), ("f", "[object File]")]))
    with pytest.raises(Unfit):
        FILES.clean(forged.raw, files=forged.files)


def test_choices_of_one_gateway_are_buttons_and_of_several_are_options(page: Flask) -> None:
    options = [{"id": "yes", "label": "Yes"}, {"id": "no", "label": "No", "is_default": True}]
    one = {"element_id": "g", "name": "Complete?", "is_multiple": False, "options": options}
    source = '{% from "form/choices.html" import choices %}{{ choices(gateways) }}'
    template = page.jinja_env.from_string(source)
    alone = Page(template.render(gateways=[one]))
    assert [(button["name"], button["value"]) for button in alone.all("button")] == [
        ("choice.g", "yes"), ("choice.g", "no"),
    ]  # fmt: skip
    several = Page(template.render(gateways=[one, {**one, "element_id": "h", "is_multiple": True}]))
    assert [one["type"] for one in several.all("input")] == [
        "radio",
        "radio",
        "checkbox",
        "checkbox",
    ]
    assert several.all("button") == []


def test_a_file_that_is_not_taken_is_shown_but_no_longer_sent(page: Flask, tmp_path: Path) -> None:
    made = form(
        {"type": "filepicker", "key": "f", "label": "Plan", "accept": ".pdf", "multiple": True}
    )
    store = FileStore(tmp_path)
    wrong = store.put(io.BytesIO(b"MZ no plan"), "plan.pdf")
    right = store.put(io.BytesIO(b"%PDF-1.7 plan"), "plan2.pdf")
    kept = {one.sha256: one for one in (wrong, right)}
    raw = {"f": [wrong.as_json(), right.as_json()]}
    with pytest.raises(Unfit) as unfit:
        made.clean(raw, files=kept)
    shown = printed(ask(made, raw, errors=unfit.value.errors, files=kept))
    assert "plan.pdf" in shown.html
    boxes = shown.all("input", type="checkbox", name="f")
    assert ["checked" in box for box in boxes] == [False, True]
    again = read_sent(made, shown.sent(), MultiDict(), store)
    assert made.clean(again.raw, files=again.files) == {"f": [right.as_json()]}


def names_of(made: Form, sent: Sent) -> list[Any]:
    """Names of the files that were attached to `f`."""
    files: Any = made.clean(sent.raw, files=sent.files)["f"]
    return [one["name"] for one in files]


def test_a_new_file_takes_the_place_of_the_only_one(page: Flask, tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    before = store.put(io.BytesIO(b"%PDF-1.7 before"), "before.pdf").as_json()
    one, both = ["after.pdf"], ["before.pdf", "after.pdf"]
    for multiple, names in ((False, one), (True, both), ("=1 > 2", one), ("=1 < 2", both)):
        made = form({"type": "filepicker", "key": "f", "label": "Plan", "multiple": multiple})
        token = ask(made).token(before)
        uploads = MultiDict([("f", FileStorage(io.BytesIO(b"%PDF-1.7 after"), "after.pdf"))])
        sent = read_sent(made, MultiDict([("_asked", "f"), ("f", token)]), uploads, store)
        assert names_of(made, sent) == names
        empty = MultiDict([("f", FileStorage(io.BytesIO(b""), ""))])
        kept = read_sent(made, MultiDict([("_asked", "f"), ("f", token)]), empty, store)
        assert names_of(made, kept) == ["before.pdf"]


def test_a_file_that_is_refused_takes_nothing_else_along(page: Flask, tmp_path: Path) -> None:
    store = FileStore(
        tmp_path, largest=1024 * 1024, scan=lambda path: b"EICAR" not in path.read_bytes()
    )
    made = form(
        {"type": "textfield", "key": "t", "label": "Text"},
        {"type": "filepicker", "key": "f", "label": "Plan", "multiple": True},
    )
    files = {"a.pdf": b"%PDF-1.7", "big.pdf": b"0" * 1_100_000, "empty.pdf": b"", "v.pdf": b"EICAR"}
    uploads = MultiDict(
        [("f", FileStorage(io.BytesIO(body), name)) for name, body in files.items()]
    )
    gone = ask(made).token({"sha256": "0" * 64, "name": "old.pdf", "media_type": "x/y", "size": 1})
    sent = read_sent(made, MultiDict([("t", "typed"), ("f", gone)]), uploads, store)
    shown = printed(ask(made, sent.raw, errors=sent.errors, files=sent.files, sent=sent))
    assert shown.all("input", id="f-t")[0]["value"] == "typed"
    assert "a.pdf" in shown.html
    assert len(shown.all("input", type="checkbox")) == 1
    words = [error.sentence for error in sent.errors]
    assert len(words) == 4
    for name, reason in (
        ("old", "no longer"),
        ("big", "than 1 MB"),
        ("empty", "is empty"),
        ("v", "virus"),
    ):
        assert any(f"{name}.pdf" in sentence and reason in sentence for sentence in words)
