"""Edges of FEEL, a table per family in edges/: null and wrong kinds, names of arguments, places from the end.

Decided by DMN 1.5 §10.3.2 and §10.3.4.
"""

from pathlib import Path

import pytest

from engine.feel import report, to_text

TABLES = sorted((Path(__file__).parent / "edges").glob("*.txt"))


def _rows(table: Path) -> list[tuple[str, str]]:
    lines = table.read_text().splitlines()[1:]
    return [(line.rpartition(" => ")[0], line.rpartition(" => ")[2]) for line in lines]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_the_edges_are_as_the_standard_says(table: Path) -> None:
    found = {}
    for expression, shown in _rows(table):
        value, _problems = report(expression, {})
        text = to_text(value)
        if isinstance(value, str):
            text = '"' + text.replace('"', '\\"') + '"'
        if text != shown:
            found[expression] = (text, shown)
    assert not found
