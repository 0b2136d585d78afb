"""The worker: takes due jobs and carries them out, each in a transaction of its own, as long as it is let."""

import logging
import os
import secrets
import socket
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event as Flag
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine import jobs
from engine.chores import attempt, do_chores
from engine.database import Database
from engine.errors import N_, Said, said_by
from engine.feel import clock_set_to, local_clock
from engine.incidents import job_failed
from engine.jobs import GiveUp
from engine.metrics.days import ZONE
from engine.metrics.upkeep import Known, catch_up
from engine.models import Job, JobKind
from engine.progress import lock
from engine.service_tasks import ServiceEscalated, ServiceFailed
from engine.sound_text import sound
from engine.waking import carry_out, escalate_leased, fire_timers, refuse_service

LOG = logging.getLogger(__name__)
BATCH = 50  # jobs leased at once
TOGETHER = 10  # timers fired in one transaction: so long, at most, people wait for one of its cases
SWEEP_EVERY = timedelta(minutes=1)
MEASURE_EVERY = timedelta(seconds=5)  # so old figures are at most, as long as the worker keeps up
POLL_SECONDS = 1.0
BEATS = 4  # how often, in the time of a lease, a long job is kept
# what any worker can do; the other kinds need a sender
INSIDE = (
    JobKind.TIMER,
    JobKind.SERVICE,
    JobKind.MESSAGE,
    JobKind.SIGNAL,
    JobKind.CLOCK,
    JobKind.MIGRATION,
    JobKind.HALT,
    JobKind.ROOT,
    JobKind.SIGHT,
    JobKind.LOOKS,
)

NEVER_ENDED = N_(
    "begun {times} times, and whoever was at it ended each time before it was done, as for want of memory"
)

# does what a job asks for outside the database (mail, webhook); the job is finished when it returns
Sender = Callable[[Job], None]
# does a service task: what it gives out; raises ServiceFailed where the diagram may have an answer, GiveUp where trying
# again is no use
Connector = Callable[[Job], dict[str, Any]]


