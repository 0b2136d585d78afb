"""Calls the addresses that asked to be told, signed by the Standard Webhooks specification (standardwebhooks.com)."""

from collections.abc import Callable, Collection
from datetime import datetime
from time import monotonic

import orjson

from engine.database import Database
from engine.errors import N_, Said
from engine.jobs import GiveUp
from engine.models import Job
from engine.senders.calling import NotAccepted, call
from engine.webhooks import secret_of

SLOW = 5.0  # seconds after which a call that failed counts as one that nobody answered
SILENCE = 60.0  # seconds


class WebhookSender:
    """A worker's sender of calls. `inner_hosts` are the only ones inside the own network that may be called."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], inner_hosts: Collection[str] = ()
    ) -> None:
        self.database = database
        self.clock = clock
        self.inner_hosts = frozenset(inner_hosts)
        self._silent: dict[str, float] = {}  # until when (monotonic) an address is not asked

    def __call__(self, job: Job) -> None:
        """Call, unless the address is no longer subscribed; NotAccepted, GiveUp.

        An address that let a call run into its time limit is not called for SILENCE: all that waits for it would take
        as long, one after the other, and what waits for others would have to wait for that.
        """
        url = str(job.payload["url"])
        with self.database.reading() as session:
            secret = secret_of(session, url)
        if secret is None:
            return
        if monotonic() < self._silent.get(url, 0):
            raise NotAccepted(Said(N_("it did not answer a moment ago")))
        begun = monotonic()
        try:
            status = call(
                url,
                orjson.dumps(job.payload["body"]),
                key=job.key,
                secret=secret,
                inner_hosts=self.inner_hosts,
                at=self.clock(),
            ).status
        except (OSError, NotAccepted):
            if monotonic() - begun >= SLOW:
                self._silent[url] = monotonic() + SILENCE
            raise
        if status == 410:
            raise GiveUp(Said(N_("it answered 410: it does not want to be called any more")))
        if not 200 <= status < 300:
            raise NotAccepted(Said(N_("it answered {status}"), {"status": status}))
