"""The burden on citizens, by the Standard Cost Model."""

from decimal import Decimal as D

from designer.burden import Applicants, Assumption, Visit, burden, once_only_ratio
from engine.sheet import Requirement, Source

COPY = Requirement("copy", 1, "Copia del documento de identidad")
PLAN = Requirement("plan", 2, "Plano de ubicación")
ZONING = Requirement("zoning", 3, "Zonificación", source=Source.OWN_REGISTRY)
APPLICANTS = Applicants(population=D(1_000), frequency=D("0.5"), hourly_wage=D(9))


def test_a_photocopy_costs_citizens_its_price_times_how_often_it_is_asked() -> None:
    total = burden([COPY], {"copy": Assumption(D(20), D("0.30"))}, APPLICANTS)
    [part] = total.parts
    assert part.price == D("3.30")  # 20 minutes at 9 an hour, and thirty cents
    assert part.quantity == 500
    assert total.yearly == D("1650.00")
    assert total.minutes_yearly == 10_000


def test_what_people_would_do_anyway_is_no_burden() -> None:
    total = burden([PLAN], {"plan": Assumption(D(60), D(1), usual_share=D("0.75"))}, APPLICANTS)
    assert total.yearly == D(10) * 500 * D("0.25")


def test_what_the_state_obtains_itself_costs_the_applicant_nothing() -> None:
    total = burden([ZONING], {"zoning": Assumption(D(60))}, APPLICANTS)
    assert total.parts == ()


def test_visits_count_as_often_as_people_must_come() -> None:
    total = burden([], {}, APPLICANTS, Visit(D(3), Assumption(D(40), D(2))))
    assert total.yearly == (D(6) + D(2)) * 500 * 3


def test_the_heaviest_comes_first() -> None:
    assumed = {"copy": Assumption(D(1)), "plan": Assumption(D(100))}
    assert [part.key for part in burden([COPY, PLAN], assumed, APPLICANTS).parts] == [
        "plan",
        "copy",
    ]


def test_the_once_only_ratio_is_the_part_the_state_obtains_itself() -> None:
    assert once_only_ratio([COPY, PLAN, ZONING]) == D(1) / D(3)
    assert once_only_ratio([]) is None
