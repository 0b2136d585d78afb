"""Offices and people, kept by the operator."""

import secrets

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from sqlalchemy import select

from engine.errors import Conflict, Refusal
from engine.models import Office, Person, Role
from engine.people import (
    AddressWrong,
    all_offices,
    create_person,
    office_named,
    person_by_id,
    set_offices,
    set_password,
    set_roles,
    set_skills,
)
from webapp.i18n import _, sentence
from webapp.navigation import Link
from webapp.pages import page
from webapp.security.access import access
from webapp.security.mail_address import change_address
from webapp.security.sessions import sign_out_everywhere, signed_in
from webapp.security.tokens import revoke_tokens
from webapp.transactions import now, session, start_over

pages = Blueprint("people", __name__, url_prefix="/people")
NAVIGATION = Link("people.index", lazy_gettext("People"), place=80)


class OwnRole(Refusal):
    """An operator would lock the door from outside."""

    sentence = "You cannot take the role of operator from yourself or close your own account. Ask another operator."


@pages.get("")
@access(Role.OPERATOR)
def index() -> ResponseReturnValue:
    """Everyone and every office."""
    return _index()


@pages.post("")
@access(Role.OPERATOR)
def add() -> ResponseReturnValue:
    """Let somebody sign in; the password is made up and shown once."""
    name = request.form.get("name", "").strip()[:120]
    password = secrets.token_urlsafe(9)
    try:
        if not name:
            raise NameMissing
        person = create_person(
            session(),
            name,
            full_name=request.form.get("full_name", "").strip()[:200] or None,
            email=_email(),
            password=password,
            roles=request.form.getlist("roles"),
            at=now(),
        )
    except (AddressWrong, Conflict, NameMissing) as refusal:
        start_over()
        return _index(refusal, 422)
    set_offices(session(), person, _offices())
    flash(_("%(name)s can sign in with the password %(password)s", name=name, password=password))
    return redirect(url_for("people.show", person_id=person.id), 303)


@pages.post("/offices")
@access(Role.OPERATOR)
def add_office() -> ResponseReturnValue:
    """A new office, below another one or none."""
    name = request.form.get("office", "").strip()[:200]
    above = request.form.get("parent", type=int)
    if name:
        parent = session().get(Office, above) if above else None
        office_named(session(), name, parent_id=parent.id if parent else None, at=now())
        flash(_("The office “%(name)s” is there.", name=name))
    return redirect(url_for("people.index", _anchor="offices"), 303)


@pages.get("/<int:person_id>")
@access(Role.OPERATOR)
def show(person_id: int) -> ResponseReturnValue:
    """One person: roles, offices, account."""
    return _show(person_by_id(session(), person_id))


@pages.post("/<int:person_id>")
@access(Role.OPERATOR)
def change(person_id: int) -> ResponseReturnValue:
    """Give and take roles and offices; close and open the account."""
    person = person_by_id(session(), person_id)
    roles, is_active = request.form.getlist("roles"), "is_active" in request.form
    if person.id == signed_in().id and (Role.OPERATOR not in roles or not is_active):
        return _show(person, OwnRole(), 422)
    try:
        if "email" in request.form:
            change_address(person, _email())
    except AddressWrong as refusal:
        return _show(person, refusal, 422)
    person.full_name = request.form.get("full_name", "").strip()[:200] or person.full_name
    person.is_active = is_active
    set_roles(session(), person, roles)
    set_offices(session(), person, _offices())
    set_skills(session(), person, request.form.get("skills", "").split(","))
    if not is_active:
        sign_out_everywhere(person)
        revoke_tokens(session(), person)
    flash(_("Saved."))
    return redirect(url_for("people.show", person_id=person.id), 303)


@pages.post("/<int:person_id>/password")
@access(Role.OPERATOR)
def new_password(person_id: int) -> ResponseReturnValue:
    """A new password, made up and shown once; every browser of the person is signed out."""
    person = person_by_id(session(), person_id)
    password = secrets.token_urlsafe(9)
    set_password(session(), person, password)
    sign_out_everywhere(person)
    flash(
        _(
            "%(name)s can sign in with the password %(password)s",
            name=person.name,
            password=password,
        )
    )
    return redirect(url_for("people.show", person_id=person.id), 303)


class NameMissing(Refusal):
    """A person without a name cannot sign in."""

    sentence = "Write the name that the person will sign in with."


def _index(refusal: Refusal | None = None, status: int = 200) -> ResponseReturnValue:
    everyone = session().scalars(select(Person).order_by(Person.full_name)).all()
    offices = all_offices(session())
    return page(
        "people/index.html",
        status,
        people=everyone,
        offices=offices,
        office_names={office.id: office.name for office in offices},
        roles=list(Role),
        refusal=sentence(refusal) if refusal else None,
        typed=request.form,
    )


def _show(person: Person, refusal: Refusal | None = None, status: int = 200) -> ResponseReturnValue:
    return page(
        "people/show.html",
        status,
        person=person,
        offices=all_offices(session()),
        roles=list(Role),
        refusal=sentence(refusal) if refusal else None,
    )


def _offices() -> list[int]:
    known = {office.id for office in all_offices(session())}
    return [office for office in request.form.getlist("offices", type=int) if office in known]


def _email() -> str:
    return request.form.get("email", "").strip()[:300]
