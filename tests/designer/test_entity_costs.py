"""Costs that the whole entity pays are divided among all its procedures: the decree's example, by way of studies."""

from decimal import Decimal as D

import pytest
from sqlalchemy.orm import Session

from designer.asme import ActivityType, Override
from designer.cost import Consumable, Ledger, Post, SharedResource
from designer.drafts import save_draft
from designer.ledger import set_ledger
from designer.models import Study
from designer.studies import keep_costed, say, say_of_side, sides, study_draft
from engine.models import Person, Role
from engine.people import create_person
from tests.clock import START
from tests.engine.spiff.diagrams import xml

LEDGER = Ledger(
    posts=(
        Post("Técnico", "MDP", D(36_000)),
        Post("Especialista", "GDU", D(72_000)),
        Post("Gerente", "GDU", D(120_000)),
    ),
    resources=(SharedResource("energy", D(9_600), {"MDP": D(4), "GDU": D(6)}, offices=("GDU",)),),
    persons={"MDP": D(4), "GDU": D(6)},
)
LF = xml('start s\nuser a "Recibir"\nuser b "Evaluar"\nuser c "Firmar"\nuser d "Entregar"\nend e\n'
         "s -> a -> b -> c -> d -> e\n")  # fmt: skip
CE = xml('start s\nuser a "Recibir"\nuser b "Copiar"\nend e\ns -> a -> b -> e\n')


@pytest.fixture
def ana(session: Session) -> Person:
    made = create_person(session, "ana", roles=[Role.ANALYST], offices=[], at=START)
    set_ledger(session, LEDGER, by=made, at=START)
    return made


def studied(
    session: Session,
    ana: Person,
    name: str,
    drawing: bytes,
    services: int,
    sheets: int,
    rows: dict[str, Override],
) -> Study:
    draft = save_draft(session, f"{name}.bpmn", drawing, sheet={"name": name}, by=ana, at=START)
    study = study_draft(session, draft.id, name=name, by=ana, at=START)
    say(session, study.id, services=D(services), at=START)
    paper = (Consumable("sheets", D(sheets), D("0.08")),)
    say_of_side(session, study.id, "as_is", overrides=rows, consumables=paper, at=START)
    keep_costed(session, study.id, by=ana, at=START)
    return study


def work(minutes: int, office: str, post: str) -> Override:
    return Override(minutes=D(minutes), office=office, staff={post: D(1)})


@pytest.fixture
def both(session: Session, ana: Person) -> tuple[Study, Study]:
    lf = studied(session, ana, "LF", LF, 400, 6, {
        "a": work(15, "MDP", "Técnico"),
        "b": work(60, "GDU", "Especialista"),
        "wait:c": Override(activity="Firmar", minutes=D(480), office="GDU", type=ActivityType.WAIT, is_added=True),
        "c": work(10, "GDU", "Gerente"),
        "d": work(5, "MDP", "Técnico"),
    })  # fmt: skip
    ce = studied(session, ana, "CE", CE, 100, 3, {
        "a": work(10, "MDP", "Técnico"),
        "b": work(30, "GDU", "Especialista"),
    })  # fmt: skip
    return lf, ce


def test_the_decrees_example_comes_out_to_the_cent_of_two_studies(
    session: Session, ana: Person, both: tuple[Study, Study]
) -> None:
    lf, ce = (sides(session, study, by=ana).as_is for study in both)
    assert (lf.cost.total, ce.cost.total) == (D("36.51"), D("14.76"))
    for side in (lf, ce):
        [energy] = [one for one in side.dedications if one.minutes]
        assert round(energy.share * 100, 4) == D("4.0772")


def test_of_two_studies_of_one_procedure_the_latest_counts(
    session: Session, ana: Person, both: tuple[Study, Study]
) -> None:
    _lf, ce = both
    again = studied(session, ana, "ce", CE, 100, 3, {"b": work(30, "GDU", "Especialista")})
    lf = sides(session, both[0], by=ana)
    assert len(lf.others.sharers) == 1
    assert lf.as_is.cost.total == D("36.51")
    # neither does a procedure share with itself
    assert [one.table.name for one in sides(session, again, by=ana).others.sharers] == ["LF"]
    assert [one.table.name for one in sides(session, ce, by=ana).others.sharers] == ["LF"]


def test_a_study_without_services_shares_nothing(
    session: Session, ana: Person, both: tuple[Study, Study]
) -> None:
    say(session, both[1].id, services=D(0), at=START)
    alone = sides(session, both[0], by=ana)
    assert alone.others.sharers == ()
