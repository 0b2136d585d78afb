"""Calls the addresses that asked to be told, signed by the Standard Webhooks specification (standardwebhooks.com)."""

import base64
import hashlib
import hmac
import socket
import ssl
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime
from functools import cache
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv6Address, ip_address
from threading import Timer
from urllib.parse import SplitResult, urlsplit

import orjson

from engine.database import Database
from engine.jobs import GiveUp
from engine.models import Job
from engine.outbox import stable_id
from engine.webhooks import SECRET_PREFIX, AddressUnusable, check_url, secret_of

TIME_LIMIT = 20.0  # seconds for all of a call


class NotAccepted(Exception):
    """The other side did not say that it has taken the call."""


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
        try:
            check_url(url, self.inner_hosts)
        except AddressUnusable as refusal:
            raise GiveUp(str(refusal)) from refusal
        body = orjson.dumps(job.payload["body"])
        call_id, stamp = stable_id(job.key), str(int(self.clock().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Expedito",
            "webhook-id": call_id,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(secret, call_id, stamp, body),
        }
        status = self._post(urlsplit(url), body, headers)
        if status == 410:
            raise GiveUp("it answered 410: it does not want to be called any more")
        if not 200 <= status < 300:
            raise NotAccepted(f"it answered {status}")

    def _post(self, parts: SplitResult, body: bytes, headers: dict[str, str]) -> int:
        host = parts.hostname or ""
        is_tls = parts.scheme == "https"
        port = parts.port or (443 if is_tls else 80)
        connection = HTTPConnection(host, port)
        connection.sock = socket.create_connection(
            (self._address(host, port), port), timeout=TIME_LIMIT
        )
        # Each reading has its own time limit; an answer that drips in byte by byte needs this one.
        watch = Timer(TIME_LIMIT, _cut, [connection])
        watch.daemon = True
        watch.start()
        try:
            if is_tls:
                connection.sock = _tls().wrap_socket(
                    connection.sock, server_hostname=host, do_handshake_on_connect=False
                )
                connection.sock.do_handshake()
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, headers)
            return connection.getresponse().status  # what it says beyond that is not read
        except HTTPException as error:
            raise NotAccepted(f"it answered no HTTP: {error!r}") from error
        finally:
            watch.cancel()
            connection.close()

    def _address(self, host: str, port: int) -> str:
        """The address to call; the name is asked for once, so that it cannot say something else to the check."""
        found = [
            str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        ]
        if host not in self.inner_hosts:
            for address in found:
                if not is_outside(address):
                    raise GiveUp(f"{host} is {address}, which lies inside your own network")
        return found[0]


def signature(secret: str, call_id: str, timestamp: str, body: bytes) -> str:
    """What a receiver computes too, and compares: ``v1,`` and base64 of HMAC-SHA256 over id, time and body."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = b".".join((call_id.encode(), timestamp.encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def is_outside(address: str) -> bool:
    """Whether an IP address lies in the public Internet, also when it is an IPv4 address dressed as IPv6."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        dressed = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if dressed:
            return dressed.is_global
    return found.is_global and not found.is_multicast


@cache
def _tls() -> ssl.SSLContext:
    # a megabyte of certificates, for who has webhooks
    return ssl.create_default_context()


def _cut(connection: HTTPConnection) -> None:
    with suppress(OSError):  # it has ended by itself
        connection.sock.shutdown(socket.SHUT_RDWR)
