"""The worker's part of a report: its figures, then its printed pages in the language it was asked for in."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO

from flask import Flask, render_template
from flask_babel import format_date
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from designer.models import StudyReport, StudySignature
from designer.sheet_prints import keep_print
from designer.studies.report import ReportDesk
from designer.studies.signing import Signed, figures_digest, read_signature, signature_of
from engine.casefile.signing import known_seals
from engine.database import Database
from engine.files.store import FileStore, StoredFile
from engine.letters.print_shop import typeset_apart
from engine.letters.refusals import NothingToRead, TypesettingMissing
from engine.models import Job, Office, Person, Version
from engine.sheet import read_sheet
from webapp.config import OFFERED_LANGUAGES, PARTIAL_LANGUAGES, Settings
from webapp.i18n import _, babel, speaking
from webapp.report_files import is_printed
from webapp.words import numbers as number_words
from webapp.words import sheets as sheet_words
from webapp.words import studies as study_words
from webapp.words import times as words
from webapp.words.reports import told_report

WHOLE_LANGUAGES = tuple(one for one in OFFERED_LANGUAGES if one not in PARTIAL_LANGUAGES)


class ReportPress:
    """Does jobs of JobKind.REPORT: the figures, then the PDF. Done again it changes nothing."""

    def __init__(
        self,
        database: Database,
        files: FileStore,
        clock: Callable[[], datetime],
        settings: Settings,
    ) -> None:
        self.database = database
        self.files = files
        self.clock = clock
        self.settings = settings
        self.desk = ReportDesk(database, clock, settings.zone)
        self.app = _words(settings)

    def __call__(self, job: Job) -> None:
        """Make one report whole; without a press or fonts the report says so and is read on its page.

        A job that names a version prints its procedure sheet instead, in every whole language; one of a signed report
        prints its pages with the signature.
        """
        if "version" in job.payload:
            self._print_sheet(int(job.payload["version"]))
            return
        if job.payload.get("signed"):
            self._print_signed(int(job.payload["study"]), int(job.payload["number"]))
            return
        self.desk(job)
        key = int(job.payload["study"]), int(job.payload["number"])
        with self.database.reading() as session:
            found = self._page(session, key)
        if found is None:
            return
        name, page = found
        try:
            told = {"pdf": self.files.put(BytesIO(typeset_apart(page)), name).as_json()}
        except (TypesettingMissing, NothingToRead) as refusal:
            told = {"no_pdf": {"sentence": refusal.sentence}}

        def write(session: Session) -> None:
            report = session.get(StudyReport, key)
            if report is not None and "pdf" not in report.data:
                report.data = {**report.data, **told}

        self.database.write(write)

    def _print_signed(self, study_id: int, number: int) -> None:
        with self.database.reading() as session:
            report = session.get_one(StudyReport, (study_id, number))
            made = signature_of(session, report)
            if made is None or made.pdf is not None:
                return
            signed = read_signature(made, report, known_seals(self.settings.var))
            name, page = self._told(session, report, signed)
        try:
            stored = self.files.put(BytesIO(typeset_apart(page)), name)
        except (TypesettingMissing, NothingToRead):
            return  # the signature is read on the report's page

        def write(session: Session) -> None:
            found = session.get_one(StudySignature, (study_id, number))
            if found.pdf is None:
                found.pdf = stored.as_json()

        self.database.write(write)

    def _print_sheet(self, version_id: int) -> None:
        with self.database.reading() as session:
            version = session.get(Version, version_id, options=[undefer(Version.sheet)])
            entity = _entity(session)
        if version is None:
            return
        for language in WHOLE_LANGUAGES:
            with self.app.app_context(), speaking(language):
                page = printed_sheet(version, entity=entity, language=language)
            try:
                stored = self.files.put(
                    BytesIO(typeset_apart(page)), f"{version.sheet['name']}.pdf"
                )
            except (TypesettingMissing, NothingToRead):
                return  # the sheet is read on its page, and printed by the browser
            self._keep_sheet(version_id, language, stored)

    def _keep_sheet(self, version_id: int, language: str, stored: StoredFile) -> None:
        at = self.clock()
        self.database.write(
            lambda session: keep_print(session, version_id, language, stored, at=at)
        )

    def _page(self, session: Session, key: tuple[int, int]) -> tuple[str, str] | None:
        report = session.get(StudyReport, key)
        if report is None or report.data.get("state") != "done" or is_printed(report):
            return None
        return self._told(session, report, None)

    def _told(
        self, session: Session, report: StudyReport, signed: Signed | None
    ) -> tuple[str, str]:
        """The name of the file, and its pages."""
        by = session.get(Person, report.issued_by_id) if report.issued_by_id else None
        language = language_of(report)
        with self.app.app_context(), speaking(language):
            name = f"{report.data['name']} {report.number}"
            if signed is not None:
                name = _("%(name)s, signed", name=name)
            return f"{name}.pdf", printed(
                report,
                author="" if by is None else by.full_name,
                entity=_entity(session),
                language=language,
                signed=signed,
            )


def language_of(report: StudyReport) -> str:
    """The language that its pages were asked for in."""
    said = report.data.get("language")
    return said if said in OFFERED_LANGUAGES else "en"


def printed(
    report: StudyReport, *, author: str, entity: str, language: str, signed: Signed | None = None
) -> str:
    """The pages as HTML that needs nothing from anywhere. Inside an application context with a locale."""
    return render_template(
        "studies/print.html",
        report=report,
        told=told_report(report.data, report.number),
        author=author,
        entity=entity,
        language=language,
        issued=report.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        seal=figures_digest(report.data)[:16],
        signed=signed,
        is_print=True,
    )


def printed_sheet(version: Version, *, entity: str, language: str) -> str:
    """The sheet's pages as HTML that needs nothing from anywhere. Inside an application context with a locale."""
    return render_template(
        "sheets/print.html",
        sheet=read_sheet(version.sheet),
        number=version.number,
        day=format_date(version.published_at, "d MMM y"),
        issued=version.published_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        entity=entity,
        language=language,
    )


def _entity(session: Session) -> str:
    """The entity's own name, where one office stands above all others."""
    top = session.scalars(select(Office.name).where(Office.parent_id.is_(None)).limit(2)).all()
    return top[0] if len(top) == 1 else ""


def _words(settings: Settings) -> Flask:
    """Enough of the application to say things: a worker serves no pages."""
    app = Flask("webapp", static_folder=None)
    app.config.update(
        BABEL_DEFAULT_LOCALE=settings.language, BABEL_DEFAULT_TIMEZONE=settings.timezone
    )
    app.extensions["settings"] = settings
    babel.init_app(app)
    words.register(app)
    number_words.register(app)
    study_words.register(app)
    sheet_words.register(app)
    return app
