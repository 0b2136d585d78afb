"""Pieces of work as a log tells them, case by case."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One piece of work. Instants are aware; `enabled_at` and `started_at` may be unknown, `resource` empty."""

    case: str
    activity: str
    resource: str
    enabled_at: datetime | None
    started_at: datetime | None
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Trace:
    """One case: its work in order of completion, each with an `enabled_at`.

    `guessed`: the places of those of which the log does not say it.
    """

    case: str
    items: tuple[WorkItem, ...]
    guessed: tuple[int, ...] = ()

    @property
    def arrived_at(self) -> datetime:
        """When it began."""
        return min(item.enabled_at or item.ended_at for item in self.items)

    @property
    def cycle(self) -> float:
        """Seconds from its beginning to its last completion."""
        return (max(item.ended_at for item in self.items) - self.arrived_at).total_seconds()


@dataclass(frozen=True, slots=True)
class StillRunning:
    """A case that has not ended: when it began, and for how many seconds it had run when it was last looked at."""

    arrived_at: datetime
    so_far: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to fit on: the work of completed cases, and the cases that have not ended."""

    work: tuple[WorkItem, ...] = ()
    running: tuple[StillRunning, ...] = ()


def traces(work: Iterable[WorkItem]) -> list[Trace]:
    """Cases in order of arrival. Work whose readiness is unknown was ready when the work before it was done."""
    cases: dict[str, list[WorkItem]] = {}
    for item in work:
        cases.setdefault(item.case, []).append(item)
    found = []
    for case, items in cases.items():
        ordered = sorted(items, key=lambda item: (item.ended_at, item.started_at or item.ended_at))
        known: list[WorkItem] = []
        guessed = tuple(place for place, item in enumerate(ordered) if item.enabled_at is None)
        for item in ordered:
            ready = item.enabled_at
            if ready is None:
                began = item.started_at or item.ended_at
                before = [one.ended_at for one in known if one.ended_at <= began]
                ready = max(before) if before else began
            known.append(replace(item, enabled_at=min(ready, item.started_at or item.ended_at)))
        found.append(Trace(case, tuple(known), guessed))
    return sorted(found, key=lambda trace: (trace.arrived_at, trace.case))


def since(found: list[Trace], running: Iterable[StillRunning]) -> list[StillRunning]:
    """The running cases that are as young as these completed ones, in order of arrival."""
    young = (one for one in running if one.arrived_at >= found[0].arrived_at)
    return sorted(young, key=lambda one: (one.arrived_at, one.so_far))


def so_far(found: list[Trace], running: Iterable[StillRunning]) -> list[float]:
    """How many seconds they have run."""
    return [one.so_far for one in since(found, running)]


def with_starts(found: list[Trace]) -> tuple[list[Trace], int]:
    """The same with an estimated start where none is known, and of how much work it was unknown.

    Work begins when the case is ready, or when the same person has completed something else on the same day,
    whichever is later; where neither is on the day of completion nobody can know, and it took no time.
    """
    last: dict[str, datetime] = {}
    started: dict[tuple[str, int], datetime] = {}
    unknown = 0
    whole = [
        (item.ended_at, trace.case, place, item)
        for trace in found
        for place, item in enumerate(trace.items)
    ]
    for ended_at, case, place, item in sorted(whole, key=lambda entry: entry[:3]):
        if item.started_at is None:
            unknown += 1
            candidates = [item.enabled_at, last.get(item.resource) if item.resource else None]
            same_day = [at for at in candidates if at is not None and at.date() == ended_at.date()]
            started[case, place] = max(same_day) if same_day else ended_at
        if item.resource:
            last[item.resource] = ended_at
    return [
        replace(
            trace,
            items=tuple(
                item
                if item.started_at is not None
                else replace(item, started_at=started[trace.case, place])
                for place, item in enumerate(trace.items)
            ),
        )
        for trace in found
    ], unknown
