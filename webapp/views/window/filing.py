"""Filing a request online, or for somebody at the window: one thing per page, kept from page to page."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import NotFound, Refusal
from engine.forms import Unfit
from engine.models import Case, FilingDraft, Person, Role
from engine.outbox import is_address
from engine.window import filing
from engine.window.filing import How, Lacking
from engine.window.guide import guide_of
from engine.window.holders import read_holder_code
from engine.window.offers import Offer, offer_by_key, sheet_of
from webapp.forms import Asked
from webapp.guided import guided
from webapp.i18n import _, chosen_language, sentence
from webapp.pages import page
from webapp.receipts import mail_receipt, receipt
from webapp.security.access import public
from webapp.security.keyring import hold_draft, keyring
from webapp.security.one_time_codes import is_one_time_code, send_one_time_code
from webapp.security.pace import paced
from webapp.security.sessions import current_person
from webapp.security.throttle import check_attempts, record_failure, spend
from webapp.task_form import asked, sent
from webapp.transactions import keep_work, now, session, start_over
from webapp.words.case_data import shown_answers

pages = Blueprint("filing", __name__, url_prefix="/filing")
paced(pages, 60)

DRAFTS_PER_ADDRESS = 60  # begun in a quarter of an hour; an office has one address
UPLOADS_PER_ADDRESS = 200
_PURPOSE = "file"
_WHERE = {  # what is lacking is told
    Lacking.APPLICANT: "filing.who",
    Lacking.PROOF: "filing.ask_mail",
    Lacking.ANSWERS: "filing.ask",
}


@pages.post("/new/<key>")
@public
def begin(key: str) -> ResponseReturnValue:
    """A new draft, with what the guide was told already."""
    spend(session(), "draft", request.remote_addr or "", DRAFTS_PER_ADDRESS, at=now())
    offer = offer_by_key(session(), key)
    person, clerk = _who_files()
    told = _told(offer)
    draft, code = filing.begin_draft(session(), offer, told, person=person, clerk=clerk, at=now())
    hold_draft(draft.id, code)
    return redirect(url_for("filing.show", draft_id=draft.id), 303)


@pages.get("/resume")
@public
def ask_code() -> ResponseReturnValue:
    """Where the code of a draft is typed."""
    return page("filing/resume.html", error=None)


@pages.post("/resume")
@public
def resume() -> ResponseReturnValue:
    """Go on with a draft."""
    address = request.remote_addr or ""
    check_attempts(session(), "draft code", address, at=now())
    code = read_holder_code(request.form.get("code", "")[:60])
    draft = filing.draft_by_code(session(), code, at=now()) if code else None
    if draft is None or code is None:
        record_failure(session(), f"draft code of {address}", address, at=now())
        keep_work()
        error = _("No draft has this code. Look at it once more; drafts are kept for 30 days.")
        return page("filing/resume.html", 422, error=error)
    hold_draft(draft.id, code)
    return redirect(url_for("filing.show", draft_id=draft.id), 303)


@pages.get("/<int:draft_id>")
@public
def show(draft_id: int) -> ResponseReturnValue:
    """What is done and what is still to do."""
    draft = held_draft(draft_id)
    if draft.case_id is not None:
        return redirect(url_for("filing.receive", draft_id=draft_id), 303)
    return page("filing/show.html", **shown_with(draft), code=keyring().drafts[draft_id])


@pages.get("/<int:draft_id>/who")
@public
def who(draft_id: int) -> ResponseReturnValue:
    """Who asks."""
    draft = held_draft(draft_id)
    return page("filing/who.html", **shown_with(draft), typed=draft.applicant, errors={})


@pages.post("/<int:draft_id>/who")
@public
def save_who(draft_id: int) -> ResponseReturnValue:
    """Keep who asks."""
    draft = held_draft(draft_id)
    typed = {
        "name": request.form.get("name", "").strip()[:200],
        "document": request.form.get("document", "").strip()[:40],
        "email": request.form.get("email", "").strip()[:254],
    }
    errors = _mend_applicant(draft, typed)
    if errors:
        return page("filing/who.html", 422, **shown_with(draft), typed=typed, errors=errors)
    filing.save_applicant(session(), draft, typed, at=now())
    return to_what_is_next(draft)


@pages.get("/<int:draft_id>/request")
@public
def ask(draft_id: int) -> ResponseReturnValue:
    """The form of the request."""
    draft = held_draft(draft_id)
    form = filing.filing_form(session(), draft.version_id)
    return page("filing/request.html", **shown_with(draft), asked=asked(form, draft.answers, {}))


@pages.post("/<int:draft_id>/request")
@public
def answer(draft_id: int) -> ResponseReturnValue:
    """Keep the answers to the form."""
    draft = held_draft(draft_id)
    form = filing.filing_form(session(), draft.version_id)
    if form.has_files and any(one.filename for one in request.files.values()):
        if not filing.is_proved(draft):
            return redirect(url_for("filing.ask_mail", draft_id=draft_id), 303)
        spend(session(), "upload", request.remote_addr or "", UPLOADS_PER_ADDRESS, at=now())
    got = sent(form, keeps_files=True)
    try:
        if got.errors:
            raise Unfit(got.errors)
        if not got.is_half:
            filing.save_request(session(), draft, got.raw, got.files, at=now())
            return to_what_is_next(draft)
        errors: Any = ()
    except Unfit as unfit:
        errors = unfit.errors
    start_over()
    shown: Asked = asked(form, got.raw, {}, got=got, errors=errors)
    return page("filing/request.html", 422, **shown_with(held_draft(draft_id)), asked=shown)


@pages.get("/<int:draft_id>/mail")
@public
def ask_mail(draft_id: int) -> ResponseReturnValue:
    """Where the code that was sent by mail is typed."""
    draft = held_draft(draft_id)
    if not draft.applicant.get("email"):
        return redirect(url_for("filing.who", draft_id=draft_id), 303)
    return page("filing/mail.html", **shown_with(draft), error=None, is_sent="sent" in request.args)


@pages.post("/<int:draft_id>/mail/send")
@public
def send_mail_code(draft_id: int) -> ResponseReturnValue:
    """Send a code to the applicant's address."""
    draft = held_draft(draft_id)
    send_one_time_code(_PURPOSE, draft.applicant["email"])
    return redirect(url_for("filing.ask_mail", draft_id=draft_id, sent=1), 303)


