"""A small token interpreter written from chapter 13 of BPMN 2.0.2, to compare our engine with; knows nothing of it."""

from tests.conformance.oracle.case import Case
from tests.conformance.oracle.clock import due_times
from tests.conformance.oracle.machine import TooManySteps
from tests.conformance.oracle.places import Unsupported, Watch

__all__ = ["Case", "TooManySteps", "Unsupported", "Watch", "due_times"]
