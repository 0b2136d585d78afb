"""A form: what it asks, how it stands for given answers, and the typed answers once they fit."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from engine.calendars.jurisdiction import DEFAULT, Jurisdiction, jurisdiction
from engine.errors import N_
from engine.files.store import StoredFile, files_within
from engine.forms.choosing import Choosing
from engine.forms.evaluation import Evaluation
from engine.forms.field import Field, Shown
from engine.forms.formula import bounded
from engine.forms.json_value import Answers
from engine.forms.refusals import FieldError, Note, Unfit
from engine.forms.spot import Spot
from engine.numerals import Numerals

_NO_FILES: Mapping[str, StoredFile] = {}


@dataclass(frozen=True)
class FieldState:
    """A field as it stands: what a page needs to print it."""

    field: Field
    type: str
    key: str  # path of the answer, unique in the form: `owners.0.name`
    label: str
    hint: str
    value: object  # what was typed, else the typed answer
    entry: object  # … as it stands in the input
    is_visible: bool
    is_required: bool
    is_readonly: bool
    before: str
    after: str
    shown: Shown
    children: tuple["FieldState", ...] = ()
    rows: tuple[tuple["FieldState", ...], ...] = ()

    @property
    def id(self) -> str:
        """What the field is called in a page, for labels and links."""
        return "f-" + "".join(map(_in_id, self.key))

    def everything(self) -> Iterator["FieldState"]:
        """This field and all inside it, in the order of the form."""
        yield self
        for child in self.children:
            yield from child.everything()
        for row in self.rows:
            for child in row:
                yield from child.everything()


@dataclass(frozen=True)
class Form:
    """A form, ready to be asked; `notes` are sentences for its author."""

    id: str = ""
    fields: tuple[Field, ...] = ()
    notes: tuple[Note, ...] = ()
    # of the place where it is asked
    numerals: Numerals = dataclasses.field(default_factory=lambda: jurisdiction(DEFAULT).numerals)

    def at(self, place: Jurisdiction) -> "Form":
        """The form as it is asked there: numbers are written and read in the custom of the place."""
        return dataclasses.replace(self, numerals=place.numerals)

    def clean(
        self,
        raw: Mapping[str, object],
        *,
        context: Mapping[str, object] | None = None,
        files: Mapping[str, StoredFile] = _NO_FILES,
        today: date | None = None,
    ) -> Answers:
        """The answers as typed JSON, or Unfit with everything that is wrong with them.

        `raw` is what a page or the API sent: texts or JSON values, nested as the form is. `context` is the case's
        data; `files` are the stored files (by sha256) that this person may attach. Conditions are evaluated here
        again: hidden fields' answers are dropped, read-only ones are not taken. Answers inside a group with a path
        come together with what the case already has there.
        """
        with bounded():
            evaluation = self._evaluation(raw, context, files, today)
            errors = [*self._unknown(raw), *evaluation.errors()]
            if (
                not errors and evaluation.has_blank_rows
            ):  # without them, the others have new numbers
                evaluation = self._evaluation(evaluation.answers(), context, files, today)
                errors = evaluation.errors()
        if errors:
            raise Unfit(errors)
        return evaluation.answers()

    def state(
        self,
        raw: Mapping[str, object] | None = None,
        context: Mapping[str, object] | None = None,
        *,
        files: Mapping[str, StoredFile] = _NO_FILES,
        today: date | None = None,
    ) -> tuple[FieldState, ...]:
        """Every field as it stands for what was typed so far (nothing yet: None), fit or not."""
        with bounded():
            evaluation = self._evaluation(raw or {}, context, files, today)
            return tuple(_state(evaluation, spot, True) for spot in evaluation.spots)

    def defaults(self, context: Mapping[str, object] | None = None) -> Answers:
        """The answers before anyone typed."""
        with bounded():
            return self._evaluation({}, context, _NO_FILES, None).answers()

    def labels(self) -> dict[str, str]:
        """Key → label of every field with an answer, in order; keys inside lists without their row."""
        return {key: field.label.literal or key for key, field in _flat(self.fields, "")}

    def questions(self) -> dict[str, Field]:
        """Path of the answer → field, in order, for all that is asked once: nothing inside a list that grows."""
        return {".".join(path): field for path, field in _known(self.fields).items()}

    @cached_property
    def is_reactive(self) -> bool:
        """Whether an answer may change what else is asked or shown."""
        answered = {key.split(".")[-1] for key, _ in _flat(self.fields, "")}
        answered |= {key.split(".")[0] for key, _ in _flat(self.fields, "")}
        answered |= {"this", "parent"}
        return any(
            answered & formula.names for field in _all(self.fields) for formula in field.formulas()
        )

    @cached_property
    def option_sources(self) -> frozenset[str]:
        """Names of the data that options come from: of the case, or of a data store."""
        found = (field.sources for field in _all(self.fields) if isinstance(field, Choosing))
        return frozenset().union(*found)

    @cached_property
    def has_files(self) -> bool:
        """Whether a file may be attached."""
        return any(field.type == "filepicker" for field in _all(self.fields))

    def _evaluation(
        self,
        raw: Mapping[str, object],
        context: Mapping[str, object] | None,
        files: Mapping[str, StoredFile],
        today: date | None,
    ) -> Evaluation:
        day = today or datetime.now(UTC).date()
        context = context or {}
        if self.has_files:  # what the case has already need not be sent again
            files = {**{file.sha256: file for file in files_within(context)}, **files}
        return Evaluation(self.fields, raw, context, files, day, self.numerals)

    def _unknown(self, raw: Mapping[str, object]) -> list[FieldError]:
        return [
            FieldError(key[:200], UNKNOWN, {"label": key[:200]})
            for key in _strangers(raw, self.fields, "")
        ][:100]


UNKNOWN = N_("This form does not ask for “{label}”. Reload it and answer again.")


def _in_id(letter: str) -> str:
    if letter.isascii() and letter.isalnum():
        return letter
    return "-" if letter == "." else f"_{ord(letter):x}"


def _all(fields: tuple[Field, ...]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from _all(field.fields)


def _flat(fields: tuple[Field, ...], before: str) -> Iterator[tuple[str, Field]]:
    for field in fields:
        if field.type == "group":
            yield from _flat(field.fields, f"{before}{field.key}." if field.key else before)
        elif field.has_value:
            yield before + field.key, field
            yield from _flat(field.fields, f"{before}{field.key}.")


def _known(fields: tuple[Field, ...], before: tuple[str, ...] = ()) -> dict[tuple[str, ...], Field]:
    found: dict[tuple[str, ...], Field] = {}
    for field in fields:
        if field.type == "group":
            found.update(_known(field.fields, (*before, *field.path)))
        elif field.has_value:
            found[(*before, *field.path)] = field
    return found


def _strangers(raw: Mapping[str, object], fields: tuple[Field, ...], before: str) -> Iterator[str]:
    """Paths of answers that nobody asked for."""
    known = _known(fields)
    ways = {path[:end] for path in known for end in range(1, len(path))}
    pending: list[tuple[tuple[str, ...], object]] = [((str(key),), raw[key]) for key in raw]
    while pending:
        path, value = pending.pop()
        if path in ways and isinstance(value, Mapping):
            pending.extend(((*path, str(key)), value[key]) for key in value)
        elif path in ways and value is None:
            continue
        elif path not in known:
            yield before + ".".join(path)
        elif known[path].type == "dynamiclist" and isinstance(value, list | tuple):
            for number, row in enumerate(value[:1_000]):
                if isinstance(row, Mapping):
                    yield from _strangers(
                        row, known[path].fields, f"{before}{'.'.join(path)}.{number}."
                    )


def _state(evaluation: Evaluation, spot: Spot, is_around_visible: bool) -> FieldState:
    field, around = spot.field, evaluation.around(spot)
    is_visible = is_around_visible and spot.is_visible
    return FieldState(
        field=field,
        type=field.type,
        key=spot.name,
        label=field.label.say(around.scope) or ("" if not field.has_value else field.path[-1]),
        hint=field.hint.say(around.scope),
        value=spot.shown_value(),
        entry=spot.raw if spot.is_as_sent else field.entry(spot.typed, around),
        is_visible=is_visible,
        is_required=evaluation.is_required(spot),
        is_readonly=evaluation.is_readonly(spot),
        before=field.before.say(around.scope),
        after=field.after.say(around.scope),
        shown=field.show(spot.shown_value(), around) if is_visible else Shown(),
        children=tuple(_state(evaluation, inner, is_visible) for inner in spot.children),
        rows=tuple(
            tuple(_state(evaluation, inner, is_visible) for inner in row) for row in spot.rows
        ),
    )
