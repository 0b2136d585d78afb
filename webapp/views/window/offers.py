"""The public catalogue: what may be asked for here, each procedure in plain words, and a guide to the requirements."""

from urllib.parse import urlencode

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from designer.sheet_prints import is_being_printed, sheet_print
from engine.window.guide import advice, guide_of
from engine.window.offers import offer_by_key, offers
from webapp.config import PARTIAL_LANGUAGES
from webapp.guided import Carried, guided
from webapp.i18n import chosen_language
from webapp.pages import page
from webapp.security.access import public
from webapp.transactions import session

pages = Blueprint("offers", __name__, url_prefix="/catalogue")

_LONGEST = 100  # characters of what is searched for


@pages.get("")
@public
def index() -> ResponseReturnValue:
    """Every procedure, or those that the words of the address find."""
    text = request.args.get("q", "").strip()[:_LONGEST]
    return page("offers/index.html", text=text, offers=offers(session(), text))


@pages.get("/<key>")
@public
def show(key: str) -> ResponseReturnValue:
    """The sheet of a procedure in plain words."""
    offer = offer_by_key(session(), key)
    has_guide = guide_of(session(), offer.version_id) is not None
    language = chosen_language()
    printed = sheet_print(session(), offer.version_id, PARTIAL_LANGUAGES.get(language, language))
    return page(
        "offers/show.html",
        offer=offer,
        sheet=offer.sheet,
        has_guide=has_guide,
        is_printed=printed is not None,
        is_being_printed=printed is None and is_being_printed(session(), offer.version_id),
    )


@pages.get("/<key>/guide")
@public
def guide(key: str) -> ResponseReturnValue:
    """The next question of the guide, or what follows from the answers in the address."""
    offer = offer_by_key(session(), key)
    found = guide_of(session(), offer.version_id)
    if found is None:
        return redirect(url_for("offers.show", key=key), 303)
    stands = guided(found.form, request.args)
    back = _address(key, stands.before) if stands.place > 1 else url_for("offers.show", key=key)
    if stands.asked is None:
        told = advice(offer.sheet, found, stands.answers)
        return page("offers/advice.html", offer=offer, told=told, back=back, carried=stands.carried)
    status = 422 if stands.asked.errors else 200
    return page(
        "offers/guide.html", status, offer=offer, stands=stands, asked=stands.asked, back=back
    )


def _address(key: str, carried: Carried) -> str:
    return f"{url_for('offers.guide', key=key)}?{urlencode(carried)}"
