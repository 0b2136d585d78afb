"""How a procedure's past is told: who waits how long and what is answered, read from `demo.toml`."""

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("America/Lima")
OPENS, CLOSES = 8, 16  # o'clock, Monday to Friday
# fmt: off
SURNAMES = [
    "Rosales", "Gutiérrez", "Palomino", "Ccahuana", "Benavides", "Zegarra", "Tupa", "Villanueva", "Aguirre", "Nina",
    "Poma", "Sotomayor", "Illanes", "Cáceres", "Yupanqui", "Bustamante", "Choque", "Espinoza", "Loayza", "Huarcaya",
]
GIVEN_NAMES = [
    "María", "José", "Lucía", "Carlos", "Julia", "Édgar", "Nelly", "Raúl", "Yolanda", "Percy", "Sonia", "Wilber",
    "Delia", "Óscar",
]
# fmt: on


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible way to answer a task's form, taken as often as its weight says."""

    weight: float
    answers: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Habit:
    """How a task usually goes: median hours until somebody takes it, median minutes of work."""

    wait_hours: float
    minutes: float
    choices: tuple[Choice, ...]
    never: float = 0.0  # share of executions that nobody ever does; a timer or nothing ends them
    own: Mapping[str, tuple[Choice, ...]] = field(
        default_factory=dict
    )  # of people with a way of their own


@dataclass(frozen=True, slots=True)
class Story:
    """A procedure's past: arrivals per working day and the habit of each task, by element id."""

    key: str
    arrivals_per_day: float
    counter: str
    habits: dict[str, Habit] = field(default_factory=dict)


def read_story(folder: Path) -> Story | None:
    """The story of a procedure's folder; None where it tells none."""
    path = folder / "demo.toml"
    if not path.exists():
        return None
    told = tomllib.loads(path.read_text("utf-8"))
    habits = {
        element_id: Habit(
            wait_hours=habit["wait_hours"],
            minutes=habit["minutes"],
            never=habit.get("never", 0.0),
            choices=_choices(habit["answers"]),
            own={name: _choices(said) for name, said in habit.get("own", {}).items()},
        )
        for element_id, habit in told["tasks"].items()
    }
    return Story(folder.name, told["arrivals_per_day"], told["counter"], habits)


def _choices(said: list[dict[str, Any]]) -> tuple[Choice, ...]:
    return tuple(Choice(choice["weight"], choice["set"]) for choice in said)


def answers(habit: Habit, chance: random.Random, at: datetime, by: str) -> dict[str, Any]:
    """One set of answers as the person of this name gives them, its placeholders filled in."""
    choices = habit.own.get(by, habit.choices)
    choice = chance.choices(choices, [choice.weight for choice in choices])[0]
    words = {
        "{surname}": chance.choice(SURNAMES),
        "{n}": str(chance.randint(100, 999)),
        "{year}": str(at.year),
        "{today}": at.astimezone(OFFICE_ZONE).date().isoformat(),
    }
    filled = {}
    for key, value in choice.answers.items():
        if isinstance(value, str):
            for word, replacement in words.items():
                value = value.replace(word, replacement)
        filled[key] = value
    return filled


def applicant_name(chance: random.Random) -> str:
    """A name that sounds like the region."""
    return f"{chance.choice(GIVEN_NAMES)} {chance.choice(SURNAMES)} {chance.choice(SURNAMES)}"


def about(median: float, chance: random.Random, spread: float = 0.7) -> float:
    """A positive figure that varies as work does: log-normal around its median."""
    return median * chance.lognormvariate(0, spread)


def after_office_hours(at: datetime, hours: float) -> datetime:
    """The instant when so many office hours have passed since `at`."""
    local = _opening(at.astimezone(OFFICE_ZONE))
    remaining = timedelta(hours=hours)
    while True:
        closing = local.replace(hour=CLOSES, minute=0, second=0, microsecond=0)
        if local + remaining <= closing:
            return (local + remaining).astimezone(UTC)
        remaining -= closing - local
        local = _opening(closing)


def _opening(local: datetime) -> datetime:
    if local.weekday() < 5 and OPENS <= local.hour < CLOSES:
        return local
    if local.hour >= CLOSES or local.weekday() >= 5:
        local += timedelta(days=1)
    local = local.replace(hour=OPENS, minute=0, second=0, microsecond=0)
    while local.weekday() >= 5:
        local += timedelta(days=1)
    return local
