"""Drafts: save an uploaded diagram whatever its state, decide what it left open, find it again, throw it away."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import PurePath
from typing import Any

import orjson
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer

from designer.beside import Beside, read_services, read_tables
from designer.examination import Examination, examine_apart, rehearse_apart
from designer.models import Draft, Study, StudyStep
from engine import dmn
from engine.deployments import version_with_everything
from engine.errors import Conflict, NotFound, Refusal
from engine.feel import compile_expression
from engine.forms import read_form
from engine.ids import new_id
from engine.machines import service_keys
from engine.models import Person, Procedure, Version
from engine.procedures import callable_names

_TO_BE = ("accepted", "to_be")  # what a study says of its draft of how it is to be


class AlreadyPublished(Conflict):
    """A published draft is history."""

    sentence = "“{name}” was published. Open its version and change it from there."


class StudyStandsOnIt(Conflict):
    """A draft that a study reads how it is from."""

    sentence = (
        "The study “{study}” takes from “{name}” how it is done today, and cannot be read without it. "
        "It stays as long as the study does."
    )


class NotYetRunnable(Refusal):
    """A draft with something in the way."""

    sentence = "“{name}” cannot be published yet: {problem}"


class NotAPart(Refusal):
    """A file that is neither a form nor a decision model."""

    sentence = "“{file}” is neither a decision table (DMN) nor a form (form-js JSON). Export it as one of these."


class NoSuchFlow(Refusal):
    """A rule about an arrow that the diagram does not have."""

    sentence = (
        "The diagram has no flow “{flow}”. Reload the page: the drawing may have been replaced."
    )


def save_draft(
    session: Session,
    file_name: str,
    data: bytes,
    *,
    procedure_key: str | None = None,
    forms: dict[str, Any] | None = None,
    decisions: dict[str, str] | None = None,
    sheet: dict[str, Any] | None = None,
    rules: dict[str, str] | None = None,
    gateway_tables: dict[str, dict[str, str]] | None = None,
    services: dict[str, dict[str, Any]] | None = None,
    process_id: str | None = None,
    examined: Examination | None = None,
    by: Person | None,
    at: datetime,
) -> Draft:
    """Keep an uploaded file with what was found in it; one that nothing can read is kept too, with the reason.

    `examined` is what `examine_apart` said, for callers that asked before they opened a transaction.
    """
    said = Beside(
        process_id,
        rules or {},
        read_tables(gateway_tables or {}),
        decisions or {},
        callable_names(session),
        read_services(services or {}),
        service_keys(session),
    )
    examined = examined or examine_apart(data, said)
    draft = Draft(
        id=new_id(at),
        name=(examined.name or PurePath(file_name).stem)[:300],
        file_name=PurePath(file_name).name[:300],
        procedure_key=procedure_key,
        drawing=data,
        process_id=process_id,
        report=examined.report,
        is_runnable=examined.is_runnable,
        rules=rules or {},
        gateway_tables=gateway_tables or {},
        services=services or {},
        forms=forms or {},
        decisions=decisions or {},
        sheet=sheet or {},
        created_by_id=None if by is None else by.id,
        created_at=at,
        changed_at=at,
    )
    session.add(draft)
    session.flush()
    return draft


def same_upload(session: Session, data: bytes, *, by: Person) -> Draft | None:
    """The person's own draft of the very same bytes that is not published yet; None when there is none."""
    return session.scalars(
        select(Draft)
        .where(
            Draft.created_by_id == by.id,
            Draft.published_version_id.is_(None),
            Draft.drawing == data,
        )
        .limit(1)
    ).first()


