"""Machines that carry out service tasks: which there are, entered by an operator and chosen by analysts."""

import re
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.errors import Conflict, NotFound, Refusal
from engine.models import Service
from engine.webhooks import check_url, new_secret

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


def remove_service(session: Session, key: str) -> Service:
    """Call it no more: a case that asks for it becomes an incident; NotFound."""
    found = session.get(Service, key)
    if found is None:
        raise NotFound(what="service", name=key[:80])
    session.delete(found)
    session.flush()
    return found


def services(session: Session) -> list[Service]:
    """Every service, by title."""
    return list(session.scalars(select(Service).order_by(Service.title, Service.key)))


def service_keys(session: Session) -> list[str]:
    """What a service task may name to be carried out here."""
    return list(session.scalars(select(Service.key).order_by(Service.key)))
