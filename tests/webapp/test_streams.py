"""The bell by a stream: told at once, never more threads than can be spared, given back when somebody leaves."""

import threading
import time
from collections.abc import Iterator

import pytest

from engine.models import NotificationKind
from engine.notifications import About, tell, unread
from tests.webapp.conftest import Town
from webapp import streams
from webapp.streams import Streams


@pytest.fixture
def quick(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Streams]:
    """Streams that are asked for often, three at most."""
    monkeypatch.setattr(streams, "BEAT", 5.0)
    found = Streams(town.database, 3, every=0.02)
    town.app.extensions["streams"] = found
    yield found
    for one in list(found._open):
        one.close()


def mention(town: Town, name: str) -> tuple[int, int]:
    person = town.person(name)
    with town.database.transaction() as session:
        kind, about = NotificationKind.MENTIONED, About(number="C-1", words="Look")
        tell(session, kind, [person.id], about, by=None, at=town.clock())
        return unread(session, person)


def test_what_is_new_is_told_at_once(town: Town, quick: Streams) -> None:
    carla = town.visitor("carla").client.get("/desk/stream", buffered=False)
    assert carla.mimetype == "text/event-stream"
    assert carla.headers["Cache-Control"] == "no-store"
    said = iter(carla.response)
    assert b"retry:" in next(said)
    assert next(said) == b"event: bell\ndata: 0\n\n"
    mention(town, "teo")
    mention(town, "carla")
    began = time.monotonic()
    assert next(said) == b"event: bell\ndata: 1\n\n"
    assert time.monotonic() - began < streams.BEAT
    carla.close()
    assert quick._open == []


def test_no_more_threads_are_lent_than_can_be_spared(town: Town, quick: Streams) -> None:
    lent = [quick.open(number) for number in (1, 2, 3)]
    assert None not in lent
    assert town.visitor("carla").get("/desk/stream").status_code == 204
    lent[0].close()  # type: ignore[union-attr]  # as the server does when somebody leaves, begun or not
    assert quick.open(4) is not None


def test_who_has_left_is_told_nothing_and_led_nowhere(town: Town, quick: Streams) -> None:
    for visitor in (town.visitor(), town.visitor("pedro")):  # nobody, and an applicant
        assert visitor.get("/desk/stream").status_code == 204
    assert quick._open == []


def test_one_person_has_two_streams_and_a_third_ends_the_oldest(quick: Streams) -> None:
    first, second = quick.open(1), quick.open(1)
    assert first is not None
    assert second is not None
    third = quick.open(1)
    assert third is not None
    next(first)
    assert list(first) == []
    assert (quick.has(second), quick.has(third)) == (True, True)


def test_when_the_server_goes_all_of_them_end(quick: Streams) -> None:
    one = quick.open(1)
    assert one is not None
    next(one)
    threading.Timer(0.1, quick.end).start()
    began = time.monotonic()
    assert [said for said in one if b"bell" not in said] == []
    assert time.monotonic() - began < streams.BEAT
