"""Numbers as a country writes and reads them: what is written is read back, and nothing otherwise than it is meant."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars.jurisdiction import jurisdiction, jurisdiction_codes
from engine.forms import Unfit, read_form
from engine.numerals import NotReadable, TwoReadings, numerals

EITHER, NONE = "either", "none"

#             Peru, and where points stand between thousands
CASES = {
    "1250": ("1250", "1250"),
    "1,250.50": ("1250.50", "1250.50"),
    "1.250,50": ("1250.50", "1250.50"),
    "1,250": ("1250", EITHER),
    "1.250": (EITHER, "1250"),
    "-1.250": (EITHER, "-1250"),
    "1 250": ("1250", "1250"),
    "1\u00a0250": ("1250", "1250"),
    "1'250": ("1250", "1250"),
    "1,250,000": ("1250000", "1250000"),
    "1.250.000": ("1250000", "1250000"),
    "12,5": ("12.5", "12.5"),
    "12.5": ("12.5", "12.5"),
    "0.125": ("0.125", "0.125"),
    "0,125": ("0.125", "0.125"),
    ",5": ("0.5", "0.5"),
    "1.2500": ("1.2500", "1.2500"),
    "0,1250": ("0.1250", "0.1250"),  # no thousands have four digits
    "012,345": (EITHER, EITHER),
    "012.345": (EITHER, EITHER),
    "-00.500": (EITHER, EITHER),
    "012,345.50": (NONE, NONE),
    "0,125.50": (NONE, NONE),
    "0,125,000": (NONE, NONE),
    "0.125.000": (NONE, NONE),
    "0012": ("12", "12"),
    "00.5": ("0.5", "0.5"),
    "1250.125": ("1250.125", "1250.125"),
    "1.25,00": (NONE, NONE),
    "1,25.00": (NONE, NONE),
    "12,50,0": (NONE, NONE),
    "1,250.50.5": (NONE, NONE),
    "S/ 5": (NONE, NONE),
    "mil": (NONE, NONE),
    "": (NONE, NONE),
    "٣": (NONE, NONE),
}


@pytest.mark.parametrize("typed", CASES)
@pytest.mark.parametrize("code", ["PE", "CO", "CL", "EC", "BO"])
def test_what_is_typed_is_read_in_the_custom_of_the_place_or_refused(code: str, typed: str) -> None:
    wanted = CASES[typed][0 if code == "PE" else 1]
    here = jurisdiction(code).numerals
    if wanted == EITHER:
        with pytest.raises(TwoReadings):
            here.read(typed)
    elif wanted == NONE:
        with pytest.raises(NotReadable):
            here.read(typed)
    else:
        assert here.read(typed) == Decimal(wanted)


@given(
    st.sampled_from(jurisdiction_codes()),
    st.decimals(-(10**9), 10**9, places=3),
    st.integers(0, 2),
)
def test_what_is_written_is_read_back(code: str, number: Decimal, most: int) -> None:
    here = jurisdiction(code).numerals
    assert here.read(here.typed(f"{number:f}")) == number
    written = here.number(number, most=most)
    assert here.read(written) == round(number, most)


def test_what_a_refusal_says_to_write_can_be_written() -> None:
    for code, typed in (("PE", "1.250"), ("CO", "-1,125"), ("PE", "012,345"), ("CO", "00.500")):
        here = jurisdiction(code).numerals
        with pytest.raises(TwoReadings) as either:
            here.read(typed)
        one, other = (here.read(str(either.value.values[name])) for name in ("one", "other"))
        assert one == other * 1000


@pytest.mark.parametrize(
    ("code", "number", "money", "share"),
    [
        ("PE", "110,710.5", "S/ 110,710.50", "12.5%"),
        ("CO", "110.710,5", "$110.710,50", "12,5%"),
        ("CL", "110.710,5", "$110.711", "12,5%"),
        ("EC", "110.710,5", "$110.710,50", "12,5%"),
        ("BO", "110.710,5", "Bs110.710,50", "12,5%"),
    ],
)
def test_each_country_writes_in_its_own_way(code: str, number: str, money: str, share: str) -> None:
    here = jurisdiction(code).numerals
    own = {"PE": "PEN", "CO": "COP", "CL": "CLP", "EC": "USD", "BO": "BOB"}[code]
    amount = Decimal("110710.5") if code != "CL" else Decimal("110710.7")
    assert here.number(Decimal("110710.5")) == number
    assert here.money(amount, own).replace("\u00a0", " ") == money
    assert here.share(0.125, digits=1) == share


def test_money_of_another_country_is_told_by_its_code_and_a_whole_amount_has_no_cents() -> None:
    here = jurisdiction("PE").numerals
    assert here.money(Decimal("1250.6"), "PEN", is_whole=True).replace("\u00a0", " ") == "S/ 1,251"
    assert here.sign("PEN") == "S/"
    assert here.money(5, "BOB").replace("\u00a0", " ") == "BOB 5.00"
    assert here.money(5, "soles").replace("\u00a0", " ") == "soles 5.00"


def test_a_country_nobody_knows_has_the_custom_of_its_language() -> None:
    assert numerals("es_XX").number(1250) == "1.250"


def test_a_form_reads_numbers_where_it_is_asked() -> None:
    made = read_form({"components": [{"type": "number", "key": "a", "label": "Área"}]})
    there = made.at(jurisdiction("CO"))
    assert made.clean({"a": "1,250"}) == there.clean({"a": "1.250"}) == {"a": 1250}
    for form, typed in ((made, "1.250"), (there, "1,250")):
        with pytest.raises(Unfit) as unfit:
            form.clean({"a": typed})
        assert "two ways" in unfit.value.errors[0].message
    assert there.state({}, {"a": 1.125})[0].entry == "1,1250"
    assert there.state({"a": "1,250"})[0].entry == "1,250"  # as it was typed, to be mended


def test_text_that_keeps_a_number_is_the_same_when_it_is_read_again() -> None:
    component = {"type": "number", "key": "a", "label": "A", "serializeToString": True}
    for code in jurisdiction_codes():
        form = read_form({"components": [component]}).at(jurisdiction(code))
        once = form.clean({"a": "1250.125" if code == "PE" else "1250,125"})
        assert form.clean(once) == once == {"a": "1250.1250"}
        assert form.clean(form.clean({"a": "1.1250"})) == {"a": "1.1250"}
        assert form.clean({}, context={"a": "1.125"}) == {"a": "1.1250"}  # kept by an older version


def test_an_amount_that_no_currency_has_is_written_with_all_its_digits() -> None:
    assert jurisdiction("PE").numerals.money(Decimal("1e26"), "PEN") == f"S/\xa0{10**26:,}"
