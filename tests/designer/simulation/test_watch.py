import time

import pytest

from designer.simulation.refusals import Cancelled
from designer.simulation.watch import Watch
from tests.designer.simulation.procedures import Ticks


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> Ticks:
    """A clock that stands still until it is told."""
    made = Ticks()
    monkeypatch.setattr(time, "monotonic", made)
    return made


def test_how_far_it_is_is_told_however_often_somebody_looks_whether_it_was_stopped(
    ticks: Ticks,
) -> None:
    told: list[float] = []
    looks: list[int] = []

    def is_stopped() -> bool:
        looks.append(1)
        return False

    seen = Watch(told.append, is_stopped)
    part = seen.part(0.5, 1.0)
    for step in range(100):
        ticks.now += 0.1
        seen.check()
        part(step / 100)
    assert 15 <= len(told) <= 21  # ten seconds, twice a second
    assert told == sorted(told)
    assert told[-1] == pytest.approx(0.99, abs=0.03)
    assert len(looks) <= 21


def test_work_that_was_stopped_ends_at_the_next_look(ticks: Ticks) -> None:
    seen = Watch(lambda _share: None, lambda: True)
    seen.check()  # too early to ask again
    ticks.now += 1
    with pytest.raises(Cancelled):
        seen.check()
