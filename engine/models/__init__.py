"""The tables of the engine, one file per family."""

from engine.models.calendars import DeclaredDay, OfficeHours
from engine.models.case_file import CaseExport, CaseLink, CaseReading
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
from engine.models.desk import (
    Errand,
    MailChoice,
    MailWish,
    Notification,
    NotificationKind,
    SavedFilter,
)
from engine.models.fields import CaseField
from engine.models.jobs import CommandReceipt, Job, JobKind
from engine.models.letters import Letter, LetterSeries
from engine.models.logs import EventLog, LogState
from engine.models.measures import (
    Activity,
    Audience,
    Cell,
    MeasuredCase,
    Resource,
    Slice,
    Variant,
    WorkItem,
)
from engine.models.messages import BufferedMessage, StartTrigger, Subscription
from engine.models.migrations import MigratedCase, MigratedStatus, Migration, MigrationStep
from engine.models.people import Membership, Office, Person, PersonRole, PersonSkill, Role, StandIn
from engine.models.procedures import DataStore, LaneOffice, Procedure, Version
from engine.models.reports import OpenFigures, SavedReport, Target
from engine.models.roots import DayHead, DayRoot
from engine.models.routing import Absence, PartKind, PoolPart, Turn
from engine.models.terms import (
    CaseTerm,
    ClockState,
    Deficiency,
    ExpostCheck,
    ExpostSample,
    FiledAppeal,
    ListedRisk,
    Notice,
    Suspension,
    TermWarning,
)
from engine.models.together import Comment, Opinion, Proposal
from engine.models.webhooks import Webhook
from engine.models.window import (
    CaseAccess,
    CaseMessage,
    FilingDraft,
    InquiryStatus,
    RegistryInquiry,
)

__all__ = [
    "NEVER_DUE",
    "Absence",
    "Activity",
    "AnswerDraft",
    "Audience",
    "BufferedMessage",
    "Case",
    "CaseAccess",
    "CaseExport",
    "CaseField",
    "CaseLink",
    "CaseMessage",
    "CaseReading",
    "CaseStatus",
    "CaseTerm",
    "Cell",
    "ClockState",
    "CommandReceipt",
    "Comment",
    "DataStore",
    "DayHead",
    "DayRoot",
    "DeclaredDay",
    "Deficiency",
    "Document",
    "Errand",
    "Event",
    "EventLog",
    "ExpostCheck",
    "ExpostSample",
    "FiledAppeal",
    "FilingDraft",
    "Incident",
    "InquiryStatus",
    "Job",
    "JobKind",
    "LaneOffice",
    "Letter",
    "LetterSeries",
    "ListedRisk",
    "LogState",
    "MailChoice",
    "MailWish",
    "MeasuredCase",
    "Membership",
    "MigratedCase",
    "MigratedStatus",
    "Migration",
    "MigrationStep",
    "Notice",
    "Notification",
    "NotificationKind",
    "NumberSeries",
    "Office",
    "OfficeHours",
    "OpenFigures",
    "Opinion",
    "PartKind",
    "Person",
    "PersonRole",
    "PersonSkill",
    "PoolPart",
    "Procedure",
    "Proposal",
    "RegistryInquiry",
    "Resource",
    "Role",
    "SavedFilter",
    "SavedReport",
    "Slice",
    "StandIn",
    "StartTrigger",
    "Subscription",
    "Suspension",
    "Target",
    "Task",
    "TaskKind",
    "TaskStatus",
    "TermWarning",
    "Turn",
    "Variant",
    "Version",
    "Webhook",
    "WorkItem",
]
