"""SQLAlchemy without `asyncio`, whose 28 modules only its asynchronous half needs: for a server that is light at rest.

While this module is imported, SQLAlchemy is given a stand-in that brings the real one with the first question it is
asked. Afterwards everybody who imports `asyncio` gets the real one, as ever. Imported before SQLAlchemy, or it does
nothing.
"""

import importlib
import os
import sys
from types import ModuleType
from typing import Any

_NAME = "asyncio"


class _Later(ModuleType):
    """Stands for the module to who holds it but may never ask it anything. It keeps nothing: any thread may ask."""

    def __getattr__(self, name: str) -> Any:
        _take_back(self)  # where it is asked while SQLAlchemy is still being imported
        return getattr(importlib.import_module(_NAME), name)

    @staticmethod
    def iscoroutine(value: object) -> bool:
        """The one thing that SQLAlchemy looks up while it is imported."""
        return bool(importlib.import_module(_NAME).iscoroutine(value))


def _take_back(stand_in: _Later) -> None:
    if sys.modules.get(_NAME) is stand_in:
        del sys.modules[_NAME]


def _import_sqlalchemy() -> None:
    importlib.import_module("sqlalchemy.orm")
    if not os.environ.get("EXPEDITO_DATABASE_URL", "").startswith("postgres"):
        importlib.import_module("sqlalchemy.dialects.sqlite")  # psycopg needs asyncio anyway


if not {"sqlalchemy", _NAME} & sys.modules.keys():
    _stand_in = _Later(_NAME)
    sys.modules[_NAME] = _stand_in
    try:
        _import_sqlalchemy()
    finally:
        _take_back(_stand_in)
