"""Who may look at a case from outside and act on it: by its code, a code sent by mail, or as its applicant."""

from datetime import UTC, datetime

from flask import request
from sqlalchemy import select

from engine.errors import Refusal
from engine.models import Case
from engine.window.holders import is_still_held, same_document
from webapp.security.keyring import LOOKS, keyring, may_act, may_look
from webapp.security.one_time_codes import is_one_time_code, send_one_time_code
from webapp.security.sessions import current_person
from webapp.security.throttle import check_attempts, record_failure, spend
from webapp.transactions import now, session

ASKED_PER_ADDRESS = 20  # lost codes, in a quarter of an hour


class NotHeld(Refusal):
    """This browser has shown nothing that opens the case."""

    sentence = "Type the code of the request and your document number first."
    status = 403


class CannotAct(Refusal):
    """To look is not to act."""

    sentence = (
        "To do this, show first that it is you: have a code sent to the e-mail of the request."
    )
    status = 403


class NoAddress(Refusal):
    """There is nowhere to send a code."""

    sentence = (
        "The request has no e-mail address. Come to the office with your document to do this."
    )


def held_case(case_id: int) -> Case:
    """The case, if this browser may look at it; NotHeld, whether there is such a case or not."""
    case = session().get(Case, case_id)
    if case is None or not (_is_own(case) or _is_held(case_id)):
        raise NotHeld
    return case


def acting_case(case_id: int) -> Case:
    """The case, if this browser may act on it; NotHeld, CannotAct."""
    case = held_case(case_id)
    if not may_act_on(case):
        raise CannotAct
    return case


def may_act_on(case: Case) -> bool:
    """Whether this browser may act on the case."""
    return _is_own(case) or (may_act(case.id) and _is_held(case.id))


def send_own_code(case: Case) -> None:
    """Send a code to the address of the case; NoAddress."""
    if not case.applicant_email:
        raise NoAddress
    send_one_time_code(_purpose(case), case.applicant_email)


def show_own_code(case: Case, typed: str) -> bool:
    """Whether this is the code that was sent to the address of the case."""
    return is_one_time_code(_purpose(case), case.applicant_email or "", typed)


def send_lost_code(number: str, document: str) -> None:
    """Send a code to the address of the case, if number and document belong together; nothing tells whether."""
    spend(session(), "lost code", request.remote_addr or "", ASKED_PER_ADDRESS, at=now())
    case = _case_of(number, document)
    if case is not None and case.applicant_email:
        send_one_time_code(_purpose(case), case.applicant_email)


def is_lost_code(number: str, document: str, typed: str) -> int | None:
    """The id of the case, if this is the code that was sent for it; the caller keeps the work, for guesses count."""
    address, guessed = request.remote_addr or "", f"lost code {number.casefold()}"
    check_attempts(session(), guessed, address, at=now())
    case = _case_of(number, document)
    if case is not None and is_one_time_code(_purpose(case), case.applicant_email or "", typed):
        return case.id
    record_failure(session(), guessed, address, at=now())
    return None


def _case_of(number: str, document: str) -> Case | None:
    case = session().scalar(select(Case).where(Case.number == number.strip().upper()))
    is_same = same_document(document, case.applicant_document if case is not None else "–")
    return case if is_same else None


def _is_own(case: Case) -> bool:
    person = current_person()
    return person is not None and case.applicant_id == person.id


def _is_held(case_id: int) -> bool:
    until = keyring().looks.get(case_id)
    if until is None or not may_look(case_id):
        return False
    # a code that was renewed meanwhile opens nothing any more
    since = datetime.fromtimestamp(until, UTC) - LOOKS
    return is_still_held(session(), case_id, since=since)


def _purpose(case: Case) -> str:
    return f"act on {case.id}"
