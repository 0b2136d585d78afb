"""Decision models: `load(xml).decide(name, context)`, for DMN 1.1 to 1.6."""

from collections.abc import Mapping

from engine.dmn.decision_model import Model, Needed
from engine.dmn.explanation import Decided, Fired, Place, Problem
from engine.dmn.imports import Resolve, directory, load_graph, mapping
from engine.dmn.model import HitPolicy, Table
from engine.errors import Refusal

__all__ = [
    "Decided",
    "Fired",
    "HitPolicy",
    "Model",
    "Needed",
    "Place",
    "Problem",
    "Resolve",
    "Table",
    "directory",
    "load",
    "load_all",
    "mapping",
]


def load(xml: bytes | str, *, resolve: Resolve | None = None) -> Model:
    """The decision model in a DMN file; `resolve` finds the models it imports.

    Raises refusals of engine.dmn.refusals, each with a line number.
    """
    return Model(load_graph(xml, resolve))


def load_all(texts: Mapping[str, str]) -> dict[str, Model]:
    """File name → decision model, of the files that can be read; a model may import from those beside it."""
    resolve = mapping(texts.values())
    found = {}
    for name, text in texts.items():
        try:
            found[name] = load(text, resolve=resolve)
        except Refusal:
            continue
    return found
