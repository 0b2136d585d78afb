"""What an analyst reads about a drawing can be translated: every sentence that repairs and rules say is gathered."""

from functools import cache
from pathlib import Path

from designer.importer import import_model
from designer.rules import all_rules, check
from engine.bpmn import UnreadableDiagram, read
from webapp.catalogue import gathered

DIAGRAMS = Path(__file__).resolve().parents[1] / "designer"


@cache
def known() -> frozenset[str]:
    """Every message of the catalogues."""
    return frozenset(m.id for m in gathered() if isinstance(m.id, str))


def test_the_sentence_of_every_rule_is_gathered() -> None:
    assert [rule.name for rule in all_rules() if rule.sentence not in known()] == []


def test_what_is_said_about_the_sample_diagrams_is_gathered() -> None:
    said: set[str] = set()
    for path in sorted(DIAGRAMS.glob("*/diagrams/**/*.bpmn")):
        try:
            drawn = read(path.read_bytes())
        except UnreadableDiagram:
            continue
        imported = import_model(drawn)
        said |= {note.sentence for note in imported.notes}
        said |= {finding.sentence for finding in check(drawn)}
    assert len(said) > 60
    assert said - known() == set()
