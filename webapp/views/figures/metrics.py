"""The manager's pages: what is late and will be, how long cases take, where they wait, which ways they go.

The address is the report: every page, link and download says in it what is asked.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from threading import Lock
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from engine.deployments import procedure_by_key
from engine.logs.importing import logs
from engine.metrics import cycle_time, flow, forecast, quality, variants, work
from engine.metrics.asking import measured_days
from engine.metrics.batching import batching
from engine.metrics.compare import Difference, difference
from engine.metrics.deciders import FEW, MOST_COUNTED, deciders
from engine.metrics.heat import warmth
from engine.metrics.kinds import Kind
from engine.metrics.numbers import Numbers, counts_all
from engine.metrics.question import Question
from engine.metrics.spread import Spread
from engine.metrics.targets import aims
from engine.models import EventLog, LogState, Procedure, Role, Version
from engine.procedures import procedures_with_cases
from engine.visibility import seen_offices, sees_tasks_of_no_office
from webapp.charts import areas, columns, dots, matrix, rows
from webapp.charts.flow_map import flow_map
from webapp.navigation import Link
from webapp.pages import page
from webapp.report_address import Asked, asked, cases_of, days, moment_of
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import current_zone, now, session
from webapp.words.durations import duration_words

pages = Blueprint("metrics", __name__, url_prefix="/metrics")
NAVIGATION = Link("metrics.index", lazy_gettext("Times"), place=22)

MAY_WATCH = (Role.MANAGER, Role.ANALYST, Role.OPERATOR)


@dataclass(frozen=True, slots=True)
class Line:
    """A procedure on the first page."""

    procedure: Procedure
    due: quality.Due
    standing: work.Standing
    spread: Spread
    at_risk: int
    waits: work.TaskTime | None = None  # where most time went by in all
    fullest: work.Load | None = None  # the office with most open tasks


_LINES: OrderedDict[object, Line | None] = (
    OrderedDict()
)  # of imported logs, the last asked for last
_LOCK = Lock()
_MOST_LINES = 500


@pages.get("")
@access(*MAY_WATCH)
def index() -> ResponseReturnValue:
    """Every procedure in one line: what is late, what will be, where it waits, who has most, how long it takes."""
    since, until = days()
    lines = []
    for procedure in procedures_with_cases(session(), signed_in()):
        question = Question(signed_in(), procedure.id, None, since, until, current_zone())
        numbers = Numbers(session(), question)
        at_risk = forecast.likely_late(numbers, question, at=now())
        counted = _line(procedure, numbers, now(), at_risk)
        longest = max(work.task_times(numbers), key=_waited, default=None)
        loads = work.load_of_offices(session(), question, at=now())
        fullest = max(loads, key=lambda load: (load.open, load.overdue), default=None)
        lines.append(replace(counted, waits=longest, fullest=fullest))
    imported = []
    for log, procedure in logs(session()):
        span = measured_days(session(), procedure.id, current_zone())
        if log.state == LogState.DONE and span is not None:
            question = Question(signed_in(), procedure.id, None, span[0], span[1], current_zone())
            line = _line_of_log(log, procedure, question)
            if line is not None:
                imported.append(line)
    return page("metrics/index.html", lines=lines, logs=imported, since=since, until=until)


def _line_of_log(log: EventLog, procedure: Procedure, question: Question) -> Line | None:
    """The line of a log; None when it holds no case that the person may count. A log that is read does not change any
    more, so whoever counts the same of it is told what was counted before."""
    whole = counts_all(session(), question.person, procedure.id)
    offices = () if whole else tuple(seen_offices(session(), question.person) or ())
    no_office = sees_tasks_of_no_office(question.person)
    # with the database: the same process may serve several, as tests do
    key = (
        str(session().get_bind().engine.url),
        log.id,
        log.cases,
        log.events,
        whole,
        offices,
        no_office,
    )
    with _LOCK:
        if key in _LINES:
            _LINES.move_to_end(key)
            told = _LINES[key]
            return None if told is None else replace(told, procedure=procedure)
    numbers = Numbers(session(), question)
    line = _line(procedure, numbers, moment_of(procedure), 0) if numbers.cases else None
    with _LOCK:
        _LINES[key] = line
        while len(_LINES) > _MOST_LINES:
            _LINES.popitem(last=False)
    return line


def _line(procedure: Procedure, numbers: Numbers, at: datetime, at_risk: int) -> Line:
    return Line(
        procedure,
        quality.due(session(), numbers.question, at=at),
        work.standing(numbers),
        cycle_time.cycle_time(numbers),
        at_risk,
    )


def _waited(time: work.TaskTime) -> float:
    return time.waiting_total or time.since_before


@pages.get("/<key>")
@access(*MAY_WATCH)
def show(key: str) -> ResponseReturnValue:
    """The first look: what is late, what will be, where it waits, who is overloaded."""
    ask, numbers = _asked(key)
    times = work.task_times(numbers)
    standing = work.standing(numbers)
    return _page(
        "metrics/show.html",
        ask,
        numbers,
        standing=standing,
        due=quality.due(session(), ask.question, at=ask.at),
        terms=quality.terms(numbers),
        right=quality.first_time_right(numbers),
        spread=cycle_time.cycle_time(numbers),
        by_end=work.knows_only_ends(times),
        outlook=forecast.outlook(numbers, ask.question, at=ask.at, most=10),
        when=forecast.when_done(numbers, max(1, standing.open), today=ask.today),
        accuracy=forecast.accuracy(numbers, today=ask.today),
        times=times,
        bars=rows.where_time_goes(times, cases_of(key)),
        oldest=work.oldest_open(session(), ask.question),
        offices=work.load_of_offices(session(), ask.question, at=ask.at),
        people=work.load_of_people(session(), ask.question, at=ask.at),
    )


@pages.get("/<key>/times")
@access(*MAY_WATCH)
def times(key: str) -> ResponseReturnValue:
    """How long cases take, by four clocks, compared with other days or another version."""
    ask, numbers = _asked(key)
    spread = cycle_time.cycle_time(numbers)
    weeks, weekdays = cycle_time.throughput(numbers), cycle_time.weekdays(numbers)
    return _page(
        "metrics/times.html",
        ask,
        numbers,
        spread=spread,
        clocks=[
            (name, getattr(cycle_time, name)(numbers))
            for name in ("lead_time", "cycle_time", "legal_time", "office_time")
        ],
        compared=_compared(ask, numbers),
        weekdays=weekdays,
        daily=columns.by_weekday(weekdays),
        named_weekdays=columns.named_weekdays,
        weeks=weeks,
        week_days=partial(columns.days_of, since=ask.question.since, until=ask.question.until),
        times=work.task_times(numbers),
        histogram=columns.histogram(spread, cases_of(key)),
        weekly=columns.weekly(weeks, cases_of(key), ask.question.since, ask.question.until),
        scatter=dots.scatter(cycle_time.weekly_durations(numbers, today=ask.today), spread),
    )


@pages.get("/<key>/flow")
@access(*MAY_WATCH)
def flows(key: str) -> ResponseReturnValue:
    """Where work piles up, how old it is, and who hands over to whom."""
    ask, numbers = _asked(key)
    spread = cycle_time.cycle_time(numbers)
    every_day = flow.cumulative_flow(numbers, today=ask.today)
    flowed = every_day.from_first_case()
    stages = flow.ageing(numbers, at=ask.at)
    offices = flow.handovers_of_offices(numbers)
    people = flow.handovers_of_people(numbers)
    times = work.task_times(numbers)
    steps = flow.directly_follows(numbers)
    names = {one.element_id: one.name for one in numbers.activities.values()}
    targets = {aim.element_id: aim.seconds for aim in aims(numbers)}
    by = request.args.get("heat", "waiting")
    return _page(
        "metrics/flow.html",
        ask,
        numbers,
        version=_drawn_version(ask),
        heat=warmth(times, by, targets, duration_words),
        times=times,
        targets=targets,
        batches=batching(numbers),
        flowed=flowed,
        is_young=flowed.days != every_day.days,
        stages=stages,
        piled=areas.cumulative_flow(flowed),
        aged=dots.ageing(stages, spread),
        offices=offices,
        people=people,
        office_matrix=matrix.handovers(offices, cases_of(key)),
        people_matrix=matrix.handovers(people),
        done=flow.people_done(numbers),
        steps=steps,
        names=names,
        map=flow_map(steps, names, cases_of(key)),
    )


@pages.get("/<key>/ways")
@access(*MAY_WATCH)
def ways(key: str) -> ResponseReturnValue:
    """Which ways cases take, what leads to which end, and what the slow ones have in common."""
    ask, numbers = _asked(key)
    return _page(
        "metrics/ways.html",
        ask,
        numbers,
        ways=variants.variants(numbers),
        number_of_ways=variants.number_of_variants(numbers),
        branches=variants.branches(numbers)[:12],
        slow=variants.slow_cases(numbers),
        outcomes=cycle_time.outcomes(numbers),
        times=[time for time in work.task_times(numbers) if time.rework],
        sent_back=flow.to_and_fro(flow.directly_follows(numbers))[:12],
        names={one.element_id: one.name for one in numbers.activities.values()},
        offices_of=flow.offices_of_elements(numbers),
        deciders=deciders(numbers)[:8],
        few=FEW,
        most=MOST_COUNTED,
    )


def _asked(key: str) -> tuple[Asked, Numbers]:
    ask = asked(procedure_by_key(session(), key))
    return ask, Numbers(session(), ask.question)


def _page(template: str, ask: Asked, numbers: Numbers, **context: Any) -> ResponseReturnValue:
    key = ask.procedure.key
    missed = sum(1 for aim in aims(numbers) if aim.is_missed)
    return page(
        template, ask=ask, numbers=numbers, missed=missed, cases_of=cases_of(key), **context
    )


def _drawn_version(ask: Asked) -> Version | None:
    """The version whose diagram shows the figures; None for a log, which has none."""
    wanted = ask.question.version_id or ask.procedure.current_version_id
    return next((one for one in ask.versions if one.id == wanted), None)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two sets of cases side by side: its days, its version's number if it is about one, how many cases."""

    since: date | None
    until: date | None
    version: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Compared:
    """The earlier days or the version asked about, the other side, and what differs by percentile."""

    first: Side
    second: Side
    changes: list[tuple[float, Difference | None]]


def _compared(ask: Asked, numbers: Numbers) -> Compared | None:
    """Median and 85 % of the cycle time beside those of the other question."""
    if ask.other is None:
        return None
    pair = [(ask.question, numbers), (ask.other, Numbers(session(), ask.other))]
    if ask.compare != "version":
        pair.reverse()  # what was before stands first
    versions = {version.id: version.number for version in ask.versions}
    durations = [one.durations(Kind.CYCLE) for _, one in pair]
    first, second = (
        Side(
            question.since,
            question.until or ask.today,
            versions.get(question.version_id or 0),
            sum(n for _, n in counted),
        )
        for (question, _), counted in zip(pair, durations, strict=True)
    )
    return Compared(
        first,
        second,
        [(share, difference(durations[0], durations[1], share)) for share in (0.5, 0.85)],
    )
