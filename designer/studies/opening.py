"""A study begun from a folder: a procedure drawn as it is done, with its minutes, costs and applicants."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from designer.amounts import amount
from designer.asme import ActivityType, Override, Value
from designer.asme.table import WAIT
from designer.burden import Applicants, Assumption, Visit
from designer.cost import Consumable
from designer.drafts import save_draft
from designer.ledger import ledger, read_ledger, set_ledger
from designer.library import read_folder
from designer.models import Study
from designer.studies.commands import keep_costed, say, say_of_side, study_draft
from designer.studies.steps import forget_steps
from engine.bpmn import read
from engine.models import Person

MINUTES_A_DAY = Decimal(1440)


def study_folder(session: Session, path: Path, *, by: Person | None, at: datetime) -> Study:
    """A draft and a study of the procedure in a folder (procedure.toml, diagram, study.toml).

    The folder's ledger becomes the entity's where nobody has filled that yet. Raises IncompleteFolder.
    """
    folder = read_folder(path)
    said = tomllib.loads((path / "study.toml").read_text("utf-8"))
    draft = save_draft(
        session,
        folder.file_name,
        folder.drawing,
        forms=folder.forms,
        decisions=folder.decisions,
        sheet=folder.sheet,
        by=by,
        at=at,
    )
    draft.name = folder.name
    study = study_draft(session, draft.id, name=folder.name, by=by, at=at)
    applicants = said.get("applicants", {})
    say(
        session,
        study.id,
        services=amount(said.get("services", 0)),
        applicants=Applicants(
            amount(applicants.get("population", 0)),
            amount(applicants.get("frequency", 1)),
            amount(applicants.get("hourly_wage", 0)),
        ),
        assumptions={key: _assumption(one) for key, one in said.get("requirements", {}).items()},
        ways={
            gateway: {flow: amount(weight) for flow, weight in ways.items()}
            for gateway, ways in said.get("gateways", {}).items()
        },
        at=at,
    )
    visits = said.get("visits", {})
    say_of_side(
        session,
        study.id,
        "as_is",
        overrides=_overrides(folder.drawing, said.get("activities", {})),
        consumables=tuple(
            Consumable(one["name"], amount(one["quantity"]), amount(one["unit_cost"]))
            for one in said.get("consumables", [])
        ),
        visit=Visit(amount(visits.get("number", 0)), _assumption(visits)),
        at=at,
    )
    if "ledger" in said and not ledger(session).posts:
        set_ledger(session, read_ledger(said["ledger"]), by=by, at=at)
    if by is not None:
        keep_costed(session, study.id, by=by, at=at)
    forget_steps(session, study.id)
    return study


def _overrides(drawing: bytes, activities: Mapping[str, Mapping[str, Any]]) -> dict[str, Override]:
    names = {
        node.id: node.name or node.id
        for process in read(drawing).processes
        for _, node in process.scope.everything()
    }
    found: dict[str, Override] = {}
    for name, one in activities.items():
        share = amount(one["share"]) if "share" in one else None
        found[name] = Override(minutes=amount(one.get("minutes", 0)), share=share)
        days = amount(one.get("wait_days", 0))
        if days:
            found[f"{WAIT}{name}"] = Override(
                activity=names.get(name, name),
                minutes=days * MINUTES_A_DAY,
                type=ActivityType.WAIT,
                value=Value.NO_VALUE,
                share=share,
                is_added=True,
            )
    return found


def _assumption(said: Mapping[str, Any]) -> Assumption:
    return Assumption(
        amount(said.get("minutes", 0)),
        amount(said.get("money", 0)),
        min(amount(said.get("usual_share", 0)), Decimal(1)),
    )
