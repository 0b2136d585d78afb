"""Forms on pages: what a browser sent becomes raw answers, and a form with answers becomes something to print."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import FileStorage, MultiDict

from engine.errors import filled
from engine.files.store import (
    LARGEST,
    FileEmpty,
    FileGone,
    FileStore,
    FileTooLarge,
    FileUnsafe,
    StoredFile,
)
from engine.forms import Answers, FieldError, FieldState, Form, Json
from engine.forms.field import Field
from engine.forms.fields.dynamiclist import MOST_ROWS
from engine.forms.fields.filepicker import GIVES_WAY
from webapp.i18n import _
from webapp.table_views import LOOK, View, read_views, shown
from webapp.table_views import Shown as ShownTable

# What pages send beside the answers. No key of a form begins with an underscore.
ROWS, ADD, REMOVE, ASKED, SEEN = "_rows.", "_add", "_remove", "_asked", "_seen"

_NO_FILES: Mapping[str, StoredFile] = {}
Uploads = MultiDict[str, FileStorage]


@dataclass(frozen=True)
class Sent:
    """What a browser sent: raw answers for `Form.clean`, the files it may attach, what it had been asked."""

    raw: Answers = field(default_factory=dict)
    files: Mapping[str, StoredFile] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()  # asked now or on an earlier showing of the same form
    views: Mapping[str, View] = field(default_factory=dict)  # key of a table → how it is looked at
    errors: tuple[FieldError, ...] = ()  # files that were not kept; everything else was read
    is_half: bool = False  # a button inside the form: show it again, do not complete


def read_sent(
    form: Form,
    sent: MultiDict[str, str],
    uploads: Uploads | None = None,
    store: FileStore | None = None,
) -> Sent:
    """The raw answers in a request. Uploads are kept in the store; without one they are left alone (drafts).

    A file that the store refuses is left out and told in `errors`. Only keys of the form are read; what else is sent
    belongs to the page.
    """
    reader = _Reader(sent, uploads or MultiDict(), store)
    raw = reader.answers(form.fields, "")
    asked = frozenset(sent.getlist(ASKED))
    seen = asked | frozenset(sent.getlist(SEEN))
    is_half = bool(reader.grown or reader.shrunk or sent.get(LOOK))
    return Sent(raw, reader.files, asked, seen, read_views(sent), tuple(reader.errors), is_half)


def newly_asked(
    form: Form,
    sent: Sent,
    context: Mapping[str, object] | None = None,
    *,
    today: date | None = None,
) -> list[FieldState]:
    """Questions that the answers brought up and the person has not seen: they answered without JavaScript.

    The caller shows the form again instead of completing with answers nobody gave. It ends: a question is new once,
    even when answers make it come and go.
    """
    if not form.is_reactive or not sent.asked:
        return []
    states = form.state(sent.raw, context, files=sent.files, today=today)
    return [one for one in _inputs(states) if one.key not in sent.seen and not one.is_readonly]


@dataclass(frozen=True)
class Asked:
    """A form to print: `{% include "form/form.html" %}` with this as `asked`.

    `update_url` is where the form is sent (POST) on every change when answers change what is asked: the answer is the
    element `#questions` of the same page. `file_url` gives the address of a stored file, or nothing.
    """

    fields: tuple[FieldState, ...]
    errors: Mapping[str, str] = field(
        default_factory=dict
    )  # key → sentence in the reader's language
    update_url: str = ""
    file_url: Callable[[Mapping[str, Json]], str] | None = None
    is_own: bool = (
        False  # the person writes about themselves: the browser may fill in what it knows
    )
    has_files: bool = False
    has_lists: bool = False
    seen: frozenset[str] = frozenset()  # what was asked on earlier showings
    kept: tuple[tuple[str, str], ...] = ()  # answers to questions out of sight: name, value as sent
    views: Mapping[str, View] = field(default_factory=dict)
    is_asking_more: bool = False  # the answers brought up questions nobody has seen yet
    can_turn: bool = True  # tables have buttons

    def table(self, one: FieldState) -> ShownTable:
        """A table as it is looked at."""
        return shown(one, self.views)

    def earlier(self) -> list[str]:
        """Questions seen before and out of sight now."""
        return sorted(self.seen - {one.key for one in self.inputs()})

    def problems(self) -> list[tuple[str, str]]:
        """Id to jump to and sentence of everything that is wrong, in the order of the form."""
        left = dict(self.errors)
        found = []
        for one in (inner for outer in self.fields for inner in outer.everything()):
            if one.key in left and one.field.has_value:
                found.append((first_id(one), left.pop(one.key)))
        return found + [("questions", sentence) for sentence in left.values()]

    def inputs(self) -> list[FieldState]:
        """The questions in sight."""
        return list(_inputs(self.fields))

    def error(self, one: FieldState) -> str:
        """What is wrong with this answer; empty when nothing is."""
        return self.errors.get(one.key, "") if one.field.has_value else ""

    def described(self, one: FieldState) -> str:
        """The ids of what explains this field, for aria-describedby."""
        ids = [f"{one.id}-hint"] if one.hint else []
        if self.error(one):
            ids.append(f"{one.id}-wrong")
        return " ".join(ids)

    def link(self, file: Mapping[str, Json]) -> str:
        """Where a stored file can be read; empty where it cannot."""
        return self.file_url(file) if self.file_url else ""

    def largest(self) -> tuple[int, str]:
        """How many bytes a file may have, and the sentence about a larger one, its name still `{name}`."""
        words = _(FileTooLarge.sentence).replace("{limit}", str(LARGEST // (1024 * 1024)))
        return LARGEST, words

    def token(self, file: Mapping[str, Json]) -> str:
        """What the page sends back for a file already kept: signed, so that nobody attaches what they have not."""
        return str(_signer().dumps({**file}))


def ask(
    form: Form,
    raw: Mapping[str, object] | None = None,
    context: Mapping[str, object] | None = None,
    *,
    errors: Sequence[FieldError] = (),
    files: Mapping[str, StoredFile] = _NO_FILES,
    update_url: str = "",
    file_url: Callable[[Mapping[str, Json]], str] | None = None,
    is_own: bool = False,
    sent: Sent | None = None,
    is_asking_more: bool = False,
    today: date | None = None,
) -> Asked:
    """The form as it stands for what was typed, ready to print with what is wrong with it."""
    states = form.state(raw, context, files=files, today=today)
    return Asked(
        states,
        {error.key: error_sentence(error) for error in reversed(errors)},
        update_url if form.is_reactive else "",
        file_url,
        is_own,
        form.has_files,
        any(inner.type == "dynamiclist" for outer in states for inner in outer.everything()),
        sent.seen if sent else frozenset(),
        tuple(_out_of_sight(states, raw or {})) if sent else (),
        sent.views if sent else {},
        is_asking_more,
    )


def error_sentence(error: FieldError) -> str:
    """The error in the reader's language."""
    return filled(_(error.message), error.values)


