from pathlib import Path

import pytest

from designer.rules import Finding, all_rules, check
from engine.bpmn import read

DIAGRAMS = Path(__file__).parent / "diagrams"
NAMES = [rule.name for rule in all_rules()]


def found(rule: str, kind: str) -> list[Finding]:
    model = read((DIAGRAMS / f"{rule}.{kind}.bpmn").read_bytes())
    return [finding for finding in check(model) if finding.rule == rule]


def test_every_rule_has_its_diagrams_and_every_diagram_its_rule() -> None:
    wanted = {f"{name}.{kind}.bpmn" for name in NAMES for kind in ("valid", "invalid")}
    assert {path.name for path in DIAGRAMS.iterdir()} == wanted


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_is_silent_about_its_valid_diagram(name: str) -> None:
    assert found(name, "valid") == []


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_finds_its_invalid_diagram_and_says_where(name: str) -> None:
    findings = found(name, "invalid")
    assert findings
    for finding in findings:
        assert finding.element
        assert finding.line
        assert "{" not in finding.message


def test_a_deadlock_comes_with_the_path_that_leads_into_it() -> None:
    (finding,) = found("deadlock", "invalid")
    assert finding.element == "j"
    assert finding.path[0] == "s"
    assert "g" in finding.path
    assert finding.path[-1] in {"a_j", "b_j"}


def test_a_join_in_a_loop_is_no_deadlock_when_both_branches_come() -> None:
    text = (DIAGRAMS / "lack-of-synchronisation.valid.bpmn").read_text()
    loop = text.replace(
        '<sequenceFlow id="j_e" sourceRef="j" targetRef="e" />',
        '<exclusiveGateway id="k" name="Again?" /><sequenceFlow id="j_k" sourceRef="j" targetRef="k" />'
        '<exclusiveGateway id="m" /><sequenceFlow id="m_g" sourceRef="m" targetRef="g" />'
        '<sequenceFlow id="k_m" name="yes" sourceRef="k" targetRef="m" />'
        '<sequenceFlow id="k_e" name="no" sourceRef="k" targetRef="e" />',
    ).replace('sourceRef="s" targetRef="g"', 'sourceRef="s" targetRef="m"')
    assert loop != text
    rules = {finding.rule for finding in check(read(loop.encode()))}
    assert not rules & {"deadlock", "lack-of-synchronisation", "livelock", "dead-path"}


def test_errors_are_listed_before_advice() -> None:
    findings = check(read((DIAGRAMS / "event-based-gateway.invalid.bpmn").read_bytes()))
    severities = [finding.severity for finding in findings]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
