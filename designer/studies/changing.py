"""What a study changes on the draft of how it is to be: a finding accepted, a change proposed from the table."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from designer.changes import Parts, apply
from designer.drafts import (
    changeable_draft,
    draft_by_id,
    draft_of_version,
    examined_again,
    save_draft,
)
from designer.findings import Finding
from designer.findings.finding import kept_values
from designer.layout import with_layout
from designer.ledger import ledger
from designer.models import Draft, Study
from designer.studies.commands import changed, held, study_by_id
from designer.studies.done import done
from designer.studies.said import read_said
from designer.studies.sides import Side, Sides, draft_parts, has_to_be, side, sides
from designer.studies.steps import snapshot
from engine.errors import NotFound, Refusal, Said
from engine.models import Person, Version


class NothingToChange(Refusal):
    """A finding that only a person can mend."""

    sentence = "This finding has no change of its own. Correct the sheet or the diagram, or dismiss it with a reason."


def accept(session: Session, study_id: int, key: str, *, by: Person, at: datetime) -> Said:
    """Carry out what a finding proposes, on the draft of the procedure as it is to be, which is made when needed.

    What was done, in words. Raises NotFound when the finding has gone, NothingToChange, and what designer.changes
    raises.
    """
    study = held(session, study_id)
    draft = _to_be(session, study, by=by, at=at)
    found = _finding(sides(session, study, by=by), key)
    if found.change is None:
        raise NothingToChange()
    was = snapshot(draft)
    parts = draft_parts(session, draft.id)
    after = apply(parts, found.change.kind, found.change.arguments)
    _keep_parts(session, draft, parts, after, at)
    told = done(found)
    accepted = {
        "key": found.key,
        "id": found.id,
        "sentence": told.sentence,
        "values": kept_values(found.values),
        "reference": found.reference,
        "saving": _saving_json(found),
        "at": at.isoformat(),
        "by": by.full_name,
    }
    before = study.data.get("accepted", [])
    data = {**study.data, "accepted": [*before, accepted]}
    changed(session, study, data, told, draft=draft, draft_before=was, by=by, at=at)
    return told


def proposed(
    session: Session, study_id: int, kind: str, arguments: Mapping[str, str], *, by: Person
) -> tuple[Side, Side]:
    """How it is to be as the draft stands, and as it would be with a change; nothing is kept.

    Raises NotFound, what designer.changes raises, and NotYetRunnable where the diagram would no longer run.
    """
    study = study_by_id(session, study_id)
    both = sides(session, study, by=by)
    before = both.to_be or replace(both.as_is, which="to_be")
    changed_parts = apply(before.parts, kind, arguments)
    said = read_said(study.data)
    if both.to_be is None:
        # The draft will begin with what was said of how it is.
        said = read_said({**study.data, "to_be": study.data.get("as_is", {})})
        before = side(
            before.parts, "to_be", said, ledger(session), both.as_is.log, both.others.tables
        )
    after = side(changed_parts, "to_be", said, ledger(session), both.as_is.log, both.others.tables)
    return before, after


def change_to_be(
    session: Session,
    study_id: int,
    kind: str,
    arguments: Mapping[str, str],
    told: Said,
    *,
    by: Person,
    at: datetime,
) -> Study:
    """Carry out a change that the analyst proposes from the table, on the draft, which is made when needed.

    `told` is what the report says of it. Raises NotFound and what designer.changes raises.
    """
    study = held(session, study_id)
    draft = _to_be(session, study, by=by, at=at)
    was = snapshot(draft)
    parts = draft_parts(session, draft.id)
    _keep_parts(session, draft, parts, apply(parts, kind, arguments), at)
    made = {
        "id": kind,
        "key": "",
        "sentence": told.sentence,
        "values": kept_values(told.values),
        "reference": "",
        "at": at.isoformat(),
        "by": by.full_name,
    }
    data = {**study.data, "accepted": [*study.data.get("accepted", []), made]}
    return changed(session, study, data, told, draft=draft, draft_before=was, by=by, at=at)


def begin_to_be(session: Session, study_id: int, *, by: Person, at: datetime) -> Draft:
    """The draft of the procedure as it is to be, made from how it is when there is none yet. NotFound."""
    return _to_be(session, held(session, study_id), by=by, at=at)


def _finding(both: Sides, key: str) -> Finding:
    side = both.to_be or both.as_is
    for one in side.findings:
        if one.key == key:
            return one
    raise NotFound(what="finding", name=key)


def _to_be(session: Session, study: Study, *, by: Person, at: datetime) -> Draft:
    if study.to_be_draft_id is not None and has_to_be(session, study):
        return changeable_draft(session, study.to_be_draft_id)
    if study.as_is_version_id is not None:
        version = session.get_one(Version, study.as_is_version_id)
        draft = draft_of_version(session, version, by=by, at=at)
    else:
        before = draft_by_id(session, study.as_is_draft_id or 0)
        draft = save_draft(
            session,
            before.file_name,
            before.drawing,
            procedure_key=before.procedure_key,
            forms=before.forms,
            decisions=before.decisions,
            sheet=before.sheet,
            rules=before.rules,
            gateway_tables=before.gateway_tables,
            services=before.services,
            process_id=before.process_id,
            by=by,
            at=at,
        )
        draft.name = before.name
    study.to_be_draft_id = draft.id
    # What was said of how it is holds for how it is to be, until something else is said.
    if "as_is" in study.data and "to_be" not in study.data:
        study.data = {**study.data, "to_be": study.data["as_is"]}
    study.changed_at = at
    session.flush()
    return draft


def _keep_parts(
    session: Session, draft: Draft, before: Parts, changed: Parts, at: datetime
) -> None:
    draft.sheet, draft.forms = dict(changed.sheet), dict(changed.forms)
    draft.decisions = dict(changed.decisions)
    draft.changed_at = at
    if changed.model is not before.model:
        # The rules are said in the diagram now; those of flows that have gone mean nothing any more.
        draft.drawing, draft.rules, draft.gateway_tables = with_layout(changed.model), {}, {}
        draft.services = {}
        examined = examined_again(session, draft)
        draft.report, draft.is_runnable = examined.report, examined.is_runnable
    session.flush()


def _saving_json(found: Finding) -> dict[str, Any]:
    saving = found.saving
    return {
        "minutes": str(saving.minutes),
        "days": str(saving.days),
        "money": str(saving.money),
        "papers": saving.papers,
    }