def first_id(one: FieldState) -> str:
    """The id of the element that takes the focus: the first option of a group, else the input."""
    if one.type in ("radio", "checklist", "taglist") and one.shown.options:
        return f"{one.id}-0"
    return one.id


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="attached file")


def _inputs(states: Sequence[FieldState]) -> Iterator[FieldState]:
    for outer in states:
        for one in outer.everything():
            if one.is_visible and one.field.is_input and one.field.has_value:
                yield one


def _out_of_sight(
    states: Sequence[FieldState], raw: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    """What was answered and is no longer asked, to be sent back and forth: another answer may bring it up again."""
    for one in (inner for outer in states for inner in outer.everything()):
        if one.is_visible or not (one.field.is_input and one.field.has_value):
            continue
        value: object = raw
        for name in one.key.split("."):
            value = _within(value, name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Mapping) and "sha256" in each:
                yield one.key, str(_signer().dumps({**each}))
            elif each is True:
                yield one.key, "true"
            elif isinstance(each, str | int | float) and each is not False and each != "":
                yield one.key, str(each)


def _within(value: object, name: str) -> object:
    """The part of an answer with this name, or with this place in a list."""
    if isinstance(value, Mapping):
        return value.get(name)
    is_place = isinstance(value, list) and name.isdecimal() and int(name) < len(value)
    return value[int(name)] if is_place and isinstance(value, list) else None


class _Reader:
    def __init__(
        self, sent: MultiDict[str, str], uploads: Uploads, store: FileStore | None
    ) -> None:
        self.sent = sent
        self.uploads = uploads
        self.store = store
        self.asked = frozenset(sent.getlist(ASKED))
        self.grown = sent.get(ADD, "")
        self.shrunk = sent.get(REMOVE, "")
        self.files: dict[str, StoredFile] = {}
        self.errors: list[FieldError] = []

    def answers(self, fields: tuple[Field, ...], before: str) -> Answers:
        found: Answers = {}
        for one in fields:
            name = before + one.key
            if one.type == "group":
                inner = self.answers(one.fields, f"{name}." if one.key else before)
                _place(found, one.path, inner)
            elif one.type == "dynamiclist":
                if f"{ROWS}{name}" in self.sent:
                    _place(found, one.path, self._rows(one, name))
            elif one.is_input and one.has_value and self._is_sent(one, name):
                _place(found, one.path, self._value(one, name))
        return found

    def _is_sent(self, one: Field, name: str) -> bool:
        # an unticked box sends nothing; that it was there to be ticked is told by its name among the asked
        return name in self.sent or name in self.asked or name in self.uploads

    def _value(self, one: Field, name: str) -> Json:
        if one.type == "filepicker":
            return self._attached(one, name)
        if isinstance(one.empty, list):
            return [value for value in self.sent.getlist(name) if value]
        if one.type == "checkbox":
            return name in self.sent and self.sent.getlist(name)[-1] not in ("", "false")
        return self.sent.get(name)

    def _rows(self, one: Field, name: str) -> Json:
        written = self.sent.get(f"{ROWS}{name}", "0")
        count = min(int(written), MOST_ROWS) if written.isdecimal() and len(written) < 5 else 0
        rows: list[Json] = [
            self.answers(one.fields, f"{name}.{number}.") for number in range(count)
        ]
        gone = self.shrunk.removeprefix(f"{name}.")
        if gone != self.shrunk and gone.isdecimal() and len(gone) < 5 and int(gone) < len(rows):
            rows.pop(int(gone))
        if self.grown == name and len(rows) < MOST_ROWS:
            rows.append({})
        return rows

    def _attached(self, one: Field, name: str) -> Json:
        found: list[Answers] = []
        uploads = [each for each in self.uploads.getlist(name) if each.filename]
        for token in self.sent.getlist(name):
            file = _file_of(token)
            if file is not None:
                if self.store is not None and not self.store.touch(file.sha256):
                    self.errors.append(FieldError(name, FileGone.sentence, {"name": file.name}))
                    continue
                found.append(self._known(file))
        kept = [] if self.store is None else list(self._stored(self.store, name, uploads))
        earlier: list[Json] = [{**file, GIVES_WAY: True} if kept else file for file in found]
        return earlier + kept

    def _stored(self, store: FileStore, name: str, uploads: list[FileStorage]) -> Iterator[Json]:
        for each in uploads:
            try:
                yield self._known(store.put(each.stream, each.filename or ""))
            except (FileTooLarge, FileEmpty, FileUnsafe) as refusal:
                self.errors.append(FieldError(name, refusal.sentence, refusal.values))

    def _known(self, file: StoredFile) -> Answers:
        self.files[file.sha256] = file
        return {**file.as_json()}


def _file_of(token: str) -> StoredFile | None:
    if len(token) > 2_000:
        return None
    try:
        read: Any = _signer().loads(token)
    except BadSignature:
        return None
    return StoredFile.from_json(read)


def _place(answers: Answers, path: tuple[str, ...], value: Json) -> None:
    if not path:
        answers.update(value if isinstance(value, dict) else {})
        return
    for name in path[:-1]:
        inner = answers.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        answers = inner
    mine = answers.get(path[-1])
    if isinstance(mine, dict) and isinstance(value, dict):
        mine.update(value)
    else:
        answers[path[-1]] = value
