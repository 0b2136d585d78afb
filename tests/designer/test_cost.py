"""The cost of a procedure, to the cent of the decree's worked example (DOMAIN.md)."""

from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.cost import (
    Consumable,
    CostedActivity,
    CostTable,
    Ledger,
    Post,
    SharedResource,
    dedications,
    exact,
    fee_exceeds_cost,
    unit_costs,
)

LEDGER = Ledger(
    posts=(
        Post("Técnico", "MDP", D(36_000)),
        Post("Especialista", "GDU", D(72_000)),
        Post("Gerente", "GDU", D(120_000)),
    ),
    resources=(SharedResource("energy", D(9_600), {"MDP": D(4), "GDU": D(6)}, offices=("GDU",)),),
    persons={"MDP": D(4), "GDU": D(6)},
)


def activity(name: str, office: str, minutes: int, post: str | None) -> CostedActivity:
    staff = {} if post is None else {post: D(1)}
    return CostedActivity(name, office, D(minutes), staff, is_wait=post is None)


LF = CostTable(
    "LF",
    D(400),
    (
        activity("receive", "MDP", 15, "Técnico"),
        activity("evaluate", "GDU", 60, "Especialista"),
        activity("wait", "GDU", 480, None),
        activity("sign", "GDU", 10, "Gerente"),
        activity("hand over", "MDP", 5, "Técnico"),
    ),
    (Consumable("sheets", D(6), D("0.08")),),
)
CE = CostTable(
    "CE",
    D(100),
    (activity("receive", "MDP", 10, "Técnico"), activity("copy", "GDU", 30, "Especialista")),
    (Consumable("sheets", D(3), D("0.08")),),
)


def test_the_worked_example_comes_out_to_the_cent() -> None:
    lf, ce = unit_costs([LF, CE], LEDGER)
    assert (lf.staff, lf.consumables, lf.shared) == (D("35.50"), D("0.48"), {"energy": D("0.53")})
    assert lf.total == D("36.51")
    assert (ce.staff, ce.consumables, ce.shared) == (D("14.30"), D("0.24"), {"energy": D("0.22")})
    assert ce.total == D("14.76")


def test_the_dedication_of_the_worked_example_is_as_published() -> None:
    [energy] = dedications([LF, CE], LEDGER)
    assert energy.office == "GDU"
    assert round(energy.share * 100, 4) == D("4.0772")


def test_the_exact_mode_cuts_nothing() -> None:
    lf, _ = unit_costs([LF, CE], LEDGER, rounding=exact)
    assert lf.total > D("36.51")
    assert round(lf.staff, 6) == round(
        D(20) * 36_000 / 172_800 + D(60) * 72_000 / 172_800 + D(10) * 120_000 / 172_800, 6
    )


def test_a_fee_may_be_what_the_service_costs_and_no_more() -> None:
    lf, _ = unit_costs([LF, CE], LEDGER)
    assert not fee_exceeds_cost(D("36.51"), lf)
    assert fee_exceeds_cost(D("36.52"), lf)


def test_work_of_a_post_without_a_price_is_named() -> None:
    priced = replace(LEDGER, posts=LEDGER.posts[:2])
    lf, _ = unit_costs([LF, CE], priced)
    assert lf.missing == ("Gerente (GDU)",)


def test_a_procedure_that_nobody_asked_for_bears_nothing_of_what_is_shared() -> None:
    lf, _ = unit_costs([replace(LF, services=D(0)), CE], LEDGER)
    assert lf.shared == {}


def test_what_happens_in_half_of_the_services_costs_half() -> None:
    table = CostTable("x", D(10), (replace(LF.activities[1], share=D("0.5")),))
    [half] = unit_costs([table], LEDGER)
    assert half.staff == D("12.30")


@given(
    minutes=st.lists(st.integers(1, 500), min_size=1, max_size=6),
    services=st.lists(st.integers(1, 5000), min_size=6, max_size=6),
)
def test_what_is_shared_is_divided_and_never_multiplied(
    minutes: list[int], services: list[int]
) -> None:
    """Exactly: what all services bear together is the pool, whoever they are."""
    tables = [
        CostTable(str(n), D(services[n]), (activity("a", "GDU", spent, "Especialista"),))
        for n, spent in enumerate(minutes)
    ]
    costs = unit_costs(tables, LEDGER, rounding=exact)
    borne = sum(
        cost.shared["energy"] * table.services for cost, table in zip(costs, tables, strict=True)
    )
    [used] = dedications(tables, LEDGER)
    assert borne == pytest.approx(D(9_600) * 6 / 10 * used.share)
