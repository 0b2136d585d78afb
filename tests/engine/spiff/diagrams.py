"""Diagrams for tests, written as lines and read through the real XML reader.

start s · end e · user a · xor g · and · or · event · complex · script · service · send · receive · rule · call
sub p { … } · transaction · adhoc · catch · throw · boundary b on a
s -> a -> g            flows, named f_<source>_<target>
g -> b [x > 1]         a condition; g -> c *  marks the default flow
anything after " : " on a node's line is XML inside it; attributes as key=value
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine.bpmn import read
from engine.spiff import Compiled, Execution, Library, Wait, compile_model

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TAGS = {
    "start": "startEvent",
    "end": "endEvent",
    "task": "task",
    "user": "userTask",
    "manual": "manualTask",
    "script": "scriptTask",
    "service": "serviceTask",
    "send": "sendTask",
    "receive": "receiveTask",
    "rule": "businessRuleTask",
    "call": "callActivity",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "or": "inclusiveGateway",
    "event": "eventBasedGateway",
    "complex": "complexGateway",
    "catch": "intermediateCatchEvent",
    "throw": "intermediateThrowEvent",
    "boundary": "boundaryEvent",
    "sub": "subProcess",
    "transaction": "transaction",
    "adhoc": "adHocSubProcess",
}
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="http://test" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn">'
)
MI = "<bpmn:multiInstanceLoopCharacteristics{sequential}>{inside}</bpmn:multiInstanceLoopCharacteristics>"


def timer(kind: str, text: str) -> str:
    """A timer definition; kind is Date, Duration or Cycle."""
    return (
        f"<bpmn:timerEventDefinition><bpmn:time{kind}>{escape(text)}</bpmn:time{kind}>"
        "</bpmn:timerEventDefinition>"
    )


def definition(kind: str, reference: str | None = None) -> str:
    """An event definition such as message, signal, error, terminate."""
    names = {"compensation": "compensate"}
    attribute = {"compensation": "activityRef"}.get(kind, f"{kind}Ref")
    tag = names.get(kind, kind)
    if kind == "link":
        attribute = "name"
    ref = f' {attribute}="{reference}"' if reference else ""
    return f"<bpmn:{tag}EventDefinition{ref}/>"


def condition(text: str) -> str:
    """A conditional event definition."""
    return (
        "<bpmn:conditionalEventDefinition><bpmn:condition>"
        f"{escape(text)}</bpmn:condition></bpmn:conditionalEventDefinition>"
    )


def many(collection: str | None = None, item: str = "item", **more: str) -> str:
    """Multi-instance characteristics in one tool's vocabulary."""
    sequential = ' isSequential="true"' if more.get("sequential") else ""
    inside = ""
    attributes = ""
    if collection:
        attributes = (
            f" inputCollection={quoteattr('=' + collection)} inputElement={quoteattr(item)}"
        )
        if "output" in more:
            attributes += (
                f" outputCollection={quoteattr(more['output'])}"
                f" outputElement={quoteattr('=' + more['gather'])}"
            )
        inside += (
            "<bpmn:extensionElements><zeebe:loopCharacteristics"
            f"{attributes}/></bpmn:extensionElements>"
        )
    if "count" in more:
        inside += f"<bpmn:loopCardinality>{escape(more['count'])}</bpmn:loopCardinality>"
    if "until" in more:
        inside += f"<bpmn:completionCondition>{escape(more['until'])}</bpmn:completionCondition>"
    return MI.format(sequential=sequential, inside=inside)


def xml(text: str, roots: str = "", process: str = "main") -> bytes:
    """The whole file."""
    body = _body([line.strip() for line in text.strip().splitlines() if line.strip()])
    return (
        f'{HEAD}{roots}<bpmn:process id="{process}" isExecutable="true">{body}</bpmn:process>'
        "</bpmn:definitions>"
    ).encode()


def compiled(text: str, roots: str = "", process: str = "main") -> Compiled:
    """A compiled diagram."""
    return compile_model(read(xml(text, roots, process)))


def _body(lines: list[str]) -> str:
    found: list[str] = []
    flows: list[str] = []
    defaults: dict[str, str] = {}
    while lines:
        line = lines.pop(0)
        if line == "}":
            break
        if "->" in line.split(" : ")[0]:
            flows.append(_flows(line, defaults))
            continue
        found.append(_node(line, lines))
    nodes = "".join(found)
    for source, flow in defaults.items():
        nodes = nodes.replace(f' id="{source}"', f' id="{source}" default="{flow}"', 1)
    return nodes + "".join(flows)


