import copy
import random
from pathlib import Path

import pytest
from lxml import etree

from engine.dmn import load
from engine.dmn.overlaps import gaps, overlaps, unreachable
from engine.errors import Refusal
from engine.feel import Limits, limited_to

VALUES: list[object] = [
    None,
    1,
    -3.5,
    "a",
    "Medium",
    True,
    [1, 2],
    {"a": 1},
    [],
    float("nan"),
    object(),
]
TEXTS = ["[", '"', "not(", "-", "", "?", "1..2", "x[item > 1]", "remove([1], 5)", "date(1)"]


@pytest.mark.corpus
def test_a_mutated_model_is_refused_or_decides_but_never_breaks(corpus: Path) -> None:
    chance = random.Random(20)
    files = [
        path for path in sorted((corpus / "dmn-tck").rglob("*.dmn")) if path.stat().st_size < 40_000
    ]
    loaded = 0
    for _ in range(1_500):
        xml = mutated(chance.choice(files).read_bytes(), chance)
        try:
            model = load(xml)
        except Refusal:
            continue
        loaded += 1
        with limited_to(Limits(work=50_000, seconds=0.3)):
            for name in (*model.decisions, *model.services)[:10]:
                given = {each.name: chance.choice(VALUES) for each in model.inputs(name)}
                model.explain(name, given)
        for _, table in model.tables():
            overlaps(table), gaps(table), unreachable(table)
    assert loaded > 1_000


def mutated(xml: bytes, chance: random.Random) -> bytes:
    """The model with some elements removed, copied elsewhere, renamed or given other texts."""
    root = etree.fromstring(xml, etree.XMLParser(remove_comments=True, remove_pis=True))
    elements = list(root.iter())
    for _ in range(chance.randint(1, 6)):
        element, other = chance.choice(elements), chance.choice(elements)
        parent = element.getparent()
        match chance.randrange(5):
            case 0 if parent is not None:
                parent.remove(element)
            case 1 if len(other) < 50:
                element.append(copy.deepcopy(other))
            case 2:
                element.text = chance.choice(TEXTS)
            case 3:
                element.tag = other.tag
            case 4 if element.attrib:
                key = chance.choice(sorted(element.attrib))
                element.attrib[key] = chance.choice(["", "x", "#x", "number", "tRow"])
    return etree.tostring(root)
