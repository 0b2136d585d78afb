"""Rules at gateways: say in words or in FEEL when a case takes a way, and try it before it is kept."""

import re
from contextlib import suppress
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from designer.draft_questions import questions_of
from designer.drafts import NoSuchFlow, draft_by_id, set_rule
from designer.models import Draft
from designer.questions import Question
from designer.rule_words import SIGNS, Clause, Words, from_feel, to_feel, unknown_names
from engine.calendars.jurisdiction import jurisdiction_of
from engine.errors import Refusal, Said
from engine.feel import FeelSyntaxError, compile_expression, to_text
from engine.models import Role
from engine.numerals import NotReadable, Numerals, TwoReadings
from webapp.i18n import _, said, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.transactions import now, session, start_over
from webapp.views.studio.drafts import DRAFT, pages

MOST_ROWS = 20
_NUMBER = re.compile(r"[+-]?\d[\d.,]*", re.ASCII)


@pages.get(DRAFT + "/rule")
@access(Role.ANALYST)
def rule(draft_id: int) -> ResponseReturnValue:
    """The rule of one way as it stands, or as the address has it when it is being written or tried."""
    draft = draft_by_id(session(), draft_id)
    return _page(draft)


@pages.post(DRAFT + "/rule")
@access(Role.ANALYST)
def keep_rule(draft_id: int) -> ResponseReturnValue:
    """Keep the rule; an empty one gives the choice back to a person."""
    draft = draft_by_id(session(), draft_id)
    flow_id = request.args.get("flow", "")
    try:
        gateway, _way = _flow(draft)
        asked = questions_of(draft, gateway["id"])
        written = "" if "remove" in request.form else _written(asked, numerals_of(draft))
        set_rule(session(), draft_id, flow_id, written, at=now())
    except Refusal as refusal:
        start_over()
        return _page(draft_by_id(session(), draft_id), refusal, refusal.status)
    flash(_("The rule is kept.") if written else _("The rule is gone."))
    return redirect(url_for("drafts.show", draft_id=draft_id, _anchor="rules"), 303)


def _page(draft: Draft, refusal: Refusal | None = None, status: int = 200) -> ResponseReturnValue:
    gateway, flow = _flow(draft)
    asked = questions_of(draft, gateway["id"])
    is_written = "mode" in request.values
    feel = draft.rules.get(flow["id"]) or flow["condition"] or ""
    numerals = numerals_of(draft)
    words = _words() if is_written else from_feel(feel, asked, numerals)
    mode = request.values.get("mode", "words" if words is not None else "feel")
    refused = refusal
    if is_written:
        try:
            feel = _written(asked, numerals)
        except Refusal as problem:
            refused = refused or (None if "more" in request.values else problem)
            feel = request.values.get("feel", "")
    names, strangers = _names(feel, asked)
    later = unknown_names(feel, questions_of(draft)) if strangers else []
    return page(
        "drafts/rule.html",
        status,
        draft=draft,
        gateway=gateway,
        flow=flow,
        questions=asked,
        signs=sign_names(),
        mode=mode,
        rows=_rows(words or Words()),
        joiner=words.joiner if words else "and",
        feel=feel,
        is_plain=words is not None,
        has_own=flow["id"] in draft.rules,
        names=names,
        strangers=[name for name in strangers if name in later],
        not_yet=[_label(name, draft) for name in strangers if name not in later],
        samples={name: request.values.get(f"try.{name}", "") for name in names},
        outcome=_outcome(feel, names, asked, numerals) if "try" in request.values else None,
        refusal=sentence(refused) if refused else None,
    )


def sign_names() -> dict[str, str]:
    """The comparisons in the reader's words."""
    names = {
        "=": _("is"),
        "!=": _("is not"),
        ">": _("is more than"),
        ">=": _("is at least"),
        "<": _("is less than"),
        "<=": _("is at most"),
        "includes": _("includes"),
        "lacks": _("does not include"),
        "has value": _("has been answered"),
        "has no value": _("has not been answered"),
    }
    return {sign: names[sign] for sign in SIGNS}


