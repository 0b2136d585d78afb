"""Who does a task and how: the rule of one task of a procedure, changed without publishing anew."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.case_fields import kinds_of_tasks
from engine.deployments import blueprint, procedure_by_key, version_numbered
from engine.errors import NotFound, Refusal
from engine.models import Procedure, Role, Version
from engine.people import all_offices
from engine.routing.rules import Strategy, TaskRule, keep_rule, read_task_rule, rule_of
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import session, start_over

pages = Blueprint("task_rules", __name__, url_prefix="/procedures")

_KEEPS = (Role.ANALYST, Role.OPERATOR)
_TASK = "/<key>/<int(max=99999):number>/tasks/<element_id>"


class EarlierMissing(Refusal):
    """“The same person” as whom?"""

    sentence = "Choose the earlier task whose person goes on with the case."


@pages.get(_TASK)
@access(*_KEEPS)
def show(key: str, number: int, element_id: str) -> ResponseReturnValue:
    """The rule as it counts now."""
    procedure, version = _found(key, number, element_id)
    return _page(procedure, version, element_id, _rule(procedure, version, element_id))


@pages.post(_TASK)
@access(*_KEEPS)
def change(key: str, number: int, element_id: str) -> ResponseReturnValue:
    """Keep the rule; new tasks follow it, in every version."""
    procedure, version = _found(key, number, element_id)
    if request.form.get("action") == "forget":
        keep_rule(session(), procedure, element_id, None)
        flash(_("The procedure sheet says who does it."))
        return redirect(url_for("procedures.version", key=key, number=number), 303)
    rule = _typed(_rule(procedure, version, element_id))
    if rule.strategy == Strategy.SAME_AS and not rule.same_as:
        start_over()
        procedure, version = _found(key, number, element_id)
        return _page(procedure, version, element_id, rule, EarlierMissing())
    keep_rule(session(), procedure, element_id, rule)
    flash(_("Saved. New tasks follow it; open ones stay where they are."))
    return redirect(url_for("procedures.version", key=key, number=number), 303)


def _found(key: str, number: int, element_id: str) -> tuple[Procedure, Version]:
    procedure = procedure_by_key(session(), key)
    version = version_numbered(session(), procedure, number)
    if element_id not in blueprint(session(), version.id).nodes:
        raise NotFound(what="task", name=element_id[:60])
    return procedure, version


def _rule(procedure: Procedure, version: Version, element_id: str) -> TaskRule:
    sheet = blueprint(session(), version.id).sheet.raw
    return rule_of(sheet, procedure.task_rules, element_id)


def _typed(before: TaskRule) -> TaskRule:
    form = request.form

    def listed(name: str) -> list[str]:
        return [one.strip() for one in form.get(name, "").split(",") if one.strip()]

    read = read_task_rule(
        {
            "offices": form.getlist("offices"),
            "roles": form.getlist("roles"),
            "persons": listed("persons"),
            "skills": listed("skills"),
            "decision": form.get("decision", ""),
            "strategy": form.get("strategy"),
            "same_as": form.get("same_as", ""),
            "four_eyes": form.getlist("four_eyes"),
            "review": "review" in form,
            "weight": form.get("weight", type=int),
            "priority": form.get("priority", type=int),
            "name": form.get("name", ""),
        }
    )
    return replace(before, **{name: getattr(read, name) for name in TaskRule.__slots__})


def _page(
    procedure: Procedure,
    version: Version,
    element_id: str,
    rule: TaskRule,
    refusal: Refusal | None = None,
) -> ResponseReturnValue:
    node = blueprint(session(), version.id).nodes[element_id]
    others = kinds_of_tasks(session(), procedure.key)
    return page(
        "task_rules/show.html",
        422 if refusal else 200,
        procedure=procedure,
        version=version,
        task=node.name or element_id,
        rule=rule,
        others={one: name for one, name in others.items() if one != element_id},
        offices=all_offices(session()),
        is_kept=element_id in (procedure.task_rules or {}),
        roles=[Role.CIVIL_SERVANT, Role.MANAGER, Role.ANALYST],
        refusal=sentence(refusal) if refusal else None,
        me=signed_in(),
    )
