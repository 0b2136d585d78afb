"""Moving open cases to another version: the map of elements, what cannot move and why, progress, undo."""

from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from engine.cases import ReasonMissing
from engine.deployments import procedure_by_key, version_numbered
from engine.errors import Refusal
from engine.migration.chosen_cases import CaseNotThere, ChosenCases, TooManyNumbers
from engine.migration.commands import (
    OtherProcedure,
    Pair,
    PairUnknown,
    case_lines,
    migration_by_id,
    migrations_of,
    move_cases,
    pairs,
    plan_migration,
    progress,
    resume_migration,
    undo_migration,
)
from engine.models import MigratedStatus, Migration, MigrationStep, Procedure, Role, Version
from engine.procedures import open_cases_by_version, versions_of
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over
from webapp.words.elements import kind_name

pages = Blueprint("migration", __name__)

_LIST = "/procedures/<key>/migrations"
_ONE = "/migrations/<int:migration_id>"
_CORRECTABLE = (ReasonMissing, OtherProcedure, PairUnknown, CaseNotThere, TooManyNumbers)
_WORKING = (MigrationStep.CHECKING, MigrationStep.MOVING, MigrationStep.UNDOING)


@pages.get(_LIST)
@access(Role.OPERATOR)
def index(key: str) -> ResponseReturnValue:
    """From which version to which, and the map of elements once both are chosen."""
    return _index(key)


@pages.post(_LIST)
@access(Role.OPERATOR)
def plan(key: str) -> ResponseReturnValue:
    """Keep the map, and let the worker find out which cases can move."""
    procedure = procedure_by_key(session(), key)
    try:
        old, new = _version(procedure, "from"), _version(procedure, "to")
        if old is None or new is None:
            raise OtherProcedure
        mapping = _mapping(pairs(session(), old, new))
        reason = request.form.get("reason", "")[:2000]
        made = plan_migration(
            session(), old, new, mapping, reason, chosen=_chosen(), by=signed_in(), at=now()
        )
    except _CORRECTABLE as refusal:
        start_over()
        return _index(key, refusal)
    return redirect(url_for("migration.show", migration_id=made.id), 303)


@pages.get(_ONE)
@access(Role.OPERATOR)
def show(migration_id: int) -> ResponseReturnValue:
    """How far it is, what cannot move and why, and what can be done next."""
    migration = migration_by_id(session(), migration_id)
    old = session().get_one(Version, migration.from_version_id)
    new = session().get_one(Version, migration.to_version_id)
    return page(
        "migrations/show.html",
        migration=migration,
        procedure=session().get_one(Procedure, migration.procedure_id),
        old=old,
        new=new,
        far=progress(session(), migration),
        is_working=migration.step in _WORKING,
        blocked=case_lines(session(), migration, MigratedStatus.BLOCKED),
        kept=case_lines(session(), migration, MigratedStatus.KEPT),
        renamed=_renamed(migration, old, new),
        chosen_words=_chosen_words(migration, old),
    )


@pages.post(_ONE + "/move")
@access(Role.OPERATOR)
def move(migration_id: int) -> ResponseReturnValue:
    """Move every case that can."""
    move_cases(session(), migration_id, by=signed_in(), at=now())
    return redirect(url_for("migration.show", migration_id=migration_id), 303)


@pages.post(_ONE + "/undo")
@access(Role.OPERATOR)
def undo(migration_id: int) -> ResponseReturnValue:
    """Move the cases back."""
    undo_migration(session(), migration_id, by=signed_in(), at=now())
    return redirect(url_for("migration.show", migration_id=migration_id), 303)


@pages.post(_ONE + "/resume")
@access(Role.OPERATOR)
def resume(migration_id: int) -> ResponseReturnValue:
    """Try again the batch that was given up."""
    migration_by_id(session(), migration_id)
    if resume_migration(session(), migration_id, at=now()):
        flash(_("It is tried again."))
    return redirect(url_for("migration.show", migration_id=migration_id), 303)


