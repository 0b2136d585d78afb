"""Where a mail leads: the address of the page it tells of, as people outside type it."""

from collections.abc import Callable
from urllib.parse import quote

from webapp.config import Settings

_PAGES = {"notices": "/desk/notifications", "request": "/follow"}


def mail_links(settings: Settings) -> Callable[[str], str | None]:
    """What a mail leads to (`leads_to` of engine.outbox.send_mail) → its address; None where nobody said how this
    installation is reached (EXPEDITO_URL).
    """

    def address(leads_to: str) -> str | None:
        kind, _, name = leads_to.partition(" ")
        path = f"/cases/{quote(name, safe='')}" if kind == "case" and name else _PAGES.get(kind)
        return f"{settings.url}{path}" if settings.url and path else None

    return address
