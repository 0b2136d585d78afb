"""The facts of the law's clock as sentences of the timeline."""

from collections.abc import Mapping
from datetime import date

from engine.events import Happened
from engine.history import Entry
from webapp.i18n import _, plural
from webapp.words.terms import appeal_name, result_name, suspension_name
from webapp.words.times import day


def sentence_of_clock(entry: Entry) -> str | None:
    """A fact of the clock as a sentence; None for every other fact."""
    data = entry.data
    match entry.type:
        case Happened.CLOCK_STARTED:
            return _("The term began to run: to be decided by %(day)s", day=_day(data, "decide_by"))
        case Happened.CLOCK_RESTARTED:
            return _("The term began anew: to be decided by %(day)s", day=_day(data, "decide_by"))
        case Happened.CLOCK_STOPPED:
            why = suspension_name(str(data.get("kind", "")))
            return _(
                "The clock stands still: %(why)s, until %(day)s", why=why, day=_day(data, "until")
            )
        case Happened.CLOCK_WENT_ON:
            if data.get("is_recount"):
                return _(
                    "A declared day moved the term: to be decided by %(day)s",
                    day=_day(data, "decide_by"),
                )
            return _("The clock goes on: to be decided by %(day)s", day=_day(data, "decide_by"))
        case Happened.NOTICE_GIVEN:
            return _(
                "What is lacking was stated; the applicant may correct until %(day)s",
                day=_day(data, "correct_by"),
            )
        case Happened.DEFICIENCY_CORRECTED:
            return _("Item %(number)s was corrected", number=data.get("item", "–"))
        case Happened.REQUEST_CORRECTED:
            return _("Everything was corrected: the request counts as filed on its first day")
        case Happened.LEGAL_RISK_TAKEN:
            return _("A legal risk was taken: new observations after the first notice")
        case Happened.REQUEST_NOT_FILED:
            if data.get("is_refunded"):
                return _("Not corrected in time: it counts as not filed, and the fee is given back")
            return _("Not corrected in time: it counts as not filed")
        case Happened.REQUEST_WITHDRAWN:
            return _("The applicant withdrew the request")
        case Happened.REQUEST_ABANDONED:
            return _("The request was declared abandoned")
    return _sentence_of_answer(entry)


def _sentence_of_answer(entry: Entry) -> str | None:
    data = entry.data
    match entry.type:
        case Happened.REQUEST_APPROVED:
            if data.get("how") == "silence":
                return _("Positive silence approved the request on %(day)s", day=_day(data, "on"))
            return _("The request is approved by its filing")
        case Happened.SILENCE_OPERATED:
            return _(
                "Negative silence since %(day)s: the applicant may appeal, the office must still decide",
                day=_day(data, "on"),
            )
        case Happened.REQUEST_DECIDED:
            return _("The request was decided")
        case Happened.DECISION_NOTIFIED:
            return _("The decision was notified")
        case Happened.TERM_WARNED:
            if data.get("kind") == "soon":
                return plural(
                    "Those in charge were warned: %(num)d business day is left",
                    "Those in charge were warned: %(num)d business days are left",
                    int(data.get("days") or 0),
                )
            if data.get("kind") == "abandonment":
                return _(
                    "The applicant was told to act by %(day)s, or the case ends as abandoned",
                    day=_day(data, "decide_by"),
                )
            if str(data.get("kind", "")).startswith("appeal"):
                return _sentence_of_appeal_warning(data)
            if data.get("kind") == "overdue":
                return _("Those in charge were warned: the time to decide is over")
            return _("Those in charge were told that silence has operated")
        case Happened.APPEAL_FILED:
            return _(
                "Filed: %(kind)s, to be decided by %(day)s",
                kind=appeal_name(str(data.get("kind"))),
                day=_day(data, "decide_by"),
            )
        case Happened.TASK_EXTENDED:
            return _("The task may take longer: until %(day)s", day=_day(data, "due_on"))
        case Happened.APPEAL_SILENT:
            kind = appeal_name(str(data.get("kind")))
            if data.get("how") == "positive":
                return _("Nobody decided it in time, and silence grants it: %(kind)s", kind=kind)
            return _("Nobody decided it in time: %(kind)s", kind=kind)
        case Happened.DECISION_REVOKED:
            return _("The decision lost its effect")
        case Happened.CASE_REOPENED:
            stage = data.get("stage_name") or "–"
            return _("The case goes on again at “%(stage)s”", stage=stage)
        case Happened.APPEAL_DECIDED:
            return _(
                "Decided: %(kind)s, %(result)s",
                kind=appeal_name(str(data.get("kind"))),
                result=result_name(data.get("result")),
            )
        case Happened.EXPOST_CHECKED:
            if data.get("found") == "true":
                return _("Checked afterwards: what was declared is true")
            return _("Checked afterwards: what was declared is not true")
    return None


def _sentence_of_appeal_warning(data: Mapping[str, object]) -> str:
    until = _day(data, "decide_by")
    match data.get("kind"):
        case "appeal":
            return _("Who decides was told of what was filed: until %(day)s", day=until)
        case "appeal_late":
            return _("Who decides was warned: the time ended on %(day)s", day=until)
        case "appeal_quiet":
            return _("Who decides was told that silence has operated")
    return _("Who decides was warned: the time ends on %(day)s", day=until)


def _day(data: Mapping[str, object], name: str) -> str:
    said = data.get(name)
    try:
        return day(date.fromisoformat(str(said)))
    except ValueError:
        return "–"
