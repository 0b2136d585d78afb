"""Event logs of other systems: upload, tell the columns, see how far the import is, undo it."""

import orjson
from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from designer.publishing import key_from
from designer.references import refuse_while_used
from engine.errors import Refusal, filled
from engine.files.store import FileStore
from engine.logs.csv_columns import Columns
from engine.logs.csv_log import look_at
from engine.logs.csv_text import SEPARATORS
from engine.logs.csv_times import FORMATS, example_of
from engine.logs.desk import ask_to_delete, ask_to_read, ask_to_stop
from engine.logs.formats import format_of
from engine.logs.importing import is_stopped, log_by_key, logs, register_log
from engine.metrics.asking import measured_days
from engine.metrics.choices import content
from engine.models import EventLog, LogState, Procedure, Role
from webapp.i18n import _, sentence
from webapp.navigation import Link
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import current_zone, now, session, start_over

pages = Blueprint("logs", __name__, url_prefix="/logs")
NAVIGATION = Link("logs.index", lazy_gettext("Logs"), place=35)

MAY_MINE = (Role.ANALYST, Role.MANAGER)


class NoFile(Refusal):
    """A form was sent without a file."""

    sentence = "Choose a log first: a file .xes, .xes.gz, .csv or OCEL 2.0 (.json, .xml, .sqlite)."


@pages.get("")
@access(*MAY_MINE)
def index() -> ResponseReturnValue:
    """The imported logs, and where to upload another."""
    return page("logs/index.html", logs=logs(session()), states=states())


@pages.post("")
@access(*MAY_MINE)
def upload() -> ResponseReturnValue:
    """Keep the file and leave it to the worker; a table is asked about first."""
    try:
        log = _uploaded()
    except Refusal as refusal:
        start_over()
        found = logs(session())
        told = sentence(refusal)
        return page("logs/index.html", logs=found, states=states(), refusal=told), 422
    key = _procedure(log).key
    if log.state == LogState.MAPPING:
        return redirect(url_for(".columns", key=key), 303)
    return redirect(url_for(".show", key=key), 303)


@pages.get("/<key>")
@access(*MAY_MINE)
def show(key: str) -> ResponseReturnValue:
    """How far the import is and what came of it."""
    log = log_by_key(session(), key)
    span = measured_days(session(), log.procedure_id, current_zone())
    return page(
        "logs/show.html",
        log=log,
        procedure=_procedure(log),
        states=states() | ({LogState.FAILED: _("stopped")} if is_stopped(log) else {}),
        told=_refused(log),
        content=content(session(), log.procedure_id) if log.state == LogState.DONE else None,
        # figures are of the last months unless the address says otherwise, and logs are older
        range={} if span is None else {"since": span[0], "until": span[1]},
    )


@pages.get("/<key>/columns")
@access(*MAY_MINE)
def columns(key: str) -> ResponseReturnValue:
    """Which column says what, as guessed."""
    return _columns(log_by_key(session(), key))


@pages.post("/<key>/columns")
@access(*MAY_MINE)
def tell(key: str) -> ResponseReturnValue:
    """Take what the columns say and leave the log to the worker."""
    log = log_by_key(session(), key)
    if log.state not in (LogState.MAPPING, LogState.FAILED):
        return redirect(url_for(".show", key=key), 303)
    attributes = request.form.getlist("attributes")
    told = Columns.from_json({**request.form.to_dict(), "attributes": attributes})
    if not (told.case and told.activity and told.time):
        return _columns(log, told, _("Say which columns have the case, the activity and the time."))
    log.mapping = told.as_json()
    ask_to_read(session(), log, at=now())
    return redirect(url_for(".show", key=key), 303)


@pages.post("/<key>/stop")
@access(*MAY_MINE)
def stop(key: str) -> ResponseReturnValue:
    """Have the worker read no further; it takes out what it has read."""
    ask_to_stop(session(), log_by_key(session(), key))
    return redirect(url_for(".show", key=key), 303)


@pages.post("/<key>/delete")
@access(*MAY_MINE)
def delete(key: str) -> ResponseReturnValue:
    """Undo the import, unless something rests on it."""
    log = log_by_key(session(), key)
    refuse_while_used(session(), log)
    ask_to_delete(session(), log, at=now())
    flash(_("“%(name)s” is being deleted, with its figures.", name=_procedure(log).name))
    return redirect(url_for(".index"), 303)


def states() -> dict[str, str]:
    """What people call how far an import is."""
    return {
        LogState.MAPPING: _("columns to be told"),
        LogState.WAITING: _("waiting"),
        LogState.READING: _("being read"),
        LogState.DONE: _("ready"),
        LogState.FAILED: _("refused"),
        LogState.STOPPING: _("being stopped"),
        LogState.LEAVING: _("being deleted"),
    }


def _uploaded() -> EventLog:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise NoFile
    format = format_of(sent.filename)
    kept = files().put(sent.stream, sent.filename)
    person = signed_in()
    stem = kept.name.split(".")[0]
    name = request.form.get("name", "").strip() or stem
    is_table = format == "csv"
    log = register_log(
        session(),
        kept.name,
        key=key_from(name),
        name=name,
        format=format,
        office_id=min(person.office_ids, default=None),
        sha256=kept.sha256,
        state=LogState.MAPPING if is_table else LogState.WAITING,
        by=person,
        at=now(),
    )
    if not is_table:
        ask_to_read(session(), log, at=now())
    return log


def _columns(log: EventLog, told: Columns | None = None, problem: str = "") -> ResponseReturnValue:
    between = told.separator if told else request.args.get("separator", "")
    between = between if between in SEPARATORS else ""
    table = look_at(files().path(log.sha256 or ""), log.file_name, between)
    if told is None:
        is_told = log.mapping and not between
        told = Columns.from_json(log.mapping) if is_told else table.guess
    formats = [*FORMATS] if told.time_format in FORMATS else [told.time_format, *FORMATS]
    shown = page(
        "logs/columns.html",
        log=log,
        procedure=_procedure(log),
        table=table,
        told=told,
        parts=_parts(),
        formats=[(format, example_of(format)) for format in formats],
        separators=_separators(),
        problem=problem,
        refused=_refused(log),
    )
    return (shown, 422) if problem else shown


def _separators() -> list[tuple[str, str]]:
    """What may stand between columns, in words."""
    names = {",": _("comma ,"), ";": _("semicolon ;"), "\t": _("tabulator"), "|": _("bar |")}
    return [(one, names.get(one, one)) for one in SEPARATORS]


def _parts() -> list[tuple[str, str, bool]]:
    """Name, words and whether it must be told."""
    return [
        ("case", _("Case"), True),
        ("activity", _("Activity"), True),
        ("time", _("When it was done"), True),
        ("start", _("When it was begun"), False),
        ("resource", _("Who did it"), False),
        ("group", _("Office that did it"), False),
        ("lifecycle", _("Lifecycle transition"), False),
        ("case_start", _("When the case began"), False),
        ("case_end", _("When the case ended (empty: still open)"), False),
        ("due", _("When the case is due"), False),
        ("outcome", _("How the case ended"), False),
        ("channel", _("How the case came in"), False),
    ]


def _refused(log: EventLog) -> str:
    """Why the log was refused, in the reader's language; empty when it was not."""
    if not log.error:
        return ""
    message, values = orjson.loads(log.error)
    return filled(_(message), values)


def _procedure(log: EventLog) -> Procedure:
    return session().get_one(Procedure, log.procedure_id)


def files() -> FileStore:
    """Where uploaded logs lie."""
    store: FileStore = current_app.extensions["files"]
    return store
