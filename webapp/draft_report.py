"""What was found in a draft, in the reader's language: problems, repairs, what is not used, one list with filters."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from designer.decision_models import has_decision
from designer.draft_questions import unknown_variables
from designer.models import Draft
from designer.publishing import silences_left_open
from engine.errors import filled
from webapp.i18n import _

Json = Mapping[str, Any]

KINDS = ("error", "warning", "decision", "repair", "info", "unread")
"""In the order in which an analyst wants to read them; `decision` is a repair to be confirmed."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One line of the list: what kind, about which element, in which line of the file."""

    kind: str
    words: str
    rule: str = ""
    element: str | None = None
    name: str | None = None  # what the element is called in the drawing
    line: int | None = None
    path: tuple[str, ...] = ()  # ids that lead to the problem


def kind_names() -> dict[str, str]:
    """The kinds in the reader's words."""
    return {
        "error": _("Errors"),
        "warning": _("Warnings"),
        "decision": _("To confirm"),
        "repair": _("Repairs"),
        "info": _("Hints"),
        "unread": _("Not used"),
    }


def kind_marks() -> dict[str, str]:
    """One of a kind, as a mark before its sentence."""
    return {
        "error": _("error"),
        "warning": _("warning"),
        "decision": _("to confirm"),
        "repair": _("repaired"),
        "info": _("hint"),
        "unread": _("not used"),
    }


def by_weight(found: Iterable[Remark]) -> list[Remark]:
    """The gravest first."""
    return sorted(found, key=lambda remark: KINDS.index(remark.kind))


def remarks(draft: Draft) -> list[Remark]:
    """Everything that the examination of a draft says, the gravest first."""
    report = draft.report
    names = element_names(report)
    found = [_of_error(report["error"])] if report["error"] else []
    found += [_of(each, each["severity"], names) for each in report["findings"]]
    found += [_of(each, _kind_of_repair(each), names) for each in report["repairs"]]
    found += [
        Remark(
            "unread", _times(each), "", each["element"], names.get(each["element"]), each["line"]
        )
        for each in report["unread"]
    ]
    return by_weight(found)


def strangers(draft: Draft) -> list[Remark]:
    """What rules and scripts read though nothing in the draft gives it: a slip of the pen, or brought from outside."""
    names = element_names(draft.report)
    return [
        Remark(
            "info" if each["is_open"] else "warning",
            _(
                "No form, table, script or service here gives %(names)s. Where nobody does, it counts as empty.",
                names=", ".join(each["names"]),
            ),
            "unknown-variable",
            each["element"],
            names.get(each["element"], each["name"]),
            each["line"],
        )
        for each in unknown_variables(draft)
    ]


def absent(draft: Draft) -> list[Remark]:
    """Tables and forms that the drawing names and that come in files of their own, not added yet."""
    report = draft.report
    names = element_names(report)
    found = []
    for each in (*report.get("starts", ()), *report["tasks"]):
        name = names.get(each["id"], each["id"])
        if (decision := each.get("decision")) and not has_decision(draft.decisions, decision):
            words = _(
                "“%(name)s” is decided by the table “%(table)s”, which is not here: a person decides until you add its "
                "file (.dmn).",
                name=name,
                table=decision,
            )
            found.append(
                Remark("warning", words, "absent-table", each["id"], name, each.get("line"))
            )
        form = each["form"]
        if form and form not in draft.forms and not (each.get("schema") or each.get("fields")):
            words = _(
                "“%(name)s” asks by the form “%(form)s”, which is not here: it asks only what the way on needs until "
                "you add its file (.form, .json).",
                name=name,
                form=form,
            )
            found.append(
                Remark("warning", words, "absent-form", each["id"], name, each.get("line"))
            )
    return found


def all_remarks(draft: Draft) -> list[Remark]:
    """All that is said of a draft before it is published, the gravest first."""
    return by_weight([*remarks(draft), *absent(draft), *strangers(draft)])


def open_silence(draft: Draft) -> str | None:
    """That the sheet leaves open what silence means, and in what; None where it says it."""
    names = silences_left_open(draft)
    if not names:
        return None
    return _(
        "The sheet does not say what silence means in “%(names)s”: until it does, every case counts with negative "
        "silence.",
        names="”, “".join(names),
    )


def counts(found: list[Remark]) -> dict[str, int]:
    """How many remarks there are of each kind that occurs, in the order of KINDS."""
    number = Counter(remark.kind for remark in found)
    return {kind: number[kind] for kind in KINDS if number[kind]}


def marks(found: list[Remark]) -> dict[str, str]:
    """Element → the gravest kind said about it, to be marked on the drawing."""
    said: dict[str, str] = {}
    for remark in found:
        if remark.element and remark.kind in ("error", "warning", "decision", "repair"):
            said.setdefault(remark.element, remark.kind)
    return said


def first_problem(draft: Draft) -> str | None:
    """Why a draft cannot be published, in one sentence; None when it can."""
    if draft.is_runnable:
        return None
    grave = [each for each in remarks(draft) if each.rule in ("", "not-runnable")]
    return grave[0].words if grave else _("Nothing in it can run.")


def element_names(report: Json) -> dict[str | None, str]:
    """Id → name of what the drawing names."""
    return {each["id"]: each["name"] for each in report.get("elements", ()) if each["name"]}


def told(said: Json) -> str:
    """A sentence of the report in the reader's language, with its values."""
    values = dict(said["values"])
    problem = values.get("problem")
    if problem:  # words of ours inside the sentence
        values["problem"] = _(problem)
    return filled(_(said["sentence"]), values)


def _times(unread: Json) -> str:
    """“w4:graphStyle (23×)”; drafts kept before things were counted say each by itself."""
    number = unread.get("count", 1)
    return f"{unread['what']} ({number}×)" if number > 1 else str(unread["what"])


def told_note(note: str) -> str:
    """What the importer tells the person who does a task, in the reader's language; what follows in brackets is
    the drawing's own text.
    """
    base, bracket, rest = note.partition(" (")
    words = _(note)
    return words if words != note or not bracket else f"{_(base)}{bracket}{rest}"


def _of_error(error: Json) -> Remark:
    return Remark("error", told(error), line=error["line"])


def _of(said: Json, kind: str, names: Mapping[str | None, str]) -> Remark:
    return Remark(
        kind,
        told(said),
        said["rule"],
        said["element"],
        names.get(said["element"]),
        said["line"],
        tuple(said.get("path", ())),
    )


def _kind_of_repair(said: Json) -> str:
    return "decision" if said["decision"] else "repair"
