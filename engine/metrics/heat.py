"""Figures on the diagram: how warm each element is, and what is written beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.metrics.work import TaskTime

WARMTHS = 5


@dataclass(frozen=True, slots=True)
class Warmth:
    """Marks (element → heat1 … heat5) and words (element → what is written there)."""

    by: str
    marks: Mapping[str, str]
    words: Mapping[str, str]


def warmth(
    times: Sequence[TaskTime],
    by: str,
    targets: Mapping[str, int],
    duration_words: Callable[[float], str],
) -> Warmth:
    """By waiting in all, by how often, or by the 85 % time against the target; the hottest is heat5.

    Against a target heat1 keeps it easily, heat3 just, heat5 takes twice as long or more.
    """
    if by == "target":
        ratios = {
            time.element_id: time.whole_p85 / targets[time.element_id]
            for time in times
            if targets.get(time.element_id)
        }
        words = {
            time.element_id: f"{duration_words(time.whole_p85)} / {duration_words(targets[time.element_id])}"
            for time in times
            if time.element_id in ratios
        }
        marks = {id: f"heat{min(5, max(1, round(1 + 2 * ratio)))}" for id, ratio in ratios.items()}
        return Warmth(by, marks, words)
    is_frequency = by == "frequency"
    values = {
        time.element_id: float(time.count) if is_frequency else time.waiting_total for time in times
    }
    most = max(values.values(), default=0.0)
    marks = {
        id: f"heat{max(1, round(WARMTHS * value / most))}" for id, value in values.items() if most
    }
    words = {
        time.element_id: f"{time.count} ×" if is_frequency else duration_words(time.waiting_median)
        for time in times
    }
    return Warmth("frequency" if is_frequency else "waiting", marks, words)
