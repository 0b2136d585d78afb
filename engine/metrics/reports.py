"""Saved reports: kept under a name, shared, sent by mail every week or month; and the mail when a target is missed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.errors import NotFound, Refusal
from engine.ids import new_id
from engine.metrics.asking import FIELD, KEPT, question_of
from engine.metrics.days import ZONE
from engine.models import Person, Procedure, SavedReport
from engine.outbox import send_mail

PAGES = ("show", "times", "flows", "ways")
EVERY = {"week": timedelta(days=7), "month": timedelta(days=30)}
MOST_SENT = 20  # in one go
_LONGEST = 600

# What a mail says, in the languages people read it in.
_WORDS = {
    "en": {
        "subject": "{procedure}: {name}",
        "text": "{open} cases are open, {late} of them late, {soon} due within a week.\n"
        "{started} were started and {ended} ended since {since}.\n"
        "Half of them took at most {median} days, 85 of 100 at most {p85} days.\n",
        "missed": "Target missed: {what} – {met} of 100 instead of {share} within {hours} h.\n",
        "whole": "the whole case",
        "where": "The whole report is under “Times”, {procedure}, “{name}”.\n",
    },
    "es": {
        "subject": "{procedure}: {name}",
        "text": "{open} expedientes están abiertos, {late} de ellos atrasados, {soon} vencen en una semana.\n"
        "{started} se iniciaron y {ended} terminaron desde el {since}.\n"
        "La mitad tardó como máximo {median} días; 85 de 100, como máximo {p85} días.\n",
        "missed": "Meta no cumplida: {what}, {met} de 100 en lugar de {share} en {hours} h.\n",
        "whole": "todo el expediente",
        "where": "El reporte completo está en “Tiempos”, {procedure}, “{name}”.\n",
    },
}


class ReportNameless(Refusal):
    """A saved report needs a name to be found by."""

    sentence = "Give the report a name of at most 120 characters."


def save_report(
    session: Session,
    procedure: Procedure,
    name: str,
    words: Mapping[str, str],
    *,
    page: str = "show",
    is_shared: bool = False,
    every: str = "",
    by: Person,
    at: datetime,
) -> SavedReport:
    """Keep what is asked under a name; the same name again replaces one's own. Raises ReportNameless."""
    name = name.strip()
    if not name or len(name) > 120:
        raise ReportNameless
    found = session.scalar(
        select(SavedReport).where(
            SavedReport.person_id == by.id,
            SavedReport.procedure_id == procedure.id,
            SavedReport.name == name,
        )
    )
    if found is None:
        found = SavedReport(
            id=new_id(at), person_id=by.id, procedure_id=procedure.id, name=name, page="", query=""
        )
        session.add(found)
    asked = [(key, value) for key, value in words.items() if value and _is_kept(key)]
    found.page = page if page in PAGES else "show"
    found.query = urlencode(asked)[:_LONGEST]
    found.is_shared = is_shared
    found.every = every if every in EVERY else ""
    found.next_at = at + EVERY[found.every] if found.every else None
    session.flush()
    return found


def reports_of(session: Session, person: Person, procedure_id: int) -> list[SavedReport]:
    """One's own reports of a procedure and those that others share, by name."""
    return list(
        session.scalars(
            select(SavedReport)
            .where(
                SavedReport.procedure_id == procedure_id,
                or_(SavedReport.person_id == person.id, SavedReport.is_shared),
            )
            .order_by(SavedReport.name, SavedReport.id)
        )
    )


def forget_report(session: Session, report_id: int, *, by: Person) -> None:
    """Delete one's own report; NotFound."""
    report = session.get(SavedReport, report_id)
    if report is None or report.person_id != by.id:
        raise NotFound(what="report", name=report_id)
    session.delete(report)
    session.flush()


def words_of(report: SavedReport) -> dict[str, str]:
    """What the report asks, as in an address."""
    return dict(parse_qsl(report.query))


def send_due(session: Session, *, zone: ZoneInfo = ZONE, at: datetime) -> int:
    """Leave the mails of reports that are due, each for its own person with what they may count; how many."""
    due = session.scalars(
        select(SavedReport)
        .where(SavedReport.next_at <= at)
        .order_by(SavedReport.next_at, SavedReport.id)
        .limit(MOST_SENT)
        .with_for_update(skip_locked=True)
    ).all()
    for report in due:
        person = session.get_one(Person, report.person_id)
        planned, step = report.next_at or at, EVERY.get(report.every, timedelta(days=7))
        report.next_at = max(planned + step, at + timedelta(hours=1))
        if person.is_active and person.email:
            _send(session, report, person, planned, zone, at)
    session.flush()
    return len(due)


def _send(
    session: Session,
    report: SavedReport,
    person: Person,
    planned: datetime,
    zone: ZoneInfo,
    at: datetime,
) -> None:
    # All charts' figures, for what is sent once a week.
    from engine.metrics.numbers import Numbers
    from engine.metrics.summary import summary
    from engine.metrics.targets import aims

    words = _WORDS.get(person.locale or "es", _WORDS["es"])
    procedure = session.get_one(Procedure, report.procedure_id)
    today = at.astimezone(zone).date()
    question = question_of(session, person, procedure, words_of(report), zone=zone, today=today)
    figures = summary(session, question, at=at)
    spread = figures["cycle_time"]
    said = {
        "procedure": procedure.name,
        "name": report.name,
        "since": question.since or "–",
        "median": _days(spread["median"]),
        "p85": _days(spread["p85"]),
        "soon": figures["due_soon"],
        **{key: figures[key] for key in ("open", "late", "started", "ended")},
    }
    text = words["text"].format(**said)
    for aim in aims(Numbers(session, question)):
        if aim.is_missed:
            text += words["missed"].format(
                what=aim.name or words["whole"],
                met=round(100 * (aim.met or 0)),
                share=round(100 * aim.share),
                hours=round(aim.seconds / 3600, 1),
            )
    send_mail(
        session,
        to=person.email or "",
        subject=words["subject"].format(**said),
        text=text + words["where"].format(**said),
        key=f"report:{report.id}:{planned:%Y-%m-%dT%H:%M}",
        at=at,
    )


def _days(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds / 86_400:.1f}"


def _is_kept(key: str) -> bool:
    return key in KEPT or key.startswith(FIELD)
