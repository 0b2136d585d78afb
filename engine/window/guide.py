"""The guide: a few questions, and from a decision table exactly the requirements of whoever answered them.

The sheet names both: `[guide]` with `form`, the questions, and `decision`, a decision of the version that gives the
keys of the requirements that apply.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import feel
from engine.calendars.jurisdiction import jurisdiction_of
from engine.errors import Refusal
from engine.forms import Form, Unfit, read_form
from engine.models import Version
from engine.sheet import Modality, Requirement, Sheet
from engine.terms.modality import modality_of
from engine.window.offers import sheet_of

if TYPE_CHECKING:  # decision tables are read where a version has some
    from engine import dmn

_KEPT = 256


@dataclass(frozen=True, slots=True)
class Guide:
    """What is asked, and the models that know the answer."""

    form: Form
    decision: str
    models: tuple["dmn.Model", ...]
    # name → decision: what conditions of the sheet refer to and a decision works out of the answers
    first: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """What applies to whoever gave these answers; the modality is None where several could apply."""

    requirements: tuple[Requirement, ...]
    perhaps: tuple[Requirement, ...]  # what they depend on is not known yet
    modality: Modality | None
    is_guided: bool  # False: no guide could say, so that everything is listed


def guide_of(session: Session, version_id: int) -> Guide | None:
    """The guide of a version; None when its sheet has none, or one that cannot be read."""
    with _lock:
        if version_id in _guides:
            return _guides[version_id]
    guide = _read(session, version_id)
    with _lock:
        _guides[version_id] = guide
        while len(_guides) > _KEPT:
            _guides.popitem(last=False)
    return guide


def advice(sheet: Sheet, guide: Guide | None, answers: Mapping[str, Any]) -> Advice:
    """The requirements and the modality that apply to these answers, by the guide, else by the sheet's conditions."""
    known = worked_out(guide, answers)
    keys: set[str] | None = None
    if guide is not None and answers:
        keys = _keys(_decide(guide.models, guide.decision, answers))
    modality = _modality(sheet, known) if answers else None
    told = [(one, _applies(one, modality, keys, known)) for one in sheet.requirements]
    return Advice(
        tuple(one for one, applies in told if applies),
        tuple(one for one, applies in told if applies is None),
        modality,
        keys is not None,
    )


def is_answered(guide: Guide | None, answers: Mapping[str, Any]) -> bool:
    """Whether every question of the guide has its answer, so that it can say what applies."""
    if guide is None:
        return False
    told = {name: answers[name] for name in guide.form.questions() if name in answers}
    try:
        guide.form.clean(told)
    except Unfit:
        return False
    return bool(told)


def worked_out(guide: Guide | None, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers, with what the sheet's conditions refer to and the guide's decisions work out of them."""
    known = dict(answers)
    if guide is not None and answers:
        for name, decision in guide.first:
            known[name] = _decide(guide.models, decision, answers)
    return known


def expected_modality(
    session: Session, version_id: int, sheet: Sheet, answers: Mapping[str, Any]
) -> Modality | None:
    """The modality that the guide tells to who answers so: what an applicant may count on until the office has
    registered the case; None where the guide cannot say yet.
    """
    guide = guide_of(session, version_id)
    if not is_answered(guide, answers):
        return None
    return modality_of(sheet, worked_out(guide, answers))


def _read(session: Session, version_id: int) -> Guide | None:
    sheet = sheet_of(session, version_id)
    said = sheet.raw.get("guide")
    if not isinstance(said, Mapping):
        return None
    row = session.execute(
        select(Version.forms, Version.decisions).where(Version.id == version_id)
    ).one()
    schema = (row.forms or {}).get(said.get("form"))
    decision, first = said.get("decision"), said.get("first")
    if schema is None or not isinstance(decision, str):
        return None
    named = first.items() if isinstance(first, Mapping) else ()
    from engine import dmn

    return Guide(
        read_form(schema).at(jurisdiction_of(sheet.raw)),
        decision,
        # where one cannot be read, its rules are still to be mended: then everything is listed
        tuple(dmn.load_all(row.decisions or {}).values()),
        tuple((name, str(wanted)) for name, wanted in named),
    )


def _decide(models: tuple["dmn.Model", ...], decision: str, answers: Mapping[str, Any]) -> Any:
    for model in models:
        try:
            return feel.to_json(model.decide(decision, model.from_json(decision, dict(answers))))
        except Refusal:
            continue  # another file has it
    return None


def _keys(decided: Any) -> set[str] | None:
    """Keys of requirements, from whatever shape the table gives: one, a list, or rows with one column."""
    if isinstance(decided, str):
        return {decided}
    if isinstance(decided, Mapping):
        return {value for value in decided.values() if isinstance(value, str)}
    if isinstance(decided, list):
        return set().union(*(_keys(one) or set() for one in decided))
    return None


def _modality(sheet: Sheet, known: Mapping[str, Any]) -> Modality | None:
    if len(sheet.modalities) == 1:
        return sheet.modalities[0]
    return modality_of(sheet, known)


def _applies(
    one: Requirement, modality: Modality | None, keys: set[str] | None, known: Mapping[str, Any]
) -> bool | None:
    if keys is not None and one.key not in keys:
        return False
    if modality is not None and one.modalities and modality.name not in one.modalities:
        return False
    return _holds(one.applies_if, known)


def _holds(condition: str, known: Mapping[str, Any]) -> bool | None:
    if not condition:
        return True
    try:
        value = feel.evaluate(condition, dict(known))
    except Refusal:
        return None
    return value if isinstance(value, bool) else None


_guides: OrderedDict[int, Guide | None] = OrderedDict()
_lock = Lock()
