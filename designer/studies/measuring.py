"""In what a study measures how it is: the cases of its version, or an imported log that calls work as the drawing does.

What ended cases tell does not change, so it is worked out once: until another case has ended, or the log is another.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from designer.models import Study
from designer.simulation.fitting.branching import counted
from designer.simulation.fitting.fit import WORK
from designer.simulation.fitting.work import Seen, Trace, traces, with_starts
from designer.simulation.lived import work_of, work_of_log
from engine.bpmn.model import Process
from engine.errors import NotFound
from engine.metrics.evidence import QUICK_SECONDS, LogEvidence, TaskEvidence, evidence
from engine.metrics.question import LIMA, Question
from engine.metrics.spread import percentile
from engine.models import Case, CaseStatus, EventLog, Person, Procedure, Role

LOG = "log"  # in a study's JSON: {"id": of the log's procedure, "zone": of its office}
KEPT = 64
LATEST = 32  # ended cases by which is told whether another has ended
_OVER = (CaseStatus.COMPLETED, CaseStatus.CANCELLED)
_known: WeakKeyDictionary[Any, OrderedDict[tuple[object, ...], LogEvidence]] = WeakKeyDictionary()
_lock = Lock()


def log_of(session: Session, study: Study) -> tuple[Procedure, ZoneInfo] | None:
    """The imported log that a study of a drawing is measured in, and its time zone; None without one."""
    chosen = study.data.get(LOG)
    if study.as_is_version_id is not None or not chosen:
        return None
    log = session.get(Procedure, int(chosen["id"]))
    return None if log is None else (log, ZoneInfo(chosen["zone"]))


def seen_of(
    session: Session, study: Study, *, by: Person, at: datetime, zone: ZoneInfo = LIMA
) -> Seen:
    """The work of its cases, for whoever fits a simulation on it; nothing where nothing is measured. Own cases are told
    in `zone`, those of an imported log in the zone of its office.
    """
    if study.as_is_version_id is not None and study.procedure_id is not None:
        asked = Question(by, study.procedure_id, study.as_is_version_id, zone=zone)
        return work_of(session, asked, at=at)
    chosen = log_of(session, study)
    return Seen() if chosen is None else work_of_log(session, chosen[0].id, by, chosen[1])


def evidence_of(
    session: Session, study: Study, process: Process, *, by: Person
) -> LogEvidence | None:
    """What its cases tell of the tasks and ways of `process`; None without any completed case."""
    if study.as_is_version_id is not None and study.procedure_id is not None:
        asked = Question(by, study.procedure_id, study.as_is_version_id)
        # More than the last one: of two that end at once the earlier may be kept later.
        last = session.execute(
            select(Case.ended_at, Case.id)
            .where(
                Case.procedure_id == study.procedure_id,
                Case.version_id == study.as_is_version_id,
                Case.status.in_(_OVER),
            )
            .order_by(Case.ended_at.desc(), Case.id.desc())
            .limit(LATEST)
        ).all()
        if not last:
            return None
        asked_of = ("version", study.as_is_version_id, *map(tuple, last))
        found = _once(session, by, asked_of, lambda: evidence(session, asked))
        return found if found.cases else None
    chosen = log_of(session, study)
    if chosen is None:
        return None
    log, zone = chosen
    told = session.scalar(select(EventLog).where(EventLog.procedure_id == log.id))
    ids = _ids(process)
    drawn = *ids.items(), *process.scope.flows
    imported = (told.state, told.events, told.imported_at) if told is not None else ()

    def work_out() -> LogEvidence:
        return _logged(traces(work_of_log(session, log.id, by, zone).work), process, ids)

    found = _once(session, by, ("log", log.id, zone.key, *imported, *drawn), work_out)
    return found if found.cases else None


def log_to_measure_in(session: Session, procedure_id: int) -> Procedure:
    """The procedure under which an imported log lies; NotFound."""
    found = session.get(Procedure, procedure_id)
    known = session.scalar(select(EventLog.id).where(EventLog.procedure_id == procedure_id))
    if found is None or known is None:
        raise NotFound(what="log", name=procedure_id)
    return found


def _once(
    session: Session, by: Person, key: tuple[object, ...], work_out: Callable[[], LogEvidence]
) -> LogEvidence:
    """The answer to this question, asked of the database once. Who is no analyst sees fewer cases: asked anew."""
    if not by.has_role(Role.ANALYST):
        return work_out()
    bind = session.get_bind()
    engine = getattr(bind, "engine", bind)
    with _lock:
        kept = _known.setdefault(engine, OrderedDict())
        if key in kept:
            kept.move_to_end(key)
            return kept[key]
    found = work_out()
    with _lock:
        kept[key] = found
        while len(kept) > KEPT:
            kept.popitem(last=False)
    return found


def _ids(process: Process) -> dict[str, str]:
    return {
        said: node.id
        for _, node in process.scope.everything()
        if node.kind in WORK
        for said in (node.name, node.id)
        if said
    }


def _logged(found: list[Trace], process: Process, ids: dict[str, str]) -> LogEvidence:
    """Medians in seconds of what a log tells; work is quick only where the log itself says when it began."""
    begun, _ = with_starts(found)
    touches: dict[str, list[float]] = {}
    waits: dict[str, list[float]] = {}
    quick: dict[str, int] = {}
    for told, trace in zip(found, begun, strict=True):
        for as_told, item in zip(told.items, trace.items, strict=True):
            element = ids.get(item.activity)
            if element is None or item.started_at is None or item.enabled_at is None:
                continue
            touch = max(0.0, (item.ended_at - item.started_at).total_seconds())
            touches.setdefault(element, []).append(touch)
            wait = max(0.0, (item.started_at - item.enabled_at).total_seconds())
            waits.setdefault(element, []).append(wait)
            is_quick = as_told.started_at is not None and touch <= QUICK_SECONDS
            quick[element] = quick.get(element, 0) + is_quick
    taken = counted(process.scope, begun, ids)
    return LogEvidence(
        cases=len(found),
        tasks={
            name: TaskEvidence(
                count=len(touched),
                touch=percentile(sorted(touched), 0.5),
                wait=percentile(sorted(waits[name]), 0.5),
                quick=quick[name],
                mean_wait=sum(waits[name]) / len(touched),
            )
            for name, touched in touches.items()
        },
        shares={name: len(touched) / len(found) for name, touched in touches.items()},
        flows={flow: round(count) for ways in taken.values() for flow, count in ways.items()},
        ended=len(found),
    )
