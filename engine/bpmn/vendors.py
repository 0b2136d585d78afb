"""Vendor extensions (camunda, zeebe, flowable, activiti, jBPM, Bizagi, Signavio …) as `Extension`.

Vendors agree on words more than on namespaces, so words are read whoever says them. What is not
understood is handed back by name.
"""

import re
from collections.abc import Callable

from engine.bpmn.document import OWN, Element
from engine.bpmn.form_fields import form_fields, output_fields
from engine.bpmn.marks import own_extension
from engine.bpmn.model import Expression, Extension, Mapping

_READ = frozenset(
    [
        "formData",
        "formProperty",
        "formField",
        "in",
        "out",
        "inputOutput",
        "ioMapping",
        "properties",
        "property",
        "assignmentDefinition",
        "formDefinition",
        "taskSchedule",
        "priorityDefinition",
        "taskDefinition",
        "calledDecision",
        "calledElement",
        "subscription",
        "script",
        "userTask",
        "loopCharacteristics",
        "failedJobRetryTimeCycle",
        "extension",
        "mapping",
        "correlation",
        "userTaskForm",
        "taskHeaders",
        "signavioMetaData",
        "signavioLabel",
        "field",
        "BizagiExtensions",
        "customProperties",
    ]
)
_READ_ATTRIBUTES = frozenset(
    [
        "assignee",
        "candidateUsers",
        "candidateGroups",
        "formKey",
        "formRef",
        "dueDate",
        "priority",
        "class",
        "delegateExpression",
        "expression",
        "topic",
        "type",
        "decision",
        "decisionRef",
        "decisionRefBinding",
        "resultVariable",
        "resultVariableName",
        "initiator",
        "businessKey",
        "collection",
        "elementVariable",
        "calledElementType",
        "async",
        "asyncBefore",
        "asyncAfter",
        "exclusive",
        "executionPlatform",
        "executionPlatformVersion",
    ]
)
_BETWEEN_NAMES = re.compile(r",(?![^{}]*\})")  # no comma within ${…}
_USER_OR_GROUP = re.compile(r"\b(user|group)\(([^()]*)\)")

Note = Callable[[str], None]


def read_extension(element: Element, note: Note) -> Extension:
    """What vendors (or Expedito itself) attached to this element; `note` hears what is not read."""
    own = own_extension(element)
    if own is not None:
        return own
    parts = [part for holder in element.all("extensionElements") for part in holder.children]
    for part in parts:
        if part.name not in _READ and part.namespace != OWN:
            note(part.vendor_name())
    for name in element.vendor:
        if name not in _READ_ATTRIBUTES:
            note(f"@{name}")
    by_name: dict[str, Element] = {}
    for part in parts:
        by_name.setdefault(part.name, part)

    def child(name: str, *attributes: str) -> str | None:
        part = by_name.get(name)
        if part is None:
            return None
        return next((value for value in map(part.get, attributes) if value), None)

    inputs, outputs = _mappings(parts)
    groups, users = _performers(element)
    called = by_name.get("calledElement")
    return Extension(
        assignee=element.foreign("assignee") or child("assignmentDefinition", "assignee"),
        candidate_users=users
        + _listed(
            element.foreign("candidateUsers") or child("assignmentDefinition", "candidateUsers")
        ),
        candidate_groups=groups
        + _listed(
            element.foreign("candidateGroups") or child("assignmentDefinition", "candidateGroups")
        ),
        form_key=element.foreign("formKey", "formRef")
        or child("formDefinition", "formKey", "formId", "externalReference"),
        form_fields=form_fields(parts) or output_fields(element),
        due_date=element.foreign("dueDate") or child("taskSchedule", "dueDate"),
        follow_up_date=element.foreign("followUpDate") or child("taskSchedule", "followUpDate"),
        priority=element.foreign("priority") or child("priorityDefinition", "priority"),
        inputs=inputs,
        outputs=outputs,
        is_all_in=_passes_all(parts, "in")
        or (called is not None and called.get("propagateAllParentVariables") != "false"),
        is_all_out=_passes_all(parts, "out")
        or (called is not None and called.get("propagateAllChildVariables") == "true"),
        decision=element.foreign("decisionRef", "decision")
        or child("calledDecision", "decisionId")
        or _table(parts),
        decision_binding=element.foreign("decisionRefBinding")
        or child("calledDecision", "bindingType"),
        result_variable=element.foreign("resultVariable", "resultVariableName")
        or child("calledDecision", "resultVariable")
        or child("script", "resultVariable"),
        topic=child("taskDefinition", "type")
        or element.foreign("topic", "class", "delegateExpression", "expression", "type")
        or _rule_group(element),
        retries=child("taskDefinition", "retries") or _text(by_name.get("failedJobRetryTimeCycle")),
        initiator=element.foreign("initiator"),
        business_key=_business_key(parts),
        correlation=_correlation(parts),
        properties=_properties(parts),
        is_decided_by_person=element.own.get("decidedByPerson") == "true",
        note=element.own.get("note"),
    )


