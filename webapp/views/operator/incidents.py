"""What broke inside cases: the list, one incident on its diagram, correct and try again, release, settle."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from engine.cases import CaseSuspended, ReasonMissing
from engine.deployments import blueprint
from engine.errors import Refusal
from engine.history import variables
from engine.incidents import (
    JOB_FAILED,
    NothingToRelease,
    NothingToRetry,
    StillHeld,
    open_incidents,
    resolve,
)
from engine.interventions.mending import (
    again_preview,
    broken,
    incident_count,
    incidents_of,
    locals_at,
    try_again,
)
from engine.interventions.previews import MovedMeanwhile, hold_as_seen
from engine.models import Case, CaseStatus, Incident, Role
from engine.numerals import Numerals, TwoReadings
from engine.spiff import COUNTER, NotWaiting, ValueRefused
from engine.task_forms import questions
from webapp.corrections import Correctable, Unreadable, changed, correctable, corrected
from webapp.i18n import _, kept_words, sentence
from webapp.navigation import Link
from webapp.pages import page
from webapp.readings import is_read
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over
from webapp.views.cases import element_names, statuses
from webapp.words.case_data import knows

pages = Blueprint("incidents", __name__, url_prefix="/incidents")

_CHARGE = (Role.MANAGER, Role.OPERATOR)
_INCIDENT = "/<int:case_id>/<int(max=99999):number>"
# said beside what was typed; the rest of the refusals are pages
_MENDABLE = (
    ReasonMissing,
    MovedMeanwhile,
    CaseSuspended,
    NothingToRelease,
    NothingToRetry,
    NotWaiting,
    StillHeld,
    TwoReadings,
    Unreadable,
    ValueRefused,
)


def _waiting() -> int:
    return incident_count(session(), signed_in())


NAVIGATION = Link("incidents.index", lazy_gettext("Incidents"), place=25, count=_waiting)


@pages.get("")
@access(*_CHARGE)
def index() -> ResponseReturnValue:
    """Everything that waits to be mended, the oldest first."""
    rows = open_incidents(session(), signed_in())
    return page(
        "incidents/index.html", rows=rows, kind_words=kind_words, words=kept_words, count=_waiting()
    )


@pages.get(_INCIDENT)
@access(*_CHARGE)
def show(case_id: int, number: int) -> ResponseReturnValue:
    """What broke, where, and what can be done about it."""
    return _shown(case_id, number)


@pages.post(_INCIDENT + "/again")
@access(*_CHARGE)
def again(case_id: int, number: int) -> ResponseReturnValue:
    """Correct what the case knows, and let it go on from what broke."""

    def mend() -> Incident:
        found = broken(session(), signed_in(), case_id, number)
        known = variables(session(), found.case)
        numerals = numerals_of(found.case)
        return try_again(
            session(),
            case_id,
            number,
            request.form.get("reason", "")[:2000],
            corrections=corrected(known, request.form, numerals=numerals),
            local={
                part.token: values
                for part in locals_at(session(), found.incident, at=now())
                if (
                    values := changed(
                        part.variables, request.form, f"part-{part.token}", numerals=numerals
                    )
                )
            },
            seen=request.form.get("seen", type=int),
            by=signed_in(),
            at=now(),
        )

    return _mended(
        case_id,
        number,
        mend,
        _("The case goes on from where it broke."),
        _("It is tried again now. If it fails once more, it stands among the incidents again."),
    )


@pages.post(_INCIDENT + "/settle")
@access(*_CHARGE)
def settle(case_id: int, number: int) -> ResponseReturnValue:
    """Note that it was dealt with by other means; a call to another machine counts as answered."""

    def mend() -> Incident:
        found = broken(session(), signed_in(), case_id, number)
        hold_as_seen(session(), case_id, request.form.get("seen", type=int))
        counts = request.form.get("counts_as_done") == "yes"
        reason = request.form.get("reason", "")[:2000]
        return resolve(
            session(),
            case_id,
            number,
            reason,
            data=corrected({}, request.form, numerals=numerals_of(found.case)) if counts else None,
            by=signed_in(),
            at=now(),
        )

    return _mended(case_id, number, mend, _("Settled. The reason is kept with the case."))


def numerals_of(case: Case) -> Numerals:
    """How the country of the case's procedure writes numbers."""
    return blueprint(session(), case.version_id).place.numerals


