"""The printed pages of reports: which stored file is whose, also for who sweeps away what belongs to nobody."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import JSON, column, select, table
from sqlalchemy.orm import Session

from engine.files.store import StoredFile

if TYPE_CHECKING:
    from designer.models import StudyReport, StudySignature

# As much of the designer's tables as is asked here: whoever sweeps once a day, which every server does, need not have
# all of them loaded for good.
_REPORTS = table("study_report", column("data", JSON))
_SIGNATURES = table("study_signature", column("pdf", JSON))


def is_printed(report: "StudyReport") -> bool:
    """Whether nothing more comes: its PDF is there, or it was said why there is none."""
    # Studies come with it, which who only sweeps has no use for.
    from designer.studies.signing import is_whole

    return is_whole(report.data)


def pdf_of(report: "StudyReport") -> StoredFile | None:
    """Its PDF in the store; None while there is none."""
    return StoredFile.from_json(report.data.get("pdf"))


def signed_pdf_of(made: "StudySignature | None") -> StoredFile | None:
    """The pages with the signature on them; None while there are none."""
    return None if made is None else StoredFile.from_json(made.pdf)


def report_files(session: Session) -> Iterator[str]:
    """The sha256 of the PDFs of reports, signed or not: no document of a case names them."""
    for said in _REPORTS.c.data, _SIGNATURES.c.pdf:
        for data in session.scalars(select(said).execution_options(yield_per=20)):
            stored = StoredFile.from_json(data.get("pdf") if said is _REPORTS.c.data else data)
            if stored is not None:
                yield stored.sha256
