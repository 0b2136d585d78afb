"""Who does a task and how: the rule of one task of a procedure, changed without publishing anew."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from designer.decision_models import askables
from engine.deployments import (
    blueprint,
    procedure_by_key,
    version_numbered,
    version_with_everything,
)
from engine.errors import NotFound, Refusal
from engine.models import Person, Procedure, Role, Version
from engine.people import all_offices, skills_held
from engine.routing.absence import away
from engine.routing.candidates import candidates
from engine.routing.earlier import earlier_tasks
from engine.routing.rules import (
    NobodyNamed,
    Strategy,
    TaskRule,
    keep_rule,
    read_task_rule,
    rule_of,
)
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over

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
    try:
        if rule.strategy == Strategy.SAME_AS and not rule.same_as:
            raise EarlierMissing
        keep_rule(session(), procedure, element_id, rule)
    except (EarlierMissing, NobodyNamed) as refusal:
        start_over()
        procedure, version = _found(key, number, element_id)
        return _page(procedure, version, element_id, rule, refusal)
    flash(_("Saved. New tasks follow it; open ones stay where they are."))
    return redirect(url_for("task_rules.show", key=key, number=number, element_id=element_id), 303)


def _found(key: str, number: int, element_id: str) -> tuple[Procedure, Version]:
    procedure = procedure_by_key(session(), key)
    version = version_numbered(session(), procedure, number)
    node = blueprint(session(), version.id).nodes.get(element_id)
    if node is None or not node.kind.value.endswith("ask") or node.extension.decision:
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
    plan = blueprint(session(), version.id)
    node = plan.nodes[element_id]
    whole = version_with_everything(session(), version.id)
    could = None if refusal else candidates(session(), plan, element_id, at=now())
    gone = away(session(), could or [], at=now())
    return page(
        "task_rules/show.html",
        422 if refusal else 200,
        procedure=procedure,
        version=version,
        task=node.name or element_id,
        rule=rule,
        earlier={
            one: plan.nodes[one].name or one
            if one in plan.nodes
            else _("%(name)s (not in this version)", name=one)
            for one in _with(earlier_tasks(plan.nodes, element_id), rule.same_as, *rule.four_eyes)
        },
        decisions=[one.name for one in askables(whole.decisions)],
        skills=skills_held(session()),
        could=could,
        here=[one for one in could or [] if one.id not in gone],
        gone=[one for one in could or [] if one.id in gone],
        never=_never_same(version, rule, could),
        offices=all_offices(session()),
        is_kept=element_id in (procedure.task_rules or {}),
        roles=_with([Role.CIVIL_SERVANT, Role.MANAGER], *rule.roles),
        refusal=sentence(refusal) if refusal else None,
        me=signed_in(),
    )


def _never_same(version: Version, rule: TaskRule, could: list[Person] | None) -> bool:
    """Whether nobody who may do the earlier task may do this one."""
    plan = blueprint(session(), version.id)
    if rule.strategy != Strategy.SAME_AS or not could or rule.same_as not in plan.nodes:
        return False
    before = candidates(session(), plan, rule.same_as, at=now())
    return before is not None and not {one.id for one in before} & {one.id for one in could}


def _with(offered: Sequence[str], *kept: str) -> list[str]:
    """What is offered, and what the rule says already, so that saving does not lose it."""
    return list(dict.fromkeys((*offered, *(one for one in kept if one))))
