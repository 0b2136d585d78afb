"""The receipt of a request: its number, the code that opens it, where to follow it; on the screen and by mail."""

from dataclasses import dataclass
from datetime import date

from flask import current_app, request, url_for
from markupsafe import Markup

from engine.letters.codes import shown_code
from engine.models import Case
from engine.outbox import send_mail
from webapp.config import Settings
from webapp.i18n import _
from webapp.transactions import now, session
from webapp.words.times import day as shown_day


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an applicant takes home."""

    number: str
    code: str  # in groups of four
    applicant: str
    document: str
    filed_on: date
    has_mail: bool
    url: str  # where it is followed; the code is in it, the document number is not
    qr: Markup


def receipt(case: Case, code: str) -> Receipt:
    """The receipt of a case whose code is known here."""
    url = outside_url(url_for("following.ask", code=shown_code(code)))
    import segno  # four megabytes, for who prints

    drawn: str = segno.make(url, error="m", micro=False).svg_inline(
        border=2, omitsize=True, title=_("Follow this request"), svgclass="qr", light="#fff"
    )
    return Receipt(
        number=case.number,
        code=shown_code(code),
        applicant=case.applicant_name,
        document=case.applicant_document or "",
        filed_on=case.filed_on,
        has_mail=bool(case.applicant_email),
        url=url,
        qr=Markup(drawn),  # noqa: S704  drawn by segno from an address of ours
    )


def mail_receipt(case: Case, code: str) -> None:
    """Send the receipt to the applicant, where there is an address."""
    if not case.applicant_email:
        return
    told = receipt(case, code)
    text = _(
        "Your request was received on %(day)s.\n\nNumber: %(number)s\nCode: %(code)s\n\n"
        "Follow it at %(url)s with the code and your document number. Keep the code: whoever has both can see it.",
        day=shown_day(told.filed_on),
        number=told.number,
        code=told.code,
        url=told.url,
    )
    send_mail(
        session(),
        to=case.applicant_email,
        subject=_("Request received: %(number)s", number=told.number),
        text=text,
        case_id=case.id,
        key=f"receipt:{case.id}",
        at=now(),
    )


def outside_url(path: str) -> str:
    """An address as people outside type it."""
    settings: Settings = current_app.extensions["settings"]
    return f"{settings.url or request.host_url.rstrip('/')}{path}"
