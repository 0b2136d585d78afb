"""Machines that carry out service tasks: which there are, entered by an operator and chosen by analysts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.bpmn.model import Kind
from engine.deployments import blueprint
from engine.errors import Conflict, NotFound, Refusal
from engine.models import Case, CaseStatus, Procedure, Service, Version
from engine.webhooks import check_url, new_secret


@dataclass(frozen=True, slots=True)
class ServiceUser:
    """A published version whose tasks ask for a service."""

    procedure_name: str
    number: int
    is_current: bool  # new cases take it
    open_cases: int


_KEY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,58}[A-Za-z0-9])?")


class BadServiceKey(Refusal):
    """A key that no drawing could name."""

    sentence = (
        "“{key}” cannot name a service. Use up to 60 letters, digits, dots, hyphens and low lines,"
        " as in “consulta-ruc”."
    )


class ServiceKnown(Conflict):
    """The key stands there already."""

    sentence = "There is a service “{key}” already. Remove it first, or choose another key."
    status = 422


def add_service(
    session: Session,
    key: str,
    title: str,
    url: str,
    *,
    inner_hosts: Iterable[str] = (),
    at: datetime,
) -> Service:
    """Let tasks be carried out by the machine at `url`; its secret is made up.

    Raises BadServiceKey, ServiceKnown, and engine.webhooks.AddressUnusable.
    """
    if not _KEY.fullmatch(key):
        raise BadServiceKey(key=key[:80])
    check_url(url, inner_hosts)
    if session.get(Service, key) is not None:
        raise ServiceKnown(key=key)
    made = Service(
        key=key, title=title.strip()[:200] or key, url=url, secret=new_secret(), created_at=at
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # somebody entered it in this very moment
        raise ServiceKnown(key=key) from None
    return made


def service_named(session: Session, key: str) -> Service:
    """The service with this key; NotFound."""
    found = session.get(Service, key)
    if found is None:
        raise NotFound(what="service", name=key[:80])
    return found


def remove_service(session: Session, key: str) -> Service:
    """Call it no more: a case that asks for it becomes an incident; NotFound."""
    found = service_named(session, key)
    session.delete(found)
    session.flush()
    return found


def service_users(session: Session, key: str) -> list[ServiceUser]:
    """The versions that ask for a service and that new cases take or open cases still run; by name and number."""
    counts = (
        select(Case.version_id, func.count().label("open"))
        .where(Case.status.in_((CaseStatus.OPEN.value, CaseStatus.SUSPENDED.value)))
        .group_by(Case.version_id)
        .subquery()
    )
    is_current = Procedure.current_version_id == Version.id
    rows = session.execute(
        select(Version.id, Version.number, Version.model, Procedure.name, is_current, counts.c.open)
        .join(Procedure, Procedure.id == Version.procedure_id)
        .outerjoin(counts, counts.c.version_id == Version.id)
        .where(or_(is_current, counts.c.open > 0))
        .order_by(Procedure.name, Version.number)
        .execution_options(yield_per=20)
    )
    # Most name it nowhere, which is seen without reading them as diagrams.
    named = [(each[0], each[1], *each[3:]) for each in rows if key.encode() in each.model]
    return [
        ServiceUser(name, number, bool(current), open_cases or 0)
        for version_id, number, name, current, open_cases in named
        if any(
            node.kind is Kind.SERVICE_TASK and node.extension.topic == key
            for node in blueprint(session, version_id).nodes.values()
        )
    ]


def services(session: Session) -> list[Service]:
    """Every service, by title."""
    return list(session.scalars(select(Service).order_by(Service.title, Service.key)))


def service_keys(session: Session) -> list[str]:
    """What a service task may name to be carried out here."""
    return list(session.scalars(select(Service.key).order_by(Service.key)))
