"""The decision models that lie beside a drawing, and the tables in them."""

from collections.abc import Mapping

from engine import dmn
from engine.errors import Refusal


def models_of(decisions: Mapping[str, str]) -> dict[str, dmn.Model]:
    """File name → decision model, of the files that can be read."""
    found = {}
    for name, text in decisions.items():
        try:
            found[name] = dmn.load(text)
        except Refusal:
            continue
    return found


def tables_of(decisions: Mapping[str, str]) -> list[tuple[str, str]]:
    """File and decision of every decision table."""
    return [
        (file, name)
        for file, model in models_of(decisions).items()
        for name in model.decisions
        if model.table(name) is not None
    ]
