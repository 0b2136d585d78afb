"""The tables of the engine, one file per family."""

from engine.models.calendars import DeclaredDay, OfficeHours
from engine.models.cases import (
    NEVER_DUE,
    AnswerDraft,
    Case,
    CaseStatus,
    Document,
    Event,
    Incident,
    NumberSeries,
    Task,
    TaskKind,
    TaskStatus,
)
from engine.models.fields import CaseField
from engine.models.jobs import CommandReceipt, Job, JobKind
from engine.models.letters import Letter, LetterSeries
from engine.models.messages import BufferedMessage, StartTrigger, Subscription
from engine.models.migrations import MigratedCase, MigratedStatus, Migration, MigrationStep
from engine.models.people import Membership, Office, Person, PersonRole, Role
from engine.models.procedures import DataStore, LaneOffice, Procedure, Version

__all__ = [
    "NEVER_DUE",
    "AnswerDraft",
    "BufferedMessage",
    "Case",
    "CaseField",
    "CaseStatus",
    "CommandReceipt",
    "DataStore",
    "DeclaredDay",
    "Document",
    "Event",
    "Incident",
    "Job",
    "JobKind",
    "LaneOffice",
    "Letter",
    "LetterSeries",
    "Membership",
    "MigratedCase",
    "MigratedStatus",
    "Migration",
    "MigrationStep",
    "NumberSeries",
    "Office",
    "OfficeHours",
    "Person",
    "PersonRole",
    "Procedure",
    "Role",
    "StartTrigger",
    "Subscription",
    "Task",
    "TaskKind",
    "TaskStatus",
    "Version",
]
