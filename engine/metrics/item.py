"""A case and its work items as they are measured: what facts are turned into, and what an imported log brings."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MOST_STEPS = 200  # of a variant are kept; its identity knows them all


class ItemKind(StrEnum):
    """What kind of work an item was."""

    TASK = "task"  # a person's
    DECISION = "decision"  # a gateway that a person decided
    TIMER = "timer"  # the case waited for a time
    MESSAGE = "message"  # the case waited to hear from somebody
    SERVICE = "service"  # a machine's
    EVENT = "event"  # of a log that says no more than that it happened


class Cause(StrEnum):
    """What the seconds of an item were spent on; the names are columns of WorkItem.

    Source: the split of waiting by cause follows Lashkevich, Milani, Chapela-Campa, Suvorau, Dumas, “Why am I waiting?”
    (CAiSE 2023), as far as facts can tell.
    """

    UNCLAIMED = "unclaimed"  # nobody had claimed it
    TOUCH = "touch"  # in somebody's hands: from claim or assignment to the end; no more than that is known
    APPLICANT = "applicant"  # waited for the applicant
    OTHER_OFFICE = "other_office"  # waited for another office or a party outside
    TIMER = "timer"  # waited for a date or a time to pass
    SUSPENDED = "suspended"  # the case was suspended
    MACHINE = "machine"  # a service was being called


CAUSES = tuple(Cause)


@dataclass(slots=True)
class Item:
    """One execution of an activity; instants in seconds since 1970, `spent` seconds by Cause.

    An importer fills what the log says: `enabled_at` = `started_at` = `ended_at` where it has only completions.
    """

    seq: int
    element_id: str
    name: str
    kind: ItemKind
    enabled_at: int
    ended_at: int | None = None
    is_completed: bool = False
    office_id: int = 0
    person_id: int = 0
    resource: str | None = None  # a log's name of the person; `person_id` is made from it
    group: str | None = None  # a log's name of the office; `office_id` is made from it
    token: int | None = None
    assigned_at: int | None = None
    started_at: int | None = None
    due_at: int | None = None
    spent: dict[Cause, int] = field(default_factory=dict)


@dataclass(slots=True)
class Measured:
    """A case with its items. `procedure_id` may be that of an imported log; `number` is what people call the case."""

    case_id: int
    procedure_id: int
    number: str
    started_at: int
    items: list[Item]
    status: str = "open"
    ended_at: int | None = None
    filed_at: int | None = None  # None: when it was started
    due_at: int | None = None
    answered_at: int | None = None  # the office answered before the end; None: with it
    answer_wait: int = 0  # seconds until then in which it waited for the applicant
    version_id: int = 0
    channel: str = ""
    outcome: str = ""
    suspended: int = 0
    legal_from: int | None = None  # the law's clock began anew; None: with the filing
    pauses: list[tuple[int, int]] = field(default_factory=list)  # when the law's clock stood still
    legal_days: int | None = None
    is_silent: bool = False
    is_imported: bool = False
    attributes: dict[str, Any] | None = None
    offices: frozenset[int] = frozenset()  # that took part; empty: those of the items
