"""The flow map draws what happens often, hangs no task in the air and says how much it left out."""

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