def _flow(draft: Draft) -> tuple[dict[str, Any], dict[str, Any]]:
    wanted = request.args.get("flow", "")
    for gateway in draft.report["gateways"]:
        for flow in gateway["flows"]:
            if flow["id"] == wanted:
                return gateway, flow
    raise NoSuchFlow(flow=wanted[:80])


def _words() -> Words:
    sent = request.values
    names = ("key", "sign", "value", "group")
    columns = [sent.getlist(name) for name in names]
    columns[3] += [f"alone{place}" for place in range(len(columns[3]), len(columns[0]))]
    groups: dict[str, list[Clause]] = {}
    for key, sign, value, group in list(zip(*columns, strict=False))[:MOST_ROWS]:
        if key and sign in SIGNS:
            groups.setdefault(group, []).append(Clause(key[:200], sign, value[:500]))
    joined = tuple(map(tuple, groups.values()))
    return Words(joined, "or" if sent.get("joiner") == "or" else "and")


def _rows(words: Words) -> list[tuple[int, Clause, bool, bool]]:
    """Group, clause, whether it is its group's first and last; with the blank one that was asked for."""
    groups = [list(group) for group in words.groups]
    more = request.values.get("more")
    if more is not None and more.isdigit() and int(more) < len(groups):
        groups[int(more)].append(Clause("", "="))
    elif more is not None or not groups:
        groups.append([Clause("", "=")])
    rows = [
        (number, clause, place == 0, place == len(group) - 1)
        for number, group in enumerate(groups)
        for place, clause in enumerate(group)
    ]
    return rows[:MOST_ROWS]


def _label(name: str, draft: Draft) -> str:
    question = questions_of(draft).get(name)
    return question.label if question else name


def numerals_of(draft: Draft) -> Numerals:
    """How numbers are typed where the procedure is at home."""
    return jurisdiction_of(draft.sheet).numerals


def _written(asked: dict[str, Question], numerals: Numerals) -> str:
    """The rule in FEEL, as the form says it. Raises what to_feel and FEEL raise."""
    if request.values.get("mode") == "feel":
        text = request.values.get("feel", "").strip()
        if text:
            compile_expression(text, asked)
        return text
    words = _words()
    known = [tuple(clause for clause in group if clause.key in asked) for group in words.groups]
    return to_feel(Words(tuple(filter(None, known)), words.joiner), asked, numerals)


def _names(feel: str, asked: dict[str, Question]) -> tuple[list[str], list[str]]:
    if not feel:
        return [], []
    try:
        return sorted(compile_expression(feel, asked).names), unknown_names(feel, asked)
    except FeelSyntaxError:
        return [], []


def _outcome(
    feel: str, names: list[str], asked: dict[str, Question], numerals: Numerals
) -> dict[str, Any] | None:
    if not feel:
        return None
    try:
        context = {
            name: typed_value(request.values.get(f"try.{name}", ""), asked.get(name), numerals)
            for name in names
        }
        value, problems = compile_expression(feel, asked).report(context)
    except TwoReadings as either:
        return {"refusal": sentence(either)}
    except Refusal:
        return None
    return {
        "holds": value is True,
        "value": to_text(value),
        "problems": [said(Said(each.sentence, each.values)) for each in problems],
    }


def typed_value(text: str, question: Question | None, numerals: Numerals) -> object:
    """A sample value as a case would hold it: numbers and yes/no in their types, everything else as text.
    Raises engine.numerals.TwoReadings.
    """
    text = text.strip()
    kind = question.kind if question else "any"
    if not text:
        return None
    if kind == "number" or (kind == "any" and _NUMBER.fullmatch(text)):
        with suppress(NotReadable):
            return float(numerals.read(text))
    if kind == "list":
        return [each.strip() for each in text.split(",")]
    if kind in ("yes_no", "any") and text in ("true", "false"):
        return text == "true"
    return text
