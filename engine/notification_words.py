"""The sentences of notifications, in each language: for mails, which no browser decides, and for the page."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from engine.calendars.written_days import written_day
from engine.errors import filled
from engine.models import NotificationKind

_ENGLISH: Final[Mapping[NotificationKind, str]] = {
    NotificationKind.TASK_ASSIGNED: "{by} gave you the task “{task}” of case {number}.",
    NotificationKind.TASK_RETURNED: "{by} returned what you proposed for “{task}” of case {number}: {words}",
    NotificationKind.REVIEW_WANTED: "{by} proposed “{task}” of case {number}: it waits for your review.",
    NotificationKind.MENTIONED: "{by} mentioned you in case {number}: {words}",
    NotificationKind.TASK_DUE: "“{task}” of case {number} is due on {words}.",
    NotificationKind.TASK_OVERDUE: "“{task}” of case {number} was due on {words} and is not done.",
    NotificationKind.OPINION_ASKED: "{by} asks your office for an opinion on case {number}: {words}",
    NotificationKind.OPINION_DUE: "The opinion on case {number} is due soon: {words}",
    NotificationKind.OPINION_ANSWERED: "{by} gave the opinion you asked for on case {number}: {words}",
    NotificationKind.ERRAND_GIVEN: "{by} gave you an errand: {words}",
    NotificationKind.ERRAND_DONE: "{by} has done your errand: {words}",
    NotificationKind.ERRAND_REOPENED: "{by} says that your errand is not done after all: {words}",
    NotificationKind.AWAY: "It was written down that you are away from {since} to {until}.",
    NotificationKind.STANDS_IN: "You stand in for {by} from {since} to {until}: you see their tasks in your inbox.",
    NotificationKind.TARGET_MISSED: "Target missed in {procedure}: “{task}”, {met} of 100 in time instead of {wanted}.",
}
_SPANISH: Final[Mapping[NotificationKind, str]] = {
    NotificationKind.TASK_ASSIGNED: "{by} le asignó la tarea “{task}” del expediente {number}.",
    NotificationKind.TASK_RETURNED: "{by} devolvió su propuesta de “{task}” del expediente {number}: {words}",
    NotificationKind.REVIEW_WANTED: "{by} propuso “{task}” del expediente {number}: espera su revisión.",
    NotificationKind.MENTIONED: "{by} lo mencionó en el expediente {number}: {words}",
    NotificationKind.TASK_DUE: "“{task}” del expediente {number} vence el {words}.",
    NotificationKind.TASK_OVERDUE: "“{task}” del expediente {number} venció el {words} y no está hecha.",
    NotificationKind.OPINION_ASKED: "{by} pide opinión a su unidad sobre el expediente {number}: {words}",
    NotificationKind.OPINION_DUE: "La opinión sobre el expediente {number} vence pronto: {words}",
    NotificationKind.OPINION_ANSWERED: "{by} emitió la opinión que usted pidió sobre el expediente {number}: {words}",
    NotificationKind.ERRAND_GIVEN: "{by} le dio un encargo: {words}",
    NotificationKind.ERRAND_DONE: "{by} cumplió su encargo: {words}",
    NotificationKind.ERRAND_REOPENED: "{by} dice que su encargo aún no está cumplido: {words}",
    NotificationKind.AWAY: "Se registró que usted está ausente del {since} al {until}.",
    NotificationKind.STANDS_IN: "Queda a cargo de las tareas de {by} del {since} al {until}; están en su bandeja.",
    NotificationKind.TARGET_MISSED: "Meta no cumplida en {procedure}: “{task}”, {met} de 100 a tiempo, no {wanted}.",
}
_DAYS: Final[Mapping[NotificationKind, tuple[str, ...]]] = {
    NotificationKind.TASK_DUE: ("words",),
    NotificationKind.TASK_OVERDUE: ("words",),
    NotificationKind.AWAY: ("since", "until"),
    NotificationKind.STANDS_IN: ("since", "until"),
}
# what earlier releases kept under the name of something else, by today's name
_KEPT_AS: Final[Mapping[NotificationKind, Mapping[str, str]]] = {
    NotificationKind.AWAY: {"since": "task", "until": "words"},
    NotificationKind.STANDS_IN: {"since": "task", "until": "words"},
    NotificationKind.TARGET_MISSED: {"met": "number", "wanted": "by", "procedure": "words"},
}
_DIGEST = {  # of one, of several, and what stands before the list
    "en": ("1 notification waits for you", "{count} notifications wait for you", "Since your last digest:"),
    "es": ("Tiene 1 aviso", "Tiene {count} avisos", "Desde su último resumen:"),
}  # fmt: skip
_LINK = {"en": "See them in Expedito, under Notifications.", "es": "Véalos en Expedito, en Avisos."}


def sentence(kind: NotificationKind, data: Mapping[str, object], language: str | None) -> str:
    """What the notification says; Spanish unless the language is English."""
    code = _code(language)
    said = _ENGLISH if code == "en" else _SPANISH
    kept = _KEPT_AS.get(kind, {})
    data = {**{name: data[old] for name, old in kept.items() if old in data}, **data}
    return filled(said[kind], {**data, **_in_words(kind, data, code)})


def _in_words(
    kind: NotificationKind, data: Mapping[str, object], code: str
) -> Mapping[str, object]:
    """Days that were kept as days, as their reader writes them."""
    try:
        return {
            name: written_day(date.fromisoformat(str(data.get(name))), code)
            for name in _DAYS.get(kind, ())
        }
    except ValueError:  # told before days were kept as such
        return {}


def mail_words(
    kind: NotificationKind, data: Mapping[str, object], language: str | None
) -> tuple[str, str]:
    """Subject and text of the mail about one notification."""
    said = sentence(kind, data, language)
    return said[:150], f"{said}\n\n{_LINK[_code(language)]}\n"


def digest_words(
    told: list[tuple[NotificationKind, dict[str, object]]], language: str | None
) -> tuple[str, str]:
    """Subject and text of a digest."""
    code = _code(language)
    one, several, before = _DIGEST[code]
    subject = one if len(told) == 1 else several
    lines = "\n".join(f"- {sentence(kind, data, language)}" for kind, data in told)
    text = f"{before}\n\n{lines}\n\n{_LINK[code]}\n"
    return filled(subject, {"count": len(told)}), text


def _code(language: str | None) -> str:
    return "en" if (language or "").lower().startswith("en") else "es"
