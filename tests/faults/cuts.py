"""A pytest plugin that cuts every command off at each of its statements, wherever a test calls it.

`pytest -p tests.faults.cuts --cuts-report FILE tests/engine` runs those tests that use a database. A command is found
by its shape, so that a new one is cut as soon as it has a test. Each call of one is first carried out as often as it
has statements, with an exception at the first, the second, … and at the end, in a savepoint: the exception must come
out, every row must be as before, and the call that follows, which is the test's own, must find nothing amiss.
"""

import importlib
import inspect
import pkgutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import wraps
from itertools import count
from pathlib import Path
from threading import local
from types import FunctionType
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from designer import examination
from engine.database import Base

ROOMS = ("engine", "designer")
_SAVEPOINTS = ("SAVEPOINT", "ROLLBACK TO", "RELEASE")  # what undoes a cut must not be cut
_DATABASES = {"database", "session", "sqlite_database", "postgres_database"}
_BATCH = "batch"  # in here what a command writes is gathered by its caller


class PowerCut(Exception):
    """What interrupts a command."""


class _State(local):
    most = 1  # calls of each command that are cut; the others are left alone
    is_inside = False
    seen = 0
    at = 0
    was_cut = False


_state = _State()
_cuts: Counter[str] = Counter()
_calls: Counter[str] = Counter()
_within: set[str] = set()  # called by other commands, and cut with them


def commands() -> dict[str, FunctionType]:
    """Every public function of the engine and the designer with `session` first and `by` or `at` by name."""
    found = {}
    for room in ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            for name, value in vars(importlib.import_module(module.name)).items():
                is_here = inspect.isfunction(value) and value.__module__ == module.name
                if is_here and not name.startswith("_") and _is_command(value):
                    found[f"{module.name}.{name}"] = value
    return found


def _is_command(function: FunctionType) -> bool:
    parameters = list(inspect.signature(function).parameters.values())
    by_name = {one.name for one in parameters if one.kind == one.KEYWORD_ONLY}
    return [one.name for one in parameters[:1]] == ["session"] and not by_name.isdisjoint(
        {"by", "at"}
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cuts-report", type=Path, help="write here how often each command was cut")
    parser.addoption("--cuts-calls", type=int, default=1, help="how many calls of each are cut")


def pytest_configure(config: pytest.Config) -> None:
    found = commands()
    _state.most = config.getoption("--cuts-calls")
    # Apart and the same for the same drawing: said once, or most of the time would go into starting its child anew.
    examination._asked_apart = _remembered(examination._asked_apart)
    event.listen(Engine, "before_cursor_execute", _before_statement)
    wrapped = {id(function): _cut_first(name, function) for name, function in found.items()}
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").partition(".")[0] not in (*ROOMS, "webapp", "tests"):
            continue
        for name, value in list(vars(module).items()):
            if id(value) in wrapped and inspect.isfunction(value):
                setattr(module, name, wrapped[id(value)])


def _remembered(asked: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[str, Any] = {}

    @wraps(asked)
    def answered(data: bytes, beside: Any, seed: int | None = None) -> Any:
        if not _state.is_inside:
            return asked(data, beside, seed)
        key = repr((data, beside, seed))
        if key not in known:
            known[key] = asked(data, beside, seed)
        return deepcopy(known[key])

    return answered


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = [item for item in items if _DATABASES.intersection(_fixtures(item))]


def _fixtures(item: pytest.Item) -> list[str]:
    return list(getattr(item, "fixturenames", ()))


def pytest_sessionfinish(session: pytest.Session) -> None:
    report = session.config.getoption("--cuts-report")
    if report is not None:
        report.write_bytes(orjson.dumps({"cuts": _cuts, "within": sorted(_within)}))


def _cut_first(name: str, command: FunctionType) -> Callable[..., Any]:
    @wraps(command)
    def called(session: Any, *args: Any, **more: Any) -> Any:
        if _state.is_inside or _BATCH in getattr(session, "info", ()):
            _within.add(name)
        if not isinstance(session, Session) or _state.is_inside or _BATCH in session.info:
            return command(session, *args, **more)
        _calls[name] += 1
        given = (*args, *more.values())
        _state.is_inside = True
        try:
            if _calls[name] <= _state.most and not any(_cannot_be_repeated(one) for one in given):
                _cuts[name] += _cut_everywhere(
                    name, lambda: command(session, *args, **more), session
                )
            return command(session, *args, **more)
        finally:
            _state.is_inside = False

    return called


def _cannot_be_repeated(value: object) -> bool:
    # what is read once, and what the test itself wants called once
    return hasattr(value, "__next__") or inspect.isroutine(value)


def _cut_everywhere(name: str, call: Callable[[], Any], session: Session) -> int:
    session.flush()
    before = _rows(session)
    for statement in count(1):
        nested = session.begin_nested()
        with _cutting(statement):
            try:
                call()
                session.flush()
            except PowerCut:
                came_out = True
            except Exception:  # a refusal: that of the test comes next
                nested.rollback()
                return statement - 1
            else:
                came_out = False
        nested.rollback()
        assert came_out == _state.was_cut, f"{name} hides what went wrong at statement {statement}"
        assert _rows(session) == before, f"{name} leaves something at statement {statement}"
        if not came_out:
            return statement  # the last one was cut off before its commit
    raise AssertionError("unreachable")


@contextmanager
def _cutting(statement: int) -> Iterator[None]:
    _state.seen, _state.at, _state.was_cut = 0, statement, False
    try:
        yield
    finally:
        _state.at = 0


def _before_statement(_connection: object, _cursor: object, statement: str, *_: object) -> None:
    if _state.at and not statement.startswith(_SAVEPOINTS):
        _state.seen += 1
        if _state.seen == _state.at:
            _state.was_cut = True
            raise PowerCut


def _rows(session: Session) -> dict[str, list[str]]:
    connection = session.connection()
    return {
        table.name: sorted(map(repr, connection.execute(select(table)).all()))
        for table in Base.metadata.sorted_tables
    }
