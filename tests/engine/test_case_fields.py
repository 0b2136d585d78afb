from typing import Any

import pytest
from sqlalchemy import event, func, select

from engine.case_fields import (
    FieldKind,
    as_value,
    field_value,
    fields_of_version,
    has_field,
    values_of,
)
from engine.interventions.mending import correct_data
from engine.models import Case, CaseField, Person, Task, Version
from engine.tasks import complete_task
from tests.engine.office import TownHall, diagram

FORM = {
    "type": "default",
    "id": "f",
    "components": [
        {"type": "textfield", "key": "shop", "label": "Shop"},
        {
            "type": "select",
            "key": "trade",
            "label": "Trade",
            "values": [
                {"label": "Bakery", "value": "bakery"},
                {"label": "Workshop", "value": "workshop"},
            ],
        },
        {"type": "number", "key": "area", "label": "Area"},
        {"type": "checkbox", "key": "corner", "label": "Corner"},
        {
            "type": "group",
            "path": "owner",
            "components": [{"type": "datetime", "key": "born", "dateLabel": "Born"}],
        },
    ],
}
MODEL = diagram(
    '<startEvent id="s"/><userTask id="t" name="T" e:formKey="f"/>'
    '<userTask id="u" name="U" e:formKey="f"/><endEvent id="e"/>',
    flows="s>t t>u u>e",
)


@pytest.fixture
def ana(hall: TownHall) -> Person:
    return hall.person("ana", "Office")


@pytest.fixture
def version(hall: TownHall, ana: Person) -> Version:
    return hall.publish(MODEL, by=ana, forms={"f": FORM})


def answered(hall: TownHall, version: Version, ana: Person, **answers: Any) -> Case:
    case = hall.start(version, by=ana)
    complete_task(hall.session, f"{case.id}-2", answers, by=ana, at=hall.at)
    return case


def found(hall: TownHall, *condition: Any) -> list[int]:
    return list(hall.session.scalars(select(Case.id).where(has_field(Case.id, *condition))))


def test_a_version_offers_its_choices_numbers_checkboxes_and_days(
    hall: TownHall, version: Version
) -> None:
    fields = {one.name: one for one in fields_of_version(hall.session, version.id)}
    assert [(name, one.kind) for name, one in fields.items()] == [
        ("trade", FieldKind.CHOICE),
        ("area", FieldKind.NUMBER),
        ("corner", FieldKind.FLAG),
        ("owner.born", FieldKind.DAY),
    ]
    assert fields["trade"].options == {"bakery": "Bakery", "workshop": "Workshop"}
    assert fields["owner.born"].label == "Born"


def test_the_sheet_says_which_fields(hall: TownHall, ana: Person) -> None:
    sheet = {"case": {"fields": ["shop", "risk"]}}
    version = hall.publish(MODEL, by=ana, forms={"f": FORM}, sheet=sheet)
    assert [(one.name, one.label) for one in fields_of_version(hall.session, version.id)] == [
        ("shop", "Shop"),
        ("risk", "risk"),
    ]
    case = answered(hall, version, ana, shop="Don Pepe", trade="bakery")
    assert values_of(hall.session, [case.id], ["shop", "trade"]) == {case.id: {"shop": "Don Pepe"}}


def test_cases_are_found_by_what_was_answered(
    hall: TownHall, ana: Person, version: Version
) -> None:
    small = answered(hall, version, ana, trade="bakery", area=9, owner={"born": "1980-05-01"})
    large = answered(hall, version, ana, trade="workshop", area=120.5, corner=True)
    assert found(hall, "trade", "is", "bakery") == [small.id]
    assert found(hall, "trade", "is_not", "bakery") == [large.id]
    # 9 is less than 100, though “9” comes after “100”
    assert found(hall, "area", "at_least", "100") == [large.id]
    assert found(hall, "area", "at_most", "100") == [small.id]
    assert found(hall, "corner", "is", "true") == [large.id]
    assert found(hall, "owner.born", "at_most", "1980-12-31") == [small.id]
    assert found(hall, "trade", "has", "WORK") == [large.id]


def test_open_tasks_can_be_filtered_and_cases_grouped(
    hall: TownHall, ana: Person, version: Version
) -> None:
    case = answered(hall, version, ana, trade="bakery")
    answered(hall, version, ana, trade="workshop")
    answered(hall, version, ana, trade="bakery")
    hall.start(version, by=ana)
    tasks = select(Task.case_id).where(
        Task.status == "open", has_field(Task.case_id, "trade", "is", "bakery")
    )
    assert len(hall.session.scalars(tasks).all()) == 2
    trade = field_value(Case.id, "trade").label("trade")
    groups = hall.session.execute(select(trade, func.count()).select_from(Case).group_by(trade))
    assert {row[0]: row[1] for row in groups} == {"bakery": 2, "workshop": 1, None: 1}
    assert case.id > 0


def test_a_correction_changes_the_field_and_an_empty_answer_takes_it_away(
    hall: TownHall, ana: Person, version: Version
) -> None:
    case = answered(hall, version, ana, trade="bakery", area=9)
    changes = {"trade": "workshop", "area": None}
    correct_data(hall.session, case.id, changes, "a mistake", by=ana, at=hall.at)
    assert values_of(hall.session, [case.id], ["trade", "area"])[case.id] == {"trade": "workshop"}
    assert found(hall, "area", "at_most", "1000") == []


def test_fields_cost_one_statement_and_none_when_nothing_changes(
    hall: TownHall, ana: Person, version: Version
) -> None:
    case = answered(hall, version, ana, trade="bakery", area=9)
    written: list[str] = []

    def seen(_: Any, __: Any, statement: str, *___: Any) -> None:
        written.append(statement)

    engine = hall.session.get_bind().engine
    event.listen(engine, "before_cursor_execute", seen)
    same = {"trade": "bakery", "area": 9}
    complete_task(hall.session, f"{case.id}-3", same, by=ana, at=hall.at)
    event.remove(engine, "before_cursor_execute", seen)
    assert not any("case_field" in statement for statement in written)
    assert hall.session.scalar(select(func.count()).select_from(CaseField)) == 3  # and no corner


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (True, "true"),
        (12.0, "12"),
        (0.5, "0.5"),
        ("  a  ", "a"),
        ("x" * 61, ""),
        ([1], ""),
        (None, ""),
        (float("1e300"), ""),
    ],
)
def test_only_short_values_are_kept(answer: Any, kept: str) -> None:
    assert as_value(answer) == kept
