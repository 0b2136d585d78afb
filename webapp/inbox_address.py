"""The inbox's state in its address: what is asked for, and which columns of case fields are shown."""

from typing import Any, get_args
from urllib.parse import parse_qsl, urlencode

from flask import request, url_for
from flask import session as cookie
from werkzeug.datastructures import MultiDict

from engine.inbox.filters import SCOPES, Due, FieldAsked, Sort, TaskQuery, read_field

_DUE: tuple[Due, ...] = get_args(Due)
_SORT: tuple[Sort, ...] = get_args(Sort)
_REMEMBERED = 600  # characters of an address worth a cookie
MOST_COLUMNS = 4


def asked(remembered: str | None = None) -> TaskQuery:
    """The query in the address, or in a remembered one; what cannot be understood is left out."""
    values = request.args if remembered is None else MultiDict(_pairs(remembered))
    due, sort, days = values.get("due"), values.get("sort"), values.get("days", "")
    scope = values.get("scope", "mine")
    return TaskQuery(
        scope=next((known for known in SCOPES if known == scope), "mine"),
        search=values.get("q", "").strip()[:100],
        procedure_key=values.get("procedure") or None,
        due=next((known for known in _DUE if known == due), None),
        sort=next((known for known in _SORT if known == sort), "due"),
        after=values.get("after") or None,
        before=values.get("before") or None,
        element_id=values.get("kind") or None if values.get("procedure") else None,
        # a number that is left over where another term was chosen asks nothing
        due_days=int(days)
        if due in (None, "days") and days.isascii() and days.isdigit() and len(days) < 4
        else None,
        is_to_review=values.get("review") == "1",
        is_follow_up=values.get("follow") == "1",
        fields=_fields(values),
    )


def columns() -> list[str]:
    """Names of the case fields shown in each row."""
    return list(dict.fromkeys(request.args.getlist("col")))[:MOST_COLUMNS]


def address(query: TaskQuery, **changed: Any) -> str:
    """The address of a query and its columns, without what is the same as by default; `changed` replaces parts."""
    parts: dict[str, Any] = {
        "scope": query.scope if query.scope != "mine" else None,
        "q": query.search or None,
        "procedure": query.procedure_key,
        "kind": query.element_id,
        "due": query.due,
        "days": query.due_days,
        "review": "1" if query.is_to_review else None,
        "follow": "1" if query.is_follow_up else None,
        "f": [f"{one.name}~{one.compare}~{one.value}" for one in query.fields],
        "col": columns(),
        "sort": query.sort if query.sort != "due" else None,
        "after": query.after,
        "before": query.before,
    }
    parts.update(changed)
    told = {name: value for name, value in parts.items() if value not in (None, "", [])}
    return url_for("inbox.index") + (f"?{urlencode(told, doseq=True)}" if told else "")


def without_field(query: TaskQuery, place: int) -> str:
    """The address without one of the asked case fields."""
    kept = [one for at, one in enumerate(query.fields) if at != place]
    told = [f"{one.name}~{one.compare}~{one.value}" for one in kept]
    return address(query, f=told, after=None, before=None)


def is_filtered(query: TaskQuery) -> bool:
    """Whether anything but the scope narrows the list."""
    return bool(
        query.search
        or query.procedure_key
        or query.due
        or query.due_days is not None
        or query.is_to_review
        or query.is_follow_up
        or query.fields
    )


def back_to_inbox() -> str:
    """The inbox as this browser last saw it."""
    remembered = cookie.get("inbox", "")
    return url_for("inbox.index") + (f"?{remembered}" if remembered else "")


def remembered() -> TaskQuery:
    """What the inbox asked for when this browser last saw it."""
    return asked(cookie.get("inbox", ""))


def remember(here: str) -> None:
    """Keep the list's state in the signed cookie, so that coming back needs no script."""
    state = here.partition("?")[2]
    state = state if len(state) <= _REMEMBERED else ""
    if cookie.get("inbox", "") != state:
        cookie["inbox"] = state


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text[:_REMEMBERED])


def _fields(values: MultiDict[str, str]) -> tuple[FieldAsked, ...]:
    said = values.getlist("f")
    if values.get("fn") and values.get("fv", "").strip():  # the row of the filter form
        said = [*said, f"{values['fn']}~{values.get('fc', 'is')}~{values['fv'].strip()}"]
    found = (read_field(one) for one in dict.fromkeys(said))
    return tuple(one for one in found if one is not None)