def kind_words(kind: str) -> str:
    """What kind of thing broke, in the reader's language."""
    match kind:
        case "stuck":
            return _("Nothing can move any more")
        case "livelock":
            return _("It goes round in circles")
        case "job_failed":
            return _("Another system did not answer, or refused")
        case "letter_failed":
            return _("A letter could not be made")
    return _("It cannot go on with what it knows")


@dataclass(frozen=True, slots=True)
class Part:
    """What only one round, called process or activity around the incident knows."""

    name: str
    round: int | None
    data: list[Correctable]


def _parts(
    incident: Incident,
    names: dict[str, str],
    labels: dict[str, str],
    *,
    numerals: Numerals,
    is_known: bool,
) -> list[Part]:
    return [
        Part(
            part.name or names.get(part.element_id) or part.element_id,
            part.variables.get(COUNTER),
            correctable(
                {name: value for name, value in part.variables.items() if name != COUNTER},
                labels,
                request.form,
                f"part-{part.token}",
                numerals=numerals,
                is_known=is_known,
            ),
        )
        for part in locals_at(session(), incident, at=now())
    ]


def _mended(
    case_id: int, number: int, mend: Callable[[], Incident], told: str, left: str | None = None
) -> ResponseReturnValue:
    """`left`: said instead of `told` where a job is left to the worker."""
    try:
        incident = mend()
    except _MENDABLE as refusal:
        start_over()
        return _shown(case_id, number, refusal)
    case = broken(session(), signed_in(), case_id, number).case
    anew = [one for one in incidents_of(session(), case) if one.number > number]
    if anew:
        flash(_("It broke again. Nothing is lost: here is what it says now."), "warn")
        return redirect(url_for("incidents.show", case_id=case_id, number=anew[-1].number), 303)
    flash(left if left and incident.kind == JOB_FAILED else told)
    return redirect(url_for("cases.show", number=case.number), 303)


def _shown(case_id: int, number: int, refusal: Refusal | None = None) -> ResponseReturnValue:
    found = broken(session(), signed_in(), case_id, number)
    incident, case = found.incident, found.case
    is_open = incident.resolved_at is None and case.status == CaseStatus.OPEN
    labels = {
        key: label for key, (label, _options) in questions(session(), case.version_id).items()
    }
    names, is_known = element_names(case), knows(case)
    numerals = numerals_of(case)
    if is_open and not is_known and request.args.get("values") == "shown":
        is_known = True  # to mend it they may have to be seen: who looks is kept
        is_read(case, "values")
    return page(
        "incidents/show.html",
        status=refusal.status if refusal else 200,
        incident=incident,
        case=case,
        attempts=found.attempts,
        kind=kind_words(incident.kind),
        message=kept_words(incident.said, incident.message),
        place=names.get(incident.element_id or "", incident.element_id),
        is_open=is_open,
        is_call=incident.kind == JOB_FAILED,
        preview=again_preview(session(), incident, at=now()) if is_open else None,
        data=correctable(
            variables(session(), case), labels, request.form, numerals=numerals, is_known=is_known
        )
        if is_open
        else [],
        parts=_parts(incident, names, labels, numerals=numerals, is_known=is_known)
        if is_open
        else [],
        is_known=is_known,
        typed=request.form,
        reason=request.form.get("reason", ""),
        refusal=sentence(refusal) if refusal else None,
        marks={incident.element_id: "error"} if incident.element_id else {},
        statuses=statuses(),
    )
