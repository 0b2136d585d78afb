"""Views are found, not listed: every Blueprint of a module in webapp/views and webapp/api is registered.

A module may also hold `NAVIGATION`, its link at the top of every page.
"""

import importlib
import pkgutil
from types import ModuleType

from flask import Blueprint

from webapp.navigation import Link


def modules(package: str) -> list[ModuleType]:
    """The package and its modules, by name; empty when there is no such package."""
    try:
        root = importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name == package:
            return []
        raise
    names = sorted(found.name for found in pkgutil.iter_modules(root.__path__))
    return [root, *(importlib.import_module(f"{package}.{name}") for name in names)]


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