class Worker:
    """One worker. Any number may run, in any number of processes: leases keep them out of each other's way.

    `connectors` do service tasks by topic, `service` those of any other topic; `senders` do mails and webhooks. All run
    outside of transactions and may be called again for the same job after a crash: `job.key` tells the receiver so.
    `kinds` is what this worker takes; None: whatever it can do. `is_holding`: a job may take longer than a lease, and
    is kept as long as this process lives; whoever was killed amid one is followed a lease later.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        connectors: Mapping[str, Connector] | None = None,
        service: Connector | None = None,
        senders: Mapping[JobKind, Sender] | None = None,
        kinds: Iterable[JobKind] | None = None,
        batch: int = BATCH,
        lease: timedelta = jobs.LEASE,
        is_holding: bool = False,
        name: str | None = None,
        zone: ZoneInfo = ZONE,
    ) -> None:
        self.zone = zone  # in which the days of the record are closed
        self.database = database
        self.clock = clock
        self.connectors = dict(connectors or {})
        self.service = service
        self.senders = dict(senders or {})
        self.kinds = tuple({*INSIDE, *self.senders} if kinds is None else kinds)
        self.batch = batch
        self.lease = lease
        self.is_holding = is_holding
        self.name = name or f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(3)}"
        self._swept_at: datetime | None = None
        self._measured_at: datetime | None = None
        self._known = Known()

    def run_once(self) -> int:
        """Take what is due and do it; how many jobs were tried."""
        with clock_set_to(lambda: local_clock(self.clock(), self.zone)):
            return self._run_once()

    def _run_once(self) -> int:
        now = self.clock()
        with self.database.looking, self.database.reading() as session:
            due = jobs.next_run_at(session, kinds=self.kinds, lease=self.lease, at=now)
        if due is None or due > now:
            return 0
        taken = self.database.write(
            lambda session: jobs.take(
                session,
                worker=self.name,
                at=now,
                limit=self.batch,
                kinds=self.kinds,
                lease=self.lease,
            )
        )
        ends, groups = now + self.lease, deque(_together(taken))
        while groups and self.clock() < ends:
            together = groups.popleft()
            if len(together) == 1:
                self._do(together[0])
            elif not self._fire(together):
                groups.extendleft([job] for job in reversed(together))  # each alone, and at once
        return len(taken) - self._give_back(groups)

    def _give_back(self, groups: Iterable[list[Job]]) -> int:
        """What is left when the lease is over, whoever takes it now may have; how many jobs that were."""
        rest = [job.id for group in groups for job in group]
        if rest:
            self.database.write(lambda session: jobs.give_back(session, rest, worker=self.name))
        return len(rest)

    def run_until_idle(self, most: int = 10_000) -> int:
        """Run until nothing is due; how many jobs were tried. Raises RuntimeError after `most`."""
        total = 0
        while done := self.run_once():
            total += done
            if total > most:
                raise RuntimeError("jobs make jobs without end")
        return total

    def run_forever(self, stop: Flag, *, poll_seconds: float = POLL_SECONDS) -> None:
        """Work until `stop` is set; a job in hand is finished first."""
        LOG.info("Worker %s begins.", self.name, extra={"action": "worker_began"})
        while not stop.is_set():
            try:
                done = self.run_once()
                if JobKind.TIMER in self.kinds:  # who only sends leaves the house to the others
                    self._sweep()
                    self._measure()
            except Exception:
                # The database may be restarting: a worker outlives that, and what it held goes on elsewhere.
                LOG.exception("The worker could not work.", extra={"action": "worker_failed"})
                stop.wait(poll_seconds * 5)
                continue
            if not done:
                stop.wait(poll_seconds)
        LOG.info("Worker %s ends.", self.name, extra={"action": "worker_ended"})

    def _sweep(self) -> None:
        now = self.clock()
        if self._swept_at is not None and abs(now - self._swept_at) < SWEEP_EVERY:
            return
        self._swept_at = now
        do_chores(self.database, zone=self.zone, at=now)

    def _measure(self) -> None:
        now = self.clock()
        if self._measured_at is None or abs(now - self._measured_at) >= MEASURE_EVERY:
            self._measured_at = now
            attempt("figures", lambda: catch_up(self.database, self._known, zone=self.zone))

    def _fire(self, timers: list[Job]) -> bool:
        """Fire timers in one transaction; False when one of them cannot, and then none of them has."""
        at = self.clock()
        try:
            self.database.write(
                lambda session: fire_timers(session, timers, worker=self.name, at=at)
            )
        except Exception:
            # Which one it was, and why, is found out one by one.
            LOG.info("A timer in a batch failed.", extra={"action": "batch_failed"}, exc_info=True)
            return False
        return True

    def _do(self, job: Job) -> None:
        if jobs.is_used_up(job):
            # It may have ended every process that began it, so it is not begun again to find out.
            times = {"times": job.attempts - 1}
            self._fail(job, Said(NEVER_ENDED, times), is_final=True)
            return
        try:
            self._carry_out(job)
        except Exception as error:
            # Whatever went wrong is kept with the job, tried again, and becomes an incident in the end.
            LOG.warning(
                "Job %s failed: %s", job.key, error, extra={"action": "job_failed", "job": job.key}
            )
            self._fail(job, said_by(error), is_final=isinstance(error, GiveUp))

    def _carry_out(self, job: Job) -> None:
        kind = JobKind(job.kind)
        if kind in self.senders:
            with self._held(job):
                self.senders[kind](job)
            self.database.write(lambda session: jobs.finish(session, job.id, worker=self.name))
            return
        outputs: dict[str, Any] | None = None
        if kind == JobKind.SERVICE:
            topic = str(job.payload.get("topic") or "")
            connector = self.connectors.get(topic, self.service)
            if connector is None:
                raise GiveUp(Said(N_("there is no connector for “{topic}”"), {"topic": topic}))
            try:
                outputs = connector(job)
            except ServiceFailed as failed:
                self._refuse(job, failed)
                return
            except ServiceEscalated as told:
                self._escalate(job, told)
                return
        at = self.clock()
        self.database.write(
            lambda session: carry_out(session, job, outputs, worker=self.name, at=at)
        )

    @contextmanager
    def _held(self, job: Job) -> Iterator[None]:
        if not self.is_holding:
            yield
            return
        over = Flag()

        def prolong(session: Session) -> bool:
            return jobs.prolong(session, job.id, self.clock() + self.lease, worker=self.name)

        def beat() -> None:
            while not over.wait(self.lease.total_seconds() / BEATS):
                try:
                    self.database.write(prolong)
                except Exception:
                    # A database that restarts: the next beat is in time, or another worker begins anew.
                    LOG.exception("A lease was not prolonged.", extra={"action": "lease_failed"})

        beating = Thread(target=beat, name="lease", daemon=True)
        beating.start()
        try:
            yield
        finally:
            over.set()
            beating.join()

    def _escalate(self, job: Job, told: ServiceEscalated) -> None:
        at = self.clock()
        self.database.write(
            lambda session: escalate_leased(
                session, job, _code(told.code), told.outputs, worker=self.name, at=at
            )
        )

    def _refuse(self, job: Job, failed: ServiceFailed) -> None:
        """The other side refuses: the diagram's way out for that is taken, or it becomes an incident at once."""
        at = self.clock()
        LOG.info(
            "Job %s was refused (%s).",  # its words may tell of a person
            job.key,
            failed.code,
            extra={"action": "service_refused", "job": job.key},
        )
        self.database.write(
            lambda session: refuse_service(
                session, job, _code(failed.code), said_by(failed), worker=self.name, at=at
            )
        )

    def _fail(self, job: Job, message: Said | str, *, is_final: bool) -> None:
        at = self.clock()

        def put_off(session: Any) -> None:
            if job.case_id is not None:
                # In the order that every command has: first the case, then its jobs.
                lock(session, job.case_id)
            failed = jobs.fail(session, job.id, message, worker=self.name, is_final=is_final, at=at)
            if failed is not None and failed.is_dead:
                job_failed(session, failed, message, at=at)

        self.database.write(put_off)


def _code(said: str | None) -> str | None:
    return None if said is None else sound(said)


def _together(taken: list[Job]) -> list[list[Job]]:
    """Jobs as they are done: timers of different cases in batches, everything else alone.

    What failed before goes alone, so that one bad case holds up no other twice.
    """
    groups: list[list[Job]] = []
    room: list[Job] | None = None
    for job in taken:
        if job.kind != JobKind.TIMER or job.case_id is None or job.attempts > 1:
            groups.append([job])
        elif (
            room is None
            or len(room) == TOGETHER
            or any(other.case_id == job.case_id for other in room)
        ):
            room = [job]
            groups.append(room)
        else:
            room.append(job)
    return groups
