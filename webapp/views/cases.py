"""Cases: find one, open one, see where it stands."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from designer.picture import picture
from engine import history
from engine.case_list import CaseQuery, cases, open_tasks_in, open_tasks_of
from engine.cases import Applicant, case_by_number, start_case
from engine.deployments import current_version_of, procedure_by_key, version_with_everything
from engine.errors import Refusal
from engine.forms import Form, Unfit
from engine.interventions.charge import is_in_charge
from engine.interventions.mending import incidents_of
from engine.letters.proof import unset_letters
from engine.models import Case, CaseStatus, Role, Version
from engine.procedures import procedures, startable_procedures
from engine.task_forms import start_form, with_stores
from engine.terms.view import clock_view, clock_views
from webapp.downloads import drawn
from webapp.forms import Sent
from webapp.i18n import _, kept_words, sentence
from webapp.navigation import Link
from webapp.pages import page
from webapp.readings import is_read
from webapp.repetition import repeatable
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.task_form import asked, is_asking_more, sent
from webapp.together import together
from webapp.transactions import now, session, start_over
from webapp.words.case_data import knows, shown
from webapp.words.durations import duration_words
from webapp.words.facts import told
from webapp.words.waits import awaited

pages = Blueprint("cases", __name__, url_prefix="/cases")
NAVIGATION = Link("cases.index", lazy_gettext("Cases"), place=20)

_STARTS = (Role.CIVIL_SERVANT, Role.OPERATOR)
_STAFF = (Role.CIVIL_SERVANT, Role.ANALYST, Role.MANAGER, Role.OPERATOR)
_READS = (*_STAFF, Role.APPLICANT)


@pages.get("")
@access(*_READS)
def index() -> ResponseReturnValue:
    """The cases that the address asks for; htmx gets only the list."""
    asked = request.args
    status = asked.get("status")
    query = CaseQuery(
        search=asked.get("q", "").strip()[:100],
        status=CaseStatus(status) if status in set(CaseStatus) else None,
        procedure_key=asked.get("procedure") or None,
        after=asked.get("after") or None,
    )
    found = cases(session(), signed_in(), query)
    ids = [row.id for row in found.rows]
    # who an applicant's case lies with is told on its own page, in other words
    is_told = signed_in().has_role(*_STAFF)
    return page(
        "cases/index.html",
        query=query,
        found=found,
        tasks=open_tasks_in(session(), signed_in(), ids) if is_told else {},
        clocks=clock_views(session(), ids, at=now()),
        procedures=procedures(session()),
        statuses=statuses(),
    )


@pages.get("/start")
@access(*_STARTS)
def catalogue() -> ResponseReturnValue:
    """The procedures that take new cases."""
    return page("cases/catalogue.html", offers=startable_procedures(session()))


@pages.get("/start/<key>")
@access(*_STARTS)
def ask(key: str) -> ResponseReturnValue:
    """Who applies, and the form that opens a case."""
    return _start_page(key, {})


@pages.post("/start/<key>/questions")
@access(*_STARTS)
@repeatable
def questions(key: str) -> ResponseReturnValue:
    """The form as the answers so far make it."""
    form = _start_form(key)
    return _start_page(key, request.form, form, sent(form))


@pages.post("/start/<key>")
@access(*_STARTS)
def start(key: str) -> ResponseReturnValue:
    """Open the case and go to it."""
    form = _start_form(key)
    got = sent(form, keeps_files=True)
    if got.errors:
        return _start_page(key, request.form, form, got, Unfit(got.errors))
    if got.is_half or is_asking_more(form, got, with_stores(session(), form, {})):
        return _start_page(key, request.form, form, got)
    try:
        case = start_case(
            session(),
            current_version_of(session(), key),
            got.raw,
            applicant=_applicant(),
            files=got.files,
            by=signed_in(),
            at=now(),
        )
    except (Unfit, ApplicantMissing) as refusal:
        start_over()
        return _start_page(key, request.form, form, got, refusal)
    flash(_("Case %(number)s is open.", number=case.number))
    return redirect(url_for("cases.show", number=case.number), 303)


@pages.get("/<path:number>")
@access(*_READS)
def show(number: str) -> ResponseReturnValue:
    """Where the case stands, what happened, what is in it."""
    case = case_by_number(session(), signed_in(), number)
    if not signed_in().has_role(*_STAFF):
        return redirect(url_for("following.show", case_id=case.id), 303)
    stands = history.standing(session(), case)
    positions = stands.positions
    names = element_names(case)
    incidents = incidents_of(session(), case)
    is_read(case, "case")
    is_over = case.status not in (CaseStatus.OPEN, CaseStatus.SUSPENDED)
    return page(
        "cases/show.html",
        case=case,
        is_known=knows(case),
        clock=clock_view(session(), case, at=now()),
        statuses=statuses(),
        positions=positions,
        here=[names.get(element, element) for element in positions],
        awaited=[awaited(wait, is_known=knows(case)) for wait in stands.awaited],
        path=history.path(session(), case),
        times=_times(case),
        task=None,
        **together(session(), signed_in(), case),
        incidents=[] if is_over else incidents,
        words=kept_words,
        marks={one.element_id: "error" for one in incidents if one.element_id},
        is_in_charge=not is_over and is_in_charge(session(), signed_in(), case),
        tasks=open_tasks_of(session(), signed_in(), case),
        story=told(history.timeline(session(), case), is_known=knows(case)),
        documents=history.documents(session(), case),
        unset_letters=unset_letters(session(), case),
        data=shown(session(), case, stands.variables),
    )


@pages.get("/<path:number>/diagram.bpmn")
@access(*_READS)
def diagram(number: str) -> ResponseReturnValue:
    """The diagram of the version that the case follows; where it has no layout, with a generated one."""
    case = case_by_number(session(), signed_in(), number)
    return drawn(picture(version_with_everything(session(), case.version_id)))


def _times(case: Case) -> dict[str, str]:
    """How long the case stayed at each task of the diagram, in words; every time it came by counts."""
    seconds: dict[str, float] = {}
    for stay in history.stays(session(), case):
        lasted = ((stay.ended_at or now()) - stay.opened_at).total_seconds()
        seconds[stay.element_id] = seconds.get(stay.element_id, 0) + max(lasted, 0)
    return {element: duration_words(lasted) for element, lasted in seconds.items()}


def statuses() -> dict[str, str]:
    """A case's status in the reader's words."""
    return {
        CaseStatus.OPEN: _("open"),
        CaseStatus.SUSPENDED: _("suspended"),
        CaseStatus.COMPLETED: _("completed"),
        CaseStatus.CANCELLED: _("cancelled"),
        CaseStatus.FAILED: _("ended with an error"),
    }


def element_names(case: Case) -> dict[str, str]:
    """Element id → name, of the version that the case follows."""
    version = session().get(Version, case.version_id)
    return version.element_names if version is not None else {}


def _start_form(key: str) -> Form:
    version = current_version_of(session(), key)
    return start_form(session(), version.id) or Form()


def _start_page(
    key: str,
    applicant: Mapping[str, str],
    form: Form | None = None,
    got: Sent | None = None,
    refusal: Refusal | None = None,
) -> ResponseReturnValue:
    errors = refusal.errors if isinstance(refusal, Unfit) else ()
    form = form or _start_form(key)
    return page(
        "cases/start.html",
        status=422 if refusal else 200,
        key=key,
        name=procedure_by_key(session(), key).name,
        applicant=applicant,
        asked=asked(
            form,
            got.raw if got else {},
            with_stores(session(), form, {}),
            got=got,
            errors=errors,
            update_url=url_for("cases.questions", key=key),
            is_asking_more=got is not None and not (got.is_half or refusal or _is_update()),
        ),
        refusal=sentence(refusal) if refusal and not errors else None,
    )


def _is_update() -> bool:
    """Whether the page only asks what answers change."""
    return request.endpoint == "cases.questions"


class ApplicantMissing(Refusal):
    """A case is somebody's."""

    sentence = "Write the applicant's name: a case is somebody's."


def _applicant() -> Applicant:
    name = request.form.get("applicant_name", "").strip()[:200]
    if not name:
        raise ApplicantMissing
    return Applicant(
        name=name,
        document=request.form.get("applicant_document", "").strip()[:40] or None,
        email=request.form.get("applicant_email", "").strip()[:320] or None,
    )
