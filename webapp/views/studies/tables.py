"""The activity table of one side of a study: cells changed on the page, as spreadsheet out and in."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from designer.asme import (
    ActivityType,
    NamelessActivity,
    Origin,
    Override,
    Row,
    Table,
    Value,
    from_xlsx,
    said_of,
    to_xlsx,
    unless_derived,
)
from designer.asme.spreadsheet import LARGEST, Misfit
from designer.ledger import ledger
from designer.studies import (
    SIDES,
    Side,
    Sides,
    Which,
    keep_costed,
    say_of_side,
    seal_of_side,
    sides,
    study_by_id,
)
from designer.studies.sides import usual_staff
from engine.errors import NotFound, Refusal
from engine.ids import new_id
from engine.models import Role
from webapp.charts.sides import beside
from webapp.downloads import attachment
from webapp.i18n import _, plural, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over
from webapp.views.studies.changes import suggestions
from webapp.views.studies.study import STUDY, currency_of, figures, foot, pages, step_of
from webapp.words.numbers import read_amount
from webapp.words.studies import ORIGINS, SIDE_NAMES, TYPES, VALUES

TABLE = STUDY + "/<which>/table"
_TYPED_OF_NEW = ("activity", "office", "minutes")
_ADDED = re.compile(r"added:[0-9]{1,19}")


@pages.get(TABLE)
@access(Role.ANALYST)
def table(study_id: int, which: str) -> ResponseReturnValue:
    """The table, each cell with where it comes from."""
    return _page(study_id, which)


@pages.post(TABLE)
@access(Role.ANALYST)
def change_table(study_id: int, which: str) -> ResponseReturnValue:
    """Keep what was typed; a cell that says what was derived stays derived."""
    side = study_side(study_id, which)
    try:
        there = {name.rpartition(".")[0] for name in request.form}
        said = {row.id: _override(row, request.form) for row in side.table.rows if row.id in there}
        if any(request.form.get(f"new.{name}", "").strip() for name in _TYPED_OF_NEW):
            said[f"added:{new_id(now())}"] = _added(request.form, "new")
        for row_id in _gone(side.table, request.form):
            said[row_id] = _added(request.form, row_id)
        if request.form.get("reset") in {row.id for row in side.table.rows}:
            said[request.form["reset"]] = Override()
        say_of_side(
            session(),
            study_id,
            side.which,
            overrides=said,
            seen=request.form.get("seen", ""),
            by=signed_in(),
            at=now(),
        )
        keep_costed(session(), study_id, by=signed_in(), at=now())
    except Refusal as refusal:
        start_over()
        return _page(study_id, which, refusal, request.form)
    flash(_("The table is kept."))
    return redirect(url_for("studies.table", study_id=study_id, which=which), 303)


@pages.get(TABLE + ".xlsx")
@access(Role.ANALYST)
def table_file(study_id: int, which: str) -> Response:
    """The table as a spreadsheet."""
    side = study_side(study_id, which)
    return attachment(to_xlsx(side.table), f"asme-vm-{which.replace('_', '-')}.xlsx")


@pages.post(TABLE + ".xlsx")
@access(Role.ANALYST)
def upload_table(study_id: int, which: str) -> ResponseReturnValue:
    """Take over what a spreadsheet says; rows that do not fit are told and left out."""
    side = study_side(study_id, which)
    file = request.files.get("file")
    try:
        said, misfits = from_xlsx(b"" if file is None else file.read(LARGEST + 1), side.table)
        say_of_side(session(), study_id, side.which, overrides=said, by=signed_in(), at=now())
        keep_costed(session(), study_id, by=signed_in(), at=now())
    except Refusal as refusal:
        start_over()
        return _page(study_id, which, refusal)
    flash(plural("%(num)d row was read.", "%(num)d rows were read.", len(said)))
    for one in misfits[:20]:
        flash(_misfit(one), "warn")
    return redirect(url_for("studies.table", study_id=study_id, which=which), 303)


def _misfit(one: Misfit) -> str:
    if one.readings is not None:
        why = sentence(one.readings)
        return _("Row %(row)s was left out: %(why)s", row=one.row, why=why)
    return _(
        "Row %(row)s was left out: “%(text)s” does not fit the column %(column)s.",
        row=one.row,
        text=one.text,
        column=one.column,
    )


def _page(
    study_id: int,
    which: str,
    refusal: Refusal | None = None,
    typed: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """The page; `typed`: what somebody typed that was not kept."""
    both = sides(session(), study_by_id(session(), study_id), by=signed_in())
    side = _side(both, which)
    other = "to_be" if which == "as_is" else "as_is"
    book = ledger(session())
    return page(
        "studies/table.html",
        status=200 if refusal is None else refusal.status,
        study=study_by_id(session(), study_id),
        side=side,
        other=other if both.to_be is not None else "",
        seen=seal_of_side(study_by_id(session(), study_id), side.which),
        typed_over={
            name
            for name, one in both.said.overrides.get(side.which, {}).items()
            if not one.is_added
        },
        foot=foot(side),
        both=both,
        rows=figures(both),
        currency=currency_of(both),
        picture=() if both.to_be is None else beside(both.as_is.totals, both.to_be.totals),
        types=TYPES,
        values=VALUES,
        origins=ORIGINS,
        side_names=SIDE_NAMES,
        suggestions=suggestions(study_id, side) if which == "to_be" else [],
        drawn=[row for row in side.table.rows if row.element_id == row.id],
        posts=sorted({post.name for post in book.posts}),
        usual={
            row.id: next(iter(usual_staff(row.office.value, book)), "")
            for row in side.table.rows
            if row.type.value != ActivityType.WAIT
        },
        offices=sorted({row.office.value for row in side.table.rows if row.office.value}),
        sent=typed or {},
        gone=_gone(side.table, typed or {}),
        excluded={
            row.id
            for row in side.table.rows
            if (
                f"{row.id}.excluded" in typed
                if typed and f"{row.id}.activity" in typed
                else row.is_excluded
            )
        },
        **step_of(study_id),
        refusal=None if refusal is None else sentence(refusal),
    )


def study_side(study_id: int, which: str) -> Side:
    """One side of a study; NotFound."""
    return _side(sides(session(), study_by_id(session(), study_id), by=signed_in()), which)


def _side(both: Sides, which: str) -> Side:
    if which not in SIDES:
        raise NotFound(what="page", name=which)
    wanted: Which = "as_is" if which == "as_is" else "to_be"
    side = both.as_is if wanted == "as_is" else both.to_be
    if side is None:
        raise NotFound(what="draft", name=which)
    return side


def _override(row: Row, sent: Mapping[str, str]) -> Override:
    """What the form says differently from what was derived. Raises NoAmount."""

    def text(name: str) -> str:
        return " ".join(sent.get(f"{row.id}.{name}", "").split())

    post, office, activity = text("post")[:200], text("office")[:200], text("activity")[:300]
    if row.is_added and not activity and f"{row.id}.activity" in sent:
        return Override()  # its name was cleared: the row goes
    kind = ActivityType(text("type")) if text("type") in set(ActivityType) else row.type.value
    value = Value(text("value")) if text("value") in set(Value) else row.value.value
    return replace(
        said_of(row),
        activity=unless_derived(row.activity, activity) if activity else None,
        office=unless_derived(row.office, office) if office else None,
        minutes=_minutes(text("minutes"), row),
        type=unless_derived(row.type, kind),
        value=unless_derived(row.value, value),
        staff=_staff(post, row),
        is_excluded=True if sent.get(f"{row.id}.excluded") else None,
    )


def _minutes(text: str, row: Row) -> Decimal | None:
    """None where it says what was derived, or nothing at all."""
    if not text:
        return None
    said = read_amount(text)
    derived = row.minutes.derived if row.minutes.derived is not None else row.minutes.value
    return None if said == derived and row.minutes.derived_origin != Origin.NOBODY else said


def _staff(post: str, row: Row) -> Mapping[str, Decimal] | None:
    """One holder of the post typed; who was there already stays, with how many and who else there are."""
    if post and post == next(iter(row.staff), None):
        return row.staff
    return {post: Decimal(1)} if post else None


def _gone(table: Table, sent: Mapping[str, str]) -> list[str]:
    """Ids of added activities that a page sends with a name, though another page has taken them out meanwhile."""
    rows = {row.id for row in table.rows}
    named = (name.rpartition(".")[0] for name, said in sent.items() if said.strip())
    return [
        one
        for one in dict.fromkeys(named)
        if _ADDED.fullmatch(one) and one not in rows and sent.get(f"{one}.activity", "").strip()
    ]


def _added(sent: Mapping[str, str], start: str) -> Override:
    """An activity that the diagram does not have. Raises NamelessActivity, NoAmount, TwoReadings."""
    if not sent.get(f"{start}.activity", "").strip():
        raise NamelessActivity()
    kind, value = sent.get(f"{start}.type", ""), sent.get(f"{start}.value", "")
    return Override(
        activity=sent.get(f"{start}.activity", "").strip()[:300],
        office=sent.get(f"{start}.office", "").strip()[:200],
        minutes=read_amount(sent.get(f"{start}.minutes", "")),
        type=ActivityType(kind) if kind in set(ActivityType) else ActivityType.OPERATION,
        value=Value(value) if value in set(Value) else Value.NO_VALUE,
        is_added=True,
    )
