"""Editing the activity table changes the diagram: proposed with what it does to the figures, then done on the draft."""

from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from designer.asme import compare
from designer.studies import Side, change_to_be, proposed, sides, study_by_id
from engine.errors import N_, NotFound, Refusal, Said
from engine.models import Role
from webapp.i18n import _, said, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over
from webapp.views.studies.study import STUDY, currency_of, pages
from webapp.words.numbers import money
from webapp.words.studies import MEASURES, TYPES, change, measured

CHANGE = STUDY + "/change"
_SENTENCES = {
    "remove_activity": N_("“{name}” is taken out of the diagram."),
    "merge_activities": N_("“{name}” is done together with “{other}”."),
    "swap_activities": N_("“{name}” is done before “{other}”."),
    "move_to_office": N_("“{name}” is done by {other}."),
    "to_wait": N_("“{name}” becomes a wait."),
    "to_operation": N_("“{name}” becomes an operation."),
    "to_review": N_("“{name}” becomes a review."),
    "to_transfer": N_("“{name}” becomes a transfer."),
    "to_filing": N_("“{name}” becomes filing."),
}


@pages.get(CHANGE)
@access(Role.ANALYST)
def propose_change(study_id: int) -> ResponseReturnValue:
    """What the change would do to the table and to what a case takes; nothing is kept."""
    study = study_by_id(session(), study_id)
    try:
        kind, arguments, told = _asked(study_id)
        before, after = proposed(session(), study_id, kind, arguments, by=signed_in())
    except Refusal as refusal:
        start_over()
        flash(sentence(refusal), "warn")
        return redirect(_table(study_id), 303)
    currency = currency_of(sides(session(), study, by=signed_in()))
    return page(
        "studies/change.html",
        study=study,
        told=said(told),
        sent=request.args,
        lines=_lines(before, after, currency),
        gone=[row for row in before.table.rows if row.id not in _ids(after)],
        new=[row for row in after.table.rows if row.id not in _ids(before)],
        rows=after.table.rows,
        types=TYPES,
        back=_table(study_id),
    )


@pages.post(CHANGE)
@access(Role.ANALYST)
def carry_out_change(study_id: int) -> ResponseReturnValue:
    """Do it on the draft."""
    try:
        kind, arguments, told = _asked(study_id)
        change_to_be(session(), study_id, kind, arguments, told, by=signed_in(), at=now())
    except Refusal as refusal:
        start_over()
        flash(sentence(refusal), "warn")
        return redirect(_table(study_id), 303)
    flash(_("Done on the draft: %(finding)s", finding=said(told)))
    return redirect(url_for("studies.table", study_id=study_id, which="to_be"), 303)


def _table(study_id: int) -> str:
    study = study_by_id(session(), study_id)
    which = "to_be" if study.to_be_draft_id is not None else "as_is"
    return url_for("studies.table", study_id=study_id, which=which)


def _asked(study_id: int) -> tuple[str, dict[str, str], Said]:
    """The change, its arguments, and what it is in words. Raises NotFound."""
    sent = request.values
    asked, element, other, office = (
        sent.get(name, "").strip()[:300] for name in ("kind", "element", "other", "office")
    )
    if asked not in _SENTENCES:
        raise NotFound(what="page", name=asked)
    both = sides(session(), study_by_id(session(), study_id), by=signed_in())
    rows = {row.id: row for row in (both.to_be or both.as_is).table.rows}
    name = rows[element].activity.value if element in rows else element
    minutes = str(rows[element].minutes.value) if element in rows else "0"
    with_other = rows[other].activity.value if other in rows else other
    kind = "change_type" if asked.startswith("to_") else asked
    type_ = asked.removeprefix("to_")
    arguments = {
        "remove_activity": {"element": element},
        "merge_activities": {"first": other, "second": element},
        "swap_activities": {"first": other, "second": element},
        "move_to_office": {"element": element, "office": office},
        "change_type": {"element": element, "type": type_, "minutes": minutes},
    }[kind]
    words = office if kind == "move_to_office" else with_other
    return kind, arguments, Said(_SENTENCES[asked], {"name": name, "other": words})


@dataclass(frozen=True, slots=True)
class Line:
    """One figure before and after a change, in words."""

    name: str
    before: str
    after: str
    change: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Where the table of how it is to be says otherwise than its diagram."""

    words: str
    href: str


def suggestions(study_id: int, side: Side) -> list[Suggestion]:
    """Rows left out, offices and types that the analyst typed over: each can become a change of the diagram."""
    found = []
    for row in side.table.rows:
        if row.element_id != row.id:
            continue
        name, office = row.activity.value, row.office
        asked: list[tuple[str, str]] = []
        if row.is_excluded:
            asked.append(("remove_activity", ""))
        elif office.derived is not None and office.value:
            asked.append(("move_to_office", office.value))
        if not row.is_excluded and row.type.derived not in (None, row.type.value):
            asked.append((f"to_{row.type.value}", ""))
        for kind, to in asked:
            words = said(Said(_SENTENCES[kind], {"name": name, "other": to}))
            href = url_for(
                "studies.propose_change", study_id=study_id, kind=kind, element=row.id, office=to
            )
            found.append(Suggestion(words, href))
    return found


def _ids(side: Side) -> set[str]:
    return {row.id for row in side.table.rows}


def _lines(before: Side, after: Side, currency: str) -> list[Line]:
    found = [
        Line(
            str(MEASURES[one.measure]),
            measured(one.measure, one.before),
            measured(one.measure, one.after),
            change(one.share) if one.share is not None else "",
        )
        for one in compare(before.totals, after.totals)
        if one.change
    ]
    if not before.unpriced and not after.unpriced and before.cost.total != after.cost.total:
        was, will_be = before.cost.total, after.cost.total
        part = (will_be - was) / was if was else None
        found.append(
            Line(
                _("Cost of one service"),
                money(was, currency),
                money(will_be, currency),
                change(part),
            )
        )
    return found
