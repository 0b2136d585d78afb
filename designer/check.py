"""What `expedito check` says of a file: readable, runnable, what was mended, what to think about."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from designer.importer import Imported, Note, import_model
from designer.rules import Finding, all_rules
from designer.rules import check as findings_of
from engine.bpmn import UnreadableDiagram, read
from engine.bpmn.model import Model
from engine.spiff import NotRunnable, compile_model

# These ask how tokens move, so they are asked of the model that runs, not of the drawing.
_OF_THE_RUN = frozenset({"deadlock", "lack-of-synchronisation", "dead-path", "livelock"})

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """The answer for one file. `error` is why it was not accepted, None when it was."""

    file: str
    is_accepted: bool
    is_runnable: bool
    processes: tuple[tuple[str, str | None], ...] = ()
    repairs: tuple[Note, ...] = ()
    findings: tuple[Finding, ...] = ()
    error: UnreadableDiagram | None = None

    def to_json(self) -> Json:
        """The report in the shape that DESIGN.md promises."""
        return {
            "file": self.file,
            "accepted": self.is_accepted,
            "runnable": self.is_runnable,
            "processes": [{"id": name, "name": label} for name, label in self.processes],
            "repairs": [
                {
                    "rule": note.rule,
                    "element": note.element,
                    "line": note.line,
                    "message": note.message,
                    "decision": note.is_decision,
                }
                for note in self.repairs
            ],
            "findings": [
                {
                    "rule": finding.rule,
                    "severity": finding.severity,
                    "element": finding.element,
                    "line": finding.line,
                    "message": finding.message,
                    "path": list(finding.path),
                }
                for finding in self.findings
            ],
            "error": None
            if self.error is None
            else {"message": self.error.message(), "line": self.error.values.get("line")},
        }


def check_file(data: bytes, name: str, published: Collection[str] = ()) -> Report:
    """The report on a file's bytes; never raises, whatever they are. `published`: see `import_model`."""
    try:
        drawn = read(data)
    except UnreadableDiagram as refusal:
        return Report(name, is_accepted=False, is_runnable=False, error=refusal)
    return check_model(drawn, import_model(drawn, published), name)


def check_model(drawn: Model, imported: Imported, name: str) -> Report:
    """The report on a drawing that was read and imported already."""
    obstacles = _obstacles(imported)
    return Report(
        file=name,
        is_accepted=True,
        is_runnable=not obstacles,
        processes=tuple(
            (process.id, process.name)
            for process in drawn.processes
            if process.scope.nodes or len(drawn.processes) == 1
        ),
        repairs=imported.notes,
        findings=(*obstacles, *_findings(drawn, imported.model)),
    )


def _obstacles(imported: Imported) -> tuple[Finding, ...]:
    try:
        compile_model(imported.model, imported.process_id)
    except NotRunnable as refusal:
        return tuple(
            Finding("not-runnable", "error", item.element_id, item.line, item.sentence, item.values)
            for item in refusal.obstacles
        )
    return ()


def _findings(drawn: Model, run: Model) -> list[Finding]:
    elements = {node.id for process in drawn.processes for _, node in process.scope.everything()}
    of_drawing = [item for item in findings_of(drawn) if item.rule not in _OF_THE_RUN]
    of_run = [
        finding
        for rule in all_rules()
        if rule.name in _OF_THE_RUN
        for finding in rule.findings(run)
        if finding.element in elements
    ]
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(of_drawing + of_run, key=lambda item: (order[item.severity], item.line or 0))
