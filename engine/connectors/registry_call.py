"""One call of a registry over HTTP; loaded by the first, since most offices ask nobody."""

import http.client
import urllib.error
import urllib.request
from typing import Any

from engine.connectors.registry import RegistryUnreachable

SECONDS = 10.0
LARGEST_ANSWER = 8 * 1024 * 1024  # bytes


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A registry answers where the operator said it does, or not at all."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))


def answer_of(url: str, title: str, token: str, question: bytes) -> bytes | None:
    """What it says to a question in JSON, None when it holds nothing; RegistryUnreachable when it cannot tell now."""
    request = urllib.request.Request(  # noqa: S310  an address the operator wrote down
        url,
        data=question,
        headers={"Content-Type": "application/json", "Accept": "application/json"},
    )
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with _OPENER.open(request, timeout=SECONDS) as answer:
            body: bytes = answer.read(LARGEST_ANSWER + 1)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == http.client.NOT_FOUND:
                return None
        raise RegistryUnreachable(f"{title} answered {error.code}") from error
    except (OSError, http.client.HTTPException) as error:
        raise RegistryUnreachable(f"{title} did not answer") from error
    if len(body) > LARGEST_ANSWER:
        raise RegistryUnreachable(f"{title} answered with more than is taken")
    return body
