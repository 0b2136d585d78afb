"""Times as people and other tools write them, in ISO 8601."""

import re
from datetime import datetime

from engine.bpmn.model import TimerKind

_DURATION = re.compile(
    r"-?P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+([.,]\d+)?S)?)?", re.ASCII
)
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "ten": 10, "twelve": 12, "un": 1, "una": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4,
    "cinco": 5, "diez": 10, "ein": 1, "eine": 1, "einer": 1, "zwei": 2, "drei": 3, "vier": 4,
    "fünf": 5, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5,
}  # fmt: skip
_UNITS = (
    (r"sec(?:ond)?s?|segundos?|sekunden?|secondes?|s", "T{}S"),
    (r"min(?:ute)?s?|minutos?|minuten?", "T{}M"),
    (r"hours?|hrs?|horas?|stunden?|heures?|h", "T{}H"),
    (r"(?:(?:working|business|calendar) )?days?|d[ií]as?(?: h[áa]biles)?|tage?n?|jours?|d", "{}D"),
    (r"weeks?|semanas?|wochen?|semaines?|w", "{}W"),
    (r"months?|mes(?:es)?|monate?n?|mois", "{}M"),
    (r"years?|años?|jahre?n?|ans?|années?", "{}Y"),
)
_WORDS = re.compile(
    r"(?<![\w.,])(\d{1,5}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")[ -]?("
    + "|".join(f"(?:{unit})" for unit, _ in _UNITS) + r")(?!\w)",
    re.IGNORECASE,
)  # fmt: skip
_STEP = re.compile(r"(?:0|\*)/(\d{1,4})")


def iso_kind(text: str) -> TimerKind | None:
    """What an ISO 8601 text is; None where it is none."""
    text = text.partition("@")[0]
    if text.startswith("R"):
        head, *rest = text.split("/")
        count = head[1:]
        if (count and not (count.isascii() and count.isdigit())) or len(rest) not in (1, 2):
            return None
        if count == "0" or not any(_is_duration(part) for part in rest):
            return None
        return TimerKind.CYCLE if all(_is_duration(p) or _is_date(p) for p in rest) else None
    if _is_duration(text):
        return TimerKind.DURATION
    return TimerKind.DATE if _is_date(text) else None


def _is_duration(text: str) -> bool:
    return len(text) < 60 and _DURATION.fullmatch(text) is not None


def _is_date(text: str) -> bool:
    if len(text) < 8:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def from_words(text: str) -> tuple[TimerKind, str] | None:
    """The duration that words such as “after 2 weeks” or “30 minutos” name; None without one."""
    found = _WORDS.search(text[:300])
    if found is None:
        return None
    word = found[1].lower()
    number = int(word) if word.isdigit() else _NUMBERS[word]
    for unit, form in _UNITS:
        if re.fullmatch(unit, found[2], re.IGNORECASE):
            return TimerKind.DURATION, "P" + form.format(number)
    return None


def from_cron(text: str) -> tuple[TimerKind, str] | None:
    """The ISO cycle of a regular cron text (every n seconds, minutes, hours; daily); None otherwise.

    The time of day is lost: ISO 8601 cycles count from when the timer is set.
    """
    parts = text.split()
    if len(parts) not in (5, 6, 7) or not all(
        re.fullmatch(r"[\d*/?,\-A-Za-z#L]+", p) for p in parts
    ):
        return None
    if len(parts) == 5:
        parts = ["0", *parts]
    second, minute, hour, day, month, weekday = parts[:6]
    rest = {day, month, weekday} <= {"*", "?", "1/1"}
    for field, letter, others in (
        (second, "S", (minute, hour)),
        (minute, "M", (hour,)),
        (hour, "H", ()),
    ):
        step = _STEP.fullmatch(field)
        if step is not None and int(step[1]) > 0 and rest and all(o == "*" for o in others):
            return TimerKind.CYCLE, f"R/PT{int(step[1])}{letter}"
    if rest and minute == "*" and hour == "*":
        return TimerKind.CYCLE, "R/PT1M"
    if rest and minute.isdigit() and hour == "*":
        return TimerKind.CYCLE, "R/PT1H"
    if rest and minute.isdigit() and hour.isdigit():
        return TimerKind.CYCLE, "R/P1D"
    if minute.isdigit() and hour.isdigit() and day in {"*", "?"} and month == "*":
        return TimerKind.CYCLE, "R/P1W"
    if minute.isdigit() and hour.isdigit() and day.isdigit() and month == "*":
        return TimerKind.CYCLE, "R/P1M"
    return None
