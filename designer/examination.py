"""What an uploaded diagram is: readable, runnable, what was mended, what is still open; found out in a child process.

A diagram is hostile until proven otherwise, so the web never reads one itself: a child with limits on time and
memory does, and answers in JSON. `examine` is what the child does, `examine_apart` starts the child.
"""

import base64
import re
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

import orjson

from designer.beside import (
    ALONE,
    Beside,
    read_services,
    read_tables,
    with_rules,
    with_services,
)
from designer.check import Report, check_model
from designer.importer import Imported, import_model
from designer.layout import with_layout
from designer.names_read import names_given, names_read
from designer.outline import elements, gateways, lanes, starts, tasks
from designer.tryout import Tried, try_model
from engine import bpmn, dmn
from engine.bpmn.model import Model, Scope, Unread
from engine.errors import Refusal, filled

SECONDS = 20  # of CPU; a normal diagram needs less than one
AT_MOST = 25  # of the clock, for a child that waits for others: less than who waits for SQLite's lock does (30)
KEPT = 1_000_000  # bytes of a question whose answer is kept: drawings are far smaller, as a rule
MEMORY = 2 * 1024**3  # bytes of address space
MOST_UNREAD = 200  # kinds of things listed
TOO_HEAVY = "This diagram could not be examined within {seconds} seconds. Split it with call activities and try again."

