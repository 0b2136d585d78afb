"""Where a mail leads."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from engine.models import NotificationKind
from engine.notifications import About, tell
from engine.people import person_by_name
from tests.webapp.conftest import Town
from webapp.config import Settings
from webapp.mail_links import mail_links
from webapp.workers import workers


def mailed(town: Town, url: str) -> str:
    """What a mention says when it is mailed by an installation that people reach at `url`."""
    settings: Settings = replace(town.app.extensions["settings"], url=url)
    with town.database.transaction() as session:
        carla = person_by_name(session, "carla")
        assert carla is not None
        carla.email, carla.locale = "carla@town.example", "en"
        about = About(number="L-1", words="look")
        tell(session, NotificationKind.MENTIONED, [carla.id], about, by=None, at=town.clock())
    workers(settings, town.database, town.clock)[1].run_until_idle()
    (file,) = settings.outbox.glob("*.eml")
    mail = message_from_bytes(file.read_bytes(), _class=EmailMessage, policy=default)
    return str(mail.get_content())


def test_a_mail_ends_with_the_address_of_what_it_tells(town: Town) -> None:
    text = mailed(town, "https://tramites.example.gob.pe")
    assert text.rstrip().endswith("https://tramites.example.gob.pe/desk/notifications")


def test_where_nobody_said_how_it_is_reached_a_mail_names_the_page_only(town: Town) -> None:
    assert "http" not in mailed(town, "")


def test_what_a_mail_leads_to_is_an_address_that_exists(town: Town) -> None:
    settings = replace(town.app.extensions["settings"], url="https://x.example")
    address = mail_links(settings)
    number, luis = town.case(), town.visitor("carla")
    for leads_to in ("notices", "request", f"case {number}"):
        found = address(leads_to)
        assert found is not None
        assert luis.get(found.removeprefix("https://x.example")).status_code == 200
    assert address("") is None
