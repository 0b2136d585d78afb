"""What a procedure says about who does a task and how: `[tasks.<element id>]` of its sheet, one frozen value each.

[tasks.evaluate]
offices = ["Licences", "Planning"]   # instead of the lane's; or `office`
roles = ["manager"]                  # only who has one of them
persons = ["luis"]                   # and these, whatever their office
skills = ["structures"]              # only who has all of them
decision = "who-evaluates"           # a decision table that says any of the above by these names, or an office
strategy = "least_loaded"            # pool (the default), round_robin, least_loaded, same_as
same_as = "register"                 # the person who did this task of the case
four_eyes = ["register"]             # never a person who did one of these
review = true                        # what one person proposes another one reviews
weight = 3                           # work that it means, for least_loaded
priority = 70
name = "Evaluate {{shop}}"           # FEEL over what the case knows
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Refusal
from engine.models import Person, Procedure, Role
from engine.search import fold

MOST = 50  # offices, persons, skills of one task
LONGEST = 200


class Strategy(StrEnum):
    """Who gets a new task."""

    POOL = "pool"  # nobody: whoever claims it
    ROUND_ROBIN = "round_robin"  # the next one in turn
    LEAST_LOADED = "least_loaded"  # who has the least weighted open work
    SAME_AS = "same_as"  # who did an earlier task of the case


@dataclass(frozen=True, slots=True)
class TaskRule:
    """Who does a task and how; what is not said is as the lane says."""

    offices: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    decision: str = ""
    strategy: Strategy = Strategy.POOL
    same_as: str = ""
    four_eyes: tuple[str, ...] = ()
    is_reviewed: bool = False
    weight: int = 1
    priority: int | None = None
    name: str = ""


LANE = TaskRule()


class NobodyNamed(Refusal):
    """A task would go to somebody who is not there."""

    sentence = "Nobody signs in as “{name}”. Write the name as they sign in, or leave it out."


def read_task_rule(said: Any) -> TaskRule:
    """The rule as a sheet or the version page says it; what cannot be read counts as not said."""
    if not isinstance(said, Mapping):
        return LANE
    strategy, same_as = said.get("strategy"), _text(said.get("same_as"))
    weight, priority = said.get("weight"), said.get("priority")
    chosen = Strategy(strategy) if strategy in set(Strategy) else Strategy.POOL
    if same_as and strategy is None:
        chosen = Strategy.SAME_AS
    return TaskRule(
        offices=_texts(said.get("offices") or said.get("office")),
        roles=tuple(role for role in _texts(said.get("roles")) if role in set(Role)),
        persons=_texts(said.get("persons")),
        skills=tuple(fold(skill)[:60] for skill in _texts(said.get("skills"))),
        decision=_text(said.get("decision")),
        strategy=chosen,
        same_as=same_as,
        four_eyes=_texts(said.get("four_eyes")),
        is_reviewed=said.get("review") is True,
        weight=_whole(weight, 1, 100) or 1,
        priority=_whole(priority, 0, 1000),
        name=_text(said.get("name")),
    )


def rule_as_json(rule: TaskRule) -> dict[str, Any]:
    """The rule as a sheet would say it, without what is as the lane says."""
    said: dict[str, Any] = {
        "offices": list(rule.offices),
        "roles": list(rule.roles),
        "persons": list(rule.persons),
        "skills": list(rule.skills),
        "decision": rule.decision,
        "strategy": rule.strategy.value if rule.strategy != Strategy.POOL else "",
        "same_as": rule.same_as,
        "four_eyes": list(rule.four_eyes),
        "review": rule.is_reviewed,
        "weight": rule.weight if rule.weight != 1 else None,
        "priority": rule.priority,
        "name": rule.name,
    }
    return {key: value for key, value in said.items() if value not in ("", [], None, False)}


def rule_of(sheet: Mapping[str, Any], kept: Mapping[str, Any] | None, element_id: str) -> TaskRule:
    """The rule of an element: as kept on the procedure, else as the sheet says."""
    said = (kept or {}).get(element_id)
    if said is None:
        tasks = sheet.get("tasks")
        said = tasks.get(element_id) if isinstance(tasks, Mapping) else None
    return read_task_rule(said) if said is not None else LANE


def _text(said: Any) -> str:
    return said.strip()[:LONGEST] if isinstance(said, str) else ""


def _texts(said: Any) -> tuple[str, ...]:
    several = said if isinstance(said, list | tuple) else [said]
    return tuple(dict.fromkeys(text for one in several[:MOST] if (text := _text(one))))


def _whole(said: Any, least: int, most: int) -> int | None:
    if isinstance(said, bool) or not isinstance(said, int):
        return None
    return max(least, min(said, most))


def keep_rule(
    session: Session, procedure: Procedure, element_id: str, rule: TaskRule | None
) -> None:
    """Say who does the tasks of an element from now on, whatever the sheets say; None: as the sheets say.

    NobodyNamed.
    """
    if rule is not None and rule.persons:
        known = session.scalars(
            select(Person.name).where(Person.name.in_(rule.persons), Person.is_active)
        ).all()
        for name in rule.persons:
            if name not in known:
                raise NobodyNamed(name=name[:80])
    kept = dict(procedure.task_rules or {})
    if rule is None:
        kept.pop(element_id, None)
    else:
        kept[element_id] = rule_as_json(rule)
    procedure.task_rules = kept or None
    session.flush()