def _index(key: str, refusal: Refusal | None = None) -> ResponseReturnValue:
    procedure = procedure_by_key(session(), key)
    versions = versions_of(session(), procedure)
    old, new = _version(procedure, "from"), _version(procedure, "to")
    if old is not None and new is not None and old.id == new.id:
        refusal, new = refusal or OtherProcedure(), None
    found = pairs(session(), old, new) if old is not None and new is not None else []
    counts = open_cases_by_version(session())
    others = [one.id for one in versions if one.id != procedure.current_version_id]
    return page(
        "migrations/index.html",
        status=refusal.status if refusal else 200,
        procedure=procedure,
        versions=versions,
        open_cases=counts,
        likely=old.id if old else max(others, key=lambda one: counts.get(one, 0), default=None),
        old=old,
        new=new,
        same=[pair for pair in found if not _needs_look(pair)],
        asked=[pair for pair in found if _needs_look(pair)],
        picked=request.form,
        kind_name=kind_name,
        reason=request.form.get("reason", ""),
        refusal=sentence(refusal) if refusal else None,
        migrations=migrations_of(session(), procedure.id),
        numbers={version.id: version.number for version in versions},
        step_words=step_words(),
    )


def step_words() -> dict[str, str]:
    """A migration's step in the reader's words."""
    return {
        MigrationStep.CHECKING: _("checking the cases"),
        MigrationStep.CHECKED: _("waits for you"),
        MigrationStep.MOVING: _("moving the cases"),
        MigrationStep.MOVED: _("done"),
        MigrationStep.UNDOING: _("moving the cases back"),
        MigrationStep.UNDONE: _("undone"),
    }


def _version(procedure: Procedure, name: str) -> Version | None:
    """The version that the request names; without one the current version is where cases go."""
    sent = request.form if request.method == "POST" else request.args
    number = sent.get(name, type=int)
    if number is not None:
        return version_numbered(session(), procedure, number)
    if name == "to" and procedure.current_version_id is not None:
        return session().get(Version, procedure.current_version_id)
    return None


def _needs_look(pair: Pair) -> bool:
    """Whether a person should look: a case has a task there, or the map is not simply the same element."""
    return pair.proposed != pair.element_id or pair.open_tasks > 0


def _mapping(found: list[Pair]) -> dict[str, str]:
    """What is proposed, except where the form says otherwise; an empty choice means “nothing”."""
    wanted = {
        pair.element_id: request.form.get(f"to.{pair.element_id}", pair.proposed or "")
        for pair in found
    }
    return {old: new for old, new in wanted.items() if new}


def _chosen() -> ChosenCases:
    """Which cases the form chooses."""
    form = request.form
    place = form.get("at", "")[:200]
    return ChosenCases(
        tuple(dict.fromkeys(form.get("numbers", "").split())),
        (place,) if place else (),
        form.get("filed_from", type=date.fromisoformat),
        form.get("filed_until", type=date.fromisoformat),
    )


def _chosen_words(migration: Migration, old: Version) -> list[str]:
    """Which cases were chosen, in the reader's words."""
    chosen = ChosenCases.from_json(migration.chosen)
    words = [*chosen.numbers[:10], *(["…"] if len(chosen.numbers) > 10 else [])]
    for place in chosen.element_ids:
        name = old.element_names.get(place, place)
        words.append(_("with an open task at “%(place)s”", place=name))
    if chosen.filed_from:
        words.append(_("filed from %(day)s", day=format_date(chosen.filed_from)))
    if chosen.filed_until:
        words.append(_("filed until %(day)s", day=format_date(chosen.filed_until)))
    return words


def _renamed(migration: Migration, old: Version, new: Version) -> list[tuple[str, str]]:
    """What becomes something of another name, by name."""
    names = [
        (old.element_names.get(a, a), new.element_names.get(b, b))
        for a, b in migration.mapping.items()
    ]
    return [(before, after) for before, after in names if before != after][:100]
