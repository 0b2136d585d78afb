"""The mail address of who signs in: proved by a code before it counts, and the old one is told."""

from flask import session as cookie

from engine.ids import new_id
from engine.models import Person
from engine.outbox import send_mail
from engine.people import check_email, set_email
from webapp.i18n import _, speaking
from webapp.security.one_time_codes import is_one_time_code, send_one_time_code
from webapp.transactions import now, session

_WAITING = "new_email"


def want_address(person: Person, email: str) -> None:
    """Send a code to an address that the person wants to be theirs; no address if empty. One that was waiting for its
    code waits no longer. Raises AddressWrong, TooOften.
    """
    check_email(email)
    if email and email != person.email:
        send_one_time_code(_purpose(person), email)
        cookie[_WAITING] = email
        return
    cookie.pop(_WAITING, None)
    if not email:
        change_address(person, "")


def waiting_address(person: Person) -> str | None:
    """The address that waits for its code."""
    found = cookie.get(_WAITING)
    return found if isinstance(found, str) and found != person.email else None


def is_proved(person: Person, typed: str) -> bool:
    """Whether the code is right: then the address is the person's. A wrong one counts, so the caller keeps the work."""
    email = waiting_address(person)
    if email is None or not is_one_time_code(_purpose(person), email, typed):
        return False
    cookie.pop(_WAITING, None)
    change_address(person, email)
    return True


def change_address(person: Person, email: str) -> None:
    """The address is the person's from now on, none if empty; the one before is told. AddressWrong."""
    before = person.email
    set_email(session(), person, email)
    if not before or before == person.email:
        return
    with speaking(person.locale):
        subject = _("Mail of your account goes elsewhere")
        text = _(
            "From now on mail of the account “%(name)s” in Expedito no longer comes to this address. "
            "If you did not want this, tell your operator.",
            name=person.name,
        )
    send_mail(
        session(),
        to=before,
        subject=subject,
        text=text,
        key=f"address:{new_id(now())}",
        at=now(),
    )


def _purpose(person: Person) -> str:
    return f"account {person.id}"
