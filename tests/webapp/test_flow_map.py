"""The flow map draws what happens often, hangs no task in the air and says how much it left out."""

import re

from engine.metrics.flow import Step
from webapp.charts.flow_map import MOST_TASKS, flow_map


def address(**which: object) -> str:
    return "?" + "&".join(f"{name}={value}" for name, value in sorted(which.items()))


def test_the_map_leads_from_the_start_to_the_end_with_times_beside() -> None:
    steps = [
        Step("", "a", 100, 60.0),
        Step("a", "b", 98, 3600.0),
        Step("b", "", 97, 0.0),
        Step("b", "a", 10, 86_400.0),
    ]
    drawn = flow_map(steps, {"a": "Receive", "b": "Decide"}, address)
    assert drawn is not None
    rows = {place.name: place.y for place in drawn.places}
    assert rows["start"] < rows["Receive"] < rows["Decide"] < rows["end"]
    assert {arrow.href for arrow in drawn.arrows} >= {"?after=b&before=a", "?after=a&before=b"}
    assert {arrow.label for arrow in drawn.arrows} >= {"98 · 60 min", "10 · 24 h"}
    assert drawn.share == 1
    assert max(drawn.arrows, key=lambda arrow: arrow.width).href == "?after=a&before="


def test_of_many_tasks_the_frequent_ones_are_drawn_and_the_share_said() -> None:
    names = [f"t{number}" for number in range(60)]
    steps = [Step("", name, 200 - place, 1.0) for place, name in enumerate(names)]
    steps += [Step(name, "", 200 - place, 1.0) for place, name in enumerate(names)]
    drawn = flow_map(sorted(steps, key=lambda step: -step.count), {}, address)
    assert drawn is not None
    assert len(drawn.places) == MOST_TASKS + 2
    assert 0.2 < drawn.share < 0.4
    assert all(place.x >= 0 and place.x + place.width <= drawn.width for place in drawn.places)


def test_nothing_is_drawn_of_nothing() -> None:
    assert flow_map([], {}, address) is None


def test_an_arrow_that_passes_a_row_goes_round_what_stands_there() -> None:
    steps = [
        Step("", "a", 9, 1.0),
        Step("a", "b", 9, 1.0),
        Step("b", "c", 9, 1.0),
        Step("c", "d", 9, 1.0),
        Step("a", "d", 9, 1.0),
        Step("d", "", 9, 1.0),
    ]
    drawn = flow_map(steps, {}, address)
    assert drawn is not None
    past = next(arrow for arrow in drawn.arrows if arrow.href == "?after=d&before=a")
    numbers = [float(number) for number in re.findall(r"-?\d+", past.path)]
    ends = list(zip(numbers[::2], numbers[1::2], strict=True))
    between = [place for place in drawn.places if place.name in ("b", "c")]
    assert len(between) == 2
    for part in (number / 50 for number in range(51)):
        rest = 1 - part
        weights = (rest**3, 3 * rest * rest * part, 3 * rest * part * part, part**3)
        x = sum(weight * end[0] for weight, end in zip(weights, ends, strict=True))
        y = sum(weight * end[1] for weight, end in zip(weights, ends, strict=True))
        for place in between:
            is_behind = place.x < x < place.x + place.width and place.y < y < place.y + 36
            assert not is_behind, f"behind {place.name} at {x:.0f}, {y:.0f}"