@pages.post("/<int:draft_id>/mail")
@public
def prove_mail(draft_id: int) -> ResponseReturnValue:
    """The code came back: the address is the applicant's."""
    draft = held_draft(draft_id)
    typed = request.form.get("code", "")[:40]
    if is_one_time_code(_PURPOSE, draft.applicant.get("email", ""), typed):
        filing.prove_email(session(), draft, at=now())
        return to_what_is_next(draft)
    keep_work()
    error = _(
        "This is not the code that was sent last, or it is no longer good. Have another sent."
    )
    return page("filing/mail.html", 422, **shown_with(draft), error=error, is_sent=True)


@pages.get("/<int:draft_id>/check")
@public
def check(draft_id: int) -> ResponseReturnValue:
    """Everything once more, before it is filed."""
    draft = held_draft(draft_id)
    return page("filing/check.html", **shown_with(draft), **_answers(draft), error=None)


@pages.post("/<int:draft_id>/file")
@public
def file(draft_id: int) -> ResponseReturnValue:
    """File it."""
    draft = held_draft(draft_id)
    is_new = draft.case_id is None
    try:
        case = filing.file_draft(
            session(), draft, language=chosen_language(), by=_deputy(draft), at=now()
        )
    except Refusal as refusal:
        start_over()
        draft = held_draft(draft_id)
        told = {**shown_with(draft), **_answers(draft)}
        return page("filing/check.html", refusal.status, **told, error=sentence(refusal))
    if is_new:
        mail_receipt(case, keyring().drafts[draft_id])
    return redirect(url_for("filing.receive", draft_id=draft_id), 303)


@pages.get("/<int:draft_id>/receipt")
@public
def receive(draft_id: int) -> ResponseReturnValue:
    """The receipt: number, code, what comes next; to print or to photograph."""
    draft = held_draft(draft_id)
    if draft.case_id is None:
        return redirect(url_for("filing.show", draft_id=draft_id), 303)
    case = session().get_one(Case, draft.case_id)
    told = receipt(case, keyring().drafts[draft_id])
    return page("filing/receipt.html", receipt=told, sheet=sheet_of(session(), draft.version_id))


