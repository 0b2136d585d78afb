"""Publish a draft: compiled apart, rehearsed, stored for good with the drawing as uploaded and the model as run."""

import re
import unicodedata
from datetime import datetime

from sqlalchemy.orm import Session

from designer.drafts import NotYetRunnable, changeable_draft, examined_again
from designer.models import Draft
from designer.sheet_prints import ask_for_print
from engine.deployments import deploy
from engine.errors import Refusal
from engine.models import Person, Version
from engine.sheet import read_sheet

_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class BadKey(Refusal):
    """A key that would not read well in an address."""

    sentence = "“{key}” cannot name a procedure. Use small letters, digits and hyphens, as in “licencia-de-obra”."


class SilenceNotSaid(Refusal):
    """A sheet with terms that leaves open what happens when they are over, and nobody who took that on."""

    sentence = (
        "The sheet does not say what silence means in “{names}”. Say it on the sheet first, or tick that it is "
        "published all the same: every case then counts with negative silence."
    )


def silences_left_open(draft: Draft) -> list[str]:
    """The modalities of a draft's sheet that do not say whether silence is positive or negative, or it is automatic."""
    sheet = read_sheet(draft.sheet)
    return [one.name or sheet.name for one in sheet.modalities if not one.is_assessment_said]


def publish_draft(
    session: Session,
    draft_id: int,
    *,
    key: str,
    name: str,
    is_silence_open: bool = False,
    by: Person | None,
    at: datetime,
) -> Version:
    """The next version of the procedure `key`; new cases take it at once, open ones keep theirs.

    `is_silence_open`: whoever publishes knows that the sheet leaves open what silence means.
    Raises NotYetRunnable, BadKey, AlreadyPublished, SilenceNotSaid.
    """
    if not _KEY.fullmatch(key) or len(key) > 80:
        raise BadKey(key=key)
    draft = changeable_draft(session, draft_id)
    if not draft.report["accepted"]:  # nothing to learn, and it may take long
        raise NotYetRunnable(name=draft.name, problem=_first_problem(draft.report))
    # Again and not as remembered: the repairs may have learned something since the draft was saved.
    examined = examined_again(session, draft)
    if not examined.is_runnable or examined.model is None or examined.process_id is None:
        raise NotYetRunnable(name=draft.name, problem=_first_problem(examined.report))
    if not is_silence_open and (names := silences_left_open(draft)):
        raise SilenceNotSaid(names="”, “".join(names))
    version = deploy(
        session,
        key,
        name.strip() or draft.name,
        drawing=draft.drawing,
        model=examined.model,
        process_id=examined.process_id,
        forms=draft.forms,
        decisions=draft.decisions,
        sheet=draft.sheet,
        by=by,
        at=at,
    )
    ask_for_print(session, version, at=at)
    draft.published_version_id = version.id
    draft.procedure_key = key
    draft.changed_at = at
    session.flush()
    return version


def key_from(name: str) -> str:
    """A key that reads well in an address, from a name: “Licencia de obra” → “licencia-de-obra”."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:80].strip("-") or "procedure"


def _first_problem(report: dict[str, object]) -> str:
    error, findings = report.get("error"), report.get("findings")
    if isinstance(error, dict):
        return str(error["message"])
    for finding in findings if isinstance(findings, list) else ():
        if finding["rule"] == "not-runnable":
            return str(finding["message"])
    return "nothing in it can run."
