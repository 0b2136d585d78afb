"""What the procedure of a study costs its office and its applicants, and the entity's ledger it is reckoned by."""

import re
from collections.abc import Mapping
from decimal import Decimal

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from designer.burden import Applicants, Assumption, Visit
from designer.cost import Consumable, Ledger, Post, SharedResource
from designer.ledger import LineUnreadable, SaidTwice, ledger, set_ledger
from designer.models import Study
from designer.studies import (
    SIDES,
    Sides,
    Which,
    keep_costed,
    say,
    seal_of_costs,
    sides,
    study_by_id,
)
from engine.errors import Refusal
from engine.models import Role
from engine.people import all_offices
from engine.sheet import Requirement
from webapp.i18n import _, sentence
from webapp.pages import page
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session, start_over
from webapp.views.studies.study import STUDY, currency_of, pages, step_of
from webapp.words.numbers import read_amount
from webapp.words.studies import SIDE_NAMES

_HUNDRED = Decimal(100)
_MOST_LINES = 60


@pages.get(STUDY + "/costs")
@access(Role.ANALYST)
def costs(study_id: int) -> ResponseReturnValue:
    """Cost and burden of both sides, with every assumption."""
    return _page(study_by_id(session(), study_id))


@pages.post(STUDY + "/costs")
@access(Role.ANALYST)
def change_costs(study_id: int) -> ResponseReturnValue:
    """Keep services, applicants and what each requirement takes."""
    study = study_by_id(session(), study_id)
    try:
        _say(study, request.form)
    except Refusal as refusal:
        start_over()
        return _page(study_by_id(session(), study_id), refusal)
    flash(_("The assumptions are kept."))
    return redirect(url_for("studies.costs", study_id=study_id), 303)


@pages.get("/ledger")
@access(Role.ANALYST)
def show_ledger() -> ResponseReturnValue:
    """What the entity pays a year."""
    return _ledger_page()


@pages.post("/ledger")
@access(Role.ANALYST)
def change_ledger() -> ResponseReturnValue:
    """Replace the ledger."""
    try:
        set_ledger(session(), _ledger(request.form), by=signed_in(), at=now())
    except Refusal as refusal:
        start_over()
        return _ledger_page(refusal)
    flash(_("The ledger is kept. Every study reckons with it from now on."))
    return redirect(url_for("studies.show_ledger"), 303)


def _say(study: Study, sent: Mapping[str, str]) -> None:
    both = sides(session(), study, by=signed_in())
    keys = [one.key for one in _requirements(both)]
    present: list[Which] = [which for which in SIDES if which == "as_is" or both.to_be is not None]
    say(
        session(),
        study.id,
        services=read_amount(sent.get("services", "")),
        applicants=Applicants(
            population=read_amount(sent.get("population", "")),
            frequency=read_amount(sent.get("frequency", "")),
            hourly_wage=read_amount(sent.get("hourly_wage", "")),
        ),
        assumptions={key: _assumption(sent, f"r.{key}") for key in keys},
        used_up={
            which: (
                _consumables(sent.get(f"{which}.consumables", "")),
                Visit(
                    read_amount(sent.get(f"{which}.visits", "")),
                    _assumption(sent, f"{which}.visit"),
                ),
            )
            for which in present
        },
        seen=sent.get("seen", ""),
        by=signed_in(),
        at=now(),
    )
    keep_costed(session(), study.id, by=signed_in(), at=now())


def _assumption(sent: Mapping[str, str], name: str) -> Assumption:
    return Assumption(
        minutes=read_amount(sent.get(f"{name}.minutes", "")),
        out_of_pocket=read_amount(sent.get(f"{name}.money", "")),
        usual_share=min(read_amount(sent.get(f"{name}.usual", "")) / _HUNDRED, Decimal(1)),
    )


def _consumables(text: str) -> tuple[Consumable, ...]:
    """One a line: name; quantity; unit cost. Raises NoAmount, LineUnreadable."""
    found = []
    for line in _lines(text)[:_MOST_LINES]:
        name, quantity, price = _whole(line, 3, _("name; quantity; unit cost"))
        found.append(Consumable(name[:200], read_amount(quantity), read_amount(price)))
    return tuple(found)


def _ledger(sent: Mapping[str, str]) -> Ledger:
    """Raises NoAmount, LineUnreadable, SaidTwice: a line that cannot be read is told, never passed over."""
    posts, resources = [], []
    persons: dict[str, Decimal] = {}
    for line in _lines(sent.get("posts", "")):
        office, name, yearly = _whole(line, 3, _("office; post; yearly cost of one holder"))
        posts.append(Post(name[:200], office[:200], read_amount(yearly)))
    for line in _lines(sent.get("persons", "")):
        office, number = _whole(line, 2, _("office; how many work there"))
        if office in persons:
            raise SaidTwice(name=office)
        persons[office[:200]] = read_amount(number)
    for line in _lines(sent.get("resources", "")):
        wanted = _("what; yearly cost; Desk 4, Board 6; Board")
        name, yearly, drivers, users = _whole(line, 4, wanted, least=3)
        offices = tuple(user.strip() for user in users.split(",") if user.strip())
        shares = dict(_shares(drivers, line, wanted))
        resources.append(SharedResource(name[:200], read_amount(yearly), shares, offices))
    return Ledger(tuple(posts), tuple(resources), persons)


def _shares(text: str, line: str, wanted: str) -> list[tuple[str, Decimal]]:
    """“MDP 4, GDU 6”: offices with their drivers."""
    found = []
    for each in re.split(r",(?!\d)", text):  # “Desk 4,5” where decimals have a comma
        office, _space, number = each.strip().rpartition(" ")
        if not office:
            raise LineUnreadable(line=line, wanted=wanted)
        found.append((office, read_amount(number)))
    return found


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()[:500] if line.strip()]


def _whole(line: str, number: int, wanted: str, *, least: int | None = None) -> list[str]:
    """So many parts, of which as many as `least` say something. Raises LineUnreadable."""
    parts = [part.strip() for part in line.split(";")]
    least = number if least is None else least
    if not least <= len(parts) <= number or not all(parts[:least]):
        raise LineUnreadable(line=line, wanted=wanted)
    return parts + [""] * (number - len(parts))


def _page(study: Study, refusal: Refusal | None = None) -> ResponseReturnValue:
    both = sides(session(), study, by=signed_in())
    return page(
        "studies/costs.html",
        status=200 if refusal is None else refusal.status,
        study=study,
        both=both,
        seen=seal_of_costs(study),
        shown=[side for side in (both.as_is, both.to_be) if side is not None],
        requirements=_requirements(both),
        currency=currency_of(both),
        side_names=SIDE_NAMES,
        sent=request.form if refusal is not None else {},
        refusal=None if refusal is None else sentence(refusal),
        **step_of(study.id),
    )


def _requirements(both: Sides) -> list[Requirement]:
    """Those of both sides, each once."""
    found = {one.key: one for one in both.as_is.sheet.requirements}
    if both.to_be is not None:
        found |= {one.key: one for one in both.to_be.sheet.requirements if one.key not in found}
    return list(found.values())


def _ledger_page(refusal: Refusal | None = None) -> ResponseReturnValue:
    return page(
        "studies/ledger.html",
        status=200 if refusal is None else refusal.status,
        book=ledger(session()),
        offices=[office.name for office in all_offices(session())],
        sent=request.form if refusal is not None else {},
        refusal=None if refusal is None else sentence(refusal),
    )
