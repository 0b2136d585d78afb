"""How often one address may ask what anyone may ask: so many questions a minute, counted in this process only."""

import ipaddress
from collections import Counter
from datetime import datetime
from threading import Lock

from flask import Blueprint, Flask, request

from engine.errors import Refusal
from webapp.transactions import now


class AskedTooOften(Refusal):
    """More questions in a minute than a person has."""

    sentence = "Too many questions came from your address. Wait a minute and ask again."
    status = 429


class Pace:
    """Counts of the present minute; nothing is written, so that a question stays a GET."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._minute = 0
        self._asked: Counter[str] = Counter()
        self._lock = Lock()

    def check(self, address: str | None, *, at: datetime) -> None:
        """Count a question; AskedTooOften when this minute had enough of them."""
        minute = int(at.timestamp() // 60)
        whose = _network(address or "")
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._asked.clear()
            self._asked[whose] += 1
            if self._asked[whose] > self.most:
                raise AskedTooOften


def paced(pages: Blueprint, most: int) -> None:
    """Declare that one address sends at most so many forms a minute to the pages of a blueprint that anyone may use."""
    pages.most_posts = most  # type: ignore[attr-defined]  # a blueprint's own mark


def register(app: Flask) -> None:
    """Hold every address to what the blueprints declare."""
    # of this application and those of the same house: another one in the process has its own
    paces: dict[str, Pace] = app.extensions.setdefault("paces", {})

    @app.before_request
    def _check() -> None:
        name = request.blueprint or ""
        most: int | None = getattr(app.blueprints.get(name), "most_posts", None)
        if most is not None and request.method == "POST":
            paces.setdefault(name, Pace(most)).check(request.remote_addr, at=now())


def _network(address: str) -> str:
    # who has one address of version 6 has 2**64 of them
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
