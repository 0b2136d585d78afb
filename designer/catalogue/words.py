"""What the cells of a catalogue may say: assessments, units, sources and amounts, in English and Spanish."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from engine.sheet import Assessment, Source, TermUnit

ASSESSMENTS: Final[Mapping[str, str]] = {
    "automatic": Assessment.AUTOMATIC, "automatica": Assessment.AUTOMATIC,
    "automatico": Assessment.AUTOMATIC, "aprobacion automatica": Assessment.AUTOMATIC,
    "positive silence": Assessment.POSITIVE_SILENCE, "positive_silence": Assessment.POSITIVE_SILENCE,
    "silencio positivo": Assessment.POSITIVE_SILENCE, "positivo": Assessment.POSITIVE_SILENCE,
    "silencio administrativo positivo": Assessment.POSITIVE_SILENCE, "sap": Assessment.POSITIVE_SILENCE,
    "evaluacion previa con silencio positivo": Assessment.POSITIVE_SILENCE,
    "negative silence": Assessment.NEGATIVE_SILENCE, "negative_silence": Assessment.NEGATIVE_SILENCE,
    "silencio negativo": Assessment.NEGATIVE_SILENCE, "negativo": Assessment.NEGATIVE_SILENCE,
    "silencio administrativo negativo": Assessment.NEGATIVE_SILENCE, "san": Assessment.NEGATIVE_SILENCE,
    "evaluacion previa con silencio negativo": Assessment.NEGATIVE_SILENCE,
}  # fmt: skip
UNITS: Final[Mapping[str, str]] = {
    "business_days": TermUnit.BUSINESS_DAYS, "business days": TermUnit.BUSINESS_DAYS,
    "dias habiles": TermUnit.BUSINESS_DAYS, "dia habil": TermUnit.BUSINESS_DAYS,
    "habiles": TermUnit.BUSINESS_DAYS, "dias": TermUnit.BUSINESS_DAYS, "dia": TermUnit.BUSINESS_DAYS,
    "calendar_days": TermUnit.CALENDAR_DAYS, "calendar days": TermUnit.CALENDAR_DAYS,
    "dias calendario": TermUnit.CALENDAR_DAYS, "dias naturales": TermUnit.CALENDAR_DAYS,
    "calendario": TermUnit.CALENDAR_DAYS, "days": TermUnit.BUSINESS_DAYS,
    "months": TermUnit.MONTHS, "meses": TermUnit.MONTHS, "mes": TermUnit.MONTHS,
    "years": TermUnit.YEARS, "anos": TermUnit.YEARS, "ano": TermUnit.YEARS,
}  # fmt: skip
SOURCES: Final[Mapping[str, str]] = {
    "applicant": Source.APPLICANT, "administrado": Source.APPLICANT, "solicitante": Source.APPLICANT,
    "own_registry": Source.OWN_REGISTRY, "own registry": Source.OWN_REGISTRY,
    "registro propio": Source.OWN_REGISTRY, "la entidad": Source.OWN_REGISTRY,
    "another_registry": Source.ANOTHER_REGISTRY, "another registry": Source.ANOTHER_REGISTRY,
    "otro registro": Source.ANOTHER_REGISTRY, "otra entidad": Source.ANOTHER_REGISTRY,
    "another_procedure": Source.ANOTHER_PROCEDURE, "another procedure": Source.ANOTHER_PROCEDURE,
    "otro procedimiento": Source.ANOTHER_PROCEDURE,
}  # fmt: skip
CURRENCIES: Final[Mapping[str, str]] = {"s/": "PEN", "s/.": "PEN", "soles": "PEN", "us$": "USD"}
_FREE: Final = frozenset({"gratuito", "gratis", "free", "sin costo"})


def read_amount(said: str) -> tuple[str, Decimal | None]:
    """The currency that stands before an amount, and the amount; “1,234.50”, “1.234,50” and “36,5” alike."""
    if plain(said) in _FREE:
        return "", Decimal(0)
    found = re.fullmatch(r"(\D*?)\s*(\d[\d.,\s]*)", said.strip())
    if found is None:
        return "", None
    symbol, number = found[1].strip().lower(), re.sub(r"\s", "", found[2]).rstrip(".,")
    last = max(number.rfind("."), number.rfind(","))
    decimals = len(number) - last - 1
    if last >= 0 and decimals != 3:
        whole = re.sub(r"[.,]", "", number[:last])
        number = f"{whole}.{number[last + 1 :]}"
    else:
        number = re.sub(r"[.,]", "", number)
    try:
        amount = Decimal(number)
    except InvalidOperation:
        return "", None
    if symbol and symbol not in CURRENCIES and not re.fullmatch(r"[a-z]{3}", symbol):
        return "", None
    currency = CURRENCIES.get(symbol, symbol.upper())
    return currency, amount if amount < Decimal(10) ** 9 else None


def plain(said: str) -> str:
    """Small letters without accents, marks as blanks."""
    letters = unicodedata.normalize("NFKD", said).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9_]+", letters))
