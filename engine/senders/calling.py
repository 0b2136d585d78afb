"""One signed call of another machine's address: checked, encrypted, limited in time and size, no redirect followed."""

import base64
import hashlib
import hmac
import socket
import ssl
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Timer
from time import monotonic
from urllib.parse import SplitResult, urlsplit

from engine.errors import N_, Said, said_by
from engine.jobs import GiveUp
from engine.outbox import stable_id
from engine.webhooks import SECRET_PREFIX, AddressUnusable, check_url

TIME_LIMIT = 20.0  # seconds for all of a call
# IPv6 in whose last 32 bits an IPv4 address is reached: NAT64 (RFC 6052; RFC 8215 is for use inside), “IPv4-compatible”
_CARRIERS = tuple(map(IPv6Network, ("64:ff9b::/96", "::/96")))
_LOCAL_CARRIER = IPv6Network("64:ff9b:1::/48")


class NotAccepted(Exception):
    """The other side gave no answer that can be taken; it may later."""


@dataclass(slots=True)
class _Wire:
    """Our end of a call. The connection forgets it while an answer is still being read."""

    end: socket.socket
    is_cut: bool = False

    def cut(self) -> None:
        """Hang up: whoever reads comes to the end of what there is."""
        self.is_cut = True
        with suppress(OSError):  # it has ended by itself
            self.end.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True, slots=True)
class Answered:
    """What the other side said: an HTTP status and as much of the body as was asked for."""

    status: int
    body: bytes


def call(
    url: str,
    body: bytes,
    *,
    key: str,
    secret: str,
    inner_hosts: Collection[str],
    at: datetime,
    most: int = 0,
) -> Answered:
    """Post `body`, signed (standardwebhooks.com); `key` is of the job, and the same call has the same id.

    `most`: bytes of the answer that are read; one that is longer, or broken, is NotAccepted. Raises GiveUp where the
    address may not be called.
    """
    try:
        check_url(url, inner_hosts)
    except AddressUnusable as refusal:
        raise GiveUp(said_by(refusal)) from refusal
    call_id, stamp = stable_id(key), str(int(at.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Expedito",
        "webhook-id": call_id,
        "webhook-timestamp": stamp,
        "webhook-signature": signature(secret, call_id, stamp, body),
    }
    return _post(urlsplit(url), body, headers, frozenset(inner_hosts), most)


def _post(
    parts: SplitResult, body: bytes, headers: dict[str, str], inner_hosts: frozenset[str], most: int
) -> Answered:
    host = parts.hostname or ""
    is_tls = parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    connection = HTTPConnection(host, port)
    ends = monotonic() + TIME_LIMIT
    address = _address(host, port, inner_hosts)
    wire = _Wire(socket.create_connection((address, port), timeout=TIME_LIMIT))
    # Each reading has its own time limit; an answer that drips in byte by byte needs this one.
    watch = Timer(max(ends - monotonic(), 0), wire.cut)
    watch.daemon = True
    watch.start()
    try:
        if is_tls:
            wire.end = _tls().wrap_socket(
                wire.end, server_hostname=host, do_handshake_on_connect=False
            )
            wire.end.do_handshake()
        connection.sock = wire.end
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        if not most:
            return Answered(answer.status, b"")  # what it says beyond that is not read
        said = answer.read(most + 1)
        # What ends early reads as if it were all, and an empty answer would mean “done”.
        if wire.is_cut or (answer.length and len(said) <= most):
            raise NotAccepted(Said(N_("its answer broke off")))
        if len(said) > most:
            raise NotAccepted(
                Said(N_("it answered with more than {most} bytes"), {"most": f"{most:,}"})
            )
        return Answered(answer.status, said)
    except HTTPException as error:
        raise NotAccepted(
            Said(N_("it answered no HTTP: {error}"), {"error": repr(error)})
        ) from error
    finally:
        watch.cancel()
        connection.close()
        wire.end.close()


def _address(host: str, port: int, inner_hosts: frozenset[str]) -> str:
    """The address to call; the name is asked for once, so that it cannot say something else to the check."""
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if host not in inner_hosts:
        for address in found:
            if not is_outside(address):
                where = {"host": host, "address": address}
                raise GiveUp(
                    Said(N_("{host} is {address}, which lies inside your own network"), where)
                )
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
        if found in _LOCAL_CARRIER:
            return False
        dressed = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if dressed is None and any(found in network for network in _CARRIERS):
            dressed = IPv4Address(int(found) & 0xFFFFFFFF)
        if dressed:
            return dressed.is_global and not dressed.is_multicast
    return found.is_global and not found.is_multicast


@cache
def _tls() -> ssl.SSLContext:
    # a megabyte of certificates, for who has webhooks
    return ssl.create_default_context()
