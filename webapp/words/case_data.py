"""What a case knows, in words: labels from the forms of its version, values as people write them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Flask, g, url_for
from flask_babel import format_date
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from engine.masking import masked_answer, masked_file, masked_name
from engine.models import Case, Document
from engine.task_forms import questions
from engine.visibility import knows_applicant
from webapp import transactions
from webapp.i18n import _
from webapp.security.sessions import signed_in
from webapp.words.numbers import thousands

LONGEST = 500  # characters of one value shown; the whole stays in the case
DEEPEST = 3


def shown(session: Session, case: Case, variables: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and value of everything the case knows that has a value, in the order of its forms; masked for a reader who
    does not need to know whose case it is.
    """
    if not knows(case):
        variables = masked(session, case.version_id, variables)
    return shown_answers(session, case.version_id, variables)


def masked(session: Session, version_id: int, variables: Mapping[str, Any]) -> dict[str, Any]:
    """What a case knows, without what was written in words: what was chosen and counted stays."""
    known = questions(session, version_id)
    return {
        key: value
        if isinstance(value, str) and value in known.get(key, ("", {}))[1]
        else masked_answer(value)
        for key, value in variables.items()
    }


def knows(case: Case) -> bool:
    """Whether the reader needs to know whose case it is; asked once in a request."""
    known: dict[int, bool] = g.setdefault("knows_applicant", {})
    if case.id not in known:
        known[case.id] = knows_applicant(transactions.session(), signed_in(), case)
    return known[case.id]


def applicant(case: Case) -> str:
    """Whose case it is, with the document; shortened for who does not need to know."""
    if not knows(case):
        return masked_name(case.applicant_name)
    document = f" ({case.applicant_document})" if case.applicant_document else ""
    return f"{case.applicant_name}{document}" if case.applicant_name else ""


def file_name(document: Document, case: Case) -> str:
    """The name of a document, which often says whose it is; shortened for who does not need to know."""
    return document.name if knows(case) else masked_file(document.name)


def file_link(document: Document, case: Case) -> Markup:
    """The name of a document, leading to it whoever may read it (webapp/views/files.py)."""
    name = file_name(document, case)
    if not knows(case):
        return escape(name)
    url = url_for("files.download", number=case.number, document=document.number)
    return Markup('<a href="{}" download>{}</a>').format(url, name)


def written(text: str | None, case: Case) -> str:
    """What somebody wrote in a case in their own words; shortened for who does not need to know whose case it is."""
    return (text or "") if knows(case) else str(masked_answer(text or ""))


def register(app: Flask) -> None:
    """Give templates filters for what is masked, and the test `readable` of a case."""
    app.jinja_env.filters.update(
        applicant=applicant, file_name=file_name, file_link=file_link, written=written
    )
    app.jinja_env.filters.update(in_words=told, readable_name=_readable)
    app.jinja_env.tests["readable"] = knows


def shown_answers(
    session: Session,
    version_id: int,
    variables: Mapping[str, Any],
    labels: Mapping[str, str] | None = None,
) -> list[tuple[str, str]]:
    """The same for answers that are no case yet; `labels` are those of the form that was answered."""
    known = questions(session, version_id)
    for key, label in (labels or {}).items():
        known = {**known, key: (label, known.get(key, ("", {}))[1])}
    order = {key: at for at, key in enumerate(known)}
    keys = sorted(variables, key=lambda key: (order.get(key, len(order)), key))
    nothing: tuple[str, dict[str, str]] = ("", {})
    return [
        (
            known.get(key, nothing)[0] or _readable(key),
            _words(variables[key], known.get(key, nothing)[1]),
        )
        for key in keys
        if _says(variables[key])
    ]


def _says(value: Any, depth: int = 0) -> bool:
    """Whether there is anything to read in the value; rows nobody filled in have nothing."""
    if isinstance(value, list | dict) and depth < DEEPEST:
        inner = value.values() if isinstance(value, dict) else value
        return any(_says(one, depth + 1) for one in inner)
    return value not in (None, "", [], {})


def told(value: Any) -> str:
    """A value that a case knows, in words."""
    return _words(value, {})


def _words(value: Any, options: Mapping[str, str], depth: int = 0) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return options.get(str(value)) or thousands(value)
    if isinstance(value, list) and depth < DEEPEST:
        said = (_words(one, options, depth + 1) for one in value[:50] if _says(one, depth + 1))
        return ", ".join(said)[:LONGEST]
    if isinstance(value, dict) and isinstance(value.get("sha256"), str):
        return str(value.get("name", "–"))[:LONGEST]
    if isinstance(value, dict) and depth < DEEPEST:
        parts = (
            f"{_readable(key)}: {_words(one, {}, depth + 1)}"
            for key, one in list(value.items())[:50]
            if _says(one, depth + 1)
        )
        return "; ".join(parts)[:LONGEST]
    text = str(value)
    return options.get(text) or _day(text) or text[:LONGEST]


def _readable(key: str) -> str:
    """A variable that no form names, as words: “nivel_riesgo” → “Nivel riesgo”."""
    words = key.replace("_", " ").strip()
    return words[:1].upper() + words[1:] if words else key


def _day(text: str) -> str | None:
    """A day as people write it; None for a text that is none."""
    try:
        return str(format_date(date.fromisoformat(text), "d MMM y")) if len(text) == 10 else None
    except ValueError:
        return None
