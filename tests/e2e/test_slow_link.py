"""Every page of an applicant on a first visit: light, and soon read by a link of 50 kbit/s."""

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.bench.applicant import slow_visits, weight, window

MOST_BYTES = 40_000  # compressed, with everything the page draws in
MOST_SECONDS = 8.0


WINDOW = {"offers", "filing", "filing_needs", "following", "deeds", "letters", "login"}
NO_PAGES = {
    "following.download",
    "deeds.fetch_copy",
    "login.speak",
}  # files, and a way to another page


def unseen(app: Flask, paths: dict[str, str]) -> set[str]:
    """Pages of the window that none of the addresses leads to."""
    addresses = app.url_map.bind("localhost")
    seen = {addresses.match(path.partition("?")[0])[0] for path in paths.values()}
    wanted = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint.partition(".")[0] in WINDOW
    }
    return wanted - NO_PAGES - seen


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_every_page_of_an_applicant_is_light_and_soon_read_on_a_slow_link(browser: Browser) -> None:
    with window() as (app, paths, client):
        assert unseen(app, paths) == set()
        heavy = {name: weight(client, path) for name, path in paths.items()}
        assert {name: size for name, size in heavy.items() if size > MOST_BYTES} == {}
        slow = slow_visits(browser, app, paths, client)
    assert slow.keys() == paths.keys()
    assert {name: taken for name, taken in slow.items() if taken > MOST_SECONDS} == {}
