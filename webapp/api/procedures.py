"""Procedures over `/api/v1`: which there are, publish one from a diagram, open a case, ask its figures."""

from typing import Any

from flask import request

from designer.drafts import save_draft
from designer.publishing import key_from, publish_draft
from engine.cases import Applicant, start_case
from engine.deployments import current_version_and_homes, procedure_by_key
from engine.metrics.question import Question
from engine.metrics.summary import summary
from engine.models import Procedure, Role, Version
from engine.procedures import procedures, versions_of
from webapp.api.cases import case_shown
from webapp.api.problems import blueprint
from webapp.api.shapes import (
    CaseIn,
    CaseOut,
    MetricsOut,
    MetricsQuery,
    ProcedureOut,
    Published,
    UploadQuery,
)
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import current_zone, now, session

api = blueprint("api_procedures")
Json = dict[str, Any]


@api.get("/procedures")
@access()
@api.output(ProcedureOut(many=True))
@api.doc(security="token")
def index() -> list[Json]:
    """The procedures of this installation."""
    return [_shown(procedure) for procedure in procedures(session())]


@api.post("/procedures")
@access(Role.ANALYST)
@api.input(UploadQuery, location="query")
@api.output(Published, status_code=201)
@api.doc(security="token", description="The body is the BPMN file itself (application/xml).")
def publish(query_data: Json) -> Json:
    """Publish a BPMN diagram as the next version of a procedure."""
    name = query_data.get("name")
    draft = save_draft(
        session(), name or "diagram.bpmn", request.get_data(), by=signed_in(), at=now()
    )
    key = query_data.get("key") or key_from(draft.name)
    version = publish_draft(
        session(), draft.id, key=key, name=name or draft.name, by=signed_in(), at=now()
    )
    return {
        "key": key,
        "name": name or draft.name,
        "version": version.number,
        "process": version.process_id,
        "repairs": draft.report["repairs"],
        "findings": draft.report["findings"],
    }


@api.post("/procedures/<key>/cases")
@access(Role.CIVIL_SERVANT, Role.OPERATOR, Role.APPLICANT)
@api.input(CaseIn)
@api.output(CaseOut, status_code=201)
@api.doc(security="token")
def start(key: str, json_data: Json) -> Json:
    """Open a case. An applicant opens it for themselves."""
    person = signed_in()
    version, homes = current_version_and_homes(session(), key)
    asks = json_data["applicant"]
    applicant = Applicant(
        name=asks["name"],
        document=asks.get("document"),
        email=asks.get("email"),
        person_id=person.id if person.has_role(Role.APPLICANT) else None,
    )
    case = start_case(
        session(),
        version,
        json_data["answers"],
        applicant=applicant,
        channel="api",
        homes=homes,
        by=person,
        at=now(),
    )
    return case_shown(case)


@api.get("/procedures/<key>/metrics")
@access(Role.MANAGER, Role.ANALYST, Role.OPERATOR)
@api.input(MetricsQuery, location="query")
@api.output(MetricsOut)
@api.doc(security="token")
def metrics(key: str, query_data: Json) -> Json:
    """How long cases take and where they wait, of the cases the token's person may see."""
    procedure = procedure_by_key(session(), key)
    version = next(
        (v for v in versions_of(session(), procedure) if v.number == query_data.get("version")),
        None,
    )
    question = Question(
        signed_in(),
        procedure.id,
        version.id if version else None,
        query_data.get("since"),
        query_data.get("until"),
        current_zone(),
    )
    return summary(session(), question, at=now())


def _shown(procedure: Procedure) -> Json:
    return {
        "key": procedure.key,
        "name": procedure.name,
        "version": _number(procedure.current_version_id),
        "takes_cases": not procedure.is_suspended,
    }


def _number(version_id: int | None) -> int | None:
    version = None if version_id is None else session().get(Version, version_id)
    return None if version is None else version.number
