"""Rows: where the hours went, task by task, split by what they were spent on."""

from collections.abc import Sequence

from flask_babel import gettext as _

from engine.metrics.item import Cause
from engine.metrics.work import TaskTime, knows_only_ends
from webapp.charts.canvas import WIDTH, Box, Chart, Tick, shortened
from webapp.charts.columns import Address
from webapp.words.durations import duration_words
from webapp.words.measures import cause_words

MOST_ROWS = 12
_LEFT, _ROW = 244, 26


def where_time_goes(times: Sequence[TaskTime], address: Address) -> Chart:
    """Hours in all per task: the causes of waiting beside the time in somebody's hands, most first."""
    if knows_only_ends(times):
        return _since_before(times, address)
    shown = times[:MOST_ROWS]
    most = max((time.waiting_total + time.working_total for time in shown), default=0)
    room = WIDTH - _LEFT - 20
    boxes, names = [], []
    for place, time in enumerate(shown):
        y, x = 8 + place * _ROW, float(_LEFT)
        for cause, seconds in (*time.causes.items(), (Cause.TOUCH, time.working_total)):
            width = room * seconds / most if most else 0.0
            words = _(
                "%(task)s: %(cause)s, %(time)s in all",
                task=time.name,
                cause=cause_words(cause),
                time=duration_words(seconds),
            )
            href = address(task=time.element_id)
            boxes.append(Box(x, y, width, _ROW - 8, words, cause.value, href))
            x += width
        names.append(Tick(y + _ROW / 2, shortened(time.name)))
    height = 16 + len(shown) * _ROW
    return Chart(WIDTH, height, boxes=tuple(boxes), up=tuple(names), left=_LEFT)


def _since_before(times: Sequence[TaskTime], address: Address) -> Chart:
    shown = times[:MOST_ROWS]
    most = max((time.since_before for time in shown), default=0)
    room = WIDTH - _LEFT - 20
    boxes = []
    for place, time in enumerate(shown):
        width = room * time.since_before / most if most else 0.0
        told = duration_words(time.since_before)
        words = _("%(task)s: %(time)s in all since the step before", task=time.name, time=told)
        y = 8 + place * _ROW
        href = address(task=time.element_id)
        boxes.append(Box(float(_LEFT), y, width, _ROW - 8, words, "second", href))
    names = tuple(
        Tick(8 + place * _ROW + _ROW / 2, shortened(time.name)) for place, time in enumerate(shown)
    )
    return Chart(WIDTH, 16 + len(shown) * _ROW, boxes=tuple(boxes), up=names, left=_LEFT)
