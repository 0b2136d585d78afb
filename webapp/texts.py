"""What is no text is refused before any view reads it: NUL, halves of surrogate pairs, JSON too deep to be read."""

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask, request

from engine.errors import Refusal
from engine.forms.json_value import is_storable

# NUL and halves of surrogate pairs, as JSON may write them: most bodies hold none and are not looked at again
_DOUBTFUL = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")
_DEEP = 200  # lists and objects, one in the other; Python's reader gives up at nearly a thousand, ours before


class NoText(Refusal):
    """What no database keeps and no mail carries."""

    sentence = (
        "“{text}” holds what is no character: NUL, or half of a surrogate pair. "
        "Leave it out and send it again."
    )


class TooDeep(Refusal):
    """Nobody means it: no form, and no diagram's data, is so deep."""

    sentence = "Lists and objects are inside each other too often. Send it with fewer levels."
    status = 400


def register(app: Flask) -> None:
    """Look at every address, form and JSON body."""
    app.before_request(_refuse_no_text)


def _refuse_no_text() -> None:
    pairs = [*request.args.items(multi=True)]
    sent: list[Any] = [*(request.view_args or {}).values()]
    if request.path.startswith("/api/"):
        if request.is_json:
            sent.append(_doubtful_json())
    elif request.method == "POST":
        pairs += request.form.items(multi=True)
        sent += [file.filename or "" for _, file in request.files.items(multi=True)]
    for text in _texts([*sent, *(text for pair in pairs for text in pair)]):
        if not is_storable(text):
            raise NoText(text=text.replace("\0", "\ufffd").encode(errors="replace").decode()[:80])


def _doubtful_json() -> Any:
    body = request.get_data()
    if not _DOUBTFUL.search(body) and body.count(b"[") + body.count(b"{") < _DEEP:
        return None
    try:
        read = request.get_json(silent=True)
    except RecursionError as error:
        raise TooDeep from error
    level = [read]
    for _ in range(_DEEP):
        level = [inner for one in level for inner in _inside(one)]
    if level:
        raise TooDeep
    return read


def _inside(one: Any) -> list[Any]:
    return one if isinstance(one, list) else [*one.values()] if isinstance(one, dict) else []


def _texts(sent: Any) -> Iterator[str]:
    waiting = [sent]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
