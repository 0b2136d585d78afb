"""DOMAIN.md “The clock” 13: the sample checked after approval, drawn so that anyone can draw it again."""

import hashlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.deployments import procedure_by_key
from engine.errors import NotFound
from engine.models import ExpostSample
from engine.terms import samples
from tests.engine.terms.desk import Desk, sheet

NUMBERS = [f"PER-2026-{n:06d}" for n in range(1, 201)]


@given(st.integers(0, 5000))
def test_13_the_sample_is_a_tenth_rounded_up_and_at_most_a_hundred_and_fifty(
    population: int,
) -> None:
    assert samples.sample_size(population, 10, 150) == min(150, math.ceil(population / 10))


@given(st.permutations(NUMBERS), st.text(max_size=40))
def test_13_the_same_seed_draws_the_same_cases_in_whatever_order_they_come(
    numbers: list[str], seed: str
) -> None:
    assert samples.drawn(numbers, seed, 20) == samples.drawn(NUMBERS, seed, 20)


def test_13_anyone_can_draw_it_again_from_the_seed(desk: Desk) -> None:
    version = desk.publish(sheet("automatic"))
    desk.on("2026-03-02")
    for n in range(21):
        desk.file(version, document=f"{n:08d}")
    with desk.hall() as hall:
        samples.list_risk(hall.session, "00000007", "False plan in 2025", by=None, at=hall.at)
    desk.on("2026-07-01")
    sample = draw(desk, seed="urn of 1 July")
    assert (sample.population, sample.size) == (21, 3)
    with desk.database.reading() as session:
        found = samples.sampled_cases(session, sample)
    mine = sorted(
        (f"PER-2026-{n:06d}" for n in range(1, 22)),
        key=lambda number: hashlib.sha256(f"urn of 1 July:{number}".encode()).hexdigest(),
    )[:3]
    assert sorted(one.number for one in found if not one.is_risk) == sorted(mine)
    assert "PER-2026-000008" in [one.number for one in found]


def test_13_a_sample_is_drawn_once_and_not_before_the_half_year_is_over(desk: Desk) -> None:
    version = desk.publish(sheet("automatic"))
    desk.on("2026-03-02")
    desk.file(version)
    desk.on("2026-06-30", hour=23)
    with pytest.raises(samples.HalfYearNotOver):
        draw(desk)
    desk.on("2026-07-01", hour=0)
    assert len(draw(desk).seed) == 16
    with pytest.raises(samples.SampleDrawn, match="seed"):
        draw(desk)


def test_13_what_silence_approved_is_drawn_from_as_well_and_refusals_are_not(desk: Desk) -> None:
    version = desk.publish()
    desk.on("2026-01-05")
    silent, answered = desk.file(version), desk.file(version)
    desk.do(answered)
    desk.do(answered)
    desk.on("2026-02-24")
    desk.work()
    desk.on("2026-07-01")
    sample = draw(desk)
    assert sample.population == 1
    with desk.database.reading() as session:
        assert [one.case_id for one in samples.sampled_cases(session, sample)] == [silent]


def test_13_what_a_check_found_is_kept_with_the_case(desk: Desk) -> None:
    case_id = desk.filed("2026-03-02", sheet("automatic"))
    desk.on("2026-07-01")
    sample = draw(desk)
    with desk.hall() as hall:
        samples.record_check(
            hall.session, sample, case_id, is_true=False, note="No such plan.", by=None, at=hall.at
        )
    assert desk.data(case_id, "expost_checked") == {
        "found": "false",
        "half_year": "2026-1",
        "reason": "No such plan.",
    }


@pytest.mark.parametrize("text", ["2026", "2026-3", "26-1", "2026-1-1", "²026-1", ""])
def test_what_is_no_half_year_is_refused(text: str) -> None:
    with pytest.raises(samples.HalfYearUnknown):
        samples.half_year_days(text)


def test_a_manager_has_only_the_approvals_of_own_offices_checked(desk: Desk) -> None:
    desk.publish(sheet("automatic"))
    with desk.database.reading() as session:
        for name in ("carla", "marta", "olga"):
            person = desk.person(session, name)
            assert samples.checked_procedure(session, person, "permit").key == "permit"
        for name in ("eva", "ana"):
            with pytest.raises(NotFound):
                samples.checked_procedure(session, desk.person(session, name), "permit")


def draw(desk: Desk, seed: str | None = None) -> ExpostSample:
    with desk.hall() as hall:
        procedure = procedure_by_key(hall.session, "permit")
        return samples.draw_sample(
            hall.session, procedure, "2026-1", seed=seed, by=None, at=hall.at
        )
