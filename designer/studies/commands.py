"""Commands on a study: open it, say things about it, dismiss a finding, take a step back; and which there are."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from designer.asme import Override
from designer.burden import Applicants, Assumption, Visit
from designer.cost import Consumable
from designer.drafts import (
    draft_by_id,
)
from designer.ledger import ledger
from designer.models import Draft, Study
from designer.seals import refuse_if_changed, seal
from designer.simulation.lived import zone_named
from designer.studies.entity import KEPT, costed_json
from designer.studies.measuring import LOG, log_to_measure_in
from designer.studies.said import Which, assumption_json, override_json
from designer.studies.sides import costed, sides
from designer.studies.steps import keep_step, undo
from engine.errors import N_, NotFound, Refusal, Said
from engine.ids import new_id
from engine.models import Person, Procedure, Version

_COSTS = Said(N_("What was said of costs, applicants and ways was changed."), {})
_TABLES: dict[Which, Said] = {
    "as_is": Said(N_("The activity table was changed, as it is."), {}),
    "to_be": Said(N_("The activity table was changed, as it is to be."), {}),
}


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
    # Held, so that nobody throws it away meanwhile.
    session.execute(select(Draft.id).where(Draft.id == draft_id).with_for_update())
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


def seal_of_side(study: Study, which: Which) -> str:
    """Names what was said of the cells of one side, so that a page can tell whether it is still what it shows."""
    return seal(_cells_said(study, which))


def seal_of_costs(study: Study) -> str:
    """The same of services, applicants, assumptions and what each side uses up."""
    return seal(_costs_said(study))


def _cells_said(study: Study, which: Which) -> Any:
    return study.data.get(which, {}).get("overrides", {})


def _costs_said(study: Study) -> dict[str, Any]:
    kept = {name: study.data.get(name) for name in ("services", "applicants", "assumptions")}
    return kept | {which: {**study.data.get(which, {}), "overrides": None} for which in _TABLES}


def say(
    session: Session,
    study_id: int,
    *,
    services: Decimal | None = None,
    applicants: Applicants | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
    ways: Mapping[str, Mapping[str, Decimal]] | None = None,
    modalities: Mapping[str, Mapping[str, str]] | None = None,
    used_up: Mapping[Which, tuple[tuple[Consumable, ...], Visit]] | None = None,
    seen: str = "",
    by: Person | None = None,
    at: datetime,
) -> Study:
    """Say how many services a year, who asks, what each requirement takes of them, how often each way.

    `used_up`: of each side what a service uses up and how often people must come, said in the same step. `seen`: as
    for a side. Raises NotFound, ChangedMeanwhile.
    """
    study = held(session, study_id)
    refuse_if_changed(_costs_said(study), seen)
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
    for which, (consumables, visit) in (used_up or {}).items():
        data[which] = {**data.get(which, {}), **_used_up(consumables), **_visited(visit)}
    return changed(session, study, data, _COSTS, by=by, at=at)


def _used_up(consumables: tuple[Consumable, ...]) -> dict[str, Any]:
    told = [
        {"name": each.name, "quantity": str(each.quantity), "unit_cost": str(each.unit_cost)}
        for each in consumables
    ]
    return {"consumables": told}


def _visited(visit: Visit) -> dict[str, Any]:
    return {"visits": {"number": str(visit.number), **assumption_json(visit.assumption)}}


def say_of_side(
    session: Session,
    study_id: int,
    which: Which,
    *,
    overrides: Mapping[str, Override] | None = None,
    consumables: tuple[Consumable, ...] | None = None,
    visit: Visit | None = None,
    seen: str = "",
    by: Person | None = None,
    at: datetime,
) -> Study:
    """Say of one side what its table's cells are, what it uses up, how often people must come.

    `overrides` are added to those there; one that says nothing gives the row back to what was derived. `seen`: the
    seal of what was said when the page was opened, where it was one. Raises NotFound, ChangedMeanwhile.
    """
    study = held(session, study_id)
    refuse_if_changed(_cells_said(study, which), seen)
    one = dict(study.data.get(which, {}))
    if overrides is not None:
        kept = {**one.get("overrides", {})}
        for row, override in overrides.items():
            kept[row] = override_json(override)
        one["overrides"] = {row: said for row, said in kept.items() if said}
    if consumables is not None:
        one |= _used_up(consumables)
    if visit is not None:
        one |= _visited(visit)
    told = _COSTS if overrides is None else _TABLES[which]
    return changed(session, study, {**study.data, which: one}, told, by=by, at=at)


def measure_in(
    session: Session, study_id: int, log_id: int | None, zone: str, *, by: Person, at: datetime
) -> Study:
    """Measure how it is in an imported log whose office lives in `zone`, or in none. Raises NotFound, NoSuchZone."""
    study = held(session, study_id)
    data = {name: one for name, one in study.data.items() if name != LOG}
    told = Said(N_("It is measured in no log any more."), {})
    if log_id is not None:
        log = log_to_measure_in(session, log_id)
        data[LOG] = {"id": log.id, "zone": zone_named(zone).key}
        told = Said(N_("It is measured in the log “{name}”."), {"name": log.name})
    return changed(session, study, data, told, by=by, at=at)


def keep_costed(session: Session, study_id: int, *, by: Person, at: datetime) -> Study:
    """Keep the table of how it is as it stands, so that other procedures share costs with it. NotFound."""
    study = held(session, study_id)
    activities = costed(sides(session, study, by=by).as_is.table, ledger(session))
    study.data = {**study.data, KEPT: costed_json(activities, at=at)}
    study.changed_at = at
    session.flush()
    return study


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
    study = held(session, study_id)
    dismissed = {**study.data.get("dismissed", {}), key[:300]: reason.strip()[:1000]}
    told = Said(N_("A finding was dismissed."), {})
    data = {**study.data, "dismissed": dismissed}
    return changed(session, study, data, told, by=by, at=at)


def take_up(
    session: Session, study_id: int, key: str, *, by: Person | None = None, at: datetime
) -> Study:
    """Take back that a finding was dismissed. NotFound."""
    study = held(session, study_id)
    left = {one: why for one, why in study.data.get("dismissed", {}).items() if one != key}
    told = Said(N_("A dismissed finding was taken up again."), {})
    return changed(session, study, {**study.data, "dismissed": left}, told, by=by, at=at)


def undo_last(session: Session, study_id: int, number: int, *, by: Person, at: datetime) -> Said:
    """Take back the step of this number if it is still the last one; what it was, in words.

    Raises NotFound, NothingToUndo, ChangedElsewhere, and what makes a draft unchangeable.
    """
    study = held(session, study_id)
    told = undo(session, study, number, at=at)
    if KEPT in study.data:
        keep_costed(session, study_id, by=by, at=at)
    return told


def held(session: Session, study_id: int) -> Study:
    """The study, held until the transaction ends, so that two who change it do not undo each other. NotFound."""
    study = session.get(Study, study_id, with_for_update=True, populate_existing=True)
    if study is None:
        raise NotFound(what="study", name=study_id)
    return study


def changed(
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
