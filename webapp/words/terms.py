"""What the law's clock has to say, as people say it."""

from collections.abc import Mapping
from datetime import date

from flask import Flask
from markupsafe import Markup

from engine.models import FiledAppeal
from engine.sheet import Assessment
from engine.stillness import Stillness
from engine.terms.answering import is_in_time
from engine.terms.appeals import SILENCE
from engine.terms.view import ClockView
from webapp.i18n import _, plural
from webapp.words.times import day, due_words, tone


def used_words(view: ClockView) -> str:
    """“3 business days used of 30”."""
    return plural(
        "%(num)d business day used of %(all)d",
        "%(num)d business days used of %(all)d",
        view.used,
        all=view.of,
    )


def clock_words(view: ClockView) -> str:
    """How the clock stands in a few words: “due tomorrow, 3 business days used of 30”, or why it stands still."""
    if view.stands_for is not None:
        return f"{stands_words(view)} · {used_words(view)}"
    if view.is_running or view.state == "silent":
        return f"{due_words(view.due_at)} · {used_words(view)}"
    return ended_words(view)


def law_words(view: ClockView) -> str:
    """The same beside a due date of another kind: “by law due in 12 days · 3 business days used of 30”."""
    if view.stands_for is not None or not (view.is_running or view.state == "silent"):
        return clock_words(view)
    return _("by law %(due)s · %(used)s", due=due_words(view.due_at), used=used_words(view))


def law(view: ClockView | None) -> Markup:
    """The law's clock in words and their tone; nothing where no term applies."""
    if view is None:
        return Markup("")
    how = "still" if view.stands_for is not None else tone(view.due_at)
    return Markup('<span class="due law" data-tone="{}">{}</span>').format(how, law_words(view))


def stands_words(view: ClockView) -> str:
    """Why the clock stands still, and until when at most."""
    until = "–" if view.stands_until is None else day(view.stands_until)
    if view.stands_for == "notice":
        return _("stands still: the applicant may correct until %(day)s", day=until)
    why = suspension_name(view.stands_for or "")
    return _("stands still: %(why)s, until %(day)s at most", why=why, day=until)


def ended_words(view: ClockView) -> str:
    """What became of the clock, and until when the paper of an approval by filing is due."""
    if view.state == "approved" and view.due_at is not None:
        return _(
            "%(state)s; its paper: %(due)s", state=state_words(view), due=due_words(view.due_at)
        )
    return state_words(view)


def state_words(view: ClockView) -> str:
    """What became of the clock."""
    if view.state == "approved" and view.silent_on is not None:
        return _("approved by positive silence since %(day)s", day=day(view.silent_on))
    if view.state == "approved" and view.approved_on is not None:
        return _("approved by filing on %(day)s", day=day(view.approved_on))
    if view.state == "silent" and view.silent_on is not None:
        return _("negative silence since %(day)s: it may be appealed", day=day(view.silent_on))
    if view.state == "answered":
        return _answered_words(view)
    if view.state == "stopped":
        return _("no term runs any more")
    return used_words(view)


def _answered_words(view: ClockView) -> str:
    """As the figures judge it, and what they do not tell: that the decision itself came too late."""
    used = used_words(view)
    if view.answered_on is None:
        return _("answered · %(used)s", used=used)
    if not is_in_time(view.answered_on, view.notify_by):
        return _("answered late · %(used)s", used=used)
    if view.decided_on is not None and not is_in_time(view.decided_on, view.decide_by):
        return _("decided late, notified before silence · %(used)s", used=used)
    return _("answered in time · %(used)s", used=used)


def silence_words(view: ClockView) -> str:
    """What silence will do, and when."""
    if view.assessment == Assessment.POSITIVE_SILENCE:
        return _("If nothing is notified, it is approved on %(day)s.", day=day(view.silence_from))
    if not view.is_silence_said:
        return _(
            "The sheet does not say what silence means, so it counts as negative: if nothing is notified, it may be "
            "appealed from %(day)s.",
            day=day(view.silence_from),
        )
    if view.assessment == Assessment.NEGATIVE_SILENCE:
        return _(
            "If nothing is notified, it may be appealed from %(day)s.", day=day(view.silence_from)
        )
    if view.assessment == Assessment.AUTOMATIC:
        return _("It is approved by filing; its paper is due on %(day)s.", day=day(view.notify_by))
    if view.is_expected:
        return _("By what was declared; the registration says whether it stays so.")
    return _("Which term applies is known when the answers say so.")


