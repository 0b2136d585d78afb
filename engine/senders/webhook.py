"""Calls the addresses that asked to be told, signed by the Standard Webhooks specification (standardwebhooks.com)."""

from collections.abc import Callable, Collection
from datetime import datetime

import orjson

from engine.database import Database
from engine.jobs import GiveUp
from engine.models import Job
from engine.senders.calling import NotAccepted, call
from engine.webhooks import secret_of


class WebhookSender:
    """A worker's sender of calls. `inner_hosts` are the only ones inside the own network that may be called."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], inner_hosts: Collection[str] = ()
    ) -> None:
        self.database = database
        self.clock = clock
        self.inner_hosts = frozenset(inner_hosts)

    def __call__(self, job: Job) -> None:
        """Call, unless the address is no longer subscribed; NotAccepted, GiveUp."""
        url = str(job.payload["url"])
        with self.database.reading() as session:
            secret = secret_of(session, url)
        if secret is None:
            return
        status = call(
            url,
            orjson.dumps(job.payload["body"]),
            key=job.key,
            secret=secret,
            inner_hosts=self.inner_hosts,
            at=self.clock(),
        ).status
        if status == 410:
            raise GiveUp("it answered 410: it does not want to be called any more")
        if not 200 <= status < 300:
            raise NotAccepted(f"it answered {status}")