def draft_of_version(session: Session, version: Version, *, by: Person, at: datetime) -> Draft:
    """A draft that starts as a published version is, to be changed and published as the next.

    What the analyst had decided beside the drawing comes along.
    """
    whole = version_with_everything(session, version.id)
    procedure = session.get_one(Procedure, version.procedure_id)
    before = session.scalars(select(Draft).where(Draft.published_version_id == version.id)).first()
    draft = save_draft(
        session,
        f"{procedure.key}.bpmn" if before is None else before.file_name,
        whole.drawing,
        procedure_key=procedure.key,
        forms=whole.forms,
        decisions=whole.decisions,
        sheet=whole.sheet,
        rules={} if before is None else before.rules,
        gateway_tables={} if before is None else before.gateway_tables,
        services={} if before is None else before.services,
        process_id=version.process_id,
        by=by,
        at=at,
    )
    draft.name = procedure.name
    return draft


def drafts(session: Session) -> list[Draft]:
    """Drafts not yet published, the last changed first. Every analyst sees all: an office works on them together."""
    return list(
        session.scalars(
            select(Draft)
            .where(Draft.published_version_id.is_(None))
            .order_by(Draft.changed_at.desc(), Draft.id.desc())
            .limit(200)
        )
    )


def draft_by_id(session: Session, draft_id: int) -> Draft:
    """The draft with its drawing and all that was decided about it; NotFound."""
    draft = session.scalars(
        select(Draft).where(Draft.id == draft_id).options(undefer("*"))
    ).one_or_none()
    if draft is None:
        raise NotFound(what="draft", name=draft_id)
    return draft


def replace_drawing(
    session: Session,
    draft_id: int,
    file_name: str,
    data: bytes,
    *,
    examined: Examination | None = None,
    at: datetime,
) -> Draft:
    """A newer drawing for the same draft; rules about flows that are still there stay.

    `examined`: as in save_draft, asked with the draft's process and rules.
    """
    draft = changeable_draft(session, draft_id)
    draft.drawing, draft.file_name = data, PurePath(file_name).name[:300]
    return examined_draft(session, draft, at, examined)


def choose_process(session: Session, draft_id: int, process_id: str, *, at: datetime) -> Draft:
    """Say which of the file's processes a case runs."""
    draft = changeable_draft(session, draft_id)
    draft.process_id = process_id
    return examined_draft(session, draft, at)


def set_rule(
    session: Session, draft_id: int, flow_id: str, condition: str, *, at: datetime
) -> Draft:
    """Say in FEEL when a case takes a flow; an empty condition gives the choice back to a person.

    Raises FeelSyntaxError with the place, NoSuchFlow.
    """
    draft = changeable_draft(session, draft_id)
    condition = condition.strip()
    if condition:
        compile_expression(condition)
    rules = dict(draft.rules)
    if condition:
        rules[flow_id] = condition
    else:
        rules.pop(flow_id, None)
    draft.rules = rules
    examined_draft(session, draft, at)
    known = {flow["id"] for gateway in draft.report["gateways"] for flow in gateway["flows"]}
    if condition and flow_id not in known:
        raise NoSuchFlow(flow=flow_id)
    return draft


def set_decisions(
    session: Session, draft_id: int, texts: Mapping[str, str], *, at: datetime
) -> Draft:
    """Replace decision models of the draft, by file name.

    Raises engine.dmn's refusals when one cannot be read, with those it imports, or one that was there no longer can.
    """
    draft = changeable_draft(session, draft_id)
    decisions = {**draft.decisions, **texts}
    resolve = dmn.mapping(decisions.values())
    for name in {**texts, **dmn.load_all(draft.decisions)}:
        dmn.load(decisions[name], resolve=resolve)
    draft.decisions = decisions
    draft.changed_at = at
    return draft


def set_form(
    session: Session, draft_id: int, key: str, schema: dict[str, Any], *, at: datetime
) -> Draft:
    """Replace a form of the draft. Raises engine.forms' refusals when it cannot be read."""
    draft = changeable_draft(session, draft_id)
    read_form(schema)
    draft.forms = {**draft.forms, key: schema}
    draft.changed_at = at
    return draft


