"""Automatic tasks of a draft and the services that carry them out: chosen, told what, kept what, undone."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from designer.beside import ServiceUse
from designer.drafts import changeable_draft, examined_draft
from designer.models import Draft
from engine.errors import NotFound, Refusal
from engine.feel import FeelSyntaxError, compile_expression
from engine.feel.syntax import Name
from engine.machines import service_keys

Json = dict[str, Any]

_STATUS = re.compile(r"4\d\d")
MOST_NAMES = 40


class UnknownService(Refusal):
    """A service that no operator has entered, or not any more."""

    sentence = "There is no service “{key}” here any more. Choose another, or let a person do it."


class BadName(Refusal):
    """What an answer is kept under is read by rules, so it has to be a name."""

    sentence = (
        "“{name}” is no name that a rule could read. Use letters, digits and low lines, as in owner_name,"
        " with commas between names."
    )


class BadStatus(Refusal):
    """Only what says “no” can be an error of the diagram."""

    sentence = (
        "“{status}” is no HTTP status by which a service refuses. Write numbers from 400 to 499,"
        " with commas between."
    )


class StatusTwice(Refusal):
    """One status, two errors."""

    sentence = "The status {status} cannot mean both “{one}” and “{other}”. Write it once."


def automatic_task(draft: Draft, task_id: str) -> Json:
    """A task of the draft's report that a machine was drawn to do; NotFound."""
    for task in draft.report["tasks"]:
        if task["id"] == task_id and task.get("is_automatic"):
            return dict(task)
    raise NotFound(what="task", name=task_id[:80])


def put_service(
    session: Session,
    draft_id: int,
    task_id: str,
    key: str,
    *,
    tells: Iterable[str] = (),
    takes: str = "",
    statuses: Mapping[str, str] | None = None,
    at: datetime,
) -> Draft:
    """Let a service carry out a task; an empty key gives it back to a person.

    `tells`: variables it is told; `takes`: what is kept of its answer, with commas between, all of it when empty;
    `statuses`: code of an error → HTTP statuses that mean it, with commas between. Raises NotFound, AlreadyPublished,
    UnknownService, BadName, BadStatus, StatusTwice.
    """
    draft = changeable_draft(session, draft_id)
    automatic_task(draft, task_id)
    uses = {task: use for task, use in draft.services.items() if task != task_id}
    if key:
        if key not in service_keys(session):
            raise UnknownService(key=key[:80])
        use = ServiceUse(
            key,
            tuple(_name(each) for each in list(tells)[:MOST_NAMES]),
            tuple(_name(each) for each in _listed(takes)[:MOST_NAMES]),
            _read_statuses(statuses or {}),
        )
        uses[task_id] = asdict(use)
    draft.services = uses
    return examined_draft(session, draft, at)


def _listed(text: str) -> list[str]:
    return list(dict.fromkeys(each.strip() for each in text.split(",") if each.strip()))


def _name(text: str) -> str:
    try:
        is_name = isinstance(compile_expression(text).node, Name) and len(text) <= 100
    except FeelSyntaxError:
        is_name = False
    if not is_name:
        raise BadName(name=text[:80])
    return text


def _read_statuses(said: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for code, text in said.items():
        for status in _listed(text):
            if not _STATUS.fullmatch(status):
                raise BadStatus(status=status[:40])
            if found.get(status, code) != code:
                raise StatusTwice(status=status, one=found[status], other=code)
            found[status] = code
    return found
