"""What the letters of a version will say, for whoever writes or checks them."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from engine.deployments import procedure_by_key, version_numbered
from engine.letters.sample import sample_letters
from engine.models import Role
from webapp.pages import page
from webapp.security.access import access
from webapp.transactions import now, session

pages = Blueprint("letter_samples", __name__, url_prefix="/procedures")


@pages.get("/<key>/<int(max=99999):number>/letters")
@access(Role.ANALYST, Role.MANAGER, Role.OPERATOR)
def index(key: str, number: int) -> ResponseReturnValue:
    """Every letter of the version, with the questions' labels in the place of answers."""
    procedure = procedure_by_key(session(), key)
    version = version_numbered(session(), procedure, number)
    samples = [
        # clean HTML: engine.letters.template lets no other through; a page has one h1, and it is not in a letter
        (sample, Markup(sample.words.replace("<h1>", "<h2>").replace("</h1>", "</h2>")))  # noqa: S704
        for sample in sample_letters(session(), version, at=now())
    ]
    return page("letter_samples/index.html", procedure=procedure, version=version, samples=samples)
