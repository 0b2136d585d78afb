"""Views are found, not listed: every Blueprint of a module in webapp/views, its rooms, and webapp/api is registered.

A module may also hold `NAVIGATION`, its link at the top of every page.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from flask import Blueprint

from webapp.navigation import Link
from webapp.parts import AT_HAND, Part


def modules(part: Part) -> list[ModuleType]:
    """The view modules of a part, by name."""
    found = []
    if part is not Part.API:
        found += _names("webapp.views")
        rooms = AT_HAND if part is Part.DESK else _rooms("webapp.views")
        found += [name for room in rooms for name in _names(f"webapp.views.{room}")]
    if part in (Part.WHOLE, Part.API):
        found += _names("webapp.api")
    return [importlib.import_module(name) for name in sorted(found)]


def _names(package: str) -> list[str]:
    return [f"{package}.{found.name}" for found in _inside(package) if not found.ispkg]


def _rooms(package: str) -> list[str]:
    return [found.name for found in _inside(package) if found.ispkg]


def _inside(package: str) -> Iterator[pkgutil.ModuleInfo]:
    return pkgutil.iter_modules(importlib.import_module(package).__path__)


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
