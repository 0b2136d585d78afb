"""Drafts: upload diagrams, see what is in them and what is wrong, replace, throw away, publish."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from werkzeug.datastructures import FileStorage

from designer.beside import Beside
from designer.decision_models import askables
from designer.drafts import (
    NotYetRunnable,
    StudyStandsOnIt,
    add_parts,
    beside,
    choose_process,
    discard_draft,
    draft_by_id,
    drafts,
    examined_again,
    refuse_if_studied,
    replace_drawing,
    same_upload,
    save_draft,
)
from designer.examination import examine_apart
from designer.models import Draft
from designer.publishing import key_from, publish_draft
from engine.bpmn.document import MAX_BYTES
from engine.directory import people_names
from engine.errors import Refusal
from engine.machines import service_keys
from engine.models import Role, Version
from engine.procedures import callable_names, procedures
from webapp.downloads import attachment, drawn
from webapp.draft_report import (
    all_remarks,
    counts,
    element_names,
    first_problem,
    kind_marks,
    kind_names,
    marks,
    open_silence,
    told_note,
)
from webapp.i18n import _, plural, sentence
from webapp.navigation import Link
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over

pages = Blueprint("drafts", __name__, url_prefix="/drafts")
NAVIGATION = Link("drafts.index", lazy_gettext("Drafts"), place=40)

DRAFT = "/<int(max=9223372036854775807):draft_id>"
MOST_FILES = 50


class NoFile(Refusal):
    """A form was sent without a file."""

    sentence = "Choose at least one BPMN file, then upload it."


class FileTooLarge(Refusal):
    """A file that no diagram needs to be."""

    sentence = "“{file}” has more than {megabytes} MB. Export only the diagram, without images, and try again."


@pages.get("")
@access(Role.ANALYST)
def index() -> ResponseReturnValue:
    """Where to upload, what came of it, and the drafts that are not published yet."""
    return _index()


@pages.post("")
@access(Role.ANALYST)
def upload() -> ResponseReturnValue:
    """Keep each file as a draft, whatever its state; a single one is shown at once."""
    try:
        saved = _saved([_read(file) for file in _files()])
    except (NoFile, FileTooLarge) as refusal:
        start_over()
        return _index(refusal, 422)
    if request.headers.get("X-Requested-With") == "island":
        return page("drafts/_results.html", results=saved, problems=_problems(saved))
    if len(saved) == 1:
        return redirect(url_for("drafts.show", draft_id=saved[0].id), 303)
    flash(plural("%(num)d file was read.", "%(num)d files were read.", len(saved)))
    return redirect(url_for("drafts.index", new=",".join(str(draft.id) for draft in saved)), 303)


@pages.get(DRAFT)
@access(Role.ANALYST)
def show(draft_id: int) -> ResponseReturnValue:
    """The drawing, what was found in it, and what is left to do before it is published."""
    return _show(draft_by_id(session(), draft_id))


@pages.get(DRAFT + "/diagram.bpmn")
@access(Role.ANALYST)
def diagram(draft_id: int) -> Response:
    """The drawing for the page; where it has no layout, the model with a generated one."""
    draft = draft_by_id(session(), draft_id)
    data = draft.drawing if draft.report["has_layout"] else examined_again(session(), draft).model
    return drawn(data or draft.drawing)


@pages.get(DRAFT + "/drawing")
@access(Role.ANALYST)
def drawing(draft_id: int) -> Response:
    """The file, byte for byte as it was uploaded."""
    draft = draft_by_id(session(), draft_id)
    return attachment(draft.drawing, draft.file_name)


@pages.get(DRAFT + "/model")
@access(Role.ANALYST)
def model(draft_id: int) -> Response:
    """The diagram as it would be run, repairs and rules included."""
    draft = draft_by_id(session(), draft_id)
    examined = examined_again(session(), draft)
    if examined.model is None:
        raise NotYetRunnable(name=draft.name, problem=first_problem(draft) or "")
    return attachment(examined.model, f"{key_from(draft.name)}-model.bpmn")


@pages.post(DRAFT + "/drawing")
@access(Role.ANALYST)
def replace(draft_id: int) -> ResponseReturnValue:
    """A newer drawing in the draft's place."""
    try:
        name, data = _read(_files()[0])
    except (NoFile, FileTooLarge) as refusal:
        return _show(draft_by_id(session(), draft_id), refusal, 422)
    draft = draft_by_id(session(), draft_id)
    said = beside(session(), draft)
    start_over()  # nothing stays locked while another program reads the drawing
    examined = examine_apart(data, said)
    replace_drawing(session(), draft_id, name, data, examined=examined, at=now())
    flash(_("The drawing was replaced and read again."))
    return redirect(url_for("drafts.show", draft_id=draft_id), 303)


@pages.post(DRAFT + "/parts")
@access(Role.ANALYST)
def keep_parts(draft_id: int) -> ResponseReturnValue:
    """Decision tables and forms that belong to the drawing; one of the same name is replaced."""
    try:
        files = [_read(file) for file in _files()]
        add_parts(session(), draft_id, files, at=now())
    except Refusal as refusal:
        start_over()
        return _show(draft_by_id(session(), draft_id), refusal, refusal.status)
    flash(_("The files are kept with the draft."))
    return redirect(url_for("drafts.show", draft_id=draft_id, _anchor="tables"), 303)


