"""Moving open cases to another version over `/api/v1`: proposal, plan and check, move, undo."""

from typing import Any

from engine.deployments import procedure_by_key, version_numbered
from engine.errors import NotFound
from engine.migration.chosen_cases import ChosenCases
from engine.migration.commands import (
    case_lines,
    migration_by_id,
    move_cases,
    pairs,
    plan_migration,
    progress,
    resume_migration,
    undo_migration,
)
from engine.models import MigratedStatus, Migration, Procedure, Role, Version
from webapp.api.intervention_shapes import MigrationIn, MigrationOut, PairOut, ProposalQuery
from webapp.api.problems import blueprint
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session

api = blueprint("api_migrations")
Json = dict[str, Any]


@api.get("/procedures/<key>/migrations/proposal")
@access(Role.OPERATOR)
@api.input(ProposalQuery, location="query")
@api.output(PairOut(many=True))
@api.doc(security="token")
def proposal(key: str, query_data: Json) -> list[Json]:
    """Every element of the old version, and what it is proposed to become in the new one."""
    old, new = _versions(key, query_data)
    return [
        {
            "element_id": pair.element_id,
            "name": pair.name,
            "kind": pair.kind,
            "proposed": pair.proposed,
            "choices": [choice.element_id for choice in pair.choices],
            "open_tasks": pair.open_tasks,
        }
        for pair in pairs(session(), old, new)
    ]


@api.post("/procedures/<key>/migrations")
@access(Role.OPERATOR)
@api.input(MigrationIn)
@api.output(MigrationOut, status_code=201)
@api.doc(security="token")
def plan(key: str, json_data: Json) -> Json:
    """Decide what becomes what, in which cases; the worker then finds out which can move. Nothing moves yet."""
    old, new = _versions(key, json_data)
    mapping = json_data["mapping"]
    if mapping is None:
        found = pairs(session(), old, new)
        mapping = {pair.element_id: pair.proposed for pair in found if pair.proposed}
    made = plan_migration(
        session(),
        old,
        new,
        mapping,
        json_data["reason"],
        chosen=_chosen(json_data["cases"] or {}),
        by=signed_in(),
        at=now(),
    )
    return _shown(made)


@api.get("/migrations/<migration_id>")
@access(Role.OPERATOR)
@api.output(MigrationOut)
@api.doc(security="token")
def show(migration_id: str) -> Json:
    """How far it is, and what cannot move and why."""
    return _shown(_migration(migration_id))


@api.post("/migrations/<migration_id>/move")
@access(Role.OPERATOR)
@api.output(MigrationOut)
@api.doc(security="token")
def move(migration_id: str) -> Json:
    """Let the worker move every case that can."""
    found = _migration(migration_id)
    return _shown(move_cases(session(), found.id, by=signed_in(), at=now()))


@api.post("/migrations/<migration_id>/undo")
@access(Role.OPERATOR)
@api.output(MigrationOut)
@api.doc(security="token")
def undo(migration_id: str) -> Json:
    """Let the worker move the cases back."""
    found = _migration(migration_id)
    return _shown(undo_migration(session(), found.id, by=signed_in(), at=now()))


@api.post("/migrations/<migration_id>/resume")
@access(Role.OPERATOR)
@api.output(MigrationOut)
@api.doc(security="token")
def resume(migration_id: str) -> Json:
    """Try again the batches that were given up."""
    found = _migration(migration_id)
    resume_migration(session(), found.id, at=now())
    return _shown(found)


def _versions(key: str, sent: Json) -> tuple[Version, Version]:
    procedure = procedure_by_key(session(), key)
    return (
        version_numbered(session(), procedure, sent["before"]),
        version_numbered(session(), procedure, sent["after"]),
    )


def _migration(migration_id: str) -> Migration:
    if not (migration_id.isascii() and migration_id.isdigit() and len(migration_id) < 19):
        raise NotFound(what="migration", name=migration_id[:60])
    return migration_by_id(session(), int(migration_id))


def _chosen(sent: Json) -> ChosenCases:
    return ChosenCases(
        tuple(sent.get("numbers", ())),
        tuple(sent.get("element_ids", ())),
        sent.get("filed_from"),
        sent.get("filed_until"),
    )


def _shown(migration: Migration) -> Json:
    far = progress(session(), migration)
    blocked = case_lines(session(), migration, MigratedStatus.BLOCKED, MigratedStatus.KEPT)
    return {
        "id": str(migration.id),
        "procedure": session().get_one(Procedure, migration.procedure_id).key,
        "before": session().get_one(Version, migration.from_version_id).number,
        "after": session().get_one(Version, migration.to_version_id).number,
        "step": migration.step,
        "reason": migration.reason,
        "cases": migration.chosen,
        "open_cases": far.open_cases,
        "counts": dict(far.by_status),
        "failure": far.failure,
        "blocked": [
            {"case": line.number, "status": line.status, "reasons": list(line.obstacles)}
            for line in blocked
        ],
    }
