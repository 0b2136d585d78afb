"""Registries of other entities: asked over HTTPS for what the State already holds, by the protocol in README.md."""

import base64
import binascii
import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

SECONDS = 10.0
LARGEST_ANSWER = 8 * 1024 * 1024  # bytes
MOST_VALUES = 40
LONGEST_VALUE = 500


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about whom."""

    registry: str
    requirement: str  # key
    document: str  # identity or tax number of the applicant
    case: str  # number
    consented_at: str  # ISO 8601


@dataclass(frozen=True, slots=True)
class Found:
    """What a registry holds: names and values as texts, perhaps a document."""

    data: Mapping[str, str]
    document: tuple[str, bytes] | None = None  # name and content


class Registry(Protocol):
    """Somewhere the State keeps what an applicant would otherwise have to bring."""

    @property
    def title(self) -> str:
        """As people read it."""
        ...

    def ask(self, question: Question) -> Found | None:
        """What it holds, None when nothing; raises RegistryUnreachable when it cannot tell now."""


class RegistryUnreachable(Exception):
    """The registry gave no answer that can be read; it may later."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A registry answers where the operator said it does, or not at all."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class HttpRegistry:
    """A registry that answers over HTTP."""

    url: str
    title: str
    token: str = ""

    def ask(self, question: Question) -> Found | None:
        """As Registry says."""
        request = urllib.request.Request(  # noqa: S310  an address the operator wrote down
            self.url,
            data=orjson.dumps(question),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
        )
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with _OPENER.open(request, timeout=SECONDS) as answer:
                body = answer.read(LARGEST_ANSWER + 1)
        except urllib.error.HTTPError as error:
            with error:
                if error.code == http.client.NOT_FOUND:
                    return None
            raise RegistryUnreachable(f"{self.title} answered {error.code}") from error
        except (OSError, http.client.HTTPException) as error:
            raise RegistryUnreachable(f"{self.title} did not answer") from error
        if len(body) > LARGEST_ANSWER:
            raise RegistryUnreachable(f"{self.title} answered with more than is taken")
        return _found(body, self.title)


def registries(said: Mapping[str, Any]) -> dict[str, Registry]:
    """The registries of a TOML table of tables; ValueError says what is wrong with one."""
    found: dict[str, Registry] = {}
    for key, told in said.items():
        url = told.get("url") if isinstance(told, Mapping) else None
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            raise ValueError(f"[{key}] needs a url that begins with https://")
        title, token = told.get("title", key), told.get("token", "")
        found[key] = HttpRegistry(url, str(title), str(token))
    return found


def _found(body: bytes, title: str) -> Found:
    try:
        said = orjson.loads(body)
        values = said.get("data") or {}
        data = {
            str(name)[:80]: str(value)[:LONGEST_VALUE]
            for name, value in list(values.items())[:MOST_VALUES]
        }
        document = said.get("document")
        if document is None:
            return Found(data)
        content = base64.b64decode(document["content"], validate=True)
        return Found(data, (str(document["name"])[:150], content))
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, binascii.Error) as error:
        raise RegistryUnreachable(f"{title} answered what cannot be read") from error
