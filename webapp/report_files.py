"""The printed pages of reports: which stored file is whose, also for who sweeps away what belongs to nobody."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from designer.models import StudyReport
from engine.files.store import StoredFile


def is_printed(report: StudyReport) -> bool:
    """Whether nothing more comes: its PDF is there, or it was said why there is none."""
    return "pdf" in report.data or "no_pdf" in report.data


def pdf_of(report: StudyReport) -> StoredFile | None:
    """Its PDF in the store; None while there is none."""
    return StoredFile.from_json(report.data.get("pdf"))


def report_files(session: Session) -> Iterator[str]:
    """The sha256 of the PDFs of reports: no document of a case names them."""
    rows = session.scalars(select(StudyReport.data).execution_options(yield_per=20))
    for data in rows:
        stored = StoredFile.from_json(data.get("pdf"))
        if stored is not None:
            yield stored.sha256