@pages.post(DRAFT + "/process")
@access(Role.ANALYST)
def choose(draft_id: int) -> ResponseReturnValue:
    """Say which process of the file is ours."""
    choose_process(session(), draft_id, request.form.get("process", "")[:200], at=now())
    return redirect(url_for("drafts.show", draft_id=draft_id), 303)


@pages.get(DRAFT + "/discard")
@access(Role.ANALYST)
def ask_discard(draft_id: int) -> ResponseReturnValue:
    """Ask before a draft is thrown away."""
    draft = draft_by_id(session(), draft_id)
    try:
        refuse_if_studied(session(), draft)
    except StudyStandsOnIt as why:
        return page("drafts/discard.html", draft=draft, why=sentence(why))
    return page("drafts/discard.html", draft=draft, why="")


@pages.post(DRAFT + "/discard")
@access(Role.ANALYST)
def discard(draft_id: int) -> ResponseReturnValue:
    """Throw the draft away."""
    name = draft_by_id(session(), draft_id).name
    discard_draft(session(), draft_id)
    flash(_("The draft “%(name)s” was thrown away.", name=name))
    return redirect(url_for("drafts.index"), 303)


@pages.post(DRAFT + "/publish")
@access(Role.ANALYST)
def publish(draft_id: int) -> ResponseReturnValue:
    """Make it a version; new cases take it, and its lanes are matched next."""
    key, name = (request.form.get(field, "").strip() for field in ("key", "name"))
    try:
        version = publish_draft(
            session(),
            draft_id,
            key=key,
            name=name[:300],
            is_silence_open="is_silence_open" in request.form,
            by=signed_in(),
            at=now(),
        )
    except Refusal as refusal:
        start_over()
        draft = draft_by_id(session(), draft_id)
        if isinstance(refusal, NotYetRunnable):  # the same in the reader's language
            refusal = NotYetRunnable(name=draft.name, problem=first_problem(draft) or "")
        return _show(draft, refusal, refusal.status)
    flash(_("Version %(number)s of “%(name)s” is published.", number=version.number, name=name))
    return redirect(url_for("procedures.lanes_page", key=key), 303)


def _files() -> list[FileStorage]:
    sent = [file for file in request.files.getlist("files") if file.filename]
    if not sent:
        raise NoFile()
    return sent[:MOST_FILES]


def _read(file: FileStorage) -> tuple[str, bytes]:
    name = (file.filename or "diagram.bpmn")[:300]
    data = file.stream.read(MAX_BYTES + 1)
    file.close()
    if len(data) > MAX_BYTES:
        raise FileTooLarge(file=name, megabytes=MAX_BYTES // 1_000_000)
    return name, data


def _saved(sent: list[tuple[str, bytes]]) -> list[Draft]:
    known = [same_upload(session(), data, by=signed_in()) for _name, data in sent]
    alone = Beside(published=callable_names(session()), connectors=service_keys(session()))
    start_over()  # nothing stays locked while other programs read the drawings
    examined = [
        None if before else examine_apart(data, alone)
        for before, (_name, data) in zip(known, sent, strict=True)
    ]
    saved = []
    for before, (name, data), found in zip(known, sent, examined, strict=True):
        if before is not None:
            flash(_("You uploaded “%(file)s” before; this is the same draft.", file=name))
            saved.append(before)
            continue
        by = signed_in()
        saved.append(save_draft(session(), name, data, examined=found, by=by, at=now()))
    return saved


def _index(refusal: Refusal | None = None, status: int = 200) -> ResponseReturnValue:
    found = drafts(session())
    new = set(request.args.get("new", "").split(","))
    return page(
        "drafts/index.html",
        status,
        drafts=found,
        results=[draft for draft in found if str(draft.id) in new],
        problems=_problems(found),
        people=people_names(session(), [draft.created_by_id for draft in found]),
        megabytes=MAX_BYTES // 1_000_000,
        refusal=sentence(refusal) if refusal else None,
    )


def _problems(found: list[Draft]) -> dict[int, str | None]:
    return {draft.id: first_problem(draft) for draft in found}


def _show(draft: Draft, refusal: Refusal | None = None, status: int = 200) -> ResponseReturnValue:
    found = all_remarks(draft)
    wanted = request.args.get("show", "")
    return page(
        "drafts/show.html",
        status,
        draft=draft,
        report=draft.report,
        remarks=[each for each in found if wanted in ("", each.kind)],
        wanted=wanted,
        counts=counts(found),
        marks=marks(found),
        kind_names=kind_names(),
        kind_marks=kind_marks(),
        told_note=told_note,
        names=element_names(draft.report),
        problem=first_problem(draft),
        published=session().get(Version, draft.published_version_id or 0),
        decisions=list(askables(draft.decisions)),
        absent={each.element for each in found if each.rule == "absent-table"},
        procedures=procedures(session()),
        key=request.form.get("key") or draft.procedure_key or key_from(draft.name),
        name=request.form.get("name") or draft.name,
        silence=open_silence(draft),
        author=people_names(session(), [draft.created_by_id]).get(draft.created_by_id or 0),
        refusal=sentence(refusal) if refusal else None,
    )