def held_draft(draft_id: int) -> FilingDraft:
    """The draft whose code this browser holds; NotFound."""
    code = keyring().drafts.get(draft_id)
    if code is None:
        raise NotFound(what="draft", name=draft_id)
    return filing.draft_of(session(), draft_id, code, at=now())


def shown_with(draft: FilingDraft) -> dict[str, Any]:
    """What every page of a draft shows around its own."""
    return {
        "draft": draft,
        "sheet": sheet_of(session(), draft.version_id),
        "needs": filing.needed(session(), draft),
        "has_form": bool(filing.filing_form(session(), draft.version_id).fields),
        "is_proved": filing.is_proved(draft),
        "is_assisted": draft.clerk_id is not None,
    }


def _who_files() -> tuple[Person | None, Person | None]:
    """Whose account it is, and who files for somebody else at the window."""
    person = current_person()
    if person is not None and person.has_role(Role.CIVIL_SERVANT):
        return None, person
    return (person if person is not None and person.has_role(Role.APPLICANT) else None), None


def _deputy(draft: FilingDraft) -> Person | None:
    """Who files it: the clerk or the account that began it, if they still are who is signed in."""
    person = current_person()
    if draft.clerk_id is None and draft.person_id is None:
        return None
    if person is None or person.id not in (draft.clerk_id, draft.person_id):
        raise SomebodyElse
    return person


class SomebodyElse(Refusal):
    """A draft of one account is filed by another, or by nobody."""

    sentence = "Whoever began this request has to be signed in to file it. Sign in again."
    status = 403


def _told(offer: Offer) -> dict[str, Any]:
    guide = guide_of(session(), offer.version_id)
    told = guided(guide.form, request.form).answers if guide is not None else {}
    asked_here = filing.filing_form(session(), offer.version_id).labels()
    return {key: value for key, value in told.items() if key in asked_here}


def _mend_applicant(draft: FilingDraft, typed: dict[str, str]) -> dict[str, str]:
    errors = {}
    if not typed["name"]:
        errors["name"] = _("Write the name of the person or firm that asks.")
    if sum(letter.isalnum() for letter in typed["document"]) < 6:
        errors["document"] = _(
            "Write the identity or tax number; you need it to follow the request."
        )
    if typed["email"] and not is_address(typed["email"]):
        errors["email"] = _("This is no e-mail address. It looks like name@example.com.")
    elif not typed["email"] and draft.clerk_id is None and draft.person_id is None:
        errors["email"] = _(
            "Write an e-mail address: a code is sent there so that nobody files for you."
        )
    return errors


def to_what_is_next(draft: FilingDraft, past: str = "") -> ResponseReturnValue:
    """To the next thing that is to be done; requirements that were skipped are not asked again on the way."""
    # before files are taken from anybody, they have shown a mailbox
    for lacking in filing.lacking(session(), draft):
        return redirect(url_for(_WHERE[lacking], draft_id=draft.id), 303)
    asked_for = [
        one for one in filing.needed(session(), draft) if one.how in (How.UPLOAD, How.REGISTRY)
    ]
    keys = [one.requirement.key for one in asked_for]
    later = asked_for[keys.index(past) + 1 :] if past in keys else asked_for
    for one in later:
        if not one.is_met:
            return redirect(
                url_for("filing_needs.need", draft_id=draft.id, key=one.requirement.key), 303
            )
    return redirect(url_for("filing.check", draft_id=draft.id), 303)


def _answers(draft: FilingDraft) -> dict[str, Any]:
    labels = filing.filing_form(session(), draft.version_id).labels()
    told = shown_answers(session(), draft.version_id, draft.answers, labels)
    lacking = [(_lacking_words(one), _WHERE[one]) for one in filing.lacking(session(), draft)]
    return {"answers": told, "lacking": lacking}


def _lacking_words(one: Lacking) -> str:
    match one:
        case Lacking.APPLICANT:
            return _("Who asks")
        case Lacking.PROOF:
            return _("Show that the e-mail is yours")
        case Lacking.ANSWERS:
            return _("Your request")
