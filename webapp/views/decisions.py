"""Decision tables of a draft: change cells and rules, see what overlaps or is missing, try it with values."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from designer.draft_questions import models_of, questions_of
from designer.drafts import changeable_draft, draft_by_id, set_decision
from designer.models import Draft
from designer.table_editing import Grid, edited, fitting, grid_of, remarks_of
from engine import dmn
from engine.dmn.table_writer import with_rules
from engine.errors import NotFound, Refusal
from engine.feel import to_text
from engine.models import Role
from webapp.access import access
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.transactions import now, session, start_over
from webapp.views.drafts import DRAFT, pages
from webapp.views.rules import typed_value


@pages.get(DRAFT + "/table")
@access(Role.ANALYST)
def table(draft_id: int) -> ResponseReturnValue:
    """The table, what is wrong with it, and what it decides for the values in the address."""
    draft = draft_by_id(session(), draft_id)
    return _page(draft, grid_of(_model(draft), _decision()))


@pages.post(DRAFT + "/table")
@access(Role.ANALYST)
def keep_table(draft_id: int) -> ResponseReturnValue:
    """Keep the cells as typed, and add, remove or move a rule."""
    draft = changeable_draft(session(), draft_id)
    model, decision, file = _model(draft), _decision(), _file()
    grid = edited(grid_of(model, decision), request.form)
    wrong = fitting(grid, model)
    if wrong:
        return _page(draft, grid, wrong=wrong, status=422)
    try:
        text = with_rules(draft.decisions[file], decision, grid.rows)
        set_decision(session(), draft_id, file, text, at=now())
    except Refusal as refusal:
        start_over()
        return _page(draft_by_id(session(), draft_id), grid, refusal=refusal, status=refusal.status)
    if request.form.get("do", "save") == "save":
        flash(_("The table is kept. New cases follow it once you publish the draft."))
    address = url_for("drafts.table", draft_id=draft_id, file=file, decision=decision)
    return redirect(address, 303)


def _page(
    draft: Draft,
    grid: Grid,
    *,
    wrong: dict[str, str] | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    model, decision = _model(draft), _decision()
    needed = model.inputs(decision)
    asked = questions_of(draft)
    return page(
        "decisions/show.html",
        status,
        draft=draft,
        file=_file(),
        decision=decision,
        grid=grid,
        wrong=wrong or {},
        needed=needed,
        labels={each.name: asked[each.name].label for each in needed if each.name in asked},
        options={each.name: asked[each.name].options for each in needed if each.name in asked},
        samples={each.name: request.args.get(f"try.{each.name}", "") for each in needed},
        outcome=_outcome(model, decision) if "try" in request.args else None,
        remarks=remarks_of(model, decision),
        problems=[each.message for each in model.problems],
        is_open=draft.published_version_id is None,
        refusal=sentence(refusal) if refusal else None,
    )


def _outcome(model: dmn.Model, decision: str) -> dict[str, Any]:
    context: dict[str, object] = {}
    for each in model.inputs(decision):
        place = context
        for part in each.path:
            place = place.setdefault(part, {})  # type: ignore[assignment]  # contexts within contexts
        place[each.name] = _typed(request.args.get(f"try.{each.name}", ""), each.type)
    decided = model.explain(decision, context)
    table = model.table(decision)
    fired = [each for each in decided.fired if table is None or each.table == table.id]
    return {
        "value": to_text(decided.value),
        "is_null": decided.value is None,
        "rules": fired[-1].rules if fired else (),
        "problems": [each.message for each in decided.problems],
    }


def _typed(text: str, kind: str) -> object:
    value = typed_value(text, None)
    return text.strip() or None if kind == "string" else value


def _file() -> str:
    return request.args.get("file", "")[:300]


def _decision() -> str:
    return request.args.get("decision", "")[:300]


def _model(draft: Draft) -> dmn.Model:
    model = models_of(draft).get(_file())
    if model is None or model.table(_decision()) is None:
        raise NotFound(what="decision table", name=_decision() or _file())
    return model