def add_parts(
    session: Session, draft_id: int, files: Iterable[tuple[str, bytes]], *, at: datetime
) -> None:
    """Keep files (name, content) that belong to the drawing: forms (form-js JSON) under their id, and decision models
    (DMN), which may import one another.

    Raises NotAPart, and what set_form and set_decisions raise.
    """
    decisions = {}
    for file_name, data in files:
        name = PurePath(file_name).name[:300]
        try:
            text = data.decode("utf-8-sig")
            if text.lstrip().startswith("{"):
                _add_form(session, draft_id, name, orjson.loads(text), at)
            else:
                decisions[name] = text
        except ValueError as problem:
            raise NotAPart(file=name) from problem
    if decisions:
        set_decisions(session, draft_id, decisions, at=at)


def _add_form(
    session: Session, draft_id: int, name: str, schema: dict[str, Any], at: datetime
) -> None:
    # The id is what drawings refer to; a file without one is known by its name.
    key = schema.get("id") if isinstance(schema.get("id"), str) else ""
    used = {task["form"] for task in draft_by_id(session, draft_id).report["tasks"]}
    stem = PurePath(name).stem
    set_form(session, draft_id, (stem if stem in used else key or stem)[:200], schema, at=at)


def discard_draft(session: Session, draft_id: int) -> None:
    """Throw a draft away for good; a study whose procedure as it is to be it was begins again with how it is.

    Raises NotFound, AlreadyPublished, StudyStandsOnIt.
    """
    draft = changeable_draft(session, draft_id)
    refuse_if_studied(session, draft)
    for study in session.scalars(select(Study).where(Study.to_be_draft_id == draft.id)):
        study.to_be_draft_id = None
        # what was accepted and typed was about this draft; the next one has nothing of it
        study.data = {key: said for key, said in study.data.items() if key not in _TO_BE}
        session.execute(delete(StudyStep).where(StudyStep.study_id == study.id))
    session.delete(draft)
    session.flush()


def refuse_if_studied(session: Session, draft: Draft) -> None:
    """Raises StudyStandsOnIt where a study reads from the draft how it is; of one as it is to be it can do without."""
    found = session.scalars(
        select(Study.name).where(Study.as_is_draft_id == draft.id).order_by(Study.id).limit(1)
    ).first()
    if found is not None:
        raise StudyStandsOnIt(name=draft.name, study=found)


def examined_again(session: Session, draft: Draft) -> Examination:
    """What the draft is now, with the model as it would be run."""
    return examine_apart(draft.drawing, beside(session, draft))


def rehearsed(session: Session, draft: Draft, seed: int) -> dict[str, Any]:
    """One walk through the draft (see `rehearse_apart`)."""
    return rehearse_apart(draft.drawing, beside(session, draft), seed=seed)


def beside(session: Session, draft: Draft) -> Beside:
    """What was decided about a draft's drawing, as the examination wants it."""
    return Beside(
        draft.process_id,
        draft.rules,
        read_tables(draft.gateway_tables),
        draft.decisions,
        callable_names(session),
        read_services(draft.services),
        service_keys(session),
    )


def changeable_draft(session: Session, draft_id: int) -> Draft:
    """The draft, locked for changes; NotFound, AlreadyPublished."""
    draft = session.scalars(
        select(Draft).where(Draft.id == draft_id).options(undefer("*")).with_for_update()
    ).one_or_none()
    if draft is None:
        raise NotFound(what="draft", name=draft_id)
    if draft.published_version_id is not None:
        raise AlreadyPublished(name=draft.name)
    return draft


def examined_draft(
    session: Session, draft: Draft, at: datetime, examined: Examination | None = None
) -> Draft:
    """The draft with what a fresh examination says of it."""
    examined = examined or examined_again(session, draft)
    draft.report, draft.is_runnable, draft.changed_at = examined.report, examined.is_runnable, at
    return draft
