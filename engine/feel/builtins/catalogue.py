"""All built-in functions: importing this brings every family into the registry."""

from engine.feel.builtins import (
    aggregates,
    booleans,
    contexts,
    conversions,
    dates,
    lists,
    numbers,
    ranges,
    strings,
)
from engine.feel.builtins.registry import BUILTINS

FAMILIES = (aggregates, booleans, contexts, conversions, dates, lists, numbers, ranges, strings)

__all__ = ["BUILTINS", "FAMILIES"]
