"""The web: pages for people and `/api/v1` for machines. `application.py` is where it all comes together."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from webapp.application import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    """`webapp:create_app`, as servers name it; a command that needs no web does not wait for it."""
    if name != "create_app":
        raise AttributeError(name)
    from webapp.application import create_app

    return create_app