def _node(line: str, lines: list[str]) -> str:
    head, _, inside = line.partition(" : ")
    # what stands behind the brace is XML inside the sub-process
    head, brace, extra = head.partition(" {")
    has_body = bool(brace)
    inside += extra
    words = re.findall(r'"[^"]*"|\S+', head.rstrip("{ "))
    tag = TAGS[words[0]]
    attributes = f' id="{words[1]}"'
    rest = words[2:]
    if rest[:1] == ["on"]:
        attributes += f' attachedToRef="{rest[1]}"'
        rest = rest[2:]
    for word in rest:
        if "=" in word:
            name, _, value = word.partition("=")
            attributes += f' {name}="{value}"'
        else:
            attributes += f" name={quoteattr(word.strip(chr(34)))}"
    if has_body:
        inside += _body(lines)
    return f"<bpmn:{tag}{attributes}>{inside}</bpmn:{tag}>"


def _flows(line: str, defaults: dict[str, str]) -> str:
    text = ""
    match = re.search(r"\[(.*)\]\s*$", line)
    if match:
        line = line[: match.start()]
        text = (
            '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
            f"{escape(match[1])}</bpmn:conditionExpression>"
        )
    is_default = line.rstrip().endswith("*")
    names = [name.strip() for name in line.rstrip("* ").split("->")]
    found = ""
    for source, target in pairwise(names):
        flow = f"f_{source}_{target}"
        if is_default:
            defaults[source] = flow
        found += (
            f'<bpmn:sequenceFlow id="{flow}" sourceRef="{source}" targetRef="{target}">'
            f"{text}</bpmn:sequenceFlow>"
        )
    return found


class Play:
    """A case under test: saved and loaded again after every command, on a clock of its own."""

    def __init__(
        self,
        version: Compiled,
        *others: Compiled,
        start_event: str | None = None,
        library: Library | None = None,
        **variables: Any,
    ) -> None:
        self.library = library or Library(version, *others)
        self.now = NOON
        self.looks = 0  # how often the clock moved it, or it was looked at
        self.facts: list[str] = []
        self.path: list[str] = []
        self.case = Execution.start(
            version, variables, self.now, start_event=start_event, resolve=self.library
        )
        self._reload()

    def _reload(self) -> None:
        self.facts += [
            f"{fact.type} {fact.element_id}" if fact.element_id else fact.type
            for fact in self.case.facts
        ]
        self.path += self.case.path
        state = self.case.save()
        again = Execution.load(state, self.library)
        assert again.save() == state
        assert again.waits() == self.case.waits()
        assert again.positions == self.case.positions
        assert again.variables == self.case.variables
        self.case = again

    # -- looking

    @property
    def open(self) -> list[str]:
        """Elements that wait, in order."""
        return [wait.element_id for wait in self.case.waits()]

    @property
    def status(self) -> str:
        """The case's."""
        return self.case.status

    @property
    def variables(self) -> dict[str, Any]:
        """The case's."""
        return self.case.variables

    def wait(self, element: str, number: int = 0) -> Wait:
        """The wait at an element."""
        return [wait for wait in self.case.waits() if wait.element_id == element][number]

    # -- doing

    def do(self, element: str, *flows: str, number: int = 0, **answers: Any) -> "Play":
        """Complete a task or decide a gateway; `flows` are the choices."""
        wait = self.wait(element, number)
        choices: Mapping[str, list[str]] = {
            choice.element_id: list(flows) for choice in wait.choices
        }
        self.case.complete(wait.token, answers, self.now, choices=choices)
        self._reload()
        return self

    def after(self, **time: float) -> "Play":
        """Let time pass, fire every timer that is due and look at every condition that is, the earliest first."""
        self.now += timedelta(**time)
        for _ in range(100):
            due = sorted(
                (wait.due_at, wait.token)
                for wait in self.case.waits()
                if wait.due_at is not None and wait.due_at <= self.now
            )
            if not due:
                break
            self.looks += 1
            if any(
                wait.kind == "condition" and wait.token == due[0][1] for wait in self.case.waits()
            ):
                self.case.check_conditions(self.now)
            else:
                assert self.case.fire_timer(due[0][1], self.now)
            self._reload()
        return self

    def message(self, name: str, **payload: Any) -> bool:
        """Deliver a message."""
        delivered = self.case.deliver(name, payload, self.now)
        self._reload()
        return delivered

    def signal(self, name: str, **payload: Any) -> int:
        """Broadcast a signal."""
        woken = self.case.broadcast(name, payload, self.now)
        self._reload()
        return woken

    def serve(self, element: str, **outputs: Any) -> "Play":
        """A worker finishes a service."""
        self.case.finish_service(self.wait(element).token, outputs, self.now)
        self._reload()
        return self

    def fail(self, element: str, code: str | None = None, message: str = "no") -> bool:
        """A worker fails a service."""
        caught = self.case.fail_service(self.wait(element).token, code, message, self.now)
        self._reload()
        return caught

    def correct(self, *, token: int | None = None, **values: Any) -> "Play":
        """An operator corrects what the case knows, or what only one token does."""
        self.case.change(values, self.now, token=token)
        self._reload()
        return self

    def release(self, what: str | int) -> "Play":
        """An operator releases."""
        self.case.release(what, self.now)
        self._reload()
        return self


def play(text: str, roots: str = "", **variables: Any) -> Play:
    """Start a case of this diagram."""
    return Play(compiled(text, roots), **variables)
