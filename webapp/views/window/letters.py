"""Anyone may check a letter: by its code whether it was issued here, by its file whether it is unchanged."""

import hashlib
from typing import IO

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.files.store import CHUNK
from engine.letters.codes import read_code, shown_code
from engine.letters.proof import Proof, proof_by_code
from webapp.i18n import _
from webapp.letter_press import CHECK_PATH
from webapp.pages import page
from webapp.security.access import public
from webapp.security.pace import Pace
from webapp.transactions import now, session

pages = Blueprint("letters", __name__, url_prefix=CHECK_PATH)

MOST_A_MINUTE = 60  # questions of one address: an office has one address and many people
_LONGEST = 60  # characters of a code as somebody types it


@pages.get("")
@public
def ask() -> ResponseReturnValue:
    """Where a code is typed; one that was typed leads to its letter."""
    typed = request.args.get("code", "").strip()[:_LONGEST]
    if not typed:
        return page("letters/ask.html", typed="", error=None)
    code = read_code(typed)
    if code is None:
        return page("letters/ask.html", 422, typed=typed, error=_unreadable())
    return redirect(url_for("letters.show", code=shown_code(code)), 303)


@pages.get("/<code>")
@public
def show(code: str) -> ResponseReturnValue:
    """What is known of the letter with this code, or that there is none."""
    return _answer(_proof(code), code)


@pages.post("/<code>")
@public
def compare(code: str) -> ResponseReturnValue:
    """Whether the file that was sent is the letter; it is read, not kept."""
    proof = _proof(code)
    sent = request.files.get("pdf")
    if proof is None or proof.sha256 is None:
        return _answer(proof, code)
    if sent is None or not sent.filename:
        return _answer(proof, code, error=_("Choose the PDF of the letter first."))
    return _answer(proof, code, is_same=_sha256(sent.stream) == proof.sha256)


def _proof(code: str) -> Proof | None:
    pace: Pace = current_app.extensions.setdefault("letters.pace", Pace(MOST_A_MINUTE))
    pace.check(request.remote_addr, at=now())
    return proof_by_code(session(), code[:_LONGEST])


def _answer(
    proof: Proof | None, typed: str, *, is_same: bool | None = None, error: str | None = None
) -> ResponseReturnValue:
    if proof is None:
        code = read_code(typed[:_LONGEST])
        told = (
            _unreadable()
            if code is None
            else _("No letter with this code was issued here. Compare it with the paper once more.")
        )
        return page("letters/ask.html", 404, typed=typed[:_LONGEST], error=told)
    status = 422 if error else 200
    return page("letters/show.html", status, proof=proof, is_same=is_same, error=error)


def _unreadable() -> str:
    return _("A code has 20 letters and digits, in five groups of four. Type it as it is printed.")


def _sha256(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
