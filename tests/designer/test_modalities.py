"""One activity table per modality: what its way meets, as often as it happens to a case of it."""

from decimal import Decimal as D

from designer.asme import Override, derive, overridden
from designer.asme.modalities import choices, guessed, of_modality, share_of
from engine.bpmn import read
from engine.sheet import read_sheet
from tests.engine.spiff.diagrams import xml

MODEL = read(xml("""
start s
user a "Recibir"
xor g "¿Riesgo?"
user i "Inspeccionar"
user f "Firmar"
end e
s -> a -> g
g -> i [risk = "high" or risk = "very high"]
g -> f *
i -> f -> e
"""))  # fmt: skip
PROCESS = MODEL.process("main")
SHEET = read_sheet({
    "modalities": [
        {"name": "High", "applies_if": 'risk in ("high", "very high")'},
        {"name": "Low"},
    ],
    "requirements": [{"name": "Plan", "modalities": ["High"]}, {"name": "Form"}],
})  # fmt: skip
[GATEWAY] = choices(PROCESS)
HIGH, LOW = sorted(GATEWAY.ways, key=lambda flow: "_f" in flow)
SHARES = {HIGH: D("0.25"), LOW: D("0.75")}


def rows(modality: str, ways: dict[str, str]) -> dict[str, D]:
    seen = {"i": Override(share=D("0.25"), minutes=D(60)), "f": Override(minutes=D(5))}
    table = overridden(derive(MODEL, "main", SHEET), seen)
    told = of_modality(table, PROCESS, SHEET, modality, ways, SHARES)
    return {row.id: row.share.value for row in told.rows if row.is_counted}


def test_what_only_another_way_leads_to_is_no_part_of_it() -> None:
    assert set(rows("Low", {"g": LOW})) == {"a", "f"}


def test_what_only_its_own_way_leads_to_happens_that_much_more_often() -> None:
    assert rows("High", {"g": HIGH}) == {"a": 1, "i": 1, "f": 1}


def test_a_modality_that_chooses_nothing_is_the_average() -> None:
    assert rows("High", {}) == {"a": 1, "i": D("0.25"), "f": 1}


def test_requirements_are_those_of_the_modality() -> None:
    table = derive(MODEL, "main", SHEET)
    assert of_modality(table, PROCESS, SHEET, "Low", {}, SHARES).requirements == 1
    assert of_modality(table, PROCESS, SHEET, "High", {}, SHARES).requirements == 2


def test_its_way_is_guessed_from_a_rule_that_says_the_same_in_other_words() -> None:
    assert guessed(PROCESS, SHEET, "High") == {"g": HIGH}
    # of two ways the one that no other modality takes is left
    assert guessed(PROCESS, SHEET, "Low") == {"g": LOW}


def test_how_many_cases_are_of_it_follows_from_its_ways() -> None:
    assert share_of({"g": HIGH}, SHARES) == D("0.25")
    assert share_of({}, SHARES) == 1
