"""Decision models: `load(xml).decide(name, context)`, for DMN 1.1 to 1.6."""

from engine.dmn.decision_model import Model, Needed
from engine.dmn.explanation import Decided, Fired, Place, Problem
from engine.dmn.imports import Resolve, directory, load_graph, mapping
from engine.dmn.model import HitPolicy, Table

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
    "mapping",
]


def load(xml: bytes | str, *, resolve: Resolve | None = None) -> Model:
    """The decision model in a DMN file; `resolve` finds the models it imports.

    Raises refusals of engine.dmn.refusals, each with a line number.
    """
    return Model(load_graph(xml, resolve))
