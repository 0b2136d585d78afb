"""The procedure sheet: edited on a draft, taken over from its file, handed out as file; published as data."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from designer.drafts import draft_by_id
from designer.seals import ChangedMeanwhile, seal
from designer.sheet import (
    LARGEST,
    from_toml,
    set_sheet,
    to_csv,
    to_toml,
)
from designer.sheet_editing import cells, edited
from designer.sheet_prints import ask_for_print, sheet_print
from designer.sheet_rows import STEMS, paired, row_count
from engine.calendars import jurisdiction, jurisdiction_codes
from engine.deployments import version_with_everything
from engine.errors import NotFound, Refusal
from engine.files.store import FileStore
from engine.models import Role
from engine.sheet import Assessment, Source, TermUnit, read_sheet
from engine.window.offers import offer_by_key, offers
from webapp.config import PARTIAL_LANGUAGES
from webapp.downloads import attachment
from webapp.i18n import _, chosen_language, sentence
from webapp.pages import page
from webapp.security.access import access, public
from webapp.transactions import now, session, start_over
from webapp.views.studio.drafts import DRAFT
from webapp.words.sheets import public_sheet

pages = Blueprint("sheets", __name__)


@pages.get("/drafts" + DRAFT + "/sheet")
@access(Role.ANALYST)
def show(draft_id: int) -> ResponseReturnValue:
    """Every field of the sheet."""
    return _page(draft_id)


@pages.post("/drafts" + DRAFT + "/sheet")
@access(Role.ANALYST)
def change(draft_id: int) -> ResponseReturnValue:
    """Keep what was typed; empty lines go, a filled one at the end is new."""
    draft = draft_by_id(session(), draft_id)
    try:
        changed = edited(draft.sheet, request.form)
        set_sheet(session(), draft_id, changed, seen=request.form.get("seen", ""), at=now())
    except Refusal as refusal:
        start_over()
        return _page(draft_id, refusal, request.form)
    flash(_("The sheet is kept with the draft."))
    return redirect(url_for("sheets.show", draft_id=draft_id), 303)


@pages.get("/drafts" + DRAFT + "/procedure.toml")
@access(Role.ANALYST)
def file(draft_id: int) -> Response:
    """The sheet as a file."""
    return attachment(to_toml(draft_by_id(session(), draft_id).sheet).encode(), "procedure.toml")


@pages.post("/drafts" + DRAFT + "/procedure.toml")
@access(Role.ANALYST)
def take_over(draft_id: int) -> ResponseReturnValue:
    """Take over a sheet from its file."""
    sent = request.files.get("file")
    try:
        data = b"" if sent is None else sent.read(LARGEST + 1)
        kept = draft_by_id(session(), draft_id).sheet
        set_sheet(session(), draft_id, from_toml(data, kept), at=now())
    except Refusal as refusal:
        start_over()
        return _page(draft_id, refusal)
    flash(_("The sheet was taken over from the file."))
    return redirect(url_for("sheets.show", draft_id=draft_id), 303)


@pages.get("/catalogue.csv")
@public
def catalogue_table() -> Response:
    """Every published sheet as a table."""
    found = [offer_by_key(session(), one.key).sheet for one in offers(session(), "")]
    return _csv(to_csv(found), "catalogue.csv")


@pages.get("/catalogue/<key>/sheet.csv")
@public
def table(key: str) -> Response:
    """A published sheet as a table."""
    return _csv(to_csv([offer_by_key(session(), key).sheet]), f"{key}.csv")


@pages.get("/catalogue/<key>/sheet.json")
@public
def data(key: str) -> ResponseReturnValue:
    """A published sheet as JSON; the texts of letters and the logo are no part of it."""
    return public_sheet(offer_by_key(session(), key).sheet)


@pages.get("/catalogue/<key>/sheet.pdf")
@public
def printed(key: str) -> ResponseReturnValue:
    """A published sheet as printed pages, in the reader's language where that is whole."""
    offer = offer_by_key(session(), key)
    language = chosen_language()
    whole = PARTIAL_LANGUAGES.get(language, language)
    found = sheet_print(session(), offer.version_id, whole)
    if found is None:
        raise NotFound(what="file", name=f"{key}.pdf")
    store: FileStore = current_app.extensions["files"]
    return send_file(
        store.open(found.sha256),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=found.name,
    )


@pages.post("/catalogue/<key>/sheet.pdf")
@public
def ask_for_it(key: str) -> ResponseReturnValue:
    """Leave a sheet that was published before there were printed pages to the worker; asked twice it is made once."""
    offer = offer_by_key(session(), key)
    version = version_with_everything(session(), offer.version_id)
    ask_for_print(session(), version, at=now())
    return redirect(url_for("offers.show", key=key), 303)


def _csv(text: str, name: str) -> Response:
    # the mark tells spreadsheet programs that the text is UTF-8, as in webapp/spreadsheets.py
    response = Response(f"\ufeff{text}", content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _page(
    draft_id: int, refusal: Refusal | None = None, typed: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    """The page; `typed`: what somebody typed that was not kept, drawn line by line as they sent it."""
    draft = draft_by_id(session(), draft_id)
    shown = cells(draft.sheet)
    sent = {} if typed is None else paired(typed, shown)
    sheet = read_sheet(draft.sheet)
    ticks = {"verify": sheet.is_to_be_verified, "strict_order": sheet.is_strict_order}
    return page(
        "sheets/show.html",
        status=200 if refusal is None else refusal.status,
        draft=draft,
        sheet=sheet,
        cells=shown,
        rows={stem: max(row_count(shown, stem), row_count(sent, stem)) for stem in STEMS},
        ticked={name for name, was in ticks.items() if (was if typed is None else name in sent)},
        tasks=draft.report.get("tasks", []),
        assessments=list(Assessment),
        units=list(TermUnit),
        sources=list(Source),
        stages=_stages(draft.sheet),
        places={code: jurisdiction(code).name for code in jurisdiction_codes()},
        seen=seal(draft.sheet),
        is_changed_meanwhile=isinstance(refusal, ChangedMeanwhile),
        sent=sent,
        refusal=None if refusal is None else sentence(refusal),
    )


def _stages(sheet: Mapping[str, Any]) -> dict[str, str]:
    """When a fee may be paid, with whatever else the sheet says of it."""
    known = {"once": _("once"), "stages": _("by stages")}
    said = cells(sheet)["fee.stage"]
    return known if said in known else {**known, said: said}
