"""Identifiers of one instant: whoever makes them, at once and in however many threads."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from engine.ids import new_id

AT = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
MAKERS = 8
EACH = 12_500
_FORKED = """
import os
from datetime import datetime, UTC
from engine.ids import new_id
AT = datetime(2026, 11, 30, tzinfo=UTC)
new_id(AT)
is_child = os.fork() == 0
made = [new_id(AT) for _ in range(200)]
if not is_child:
    os.wait()  # until it has written
print(*made, flush=True)
"""


def test_a_hundred_thousand_made_by_threads_at_one_instant_are_all_different() -> None:
    together = Barrier(MAKERS)

    def make(_: int) -> list[int]:
        together.wait()
        return [new_id(AT) for _ in range(EACH)]

    with ThreadPoolExecutor(MAKERS) as threads:
        made = [one for some in threads.map(make, range(MAKERS)) for one in some]
    assert len(made) == MAKERS * EACH == 100_000
    assert len(set(made)) == len(made)


def test_those_of_an_instant_that_comes_back_are_different_too() -> None:
    instants = [AT + timedelta(milliseconds=later) for later in range(3)]
    made = [new_id(at) for _ in range(20_000) for at in instants]
    assert len(set(made)) == len(made)


def test_they_grow_with_time_and_fit_into_the_column() -> None:
    made = [new_id(AT + timedelta(milliseconds=later)) for later in range(1000)]
    assert made == sorted(made)
    assert 0 < new_id(datetime(2020, 1, 1, tzinfo=UTC)) < made[0]
    assert new_id(datetime(2090, 1, 1, tzinfo=UTC)) < 2**63


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_process_that_was_forked_makes_others() -> None:
    said = subprocess.run(
        [sys.executable, "-c", _FORKED], capture_output=True, text=True, check=True
    )
    made = said.stdout.split()
    assert len(made) == 400
    # by chance alone the two meet once in a hundred runs, and then in a place or two
    assert len(set(made)) > 390
