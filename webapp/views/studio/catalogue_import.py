"""A catalogue of procedures taken over from a table: looked at first, kept as drafts when confirmed."""

import base64
import binascii
from collections.abc import Mapping

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from designer.catalogue import (
    LARGEST,
    MOST,
    Catalogue,
    Table,
    drafted,
    keep,
    known,
    read_table,
    understood,
)
from designer.catalogue.understanding import every_remark
from engine.errors import Refusal, filled
from engine.models import Role
from engine.sheet import read_sheet
from webapp.i18n import _, plural, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over

pages = Blueprint("catalogue_import", __name__, url_prefix="/drafts/catalogue")
MOST_REMARKS = 200  # shown; the others are counted


@pages.get("")
@access(Role.ANALYST)
def ask() -> ResponseReturnValue:
    """Which file."""
    return page("sheets/import.html", found=None)


@pages.post("")
@access(Role.ANALYST)
def look() -> ResponseReturnValue:
    """What the file says and what of it does not fit. Nothing is kept."""
    sent = request.files.get("file")
    data = b"" if sent is None else sent.stream.read(LARGEST + 1)
    return _look(data, (sent.filename if sent is not None else None) or "")


@pages.post("/keep")
@access(Role.ANALYST)
def confirm() -> ResponseReturnValue:
    """Keep the chosen procedures as drafts: the file comes along with the form, and is understood anew."""
    file = request.form.get("file", "")[:300]
    try:
        data = base64.b64decode(request.form.get("data", ""), validate=True)
    except binascii.Error:
        data = b""
    try:
        catalogue = understood(read_table(data, file))
        kept = keep(
            session(), catalogue, request.form.getlist("procedure"), by=signed_in(), at=now()
        )
    except Refusal as refusal:
        start_over()
        return _look(data, file, refusal)
    if not kept.drafts:
        return _look(data, file, told=_("Nothing was chosen, so nothing was kept."))
    count = len(kept.drafts)
    flash(
        plural(
            "%(num)d procedure is a draft now. Draw how it goes, then publish it.",
            "%(num)d procedures are drafts now. Draw how they go, then publish them.",
            count,
        )
    )
    return redirect(url_for("drafts.index"), 303)


def _look(
    data: bytes, file: str, refusal: Refusal | None = None, told: str = ""
) -> ResponseReturnValue:
    try:
        table = read_table(data, file)
    except Refusal as unreadable:
        return page("sheets/import.html", 422, found=None, refusal=sentence(unreadable))
    catalogue = understood(table)
    words = told or (sentence(refusal) if refusal is not None else "")
    return page(
        "sheets/import.html",
        422 if words else 200,
        refusal=words,
        **_told(table, catalogue, data, file, set(request.form.getlist("procedure"))),
    )


def _told(
    table: Table, catalogue: Catalogue, data: bytes, file: str, chosen: set[str]
) -> Mapping[str, object]:
    here, begun = known(session(), catalogue), drafted(session(), catalogue)
    new = [one.key for one in catalogue.procedures if one.key not in here and one.key not in begun]
    ticked = chosen or set(new[:MOST])
    remarks = [
        (one.line, _heading(table, one.column), filled(_(one.sentence), dict(one.values)))
        for one in every_remark(catalogue)
    ]
    separators = {",": _("commas"), ";": _("semicolons"), "\t": _("tabs"), "|": _("upright lines")}
    return {
        "found": [
            {
                "key": one.key,
                "sheet": read_sheet(one.sheet),
                "lines": one.lines,
                "remarks": len(one.remarks),
                "known": here.get(one.key),
                "is_draft": one.key in begun,
                "is_chosen": one.key in ticked,
            }
            for one in catalogue.procedures
        ],
        "left": 0 if chosen else max(0, len(new) - MOST),
        "most": MOST,
        "remarks": remarks[:MOST_REMARKS],
        "more": max(0, len(remarks) - MOST_REMARKS),
        "file": file,
        "data": base64.b64encode(data).decode(),
        "encoding": table.encoding.upper(),
        "separator": separators[table.separator],
        "lines": len(table.lines),
    }


def _heading(table: Table, column: str) -> str:
    """What the file itself calls a column."""
    name = column.rpartition("/")[2]
    return table.headings.get(name, name)
