"""The links at the top of a page: few in the bar, the others under "More"."""

from lxml import html

from tests.webapp.conftest import Town
from webapp.navigation import IN_THE_BAR


def bar_and_more(town: Town, name: str) -> tuple[list[str], list[str]]:
    """Where the links of the bar and those under "More" lead, on the page of cases."""
    page = html.fromstring(town.visitor(name).get("/cases").text)
    bar = [str(link.get("href")) for link in page.iterfind(".//header/nav/a")]
    more = [str(link.get("href")) for link in page.iterfind(".//header/details/nav/a")]
    return [path for path in bar if path != "/desk/notifications"], more


def test_who_has_few_links_has_no_menu_of_more(town: Town) -> None:
    bar, more = bar_and_more(town, "carla")
    assert bar[0] == "/inbox"
    assert len(bar) <= IN_THE_BAR
    assert more == []


def test_who_has_many_finds_the_first_page_first_and_the_rest_under_more(town: Town) -> None:
    bar, more = bar_and_more(town, "oscar")
    assert bar[:2] == ["/people", "/incidents"]
    assert len(bar) == IN_THE_BAR
    assert "/calendars" in more
    assert not set(bar) & set(more)


def test_under_more_the_present_page_is_marked(town: Town) -> None:
    page = html.fromstring(town.visitor("oscar").get("/calendars").text)
    (link,) = page.iterfind(".//header/details[@data-here]/nav/a[@aria-current]")
    assert link.get("href") == "/calendars"
