"""The figures of a report as tables, for downloads and mails: the first row are the headings; durations in hours."""

from collections.abc import Callable, Iterator
from datetime import date

from flask_babel import gettext as _

from engine.metrics import cycle_time, flow, variants, work
from engine.metrics.deciders import deciders
from engine.metrics.item import CAUSES, Cause
from engine.metrics.numbers import Numbers
from webapp.charts.columns import named_weekdays
from webapp.spreadsheets import Row
from webapp.transactions import current_zone, now
from webapp.words.measures import cause_words

Rows = Iterator[Row]


def tables() -> dict[str, Callable[[Numbers], Rows]]:
    """Every table by the name that stands in its address."""
    return {
        "cycle-time": _cycle_rows,
        "cases": _case_rows,
        "weeks": _week_rows,
        "weekdays": _weekday_rows,
        "tasks": _task_rows,
        "oldest": _oldest_rows,
        "load": _load_rows,
        "days": _day_rows,
        "ageing": _age_rows,
        "steps": _step_rows,
        "handovers-offices": _office_rows,
        "handovers-people": _people_rows,
        "people": _done_rows,
        "ways": _way_rows,
        "deciders": _decider_rows,
        "sent-back": _sent_back_rows,
    }


def _cycle_rows(numbers: Numbers) -> Rows:
    yield _("from (h)"), _("to (h)"), _("cases")
    for bar in cycle_time.cycle_time(numbers).bars:
        yield _hours(bar.start), _hours(bar.end), bar.count


def _case_rows(numbers: Numbers) -> Rows:
    yield _("day"), _("from start to end (h)"), _("cases")
    for day, durations in cycle_time.weekly_durations(numbers, today=_today()):
        for seconds, count in durations:
            yield day, _hours(seconds), count


def _week_rows(numbers: Numbers) -> Rows:
    yield _("week"), _("started"), _("ended")
    yield from cycle_time.throughput(numbers)


def _weekday_rows(numbers: Numbers) -> Rows:
    yield _("day"), _("started"), _("ended")
    yield from named_weekdays(cycle_time.weekdays(numbers))


def _task_rows(numbers: Numbers) -> Rows:
    causes = [cause for cause in CAUSES if cause is not Cause.TOUCH]
    yield (
        _("element"), _("task"), _("times done"), _("waiting p50 (h)"), _("waiting p85 (h)"),
        _("working p50 (h)"), _("working p85 (h)"), _("waiting in all (h)"), _("working in all (h)"),
        _("done again"), *(f"{cause_words(cause)} (h)" for cause in causes),
    )  # fmt: skip
    for time in work.task_times(numbers):
        figures = (
            time.waiting_median, time.waiting_p85, time.working_median, time.working_p85,
            time.waiting_total, time.working_total,
        )  # fmt: skip
        split = (_hours(time.causes.get(cause, 0)) for cause in causes)
        yield time.element_id, time.name, time.count, *map(_hours, figures), time.rework, *split


def _oldest_rows(numbers: Numbers) -> Rows:
    yield _("case"), _("started"), _("stands at")
    for case in work.oldest_open(numbers.session, numbers.question, limit=1000):
        started = case.started_at.astimezone(current_zone()).replace(tzinfo=None)
        yield case.number, started, "; ".join(case.tasks)


def _load_rows(numbers: Numbers) -> Rows:
    yield _("office or person"), _("open"), _("unclaimed"), _("overdue")
    opened, question = numbers.session, numbers.question
    for load in work.load_of_offices(opened, question, at=now()):
        yield load.name or _("no office"), load.open, load.unclaimed, load.overdue
    for load in work.load_of_people(opened, question, at=now()):
        yield load.name or _("nobody yet"), load.open, load.unclaimed, load.overdue


def _day_rows(numbers: Numbers) -> Rows:
    flowed = flow.cumulative_flow(numbers, today=_today())
    yield _("day"), _("arrived"), _("ended"), *(pile.name for pile in flowed.piles)
    for place, day in enumerate(flowed.days):
        counts = (pile.count[place] for pile in flowed.piles)
        yield day, flowed.arrived[place], flowed.ended[place], *counts


def _age_rows(numbers: Numbers) -> Rows:
    yield _("task"), _("age (h)"), _("tasks")
    for stage in flow.ageing(numbers, at=now()):
        for age, count in stage.ages:
            yield stage.name, _hours(age), count


def _step_rows(numbers: Numbers) -> Rows:
    yield _("from"), _("to"), _("times"), _("mean time between (h)")
    names = {one.element_id: one.name for one in numbers.activities.values()}
    for step in flow.directly_follows(numbers):
        source, target = names.get(step.source, _("start")), names.get(step.target, _("end"))
        yield source, target, step.count, _hours(step.seconds)


def _office_rows(numbers: Numbers) -> Rows:
    yield _("from"), _("to"), _("times"), _("mean time between (h)")
    for pair in flow.handovers_of_offices(numbers):
        yield pair.source, pair.target, pair.count, _hours(pair.seconds)


def _people_rows(numbers: Numbers) -> Rows:
    yield _("from"), _("to"), _("times"), _("mean time between (h)")
    for pair in flow.handovers_of_people(numbers):
        yield pair.source, pair.target, pair.count, _hours(pair.seconds)


def _done_rows(numbers: Numbers) -> Rows:
    yield _("person"), _("tasks done"), _("time in hands (h)")
    for name, _id, count, seconds in flow.people_done(numbers):
        yield name, count, _hours(seconds)


def _way_rows(numbers: Numbers) -> Rows:
    yield _("tasks in order"), _("cases"), _("share so far"), _("mean time (h)")
    for way in variants.variants(numbers, most=1000):
        yield " → ".join(way.steps), way.count, round(way.coverage, 4), _hours(way.seconds)


def _decider_rows(numbers: Numbers) -> Rows:
    yield (
        _("task"), _("person"), _("cases"), _("outcome"), _("cases with it"), _("share"), _("share, low end"),
        _("share, high end"), _("share among the others"),
    )  # fmt: skip
    for task in deciders(numbers):
        for person in task.people:
            for one in person.shares:
                shares = (
                    round(part, 4) for part in (one.share, one.low, one.high, one.share_of_others)
                )
                yield task.task, person.name, person.cases, one.outcome, one.count, *shares


def _sent_back_rows(numbers: Numbers) -> Rows:
    yield _("after"), _("sent to"), _("times"), _("of all that went on"), _("came back")
    names = {one.element_id: one.name for one in numbers.activities.values()}
    for one in flow.to_and_fro(flow.directly_follows(numbers)):
        source, target = names.get(one.source, one.source), names.get(one.target, one.target)
        yield source, target, one.there, round(one.there / one.left, 4), one.back


def _today() -> date:
    return now().astimezone(current_zone()).date()


def _hours(seconds: float) -> float:
    return round(seconds / 3600, 2)
