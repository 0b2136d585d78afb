"""The field types, one per file: a file that is put here is a type that forms may use."""

import importlib
import pkgutil
from functools import cache

from engine.forms.field import Field


@cache
def field_types() -> dict[str, type[Field]]:
    """Every type by the name that form-js gives it."""
    found: dict[str, type[Field]] = {}
    for module in pkgutil.iter_modules(__path__):
        names = vars(importlib.import_module(f"{__name__}.{module.name}"))
        for candidate in names.values():
            if (
                isinstance(candidate, type)
                and issubclass(candidate, Field)
                and candidate.__module__ == f"{__name__}.{module.name}"
                and candidate.type
            ):
                found[candidate.type] = candidate
    return found
