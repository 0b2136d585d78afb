"""“Try it”: one walk through a draft, drawn on the diagram and told step by step."""

from dataclasses import dataclass
from typing import Any

import orjson
from flask import request
from flask.typing import ResponseReturnValue

from designer.drafts import draft_by_id, rehearsed
from engine.models import Role
from webapp.draft_report import element_names
from webapp.i18n import _
from webapp.pages import page
from webapp.security.access import access
from webapp.transactions import session
from webapp.views.studio.drafts import DRAFT, pages

MOST_SEEDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Step:
    """A node that the walk came to; `place` is where it stands in the way (from 0)."""

    place: int
    element: str
    name: str
    decided: str = ""  # by which rules of a table, and what


@pages.get(DRAFT + "/try")
@access(Role.ANALYST)
def rehearse(draft_id: int) -> ResponseReturnValue:
    """Walk through the draft once; the same seed walks the same way, `at` says how far it is shown."""
    draft = draft_by_id(session(), draft_id)
    seed = max(0, request.args.get("seed", 1, type=int)) % MOST_SEEDS
    tried = rehearsed(session(), draft, seed)
    names = element_names(draft.report)
    nodes = {one["id"] for one in draft.report["elements"] if one["kind"] != "sequenceFlow"}
    decided: dict[str, list[str]] = {}
    for one in tried.get("decided", ()):
        decided.setdefault(one["element"], []).append(_told(one))
    steps = [
        Step(
            place,
            element,
            names.get(element) or element,
            decided[element].pop(0) if decided.get(element) else "",
        )
        for place, element in enumerate(tried["visited"])
        if element in nodes
    ]
    last = max(0, len(steps) - 1)
    at = min(max(0, request.args.get("at", last, type=int)), last)
    upto = steps[at].place if steps else 0
    return page(
        "drafts/rehearsal.html",
        draft=draft,
        seed=seed,
        tried=tried,
        outcome=outcome_words(tried["outcome"]),
        steps=steps,
        at=at,
        path=dict.fromkeys(tried["visited"][:upto], 1),
        released=[names.get(one) or one for one in tried["released"]],
        untouched=[
            one["name"] or one["id"]
            for one in draft.report["elements"]
            if one["id"] in nodes and one["id"] not in tried["visited"]
        ],
    )


def _told(decided: dict[str, Any]) -> str:
    result = decided["result"]
    said = result if isinstance(result, str) else orjson.dumps(result).decode()
    if not decided["rules"]:
        return _("no rule applied")
    rules = ", ".join(map(str, decided["rules"]))
    return _("rule %(rules)s → %(result)s", rules=rules, result=said)


def outcome_words(outcome: str) -> str:
    """How a walk ended, in the reader's words."""
    return {
        "completed": _("The case came to an end."),
        "waiting": _("The case waits for something that nobody here can give."),
        "stuck": _("The case is stuck: nothing can move any more."),
        "failed": _("The case failed."),
    }.get(outcome, _("The diagram cannot be walked through."))
