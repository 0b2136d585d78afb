"""Hardened reading and writing of BPMN 2.0 diagrams; executes nothing."""

from engine.bpmn.model import Model
from engine.bpmn.reader import read
from engine.bpmn.refusals import UnreadableDiagram
from engine.bpmn.writer import write

__all__ = ["Model", "UnreadableDiagram", "read", "write"]
