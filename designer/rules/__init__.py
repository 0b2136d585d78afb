"""Advice on a drawing: one rule per file, found by itself; ids as in bpmnlint where the rule exists there."""

from designer.rules.rule import Finding, Problem, Rule, all_rules
from engine.bpmn.model import Model


def check(model: Model) -> list[Finding]:
    """What all rules find in the model, errors first, then by line."""
    found = [finding for rule in all_rules() for finding in rule.findings(model)]
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(found, key=lambda item: (order[item.severity], item.line or 0, item.rule))


__all__ = ["Finding", "Problem", "Rule", "all_rules", "check"]