def _listed(text: str | None) -> tuple[str, ...]:
    """“a, ${b}” as names; an expression (${…} or =…) stays whole, whatever commas it holds."""
    if text is None:
        return ()
    if text.startswith("="):
        return (text,)
    return tuple(name.strip() for name in _BETWEEN_NAMES.split(text) if name.strip())


def _text(element: Element | None) -> str | None:
    return element.own_text() if element is not None else None


def _mappings(parts: list[Element]) -> tuple[tuple[Mapping, ...], tuple[Mapping, ...]]:
    inputs: list[Mapping] = []
    outputs: list[Mapping] = []
    for part in parts:
        if part.name in {"in", "out"} and part.get("target"):
            text = part.get("sourceExpression") or part.get("source")
            if text:
                source = Expression(text, None, part.line)
                target = inputs if part.name == "in" else outputs
                target.append(Mapping(source, part.get("target") or ""))
        if part.name not in {"inputOutput", "ioMapping"}:
            continue
        for child in part.children:
            name = child.get("name") or child.get("target")
            text = child.get("source") or child.full_text()
            if not name or not text:
                continue
            mapping = Mapping(_source(child, text), name)
            (inputs if child.name.startswith("input") else outputs).append(mapping)
    return tuple(inputs), tuple(outputs)


def _source(parameter: Element, text: str) -> Expression:
    """A parameter's value: an expression where it is marked as one, else a constant text."""
    script = next((part.get("scriptFormat") for part in parameter.children), None)
    if script is not None or text.startswith(("${", "#{")):
        return Expression(text, script, parameter.line)
    if text.startswith("="):
        return Expression(text, "feel", parameter.line)
    constant = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return Expression(f'"{constant}"', "feel", parameter.line)


def _passes_all(parts: list[Element], name: str) -> bool:
    return any(part.name == name and part.get("variables") == "all" for part in parts)


def _business_key(parts: list[Element]) -> str | None:
    keys = (part.get("businessKey") for part in parts if part.name == "in")
    return next((key for key in keys if key), None)


def _correlation(parts: list[Element]) -> tuple[Mapping, ...]:
    return tuple(
        Mapping(Expression(part.get("correlationKey") or "", "feel", part.line), "correlationKey")
        for part in parts
        if part.name == "subscription" and part.get("correlationKey")
    )


def _properties(parts: list[Element]) -> tuple[tuple[str, str], ...]:
    """Named values: camunda:property, zeebe:header, Signavio meta data, Bizagi properties."""
    found: list[tuple[str, str]] = []
    holders = {"properties", "taskHeaders", "BizagiExtensions", "customProperties"}
    for part in parts:
        if part.name == "signavioMetaData":
            found.append((part.get("metaKey") or "", part.get("metaValue") or ""))
        if part.name not in holders:
            continue
        for child in part.every():
            value = child.get("value") or child.get("metaValue")
            if value is None:
                texts = [leaf.own_text() for leaf in child.children if leaf.name == "Value"]
                value = next((text for text in texts if text), None)
            name = child.get("name") or child.get("key") or child.get("id")
            if name and value and child is not part:
                found.append((name, value))
    return tuple((name, value) for name, value in found if name and value)


def _table(parts: list[Element]) -> str | None:
    """flowable:field name="decisionTableReferenceKey"."""
    for part in parts:
        if part.name == "field" and part.get("name") == "decisionTableReferenceKey":
            return part.get("stringValue") or part.full_text()
    return None


def _rule_group(element: Element) -> str | None:
    return element.foreign("ruleFlowGroup", "taskName") or None


def _performers(element: Element) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Groups and users of BPMN's own resource roles (clause 10.3.1) and of jBPM's task inputs."""
    groups: list[str] = []
    users: list[str] = []
    for role in element.all("potentialOwner", "humanPerformer", "performer"):
        text = next((e.full_text() for e in role.all("resourceAssignmentExpression")), None)
        if not text:
            continue
        marked = _USER_OR_GROUP.findall(text)
        for kind, names in marked:
            (users if kind == "user" else groups).extend(_listed(names.strip()))
        if not marked:
            (groups if role.name == "potentialOwner" else users).extend(_listed(text))
    names = {
        item.get("id"): item.get("name")
        for specification in element.all("ioSpecification")
        for item in specification.all("dataInput")
    }
    for association in element.all("dataInputAssociation"):
        target = association.one("targetRef")
        name = names.get(target.own_text() if target is not None else None)
        for assignment in association.all("assignment"):
            source = assignment.one("from")
            text = source.own_text() if source is not None else None
            if text and name == "GroupId":
                groups.extend(_listed(text))
            elif text and name == "ActorId":
                users.extend(_listed(text))
    return tuple(groups), tuple(users)
