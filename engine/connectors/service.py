"""Service tasks carried out by a machine that an operator has entered, by the protocol in README.md."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from engine.bpmn.model import STATUSES, Node
from engine.database import Database
from engine.errors import N_, Said
from engine.jobs import GiveUp
from engine.models import Case, CaseStatus, Job, Procedure, Service
from engine.progress import load
from engine.senders.calling import Answered, NotAccepted, call
from engine.service_tasks import ServiceEscalated, ServiceFailed
from engine.spiff import WaitKind

LARGEST_ANSWER = 1024 * 1024  # bytes
_LATER = frozenset({408, 425, 429})  # says “not now”, of whatever it is asked
_ANSWERED = N_("it answered {status}")
_REFUSED = frozenset({401, 407})  # does not know us: nothing that the diagram could answer


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of whom, read before the call; `statuses`: HTTP status → code of an error in the diagram."""

    service: Service
    body: dict[str, Any]
    statuses: Mapping[str, str]


class ServiceDesk:
    """A worker's connector for every service of the database. `inner_hosts` are as for webhooks."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], inner_hosts: Collection[str] = ()
    ) -> None:
        self.database = database
        self.clock = clock
        self.inner_hosts = frozenset(inner_hosts)

    def __call__(self, job: Job) -> dict[str, Any]:
        """What the service gave; {} where nobody waits for it any more. ServiceFailed and the like."""
        question = self._question(job)
        if question is None:
            return {}
        body = orjson.dumps(question.body)
        answer = call(
            question.service.url,
            body,
            # the same question is the same call; what an operator corrected is another question
            key=f"{job.key}:{hashlib.sha256(body).hexdigest()}",
            secret=question.service.secret,
            inner_hosts=self.inner_hosts,
            at=self.clock(),
            most=LARGEST_ANSWER,
        )
        return _given(answer, question.statuses)

    def _question(self, job: Job) -> _Question | None:
        key = str(job.payload.get("topic") or "")
        with self.database.reading() as session:
            case = session.get(Case, job.case_id)
            if case is None or case.status != CaseStatus.OPEN:
                return None
            held = load(session, case, at=self.clock())
            wait = held.before.get(job.token or 0)
            if wait is None or wait.kind != WaitKind.SERVICE:
                return None
            service = session.get(Service, key)
            if service is None:
                raise GiveUp(Said(N_("there is no service “{key}” here"), {"key": key}))
            body = {
                "service": key,
                "case": case.number,
                "procedure": session.get_one(Procedure, case.procedure_id).key,
                "element_id": wait.element_id,
                "data": wait.variables,
            }
            return _Question(service, body, statuses_of(held.execution.node(wait.token)))


def statuses_of(node: Node) -> dict[str, str]:
    """HTTP status → code of an error, as the task says."""
    said = next((text for name, text in node.extension.properties if name == STATUSES), "")
    pairs = (pair.partition("=") for pair in said.split())
    return {status: code for status, _, code in pairs if code}


def _given(answer: Answered, statuses: Mapping[str, str]) -> dict[str, Any]:
    status = answer.status
    is_done, is_refused = 200 <= status < 300, 400 <= status < 500
    if not (is_done or is_refused) or status in _LATER:
        raise NotAccepted(Said(_ANSWERED, {"status": status}))
    if status in _REFUSED:
        raise GiveUp(Said(N_("it answered {status}: it does not let us ask"), {"status": status}))
    said = _read(answer.body, is_done=is_done)
    error = said.get("error")
    if error:
        parts = error if isinstance(error, Mapping) else {"message": error}
        code = str(parts.get("code") or statuses.get(str(status), ""))[:200] or None
        words = parts.get("message")
        raise ServiceFailed(
            code, str(words)[:500] if words else Said(_ANSWERED, {"status": status})
        )
    if is_refused:
        answered = Said(_ANSWERED, {"status": status})
        raise ServiceFailed(statuses.get(str(status), str(status)), answered)
    given = said.get("data") or {}
    if not isinstance(given, dict):
        raise NotAccepted(Said(N_("it answered with data that are no names with values")))
    escalation = said.get("escalation")
    if isinstance(escalation, Mapping):
        raise ServiceEscalated(str(escalation.get("code") or "")[:200] or None, given)
    return given


def _read(body: bytes, *, is_done: bool) -> dict[str, Any]:
    try:
        said = orjson.loads(body) if body.strip() else {}
    except orjson.JSONDecodeError as error:
        if not is_done:
            return {}  # a page of words about a 404 is a 404
        raise NotAccepted(Said(N_("it answered what is no JSON"))) from error
    if not isinstance(said, dict):
        if not is_done:
            return {}
        raise NotAccepted(Said(N_("it answered what is no JSON")))
    return said