def applicant_words(view: ClockView) -> list[str]:
    """How the clock stands, as the applicant is told: what the office owes them, until when, and what silence means."""
    if view.stands_for == "notice":
        return [_("The time of the office stands still while you correct.")]
    if view.stands_for is not None:
        why, until = suspension_name(view.stands_for), view.stands_until
        day_said = "–" if until is None else day(until)
        return [
            _(
                "The time of the office stands still, until %(day)s at most: %(why)s.",
                day=day_said,
                why=why,
            )
        ]
    if view.state == "silent":
        return [
            _(
                "The office did not answer in time. You may appeal, or go on waiting: it must still answer you."
            )
        ]
    if view.notified_on is not None:
        return [_("The office answered you on %(day)s.", day=day(view.notified_on))]
    if view.state == "approved" and view.assessment == Assessment.AUTOMATIC:
        if view.left < 0:
            return [
                _(
                    "Your request is approved. The office had to give you your document by %(day)s: you may complain.",
                    day=day(view.notify_by),
                )
            ]
        return [
            _(
                "Your request is approved. The office has until %(day)s to give you your document.",
                day=day(view.notify_by),
            )
        ]
    if not view.is_running:
        return []
    told = [_("The office has until %(day)s to answer you.", day=day(view.notify_by))]
    if (
        view.assessment is None and not view.is_expected
    ):  # none of the sheet's modalities applies yet: the law's longest term counts
        told.append(
            _("It may be sooner: your term is known when the office has looked at your request.")
        )
    if view.assessment == Assessment.POSITIVE_SILENCE:
        told.append(
            _(
                "If it does not, your request counts as approved on %(day)s.",
                day=day(view.silence_from),
            )
        )
    elif not view.is_silence_said:
        told.append(
            _(
                "The procedure does not say what it means when no answer comes. You may appeal from %(day)s, as if it "
                "had said no; ask the office.",
                day=day(view.silence_from),
            )
        )
    elif view.assessment == Assessment.NEGATIVE_SILENCE:
        told.append(
            _(
                "If it does not, you may appeal from %(day)s, as if it had said no.",
                day=day(view.silence_from),
            )
        )
    if view.is_expected:
        told.append(
            _("This is by what you declared. If another term applies, its day is shown here.")
        )
    return told


def assessment_name(assessment: str | None) -> str:
    """The assessment type in the reader's words."""
    return (
        {
            Assessment.AUTOMATIC: _("automatic approval"),
            Assessment.POSITIVE_SILENCE: _("prior evaluation, positive silence"),
            Assessment.NEGATIVE_SILENCE: _("prior evaluation, negative silence"),
        }.get(Assessment(assessment), "–")
        if assessment
        else _("not known yet")
    )


def suspension_name(kind: str) -> str:
    """A reason for which the clock may stand still."""
    return {
        "other_entity": _("information from another entity"),
        "applicant_request": _("at the applicant's request"),
        "notice": _("correction by the applicant"),
    }.get(kind, kind.replace("_", " "))


def appeal_name(kind: str) -> str:
    """An appeal in the reader's words."""
    return {
        "reconsideration": _("reconsideration"),
        "appeal": _("appeal"),
        "complaint": _("complaint for delay"),
    }.get(kind, kind.replace("_", " "))


def result_name(result: str | None) -> str:
    """How an appeal was decided."""
    return {
        "founded": _("founded"),
        "partly": _("founded in part"),
        "unfounded": _("unfounded"),
        "inadmissible": _("inadmissible"),
        None: _("not decided yet"),
    }.get(result, str(result))


def applicant_result(result: str | None) -> str:
    """How an appeal was decided, as one tells who filed it."""
    return {
        "founded": _("you were right"),
        "partly": _("you were right in part"),
        "unfounded": _("the office does not agree with you"),
        "inadmissible": _("it could not be admitted"),
    }.get(result or "", result_name(result))


def appeal_state(appeal: FiledAppeal) -> str:
    """Where an appeal stands, in a word or two."""
    if appeal.decided_on is None and appeal.silent_on is not None:
        return _("silence since %(day)s", day=day(appeal.silent_on))
    return result_name(appeal.result)


def appeal_due(decide_by: date) -> str:
    """Until when it is decided."""
    return _("To be decided by %(day)s", day=day(decide_by))


def appeal_effects(appeal: FiledAppeal, names: Mapping[str, str]) -> list[str]:
    """What followed from it, a sentence each; `names`: of elements."""
    found = []
    stage = names.get(appeal.returned_to or "", appeal.returned_to or "–")
    if (
        appeal.effect and appeal.against == SILENCE
    ):  # nothing was decided that could lose its effect
        is_back = appeal.effect == "back"
        found.append(
            _("The case went back to “%(stage)s”.", stage=stage)
            if is_back
            else _("The office had not answered; this is its decision.")
        )
    elif appeal.effect == "back":
        found.append(
            _("The decision lost its effect; the case went back to “%(stage)s”.", stage=stage)
        )
    elif appeal.effect == "anew":
        found.append(_("The decision lost its effect; this is the new one."))
    if appeal.is_exhausted:
        found.append(_("Nothing more can be filed with the office; a judge can be asked."))
    elif appeal.silent_on is not None and appeal.decided_on is None:
        found.append(_("It can be appealed, as if the answer were no."))
    return found


def still_words(why: Stillness) -> str:
    """Why a case stands still, in the few words of a list."""
    match why:
        case Stillness.CORRECTION:
            return _("suspended: waits for a correction")
        case Stillness.PROCEDURE:
            return _("suspended with its procedure")
    return _("suspended")


def register(app: Flask) -> None:
    """Give templates the filters `clock_words`, `used_words`, `assessment_name` and their kin."""
    app.jinja_env.filters.update(
        clock_words=clock_words,
        still=still_words,
        law=law,
        used_words=used_words,
        stands_words=stands_words,
        ended_words=ended_words,
        silence_words=silence_words,
        applicant_words=applicant_words,
        assessment_name=assessment_name,
        suspension_name=suspension_name,
        appeal_name=appeal_name,
        result_name=result_name,
        applicant_result=applicant_result,
        appeal_state=appeal_state,
        appeal_due=appeal_due,
        appeal_effects=appeal_effects,
    )
