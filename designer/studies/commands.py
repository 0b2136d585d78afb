"""Commands on a study: open, say, accept or dismiss a finding; and which there are."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from designer.asme import Override
from designer.burden import Applicants, Assumption, Visit
from designer.changes import Parts, apply
from designer.cost import Consumable
from designer.drafts import (
    changeable_draft,
    draft_by_id,
    draft_of_version,
    examined_again,
    save_draft,
)
from designer.findings import Finding
from designer.layout import with_layout
from designer.ledger import ledger
from designer.models import Draft, Study
from designer.studies.entity import KEPT, costed_json
from designer.studies.said import Which, assumption_json, override_json, read_said
from designer.studies.sides import Side, Sides, costed, draft_parts, has_to_be, side, sides
from designer.studies.steps import keep_step, snapshot, undo
from engine.errors import NotFound, Refusal, Said
from engine.forms.refusals import N_
from engine.ids import new_id
from engine.models import Person, Procedure, Version

_COSTS = Said(N_("What was said of costs, applicants and ways was changed."), {})
_TABLES: dict[Which, Said] = {
    "as_is": Said(N_("The activity table was changed, as it is."), {}),
    "to_be": Said(N_("The activity table was changed, as it is to be."), {}),
}


class NothingToChange(Refusal):
    """A finding that only a person can mend."""

    sentence = "This finding has no change of its own. Correct the sheet or the diagram, or dismiss it with a reason."


class ReasonNeeded(Refusal):
    """A finding dismissed without saying why."""

    sentence = "Say why the finding does not matter here; the report tells it."


def study_version(session: Session, version: Version, *, by: Person, at: datetime) -> Study:
    """Open a study of a published version."""
    procedure = session.get_one(Procedure, version.procedure_id)
    study = _new(procedure.name, by, at)
    study.procedure_id, study.as_is_version_id = procedure.id, version.id
    session.add(study)
    session.flush()
    return study


def study_draft(
    session: Session,
    draft_id: int,
    *,
    to_be: int | None = None,
    name: str = "",
    by: Person | None,
    at: datetime,
) -> Study:
    """Open a study of a draft: a procedure drawn as an office works it on paper. NotFound."""
    draft = draft_by_id(session, draft_id)
    study = _new(name or draft.name, by, at)
    study.as_is_draft_id, study.to_be_draft_id = draft.id, to_be
    if draft.procedure_key:
        study.procedure_id = session.scalar(
            select(Procedure.id).where(Procedure.key == draft.procedure_key)
        )
    session.add(study)
    session.flush()
    return study


def _new(name: str, by: Person | None, at: datetime) -> Study:
    return Study(
        id=new_id(at),
        name=name[:300],
        data={},
        created_by_id=None if by is None else by.id,
        created_at=at,
        changed_at=at,
    )


def studies(session: Session) -> list[Study]:
    """All studies, the last changed first. Every analyst sees all, as with drafts."""
    return list(session.scalars(select(Study).order_by(Study.changed_at.desc()).limit(200)))


def study_by_id(session: Session, study_id: int) -> Study:
    """The study; NotFound."""
    study = session.get(Study, study_id)
    if study is None:
        raise NotFound(what="study", name=study_id)
    return study


def say(
    session: Session,
    study_id: int,
    *,
    services: Decimal | None = None,
    applicants: Applicants | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
    ways: Mapping[str, Mapping[str, Decimal]] | None = None,
    modalities: Mapping[str, Mapping[str, str]] | None = None,
    by: Person | None = None,
    at: datetime,
) -> Study:
    """Say how many services a year, who asks, what each requirement takes of them, how often each way. NotFound."""
    study = _held(session, study_id)
    data = dict(study.data)
    if services is not None:
        data["services"] = str(services)
    if applicants is not None:
        data["applicants"] = {
            "population": str(applicants.population),
            "frequency": str(applicants.frequency),
            "hourly_wage": str(applicants.hourly_wage),
        }
    if assumptions is not None:
        data["assumptions"] = {key: assumption_json(one) for key, one in assumptions.items()}
    if ways is not None:
        data["ways"] = {
            gateway: {flow: str(weight) for flow, weight in each.items()}
            for gateway, each in ways.items()
        }
    if modalities is not None:
        data["modalities"] = {name: dict(chosen) for name, chosen in modalities.items()}
    return _changed(session, study, data, _COSTS, by=by, at=at)


def say_of_side(
    session: Session,
    study_id: int,
    which: Which,
    *,
    overrides: Mapping[str, Override] | None = None,
    consumables: tuple[Consumable, ...] | None = None,
    visit: Visit | None = None,
    by: Person | None = None,
    at: datetime,
) -> Study:
    """Say of one side what its table's cells are, what it uses up, how often people must come. NotFound.

    `overrides` are added to those there; one that says nothing gives the row back to what was derived.
    """
    study = _held(session, study_id)
    one = dict(study.data.get(which, {}))
    if overrides is not None:
        kept = {**one.get("overrides", {})}
        for row, override in overrides.items():
            kept[row] = override_json(override)
        one["overrides"] = {row: said for row, said in kept.items() if said}
    if consumables is not None:
        one["consumables"] = [
            {"name": each.name, "quantity": str(each.quantity), "unit_cost": str(each.unit_cost)}
            for each in consumables
        ]
    if visit is not None:
        one["visits"] = {"number": str(visit.number), **assumption_json(visit.assumption)}
    told = _COSTS if overrides is None else _TABLES[which]
    return _changed(session, study, {**study.data, which: one}, told, by=by, at=at)


def keep_costed(session: Session, study_id: int, *, by: Person, at: datetime) -> Study:
    """Keep the table of how it is as it stands, so that other procedures share costs with it. NotFound."""
    study = _held(session, study_id)
    activities = costed(sides(session, study, by=by).as_is.table, ledger(session))
    study.data = {**study.data, KEPT: costed_json(activities, at=at)}
    study.changed_at = at
    session.flush()
    return study


def accept(session: Session, study_id: int, key: str, *, by: Person, at: datetime) -> Finding:
    """Carry out what a finding proposes, on the draft of the procedure as it is to be, which is made when needed.

    Raises NotFound when the finding has gone, NothingToChange, and what designer.changes raises.
    """
    study = _held(session, study_id)
    draft = _to_be(session, study, by=by, at=at)
    found = _finding(sides(session, study, by=by), key)
    if found.change is None:
        raise NothingToChange()
    was = snapshot(draft)
    parts = draft_parts(session, draft.id)
    changed = apply(parts, found.change.kind, found.change.arguments)
    _keep_parts(session, draft, parts, changed, at)
    accepted = {
        "key": found.key,
        "id": found.id,
        "sentence": found.sentence,
        "values": found.values,
        "reference": found.reference,
        "saving": _saving_json(found),
        "at": at.isoformat(),
        "by": by.full_name,
    }
    before = study.data.get("accepted", [])
    data = {**study.data, "accepted": [*before, accepted]}
    told = Said(found.sentence, found.values)
    _changed(session, study, data, told, draft=draft, draft_before=was, by=by, at=at)
    return found


def proposed(
    session: Session, study_id: int, kind: str, arguments: Mapping[str, str], *, by: Person
) -> tuple[Side, Side]:
    """How it is to be as the draft stands, and as it would be with a change; nothing is kept.

    Raises NotFound, what designer.changes raises, and NotYetRunnable where the diagram would no longer run.
    """
    study = study_by_id(session, study_id)
    both = sides(session, study, by=by)
    before = both.to_be or replace(both.as_is, which="to_be")
    changed = apply(before.parts, kind, arguments)
    said = read_said(study.data)
    if both.to_be is None:
        # The draft will begin with what was said of how it is.
        said = read_said({**study.data, "to_be": study.data.get("as_is", {})})
        before = side(
            before.parts, "to_be", said, ledger(session), both.as_is.log, both.others.tables
        )
    after = side(changed, "to_be", said, ledger(session), both.as_is.log, both.others.tables)
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
    study = _held(session, study_id)
    draft = _to_be(session, study, by=by, at=at)
    was = snapshot(draft)
    parts = draft_parts(session, draft.id)
    _keep_parts(session, draft, parts, apply(parts, kind, arguments), at)
    done = {
        "id": kind,
        "key": "",
        "sentence": told.sentence,
        "values": {name: str(value) for name, value in told.values.items()},
        "reference": "",
        "at": at.isoformat(),
        "by": by.full_name,
    }
    data = {**study.data, "accepted": [*study.data.get("accepted", []), done]}
    return _changed(session, study, data, told, draft=draft, draft_before=was, by=by, at=at)


def dismiss(
    session: Session,
    study_id: int,
    key: str,
    reason: str,
    *,
    by: Person | None = None,
    at: datetime,
) -> Study:
    """Say that a finding does not matter here, and why; an empty reason is refused. Raises NotFound, ReasonNeeded."""
    if not reason.strip():
        raise ReasonNeeded()
    study = _held(session, study_id)
    dismissed = {**study.data.get("dismissed", {}), key[:300]: reason.strip()[:1000]}
    told = Said(N_("A finding was dismissed."), {})
    data = {**study.data, "dismissed": dismissed}
    return _changed(session, study, data, told, by=by, at=at)


def take_up(
    session: Session, study_id: int, key: str, *, by: Person | None = None, at: datetime
) -> Study:
    """Take back that a finding was dismissed. NotFound."""
    study = _held(session, study_id)
    left = {one: why for one, why in study.data.get("dismissed", {}).items() if one != key}
    told = Said(N_("A dismissed finding was taken up again."), {})
    return _changed(session, study, {**study.data, "dismissed": left}, told, by=by, at=at)


def undo_last(session: Session, study_id: int, number: int, *, by: Person, at: datetime) -> Said:
    """Take back the step of this number if it is still the last one; what it was, in words.

    Raises NotFound, NothingToUndo, ChangedElsewhere, and what makes a draft unchangeable.
    """
    study = _held(session, study_id)
    told = undo(session, study, number, at=at)
    if KEPT in study.data:
        keep_costed(session, study_id, by=by, at=at)
    return told


def begin_to_be(session: Session, study_id: int, *, by: Person, at: datetime) -> Draft:
    """The draft of the procedure as it is to be, made from how it is when there is none yet. NotFound."""
    return _to_be(session, _held(session, study_id), by=by, at=at)


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


def _held(session: Session, study_id: int) -> Study:
    study = session.get(Study, study_id, with_for_update=True, populate_existing=True)
    if study is None:
        raise NotFound(what="study", name=study_id)
    return study


def _changed(
    session: Session,
    study: Study,
    data: dict[str, Any],
    told: Said,
    *,
    draft: Draft | None = None,
    draft_before: bytes | None = None,
    by: Person | None,
    at: datetime,
) -> Study:
    """The study with this said of it; what was done can be taken back."""
    before, study.data, study.changed_at = study.data, data, at
    session.flush()
    keep_step(session, study, told, before, draft=draft, draft_before=draft_before, by=by, at=at)
    return study
