"""What was understood of a catalogue becomes drafts: new procedures, or the next state of those that are known."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from designer.beside import ALONE
from designer.catalogue.understanding import Catalogue
from designer.drafts import draft_of_version, save_draft
from designer.examination import Examination, examine_apart
from designer.models import Draft
from engine.deployments import current_version
from engine.errors import Refusal
from engine.models import Person, Procedure, Version

MOST_KNOWN = 25  # at once: each draft of a known procedure is examined anew
MOST = 500
# What a catalogue says nothing of is how a procedure goes. Two steps run at once and are drawn over later.
STARTER = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
 xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="catalogue" targetNamespace="urn:expedito:catalogue">
<process id="procedure" isExecutable="true">
<startEvent id="Solicitud" name="Solicitud"/>
<userTask id="Recibir" name="Recibir la solicitud"/><userTask id="Resolver" name="Evaluar y resolver"/>
<endEvent id="Resuelto" name="Resuelto"/>
<sequenceFlow id="f1" sourceRef="Solicitud" targetRef="Recibir"/>
<sequenceFlow id="f2" sourceRef="Recibir" targetRef="Resolver"/>
<sequenceFlow id="f3" sourceRef="Resolver" targetRef="Resuelto"/>
</process>
<bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="plane" bpmnElement="procedure">
<bpmndi:BPMNShape id="s1" bpmnElement="Solicitud"><dc:Bounds x="100" y="102" width="36" height="36"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="s2" bpmnElement="Recibir"><dc:Bounds x="190" y="80" width="100" height="80"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="s3" bpmnElement="Resolver"><dc:Bounds x="350" y="80" width="100" height="80"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="s4" bpmnElement="Resuelto"><dc:Bounds x="510" y="102" width="36" height="36"/></bpmndi:BPMNShape>
<bpmndi:BPMNEdge id="e1" bpmnElement="f1"><di:waypoint x="136" y="120"/><di:waypoint x="190" y="120"/></bpmndi:BPMNEdge>
<bpmndi:BPMNEdge id="e2" bpmnElement="f2"><di:waypoint x="290" y="120"/><di:waypoint x="350" y="120"/></bpmndi:BPMNEdge>
<bpmndi:BPMNEdge id="e3" bpmnElement="f3"><di:waypoint x="450" y="120"/><di:waypoint x="510" y="120"/></bpmndi:BPMNEdge>
</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>
"""


class TooMany(Refusal):
    """More at once than one request carries out."""

    sentence = "Choose at most {most} procedures at once, of which {known} that are here already."


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of it."""

    drafts: tuple[Draft, ...]


def known(session: Session, catalogue: Catalogue) -> dict[str, str]:
    """Key in the table → name of the published procedure with the same code or name."""
    return {key: procedure.name for key, procedure in _known(session, catalogue).items()}


def drafted(session: Session, catalogue: Catalogue) -> set[str]:
    """Keys in the table of procedures that are a draft already, by their name."""
    asked = select(Draft.name).where(Draft.published_version_id.is_(None))
    names = {name.casefold() for name in session.scalars(asked)}
    return {one.key for one in catalogue.procedures if str(one.sheet["name"]).casefold() in names}


def keep(
    session: Session, catalogue: Catalogue, keys: Iterable[str], *, by: Person, at: datetime
) -> Kept:
    """A draft for each chosen procedure. One that is here already keeps its diagram, forms and what the table does
    not tell of its sheet. Raises TooMany.
    """
    wanted = set(keys)
    chosen = [one for one in catalogue.procedures if one.key in wanted]
    here = _known(session, catalogue)
    if len(chosen) > MOST or sum(one.key in here for one in chosen) > MOST_KNOWN:
        raise TooMany(most=MOST, known=MOST_KNOWN)
    made = []
    for one in chosen:
        procedure = here.get(one.key)
        if procedure is None:
            draft = save_draft(
                session,
                "catalogue.bpmn",
                STARTER,
                sheet=dict(one.sheet),
                examined=deepcopy(_examined()),
                by=by,
                at=at,
            )
            draft.name = str(one.sheet["name"])[:300]
        else:
            version = current_version(session, procedure)
            draft = draft_of_version(session, version, by=by, at=at)
            draft.sheet = joined(draft.sheet, one.sheet)
        made.append(draft)
    session.flush()
    return Kept(tuple(made))


def joined(before: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """What the table tells over what the sheet said; requirements and modalities keep what their namesakes had."""
    sheet = {**before, **{name: value for name, value in told.items() if name != "verify"}}
    for table in ("requirements", "modalities"):
        if table in told:
            old = {str(one.get("name", "")).casefold(): one for one in before.get(table, [])}
            sheet[table] = [
                {**one, **old[name], **_told(one)} if (name := one["name"].casefold()) in old else _fresh(one, old)
                for one in told[table]
            ]  # fmt: skip
    return sheet


def _told(one: Mapping[str, Any]) -> dict[str, Any]:
    """What a table is asked about; the key of a requirement is what answers and studies know it by."""
    return {name: value for name, value in one.items() if name not in ("key", "verify")}


def _fresh(one: Mapping[str, Any], old: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    taken = {each.get("key") for each in old.values()}
    key = one.get("key")
    if key is None or key not in taken:
        return dict(one)
    return {**one, "key": next(new for n in range(2, 10_000) if (new := f"{key}-{n}") not in taken)}


def _known(session: Session, catalogue: Catalogue) -> dict[str, Procedure]:
    rows = session.execute(
        select(Procedure, Version.sheet).join(Version, Version.id == Procedure.current_version_id)
    )
    names: dict[str, Procedure] = {}
    for procedure, sheet in rows:
        told = sheet or {}
        for said in (procedure.name, procedure.key, told.get("name"), told.get("code")):
            if isinstance(said, str) and said:
                names.setdefault(said.casefold(), procedure)
    found: dict[str, Procedure] = {}
    for one in catalogue.procedures:
        for said in (one.sheet.get("code"), one.sheet.get("name")):
            if isinstance(said, str) and said.casefold() in names:
                found[one.key] = names[said.casefold()]
                break
    return found


@cache
def _examined() -> Examination:
    """The same drawing says the same every time; each examination is a process of its own."""
    return examine_apart(STARTER, ALONE)
