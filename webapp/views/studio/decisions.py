"""Decision tables: change cells and rules of a draft, see what overlaps or is missing, try it with values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict, Unpack
from urllib.parse import urlencode

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from designer.column_editing import POLICIES, edited_layout, fitting_columns, layout_of
from designer.draft_questions import questions_asked, questions_of
from designer.drafts import changeable_draft, draft_by_id, set_decisions
from designer.gateway_tables import gateway_of_table, unnamed_ways, way_names
from designer.models import Draft
from designer.outline import gateways, tasks
from designer.questions import Question
from designer.table_editing import Grid, TableRemark, edited, fitting, grid_of, remarks_of
from engine import dmn
from engine.deployments import (
    blueprint,
    procedure_by_key,
    version_numbered,
    version_with_everything,
)
from engine.dmn import HitPolicy
from engine.dmn.cell_shapes import texts_of
from engine.dmn.column_writer import Column, with_columns
from engine.dmn.table_writer import with_rules
from engine.errors import NotFound, Refusal, Said
from engine.feel import to_text
from engine.models import Role
from engine.numerals import Numerals, TwoReadings
from webapp.i18n import _, said, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.transactions import now, session, start_over
from webapp.views.studio.drafts import DRAFT, pages
from webapp.views.studio.procedures import pages as published
from webapp.views.studio.rules import numerals_of, typed_value


@pages.get(DRAFT + "/table")
@access(Role.ANALYST)
def table(draft_id: int) -> ResponseReturnValue:
    """The table, what is wrong with it, and what it decides for the values in the address.

    A decision without a table of its own, or a decision service, can be tried likewise.
    """
    return _page(_of_draft(draft_by_id(session(), draft_id)))


@pages.post(DRAFT + "/table")
@access(Role.ANALYST)
def keep_table(draft_id: int) -> ResponseReturnValue:
    """Keep cells, columns and hit policy as they were sent, and add, remove or move a rule or a column."""
    draft = changeable_draft(session(), draft_id)
    shown = _of_draft(draft)
    if not shown.is_table:
        raise NotFound(what="decision table", name=shown.decision)
    before = grid_of(shown.model, shown.decision)
    grid = edited(before, request.form)
    try:
        layout = edited_layout(before, request.form, shown.questions)
        wrong = fitting(grid, shown.model) | fitting_columns(layout)
        if wrong:
            return _page(shown, grid, wrong=wrong, status=422)
        text = with_rules(draft.decisions[shown.file], shown.decision, grid.rows)
        if layout != layout_of(before):
            text = with_columns(
                text,
                shown.decision,
                layout.policy,
                layout.aggregation,
                layout.conditions,
                layout.results,
            )
        set_decisions(session(), draft_id, {shown.file: text}, at=now())
    except Refusal as refusal:
        start_over()
        return _page(shown, grid, refusal=refusal, status=refusal.status)
    done = request.form.get("do", "save")
    if done == "save":
        flash(_("The table is kept. New cases follow it once you publish the draft."))
    unfolded = {"columns": "1"} if done.startswith(("in-", "out-")) else {}
    return redirect(f"{shown.here}?{urlencode(shown.place | unfolded)}", 303)


@published.get("/<key>/<int(max=99999):number>/table")
@access(Role.ANALYST, Role.MANAGER, Role.OPERATOR)
def table_of_version(key: str, number: int) -> ResponseReturnValue:
    """The table of a version as it was published, to be read and tried."""
    procedure = procedure_by_key(session(), key)
    version = version_with_everything(session(), version_numbered(session(), procedure, number).id)
    compiled = blueprint(session(), version.id).compiled
    process = compiled.model.process(compiled.process_id)
    asked = {"tasks": tasks(compiled.model, process), "gateways": gateways(process)}
    return _page(
        _shown(
            version.decisions,
            questions_asked(asked, version.forms, version.decisions),
            title=procedure.name,
            back=url_for("procedures.version", key=key, number=number),
            here=url_for("procedures.table_of_version", key=key, number=number),
            numerals=blueprint(session(), version.id).place.numerals,
        )
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A decision with where it belongs: `here` is the page's address, `back` that of its owner."""

    model: dmn.Model
    file: str
    decision: str
    questions: dict[str, Question]
    title: str
    back: str
    here: str
    numerals: Numerals  # of the place of the procedure
    is_open: bool = False
    gateway: Mapping[str, Any] | None = None  # before which the table is asked

    @property
    def is_table(self) -> bool:
        """Whether its logic is a table, which a page can change."""
        return self.model.table(self.decision) is not None

    @property
    def place(self) -> dict[str, str]:
        """What the address says about which table it is."""
        return {"file": self.file, "decision": self.decision}


class Where(TypedDict):
    """The part of Shown that its two pages say differently."""

    title: str
    back: str
    here: str
    numerals: Numerals
    is_open: NotRequired[bool]
    gateway: NotRequired[Mapping[str, Any] | None]


def _of_draft(draft: Draft) -> Shown:
    gateway = gateway_of_table(draft, request.args.get("decision", ""))
    return _shown(
        draft.decisions,
        questions_of(draft, gateway["id"] if gateway else None),
        title=draft.name,
        back=url_for("drafts.show", draft_id=draft.id, _anchor="tables"),
        here=url_for("drafts.table", draft_id=draft.id),
        numerals=numerals_of(draft),
        is_open=draft.published_version_id is None,
        gateway=gateway,
    )


