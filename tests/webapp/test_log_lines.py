"""What a server writes about itself."""

import json
import logging
from collections.abc import Iterator

import pytest

from webapp import logs

LOG = logging.getLogger("expedito.test")


@pytest.fixture(autouse=True)
def root_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_line_for_people_has_the_sentence_its_fields_and_the_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("plain")
    LOG.info("Worker %s begins.", "one", extra={"action": "worker_began"})
    _fail("00000000")
    first, second, *trace = capsys.readouterr().err.splitlines()
    assert first[8:] == " info    Worker one begins.  action=worker_began"
    assert second[8:] == " error   It failed.  action=failed"
    assert trace[0] == "Traceback (most recent call last):"
    assert trace[-1] == "ZeroDivisionError: division by zero"


def test_a_line_for_machines_has_the_same_and_never_the_values_of_variables(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("json")
    _fail("identity card 47112233")
    line = capsys.readouterr().err
    told = json.loads(line)
    assert (told["event"], told["level"], told["action"]) == ("It failed.", "error", "failed")
    assert told["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert told["exception"][0]["frames"][-1]["name"] == "_fail"
    assert "47112233" not in line


def _fail(secret: str) -> None:
    try:
        len(secret) / 0
    except ZeroDivisionError:
        LOG.exception("It failed.", extra={"action": "failed"})
