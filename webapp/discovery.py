"""Views are found, not listed: every Blueprint of a module in webapp/views and webapp/api is registered.

A module may also hold `NAVIGATION`, its link at the top of every page.
"""

import importlib
import pkgutil
from types import ModuleType

from flask import Blueprint

from webapp.navigation import Link
from webapp.parts import AT_HAND, Part


def modules(part: Part) -> list[ModuleType]:
    """The view modules of a part, by name."""
    found = []
    if part is not Part.API:
        found += [
            name for name in _names("webapp.views") if part is not Part.DESK or _is_at_hand(name)
        ]
    if part in (Part.WHOLE, Part.API):
        found += _names("webapp.api")
    return [importlib.import_module(name) for name in found]


def _names(package: str) -> list[str]:
    root = importlib.import_module(package)
    return sorted(f"{package}.{found.name}" for found in pkgutil.iter_modules(root.__path__))


def _is_at_hand(name: str) -> bool:
    return name.rpartition(".")[2] in AT_HAND


def blueprints(found: list[ModuleType]) -> list[Blueprint]:
    """Every blueprint at the top level of the modules, once."""
    unique: dict[int, Blueprint] = {}
    for module in found:
        for value in vars(module).values():
            if isinstance(value, Blueprint):
                unique[id(value)] = value
    return list(unique.values())


def navigation(found: list[ModuleType]) -> list[Link]:
    """The links that the modules bring."""
    return [
        link for module in found if isinstance(link := getattr(module, "NAVIGATION", None), Link)
    ]
