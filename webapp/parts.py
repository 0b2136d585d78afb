"""The parts an application can have: all of it, or what one kind of visitor needs (webapp/house.py)."""

from enum import Enum, auto

from flask import Flask

# Rooms of webapp/views that applicants use every minute, as people with an inbox do those views that are in no room,
# where everything below the address of a case is. The other rooms are opened when somebody comes.
AT_HAND = ("window",)


class Part(Enum):
    """Which views an application has."""

    WHOLE = auto()
    DESK = auto()  # those at hand
    PAGES = auto()  # all but the API
    API = auto()


def all_pages(app: Flask) -> Flask:
    """The application that has every page: this one, unless it is only the desk."""
    found: Flask = app.extensions.get("all pages", lambda: app)()
    return found
