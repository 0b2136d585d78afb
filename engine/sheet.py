"""The procedure sheet (TUPA) as the rest of the engine reads it: frozen values out of a version's `sheet`.

The fields are those of DOMAIN.md “The procedure sheet”; Peru's D.S. 064-2010-PCM and Ley 27444 name them. What a sheet
does not say has the value that says so (an empty text, None, an empty tuple): an imperfect sheet is read, never
refused. Its faults are the designer's to find.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any


class Assessment(StrEnum):
    """Assessment type (calificación): what happens when the office does not answer in time."""

    AUTOMATIC = "automatic"  # approved by filing
    POSITIVE_SILENCE = "positive_silence"  # prior evaluation; approved when nobody answers
    NEGATIVE_SILENCE = "negative_silence"  # prior evaluation; may appeal when nobody answers


class TermUnit(StrEnum):
    """What a term is counted in."""

    BUSINESS_DAYS = "business_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"
    YEARS = "years"


class Source(StrEnum):
    """Where what a requirement asks for is to be had."""

    APPLICANT = "applicant"
    OWN_REGISTRY = "own_registry"
    ANOTHER_REGISTRY = "another_registry"
    ANOTHER_PROCEDURE = "another_procedure"  # the output of another procedure


@dataclass(frozen=True, slots=True)
class Term:
    """A term (plazo): so many units, at least one."""

    amount: int
    unit: TermUnit


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A norm: as one text, or in its parts."""

    text: str
    norm_type: str = ""
    number: str = ""
    article: str = ""
    issued_on: date | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the applicant must bring (requisito). `key` is stable within the sheet and never shown."""

    key: str
    order: int
    name: str
    is_specific: bool = False
    source: Source = Source.APPLICANT
    technical_justification: str = ""
    legal_justification: str = ""
    legal_basis: tuple[LegalBasis, ...] = ()
    form: str = ""  # of the form to fill in, if there is one
    fields: tuple[str, ...] = ()  # keys of the form fields that ask for it
    used_by: tuple[str, ...] = ()  # element ids whose decision uses it
    modalities: tuple[str, ...] = ()  # names; empty: all
    applies_if: str = ""  # FEEL over the answers; empty: always
    registry: str = ""  # the connector that fetches what the State already holds
    is_to_be_verified: bool = False  # its norms are not to be quoted as law


@dataclass(frozen=True, slots=True)
class Modality:
    """One way through the procedure, with its own assessment type and term. The first that applies is the case's."""

    name: str
    assessment: Assessment
    term: Term | None = None  # to decide
    legal_basis: tuple[LegalBasis, ...] = ()
    justification: str = ""
    protected_good: str = ""  # why silence is negative
    applies_if: str = ""  # FEEL over the answers; empty: always
    is_to_be_verified: bool = False  # neither its term nor its norms are to be quoted as law
    is_assessment_said: bool = True  # False: `assessment` is only what promises least


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal the applicant may file; amounts in business days, `unit` says in what it is decided.

    `silence` and `after_silence`: positive or negative, when nobody decides it in time: one against a decision, and one
    against negative silence. Empty: as the law says.
    """

    kind: str  # reconsideration, appeal
    file_within: int
    decide_within: int
    authority: str = ""  # name of an office, where there is one of this name
    silence: str = ""
    after_silence: str = ""
    unit: TermUnit = TermUnit.BUSINESS_DAYS

    @property
    def file(self) -> Term:
        """Until when it is filed, from the day the decision is notified."""
        return Term(self.file_within, TermUnit.BUSINESS_DAYS)

    @property
    def decide(self) -> Term:
        """In what time it is decided."""
        return Term(self.decide_within, self.unit)


@dataclass(frozen=True, slots=True)
class Fee:
    """What the applicant pays, in the currency's units; `stages` when it is charged in parts."""

    amount: Decimal
    currency: str = "PEN"
    stage: str = "once"
    means: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockMarks:
    """Where the diagram touches the law's clock: element ids, and the field that says where it was filed."""

    decided_by: tuple[str, ...] = ()  # done: the request is decided
    notified_by: tuple[str, ...] = ()  # done: the decision is notified
    filed_from: str = ""  # form field with the region of the place of filing (term of distance)
    warn_before: tuple[int, ...] | None = None  # business days; None: as the jurisdiction says
    tasks: Mapping[str, str] = field(default_factory=dict)  # element id → kind (report, forward …)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The published record of a procedure; `raw` is everything, also what is not read here."""

    key: str
    name: str
    objective: str = ""
    code: str = ""
    jurisdiction: str = "PE"
    language: str = "es"  # of its words, so that a screen reader says them right
    is_to_be_verified: bool = False
    modalities: tuple[Modality, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    appeals: tuple[Appeal, ...] = ()
    fee: Fee | None = None
    renewal: str = ""
    renewal_basis: tuple[LegalBasis, ...] = ()
    receives: str = ""  # name of an office
    processes: tuple[str, ...] = ()
    decides: str = ""
    lanes: Mapping[str, str] = field(default_factory=dict)  # lane → office
    channels: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()  # for the citizen, in order
    forms: tuple[str, ...] = ()
    contact: str = ""
    who_may_ask: str = ""
    is_strict_order: bool = False  # cases are taken in order of entry (148.1)
    case_fields: tuple[str, ...] | None = (
        None  # names to find cases by; None: as engine.case_fields
    )
    clock: ClockMarks = field(default_factory=lambda: ClockMarks())
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def deciding_office(self) -> str:
        """The office that decides: where a lane of the diagram is named, the office that it stands for."""
        return self.lanes.get(self.decides, self.decides)


def read_sheet(raw: Mapping[str, Any]) -> Sheet:
    """The sheet out of a version's JSON, as `procedure.toml` says it; what cannot be read counts as not said."""
    offices = _table(raw.get("offices"))
    return Sheet(
        key=_text(raw.get("key")),
        name=_text(raw.get("name")),
        objective=_text(raw.get("objective")),
        code=_text(raw.get("code")),
        jurisdiction=_text(raw.get("jurisdiction")) or "PE",
        language=_text(raw.get("language")) or "es",
        is_to_be_verified=raw.get("verify") is True,
        modalities=tuple(_modality(one) for one in _tables(raw.get("modalities"))),
        requirements=_requirements(raw.get("requirements")),
        appeals=tuple(
            appeal
            for kind, said in _table(raw.get("appeals")).items()
            if (appeal := _appeal(kind, _table(said)))
        ),
        fee=_fee(_table(raw.get("fee"))),
        renewal=_text(raw.get("renewal")),
        renewal_basis=_norms(raw.get("renewal_basis")),
        receives=_text(offices.get("receives")),
        processes=_texts(offices.get("processes")),
        decides=_text(offices.get("decides")),
        lanes={lane: _text(office) for lane, office in _table(offices.get("lanes")).items()},
        channels=_texts(raw.get("channels")),
        sites=_texts(raw.get("sites")),
        steps=_texts(raw.get("steps")),
        forms=_texts(raw.get("forms")),
        contact=_text(raw.get("contact")),
        who_may_ask=_text(raw.get("who_may_ask")),
        is_strict_order=raw.get("strict_order") is True,
        case_fields=_case_fields(_table(raw.get("case"))),
        clock=_clock(_table(raw.get("clock"))),
        raw=raw,
    )


def read_term(said: Any) -> Term | None:
    """`{ amount = 30, unit = "business_days" }`; None for anything else, and for less than one."""
    table = _table(said)
    amount, unit = table.get("amount"), _text(table.get("unit"))
    if isinstance(amount, bool) or not isinstance(amount, int) or amount < 1:
        return None
    return Term(amount, TermUnit(unit)) if unit in set(TermUnit) else None


def _modality(said: Mapping[str, Any]) -> Modality:
    assessment = _text(said.get("assessment"))
    known = assessment in set(Assessment)
    return Modality(
        name=_text(said.get("name")),
        # Prior evaluation whose silence grants nothing is what a sheet that says nothing promises least with.
        assessment=Assessment(assessment) if known else Assessment.NEGATIVE_SILENCE,
        term=read_term(said.get("term")),
        legal_basis=_norms(said.get("legal_basis")),
        justification=_text(said.get("justification")),
        protected_good=_text(said.get("protected_good")),
        applies_if=_text(said.get("applies_if")),
        is_to_be_verified=said.get("verify") is True,
        is_assessment_said=known,
    )


def _requirements(said: Any) -> tuple[Requirement, ...]:
    found = [_requirement(one, place) for place, one in enumerate(_tables(said), start=1)]
    return tuple(sorted(found, key=lambda requirement: requirement.order))


def _requirement(said: Mapping[str, Any], place: int) -> Requirement:
    source, order = _text(said.get("source")), said.get("order")
    return Requirement(
        key=_text(said.get("key")) or f"r{place}",
        order=order if isinstance(order, int) else place,
        name=_text(said.get("name")),
        is_specific=said.get("kind") == "specific",
        source=Source(source) if source in set(Source) else Source.APPLICANT,
        technical_justification=_text(said.get("technical_justification")),
        legal_justification=_text(said.get("legal_justification")),
        legal_basis=_norms(said.get("legal_basis")),
        form=_text(said.get("form")),
        fields=_texts(said.get("fields")),
        used_by=_texts(said.get("used_by")),
        modalities=_texts(said.get("modalities")),
        applies_if=_text(said.get("applies_if")),
        registry=_text(said.get("registry")),
        is_to_be_verified=said.get("verify") is True,
    )


def _clock(said: Mapping[str, Any]) -> ClockMarks:
    days = said.get("warn_before")
    return ClockMarks(
        decided_by=_texts(said.get("decided_by")),
        notified_by=_texts(said.get("notified_by")),
        filed_from=_text(said.get("filed_from")),
        warn_before=tuple(sorted({day for day in days if isinstance(day, int)}, reverse=True))
        if isinstance(days, list)
        else None,
        tasks={element: _text(kind) for element, kind in _table(said.get("tasks")).items()},
    )


def _appeal(kind: str, said: Mapping[str, Any]) -> Appeal | None:
    within, decided = said.get("file_within"), said.get("decide_within")
    term = Term(decided, TermUnit.BUSINESS_DAYS) if isinstance(decided, int) else read_term(decided)
    if not isinstance(within, int) or term is None:
        return None
    silence, after = (_effect(said.get(name)) for name in ("silence", "after_silence"))
    authority = _text(said.get("authority"))
    return Appeal(kind, within, term.amount, authority, silence, after, term.unit)


def _effect(said: Any) -> str:
    return _text(said) if _text(said) in ("positive", "negative") else ""


def _fee(said: Mapping[str, Any]) -> Fee | None:
    try:
        amount = Decimal(str(said["amount"]))
    except (KeyError, InvalidOperation):
        return None
    if not amount.is_finite() or amount < 0:
        return None
    return Fee(
        amount,
        _text(said.get("currency")) or "PEN",
        _text(said.get("stage")) or "once",
        _texts(said.get("means")),
    )


def _norms(said: Any) -> tuple[LegalBasis, ...]:
    """One norm or several, each a text or a table with its parts."""
    several = said if isinstance(said, list | tuple) else [said]
    return tuple(norm for one in several if (norm := _norm(one)))


def _norm(said: Any) -> LegalBasis | None:
    if isinstance(said, str):
        return LegalBasis(said.strip()) if said.strip() else None
    table = _table(said)
    kind, number, article = (_text(table.get(part)) for part in ("norm_type", "number", "article"))
    text = _text(table.get("text")) or " ".join(part for part in (kind, number, article) if part)
    if not text:
        return None
    return LegalBasis(
        text, kind, number, article, _day(table.get("issued_on")), _text(table.get("url"))
    )


def _day(said: Any) -> date | None:
    if isinstance(said, date):
        return said
    try:
        return date.fromisoformat(_text(said))
    except ValueError:
        return None


def _case_fields(said: Mapping[str, Any]) -> tuple[str, ...] | None:
    return _texts(said["fields"]) if isinstance(said.get("fields"), list | tuple) else None


def _text(said: Any) -> str:
    return said.strip() if isinstance(said, str) else ""


def _texts(said: Any) -> tuple[str, ...]:
    several = said if isinstance(said, list | tuple) else [said]
    return tuple(text for one in several if (text := _text(one)))


def _table(said: Any) -> Mapping[str, Any]:
    return said if isinstance(said, Mapping) else {}


def _tables(said: Any) -> list[Mapping[str, Any]]:
    return [one for one in said if isinstance(one, Mapping)] if isinstance(said, list) else []
