"""One activity table per modality, beside each other: which ways each takes, what its rows and figures are."""

from decimal import Decimal

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from designer.asme import to_xlsx
from designer.asme.totals import minutes_a_case
from designer.ledger import ledger
from designer.studies import Which, say, sides, study_by_id
from designer.studies.modalities import ModalitySide, modality_sides
from engine.errors import NotFound
from engine.models import Role
from webapp.downloads import attachment
from webapp.i18n import _
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session
from webapp.views.studies.study import STUDY, currency_of, pages
from webapp.views.studies.tables import study_side
from webapp.words.studies import MEASURES, SIDE_NAMES, measured

MODALITIES = STUDY + "/<which>/modalities"
_SHOWN = ("cycle", "touch", "wait", "activities", "offices", "hand_overs", "requirements", "documents")  # fmt: skip


@pages.get(MODALITIES)
@access(Role.ANALYST)
def modalities(study_id: int, which: str) -> ResponseReturnValue:
    """Every modality of one side."""
    study = study_by_id(session(), study_id)
    side = study_side(study_id, which)
    both = sides(session(), study, by=signed_in())
    found, shown = modality_sides(side, both.said, ledger(session()), both.others.tables)
    rows = [
        (row, [_minutes(one, row.id) for one in shown]) for row in side.table.rows if row.is_counted
    ]
    return page(
        "studies/modalities.html",
        study=study,
        side=side,
        choices=found,
        shown=shown,
        rows=rows,
        figures=[
            (str(MEASURES[name]), [measured(name, _figure(one, name)) for one in shown])
            for name in _SHOWN
        ],
        currency=currency_of(both),
        side_names=SIDE_NAMES,
    )


@pages.post(MODALITIES)
@access(Role.ANALYST)
def change_modalities(study_id: int, which: str) -> ResponseReturnValue:
    """Keep which ways each modality takes."""
    side = study_side(study_id, which)
    sent = request.form
    said = {}
    for place, modality in enumerate(side.sheet.modalities):
        stem = f"m.{place}."
        said[modality.name] = {
            name.removeprefix(stem): flow for name, flow in sent.items() if name.startswith(stem)
        }
    say(session(), study_id, modalities=said, at=now())
    flash(_("The modalities are kept."))
    return redirect(url_for("studies.modalities", study_id=study_id, which=which), 303)


@pages.get(MODALITIES + "/<int(max=999):place>.xlsx")
@access(Role.ANALYST)
def modality_file(study_id: int, which: str, place: int) -> Response:
    """The table of one modality as a spreadsheet."""
    side = study_side(study_id, which)
    said = sides(session(), study_by_id(session(), study_id), by=signed_in()).said
    shown = modality_sides(side, said, ledger(session()))[1]
    if place >= len(shown):
        raise NotFound(what="page", name=place)
    kind: Which = side.which
    return attachment(
        to_xlsx(shown[place].table), f"asme-vm-{kind.replace('_', '-')}-{place + 1}.xlsx"
    )


def _minutes(one: ModalitySide, row_id: str) -> Decimal | None:
    """Of one case of the modality; None where it has no such row."""
    row = next((row for row in one.table.rows if row.id == row_id and row.is_counted), None)
    return None if row is None else minutes_a_case(row)


def _figure(one: ModalitySide, name: str) -> Decimal:
    return Decimal(getattr(one.totals, name))
