"""Runs compiled BPMN on SpiffWorkflow's specifications, workflows and tasks, with the token rules of BPMN 2.0.2.

The only room that imports SpiffWorkflow.
"""

from engine.spiff.compiled import Compiled, Start, remembered
from engine.spiff.compiling import compile_model
from engine.spiff.context import COUNTERS
from engine.spiff.elements.rounds import COUNTER
from engine.spiff.elements.tasks import assignments
from engine.spiff.execution import Execution
from engine.spiff.facts import Choice, Fact, FactKind, Local, Option, Wait, WaitKind
from engine.spiff.messages import message_name
from engine.spiff.migration import proposal
from engine.spiff.refusals import (
    CaseOver,
    ChoiceNeeded,
    ChoiceUnknown,
    EndsAll,
    MigrationImpossible,
    NoSuchElement,
    NotRunnable,
    NotWaiting,
    Obstacle,
    StateUnreadable,
    ValueRefused,
)
from engine.spiff.resolver import Library, Outcome, Resolver

__all__ = [
    "COUNTER",
    "COUNTERS",
    "CaseOver",
    "Choice",
    "ChoiceNeeded",
    "ChoiceUnknown",
    "Compiled",
    "EndsAll",
    "Execution",
    "Fact",
    "FactKind",
    "Library",
    "Local",
    "MigrationImpossible",
    "NoSuchElement",
    "NotRunnable",
    "NotWaiting",
    "Obstacle",
    "Option",
    "Outcome",
    "Resolver",
    "Start",
    "StateUnreadable",
    "ValueRefused",
    "Wait",
    "WaitKind",
    "assignments",
    "compile_model",
    "message_name",
    "proposal",
    "remembered",
]
