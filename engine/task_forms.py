"""Which form a task asks and which opens a case: from the version's schemas, or what the diagram carries."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.bpmn.model import Kind, Node
from engine.calendars.jurisdiction import Jurisdiction, jurisdiction_of
from engine.deployments import blueprint
from engine.errors import NotFound
from engine.forms import Field, Form, UnreadableForm, from_embedded, made_form, read_form
from engine.forms.choosing import Choosing
from engine.models import DataStore, Version

LOG = logging.getLogger(__name__)
START = "start"  # the key of the form that opens a case, when the start event names none


def task_form(session: Session, version_id: int, element_id: str) -> Form | None:
    """The form of a task; None when the diagram gives it none. Versions never change, so it is read once."""
    return _forms_of(session, version_id).form(session, version_id, element_id)


def start_form(session: Session, version_id: int) -> Form | None:
    """The form that opens a case of the version; None when it has none."""
    kept = _forms_of(session, version_id)
    for node in blueprint(session, version_id).nodes.values():
        if node.kind == Kind.START_EVENT and (form := kept.form(session, version_id, node.id)):
            return form
    return kept.by_key(START)


def forms_of_version(session: Session, version_id: int) -> list[Form]:
    """Every form of the version, those that the diagram carries after those in files."""
    kept = _forms_of(session, version_id)
    found = [form for key in kept.schemas if (form := kept.by_key(key)) is not None]
    for element_id in blueprint(session, version_id).nodes:
        form = kept.form(session, version_id, element_id)
        if form is not None and all(form is not one for one in found):
            found.append(form)
    return found


def form_of_data(session: Session, version_id: int, variables: Mapping[str, object]) -> Form:
    """The form of a task that has none: what the case knows, to read and to correct."""
    made = made_form(variables, labels=labels(session, version_id))
    return made.at(_forms_of(session, version_id).place)


def labels(session: Session, version_id: int) -> dict[str, str]:
    """Key → label of every question that the version's forms ask, in their order."""
    return {key: label for key, (label, _) in questions(session, version_id).items()}


def questions(session: Session, version_id: int) -> dict[str, tuple[str, dict[str, str]]]:
    """Key → label, and value → words of its fixed options, for what the forms of files and of the diagram ask."""
    kept = _forms_of(session, version_id)
    if kept.questions is None:
        kept.questions = _asked(forms_of_version(session, version_id))
    return kept.questions


def with_stores(session: Session, form: Form, known: Mapping[str, Any]) -> dict[str, Any]:
    """What the case knows, and the data stores that the form's options come from and the case does not know."""
    wanted = form.option_sources - known.keys()
    if not wanted:
        return dict(known)
    rows = session.execute(
        select(DataStore.name, DataStore.value).where(DataStore.name.in_(wanted))
    )
    return {**{row.name: row.value for row in rows}, **known}


class _Forms:
    """The forms of one version, each read when first asked for."""

    def __init__(self, schemas: Mapping[str, Any], place: Jurisdiction) -> None:
        self.schemas = schemas
        self.place = place
        self._read: dict[str, Form | None] = {}
        self.questions: dict[str, tuple[str, dict[str, str]]] | None = None  # None: not asked yet

    def by_key(self, key: str) -> Form | None:
        if key not in self._read:
            schema = self.schemas.get(key)
            self._read[key] = read_form(schema).at(self.place) if schema is not None else None
        return self._read[key]

    def form(self, session: Session, version_id: int, element_id: str) -> Form | None:
        # a blank cannot stand in a form key, so both kinds share one place
        place = f"element {element_id}"
        if place not in self._read:
            node = blueprint(session, version_id).nodes.get(element_id)
            self._read[place] = self._of_node(node) if node is not None else None
        return self._read[place]

    def _of_node(self, node: Node) -> Form | None:
        told = node.extension
        if told.form_key and (form := self.by_key(told.form_key)) is not None:
            return form
        if told.form_schema:
            try:
                return read_form(told.form_schema).at(self.place)
            except UnreadableForm:
                # A published version never changes: who does the task is asked what the case knows instead.
                LOG.warning(
                    "The form that the drawing gives %s cannot be read.",
                    node.id,
                    extra={"action": "form_unreadable", "element": node.id},
                )
        return from_embedded(told.form_fields).at(self.place) if told.form_fields else None


def _asked(forms: Iterable[Form]) -> dict[str, tuple[str, dict[str, str]]]:
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for form in forms:
        options = _options(form.fields)
        for asked, label in form.labels().items():
            found.setdefault(asked, (label, options.get(asked.rpartition(".")[2], {})))
    return found


def _options(fields: Iterable[Field]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for one in fields:
        if isinstance(one, Choosing):
            found[one.key] = {
                str(value): label.literal or str(value) for value, label in one.static
            }
        found.update(_options(one.fields))
    return found


_KEPT: dict[int, _Forms] = {}
_MOST = 256


def _forms_of(session: Session, version_id: int) -> _Forms:
    kept = _KEPT.get(version_id)
    if kept is None:
        row = session.execute(
            select(Version.forms, Version.sheet).where(Version.id == version_id)
        ).first()
        if row is None:
            raise NotFound(what="version", name=version_id)
        if len(_KEPT) >= _MOST:
            _KEPT.clear()
        kept = _KEPT[version_id] = _Forms(row.forms or {}, jurisdiction_of(row.sheet))
    return kept
