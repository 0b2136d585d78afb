"""The parts an application can have: all of it, or what one kind of visitor needs (webapp/house.py)."""

from enum import Enum, auto

from flask import Flask

# What people with an inbox and applicants use every minute, with everything below the address of a case. A new view
# file is not among them unless it is named here.
AT_HAND = frozenset(
    {
        "account", "appeals", "case_file", "cases", "desk", "files", "filing", "following", "health", "home", "inbox",
        "login", "my_cases", "offers", "operations", "tasks", "terms", "together", "warnings", "why",
    }
)  # fmt: skip


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