# What tools call a process that nobody named: sid-78cf0368-c97e-4dea-885f-0e535c20d6c7.
_MADE_UP = re.compile(r"(\w+-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found. `report` is JSON: what `expedito check` prints, and what the draft's page shows beside it.
    `model` is the repaired diagram as it would be run; None when nothing could be read."""

    report: Json
    is_runnable: bool
    name: str | None = None
    process_id: str | None = None
    model: bytes | None = None


def examine(data: bytes, beside: Beside = ALONE) -> Examination:
    """Read, import, check, compile and rehearse a diagram. What is wrong with it is said in the report."""
    try:
        drawn = bpmn.read(data)
        imported = _imported(drawn, beside)
    except Refusal as refusal:
        return _refused(refusal)
    # A drawing without layout gets one, so that every version can be shown.
    model = bpmn.write(imported.model) if drawn.shapes else with_layout(imported.model)
    checked = check_model(drawn, imported, "")
    process = imported.model.process(imported.process_id)
    report = _for_the_page(checked) | {
        "process": imported.process_id,
        "lanes": lanes(process),
        "gateways": gateways(process),
        "tasks": tasks(imported.model, process),
        "starts": starts(process),
        "reads": names_read(process),
        "gives": names_given(process),
        "elements": elements(drawn),
        "has_layout": bool(drawn.shapes),
        "unread": grouped(drawn.unread),
        "rehearsal": _rehearsal(imported, beside, seed=1) if checked.is_runnable else None,
    }
    return Examination(
        report,
        is_runnable=checked.is_runnable,
        name=_name(drawn, imported),
        process_id=imported.process_id,
        model=model,
    )


def examine_apart(data: bytes, beside: Beside = ALONE) -> Examination:
    """`examine` in a child process with limits; a diagram that breaks or hangs the child is said to be too heavy."""
    said = _asked_apart(data, beside)
    if said is None:
        return _unread(TOO_HEAVY, {"seconds": SECONDS})
    model = said.pop("model")
    return Examination(**said, model=None if model is None else base64.b64decode(model))


def rehearse_apart(data: bytes, beside: Beside, *, seed: int) -> Json:
    """One walk through the diagram in a child process: see `Tried`.

    The same seed gives the same walk. A diagram that cannot be read or takes too long has the outcome “refused”.
    """
    said = _asked_apart(data, beside, seed=seed)
    if said is None:
        words = filled(TOO_HEAVY, {"seconds": str(SECONDS)})
        return asdict(Tried("", "refused", 0, (), words))
    return said


def rehearse(data: bytes, beside: Beside, *, seed: int) -> Json:
    """What the child does for `rehearse_apart`."""
    try:
        imported = _imported(bpmn.read(data), beside)
    except Refusal as refusal:
        return asdict(Tried("", "refused", 0, (), refusal.message()))
    return _rehearsal(imported, beside, seed)


def _asked_apart(data: bytes, beside: Beside, seed: int | None = None) -> Json | None:
    """What a child answers; None when it broke or took too long."""
    asked: Json = {"data": base64.b64encode(data).decode(), "seed": seed}
    asked["beside"] = asdict(
        replace(beside, published=sorted(beside.published), connectors=sorted(beside.connectors))
    )
    question = orjson.dumps(asked)
    # Whoever publishes has just seen the draft: the same question again, in a transaction for which others may wait.
    ask = _known_answer if seed is None and len(question) <= KEPT else _answer
    try:
        said: Json = orjson.loads(ask(question))
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return None
    return said


def _answer(asked: bytes) -> bytes:
    child = subprocess.run(
        [sys.executable, "-m", "designer.examination"],
        input=asked,
        capture_output=True,
        timeout=AT_MOST,
        check=True,
    )
    return child.stdout


_known_answer = lru_cache(4)(_answer)


def grouped(unread: Sequence[Unread]) -> list[Json]:
    """What the file says in vain, each thing once with how often; element and line are of the first."""
    times = Counter(each.what for each in unread)
    first = {each.what: each for each in reversed(unread)}
    return [asdict(first[what]) | {"count": number} for what, number in times.items()][:MOST_UNREAD]


def _imported(drawn: Model, beside: Beside) -> Imported:
    """The drawing as it runs by these rules. Those of gateways that only the repairs made are said to the result."""
    gateways = {flow for scope in _scopes(drawn) for flow in _at_gateways(scope)}
    rules = beside.rules
    drawn = with_services(drawn, beside.services, beside.connectors)
    imported = import_model(
        with_rules(
            drawn,
            {flow: said for flow, said in rules.items() if flow in gateways},
            beside.tables,
        ),
        beside.published,
        beside.connectors,
    )
    later = {flow: said for flow, said in rules.items() if flow not in gateways}
    if later:
        again = import_model(
            with_rules(imported.model, later, beside.tables), beside.published, beside.connectors
        )
        imported = replace(again, notes=(*imported.notes, *again.notes))
    known = {process.id for process in imported.model.processes}
    chosen = beside.process_id
    return replace(imported, process_id=chosen) if chosen in known else imported


def _scopes(model: Model) -> Iterator[Scope]:
    for process in model.processes:
        yield process.scope
        yield from (node.body for _, node in process.scope.everything() if node.body is not None)


def _at_gateways(scope: Scope) -> Iterator[str]:
    """Flows that leave a gateway of the drawing."""
    for node in scope.nodes.values():
        if node.kind.value.endswith("Gateway"):
            yield from node.outgoing


def _rehearsal(imported: Imported, beside: Beside, seed: int) -> Json:
    models = tuple(dmn.load_all(beside.decisions).values())
    return asdict(try_model(imported, seed=seed, max_steps=300, decisions=models))


def _for_the_page(checked: Report) -> Json:
    """The report of `expedito check`, with each sentence and its values apart so that the page can translate it."""
    report = checked.to_json()
    report["repairs"] = [
        said | {"sentence": note.sentence, "values": note.values}
        for said, note in zip(report["repairs"], checked.repairs, strict=True)
    ]
    report["findings"] = [
        said | {"sentence": finding.sentence, "values": finding.values}
        for said, finding in zip(report["findings"], checked.findings, strict=True)
    ]
    return report


def _refused(refusal: Refusal) -> Examination:
    line = refusal.values.get("line")
    return _unread(refusal.sentence, refusal.values, line if isinstance(line, int) else None)


def _unread(sentence: str, values: Mapping[str, object], line: int | None = None) -> Examination:
    said = {name: str(value) for name, value in values.items()}
    report = Report("", is_accepted=False, is_runnable=False).to_json() | {
        "error": {
            "message": filled(sentence, said),
            "line": line,
            "sentence": sentence,
            "values": said,
        },
        "process": None,
        "lanes": [],
        "gateways": [],
        "tasks": [],
        "starts": [],
        "reads": [],
        "gives": {"names": [], "is_open": True},
        "elements": [],
        "has_layout": False,
        "unread": [],
        "rehearsal": None,
    }
    return Examination(report, is_runnable=False)


def _name(drawn: Model, imported: Imported) -> str | None:
    process = imported.model.process(imported.process_id)
    pool = next((pool.name for pool in drawn.participants if pool.process == process.id), None)
    names = (process.name, pool, drawn.name)
    return next((name for name in names if name and not _MADE_UP.fullmatch(name)), None)


def main() -> None:
    """Examine what stands on standard input and print what was found."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    asked = orjson.loads(sys.stdin.buffer.read())
    data, said, seed = base64.b64decode(asked["data"]), asked["beside"], asked["seed"]
    tables, services = read_tables(said["tables"]), read_services(said["services"])
    beside = Beside(**said | {"tables": tables, "services": services})
    answer = _examined(data, beside) if seed is None else rehearse(data, beside, seed=seed)
    sys.stdout.buffer.write(orjson.dumps(answer))


def _examined(data: bytes, beside: Beside) -> Json:
    found = examine(data, beside)
    return {
        "report": found.report,
        "is_runnable": found.is_runnable,
        "name": found.name,
        "process_id": found.process_id,
        "model": None if found.model is None else base64.b64encode(found.model).decode(),
    }


if __name__ == "__main__":
    main()
