"""Who is told what happens: subscriptions, and the call that each fact they asked for becomes.

A call is written in the transaction of its fact, so none is lost and none is sent for what was rolled back.
"""

import base64
import ipaddress
import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from sqlalchemy import event, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import Pool

from engine.batches import write_jobs
from engine.errors import Conflict, NotFound, Refusal
from engine.events import Happened
from engine.ids import new_id
from engine.models import Case, JobKind, Procedure, Webhook

SECRET_PREFIX = "whsec_"
# what can be subscribed to: all but who read a case, which concerns nobody outside
TOLD = tuple(happened for happened in Happened if happened != Happened.CASE_READ)
_REMEMBERED = 30.0  # seconds another process may take to notice a new subscription
_HOST = re.compile(r"(?!-)[A-Za-z0-9.-]{1,253}|[0-9A-Fa-f:.]+")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Subscriptions by type of fact, and when they were read."""

    read_at: float
    urls: dict[str, list[tuple[int, str]]]


_wanted: WeakKeyDictionary[Pool, _Wanted] = WeakKeyDictionary()


class AddressUnusable(Refusal):
    """The URL of a subscription cannot be called."""

    sentence = (
        "“{url}” is no address that can be called. Give one such as https://example.org/hook,"
        " with neither a user nor accents in it."
    )


class NotEncrypted(AddressUnusable):
    """Anyone on the way could read the call."""

    sentence = (
        "“{url}” does not begin with https://, so anyone on the way could read what it is told."
    )


class InnerAddress(AddressUnusable):
    """The call would reach a machine that trusts this one."""

    sentence = (
        "“{url}” lies inside your own network. Whoever runs this installation can allow its host"
        " with the setting EXPEDITO_WEBHOOK_HOSTS."
    )


class NothingToTell(Refusal):
    """A subscription without facts."""

    sentence = "Choose at least one thing that this address is told about."


class AlreadySubscribed(Conflict):
    """The address stands there already."""

    sentence = "“{url}” is told about something already. Remove that subscription first."
    status = 422


def subscribe(
    session: Session,
    url: str,
    facts: Iterable[str],
    *,
    inner_hosts: Iterable[str] = (),
    at: datetime,
) -> Webhook:
    """Tell `url` about facts of these types from now on; its secret is made up.

    Other processes notice within half a minute. Raises AddressUnusable, NothingToTell, AlreadySubscribed.
    """
    check_url(url, inner_hosts)
    chosen = [happened.value for happened in TOLD if happened.value in set(facts)]
    if not chosen:
        raise NothingToTell
    if session.scalar(select(Webhook.id).where(Webhook.url == url)) is not None:
        raise AlreadySubscribed(url=url)
    made = Webhook(id=new_id(at), url=url, secret=new_secret(), facts=chosen, created_at=at)
    session.add(made)
    session.flush()
    _forget(session)
    return made


def unsubscribe(session: Session, webhook_id: int) -> Webhook:
    """Tell an address nothing more, not even what waits to be told; NotFound."""
    found = session.get(Webhook, webhook_id)
    if found is None:
        raise NotFound(what="webhook", name=webhook_id)
    session.delete(found)
    session.flush()
    _forget(session)
    return found


def new_secret() -> str:
    """A secret that signs calls, as the Standard Webhooks specification writes it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def subscriptions(session: Session) -> list[Webhook]:
    """Every subscription, the oldest first."""
    return list(session.scalars(select(Webhook).order_by(Webhook.created_at, Webhook.id)))


def secret_of(session: Session, url: str) -> str | None:
    """What signs calls to `url`; None when nobody subscribed, or no longer."""
    return session.scalar(select(Webhook.secret).where(Webhook.url == url))


def check_url(url: str, inner_hosts: Iterable[str] = ()) -> None:
    """Raise AddressUnusable unless `url` can be called: https, or http to one of the `inner_hosts`."""
    allowed = set(inner_hosts)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise AddressUnusable(url=url[:80]) from None
    is_plain = len(url) <= 500 and url.isascii() and not any(sign <= " " for sign in url)
    is_web = parts.scheme in ("http", "https") and parts.username is None
    if not is_plain or not is_web or not _HOST.fullmatch(host) or port == 0:
        raise AddressUnusable(url=url[:80])
    if host not in allowed and _is_inner(host):
        raise InnerAddress(url=url)
    if parts.scheme != "https" and not (parts.scheme == "http" and host in allowed):
        raise NotEncrypted(url=url)


def tell(session: Session, case: Case, rows: list[dict[str, Any]], *, at: datetime) -> None:
    """Leave a call for everyone who asked for one of these facts, which are rows of `event`.

    What is told: what happened, when and where, never who did it or what was answered.
    """
    wanted = _subscribed(session)
    calls = [(row, *target) for row in rows for target in wanted.get(row["type"], ())]
    if not calls:
        return
    procedure = session.get_one(Procedure, case.procedure_id)
    write_jobs(
        session,
        [
            {
                "id": new_id(at),
                "kind": JobKind.WEBHOOK.value,
                "key": f"webhook:{webhook_id}:{case.id}:{row['seq']}",
                "case_id": None,  # what another system misses breaks nothing in the case
                "token": None,
                "payload": {"url": url, "body": _body(case, procedure.key, row)},
                "run_at": at,
                "attempts": 0,
                "is_dead": False,
            }
            for row, webhook_id, url in calls
        ],
    )


def _body(case: Case, procedure: str, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": row["type"],
        "timestamp": row["at"].isoformat(),
        "data": {
            "case": case.number,
            "procedure": procedure,
            "element_id": row["element_id"],
            "seq": row["seq"],
        },
    }


def _subscribed(session: Session) -> dict[str, list[tuple[int, str]]]:
    """Subscriptions by type of fact, read again every half minute: a command cannot afford to ask each time."""
    pool = session.get_bind().engine.pool
    known = _wanted.get(pool)
    if known is not None and time.monotonic() - known.read_at < _REMEMBERED:
        return known.urls
    urls: dict[str, list[tuple[int, str]]] = {}
    for webhook_id, url, facts in session.execute(
        select(Webhook.id, Webhook.url, Webhook.facts).order_by(Webhook.id)
    ):
        for fact in facts:
            urls.setdefault(fact, []).append((webhook_id, url))
    _wanted[pool] = _Wanted(time.monotonic(), urls)
    return urls


def _forget(session: Session) -> None:
    pool = session.get_bind().engine.pool
    _wanted.pop(pool, None)
    # … and what another thread of this process read before the change was committed
    event.listen(session, "after_commit", lambda _: _wanted.pop(pool, None), once=True)


def _is_inner(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    return "." not in host or host.endswith((".localhost", ".local", ".internal"))
