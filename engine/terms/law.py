"""What a jurisdiction's law says about terms: amounts, kinds of suspension, appeals, articles; read from its file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from engine.calendars.jurisdiction import FOLDER, Jurisdiction, jurisdiction
from engine.sheet import Appeal, Term, TermUnit, read_term

LATE_NOT_FILED: Final = "not_filed"


@dataclass(frozen=True, slots=True)
class SuspensionKind:
    """A reason for which the clock may stand still, and for how many business days at most."""

    name: str
    days: int
    extension: int


@dataclass(frozen=True, slots=True)
class Law:
    """The law of terms of a jurisdiction. Amounts without a unit are business days."""

    place: Jurisdiction
    decide: Term
    notify: Term
    correct: Term
    issue: Term
    is_silent_after_notify: bool
    tasks: Mapping[str, int]  # kind of task → days
    default_task: str
    extensions: Mapping[str, int]  # kind of task → days more, once
    suspensions: Mapping[str, SuspensionKind]
    is_notice_once: bool
    late: str  # what an uncorrected request becomes: not_filed, withdrawn
    is_fee_refunded: bool
    is_term_restarted: bool
    appeals: Mapping[str, Appeal]
    is_one_appeal_at_a_time: bool  # and each kind once against the same decision
    complaint_days: int | None
    abandonment_days: int | None
    is_abandoned_by_itself: bool  # by the clock; else an officer says so
    sample_share: int  # per cent
    sample_most: int
    warn_before: tuple[int, ...]  # business days, the earliest first
    words: Mapping[str, Any]  # outcomes, letters, mails in the language of the jurisdiction

    @property
    def language(self) -> str:
        """The language of letters and mails."""
        return str(self.place.raw.get("language", "es"))

    def outcome(self, how: str) -> str:
        """What a case that ended so is called."""
        return str(self.words["outcomes"][how])

    def kind_of_appeal(self, kind: str) -> str:
        """What an appeal is called in letters, with its article: “el recurso de apelación”."""
        return str(self.words["kinds"].get(kind, kind))

    def article(self, matter: str) -> str | None:
        """Where the law says so; None where the file does not know or must be verified: then nothing is quoted."""
        if self.place.raw.get("verify") is True:
            return None
        articles = self.place.raw.get("articles", {})
        found = None if articles.get("verify") is True else articles.get(matter)
        return found if isinstance(found, str) else None


@cache
def law_of(code: str) -> Law:
    """The law of terms of the jurisdiction with this code; NotFound."""
    return read_law(jurisdiction(code))


def read_law(place: Jurisdiction) -> Law:
    """The law out of a jurisdiction's file; KeyError for one that lacks a term it cannot do without."""
    raw = place.raw
    terms, tasks, notice = raw["terms"], dict(raw["tasks"]), raw.get("notice", {})
    default = tasks.pop("default", "formality")
    tasks.pop("verify", None)
    warnings = raw.get("warnings", {}).get("days_before", (5, 1))
    sample = raw.get("sample", {})
    return Law(
        place=place,
        decide=_term(terms["decide"]),
        notify=_term(terms["notify"]),
        correct=_term(terms["correct"]),
        issue=_term(terms["issue"]),
        is_silent_after_notify=raw.get("silence", {}).get("after", "notify") == "notify",
        tasks=tasks,
        default_task=default,
        extensions={
            kind: days for kind, days in raw.get("extensions", {}).items() if isinstance(days, int)
        },
        suspensions={
            name: SuspensionKind(name, said["days"], said.get("extension", 0))
            for name, said in raw.get("suspensions", {}).items()
            if isinstance(said, Mapping)
        },
        is_notice_once=notice.get("once", True),
        late=notice.get("late", LATE_NOT_FILED),
        is_fee_refunded=notice.get("refund", False),
        is_term_restarted=notice.get("restarts", True),
        appeals={
            kind: _appeal(kind, said)
            for kind, said in raw.get("appeals", {}).items()
            if isinstance(said, Mapping)
        },
        is_one_appeal_at_a_time=raw.get("appeal_order", {}).get("one_at_a_time", False),
        complaint_days=raw.get("complaint", {}).get("decide_within"),
        abandonment_days=raw.get("abandonment", {}).get("days"),
        is_abandoned_by_itself=raw.get("abandonment", {}).get("by_itself", False),
        sample_share=sample.get("share", 10),
        sample_most=sample.get("most", 150),
        warn_before=tuple(sorted(warnings, reverse=True)),
        words=words_in(raw.get("language", "es")),
    )


@cache
def mail_languages() -> frozenset[str]:
    """Languages that have words for mails to applicants."""
    return frozenset(path.stem for path in (FOLDER / "words").glob("*.toml"))


@cache
def words_in(language: str) -> Mapping[str, Any]:
    """The words of the clock in a language."""
    return tomllib.loads((FOLDER / "words" / f"{language}.toml").read_text("utf-8"))


def business_days(amount: int) -> Term:
    """So many business days."""
    return Term(amount, TermUnit.BUSINESS_DAYS)


def _appeal(kind: str, said: Mapping[str, Any]) -> Appeal:
    decided = said["decide_within"]
    term = business_days(decided) if isinstance(decided, int) else _term(decided)
    return Appeal(
        kind,
        said["file_within"],
        term.amount,
        silence=said.get("silence", "negative"),
        after_silence=said.get("after_silence", "negative"),
        unit=term.unit,
    )


def _term(said: Any) -> Term:
    term = read_term(said)
    if term is None:
        raise KeyError(f"no term: {said!r}")
    return term