def _shown(decisions: dict[str, str], asked: dict[str, Question], **where: Unpack[Where]) -> Shown:
    file, decision = (request.args.get(name, "")[:300] for name in ("file", "decision"))
    model = dmn.load_all(decisions).get(file)
    if model is None or decision not in (*model.decisions, *model.services):
        raise NotFound(what="decision", name=decision or file)
    return Shown(model, file, decision, asked, **where)


def _page(
    shown: Shown,
    grid: Grid | None = None,
    *,
    wrong: dict[str, str] | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    needed = shown.model.inputs(shown.decision)
    outcome = None
    try:
        outcome = _outcome(shown) if "try" in request.args else None
    except TwoReadings as either:
        refusal, status = refusal or either, either.status
    tried = {
        "shown": shown,
        "needed": needed,
        "samples": {one.dotted: request.args.get(f"try.{one.dotted}", "") for one in needed},
        "outcome": outcome,
        "problems": [_told(each) for each in shown.model.problems],
        "refusal": sentence(refusal) if refusal else None,
    }
    if not shown.is_table:
        return page("decisions/boxed.html", status, **tried)
    grid = grid or grid_of(shown.model, shown.decision)
    return page(
        "decisions/show.html",
        status,
        **tried,
        grid=grid,
        policies=policy_names(),
        policy=f"{grid.hit_policy} {grid.aggregation}" if grid.aggregation else grid.hit_policy,
        fields=_fields(shown.questions, grid),
        choices=[_listed(column) for column in (*grid.conditions, *grid.results)],
        unnamed=unnamed_ways(grid.rows, shown.gateway) if shown.gateway else [],
        ways=way_names(shown.gateway) if shown.gateway else {},
        wrong=wrong or {},
        is_unfolded="columns" in request.args,
        remarks=[
            (each, urlencode({**shown.place, **_tried(each)}))
            for each in remarks_of(shown.model, shown.decision)
        ],
    )


def policy_names() -> dict[str, str]:
    """What a table does when several rules apply, in the reader's words."""
    names = {
        HitPolicy.UNIQUE: _("Only one rule may apply"),
        HitPolicy.ANY: _("Several may apply if they say the same"),
        HitPolicy.FIRST: _("The first rule that applies counts"),
        HitPolicy.PRIORITY: _("The result that is listed first counts"),
        HitPolicy.RULE_ORDER: _("All results, in the order of the rules"),
        HitPolicy.OUTPUT_ORDER: _("All results, in the order of their list"),
        HitPolicy.COLLECT: _("All results, as a list"),
        "COLLECT SUM": _("The sum of the results"),
        "COLLECT COUNT": _("How many results there are"),
        "COLLECT MIN": _("The smallest result"),
        "COLLECT MAX": _("The largest result"),
    }
    return {policy: names[policy] for policy in POLICIES}


def _fields(asked: dict[str, Question], grid: Grid) -> dict[str, str]:
    """What a column may compare: the answers there are by then, and what columns compare already."""
    written = {column.source: column.source for column in grid.conditions}
    return {key: question.label for key, question in asked.items() if question.kind != "list"} | {
        source: asked[source].label if source in asked else source for source in written
    }


def _listed(column: Column) -> list[str]:
    """The values that a column lists one by one, as a cell says them."""
    return [f'"{text}"' for text in texts_of(column.allowed)] or (
        ["true", "false"] if column.type_ref == "boolean" else []
    )


def _tried(remark: TableRemark) -> dict[str, str]:
    samples = {f"try.{name}": value for name, value in (remark.example or {}).items()}
    return {"try": "1", **samples}


def _outcome(shown: Shown) -> dict[str, Any]:
    model, context = shown.model, dict[str, Any]()
    for each in model.inputs(shown.decision):
        place = context
        for part in each.path:
            place = place.setdefault(part, {})
        place[each.name] = _typed(
            request.args.get(f"try.{each.dotted}", ""), each.type, shown.numerals
        )
    decided = model.explain(shown.decision, model.from_json(shown.decision, context))
    table = model.table(shown.decision)
    fired = [each for each in decided.fired if table is None or each.table == table.id]
    value = decided.value
    parts = value.items() if table is None and isinstance(value, Mapping) else ()
    return {
        "value": to_text(value),
        "entries": [(name, to_text(part)) for name, part in parts],
        "is_null": value is None,
        "rules": fired[-1].rules if fired and table else (),
        "tables": [(each.decision, each.rules, _address(shown, each.decision)) for each in fired],
        "problems": [_told(each) for each in decided.problems],
    }


def _address(shown: Shown, decision: str) -> str | None:
    """Where the table of a decision on the way is tried with the same values."""
    if decision not in shown.model.decisions or shown.model.table(decision) is None:
        return None
    tried = {name: value for name, value in request.args.items() if name.startswith("try")}
    return urlencode({"file": shown.file, "decision": decision, **tried})


def _told(problem: dmn.Problem) -> str:
    words = said(Said(problem.sentence, problem.values))
    place = problem.place
    if not place.line:
        return words
    return _("%(name)s, line %(number)s: %(words)s", name=place.element, number=place.line, words=words)  # fmt: skip


def _typed(text: str, kind: str, numerals: Numerals) -> object:
    if kind == "string":
        return text.strip() or None
    return typed_value(text, Question("", "", "number") if kind == "number" else None, numerals)
