"""Breaks diagrams in ways that know their structure, and watches what examining them costs.

    python -m tests.designer.fuzz [--count 300] [--seed 0] [--seconds 60] [--corpus FOLDER]

Prints one JSON line: how many were examined, how they ended, and every failure with the seed that makes it again.
A failure is an exception, more than 10 seconds of CPU, a refusal without a sentence or its line, or a model that
was said to run and does not. The process is limited to 500 MB beyond what its libraries take.
"""

import argparse
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import orjson
from lxml import etree

from designer.examination import Examination, examine
from engine.bpmn import read

HERE = Path(__file__).resolve().parent
OWN = (
    *sorted(HERE.glob("**/diagrams/*.bpmn")),
    *sorted((HERE.parent / "engine/bpmn").glob("*.bpmn")),
    *sorted((HERE.parents[1] / "processes").glob("*/*.bpmn")),
)
SECONDS = 10
MEGABYTES = 500
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
TAGS = (
    "task", "userTask", "serviceTask", "scriptTask", "receiveTask", "sendTask", "subProcess",
    "transaction", "adHocSubProcess", "callActivity", "exclusiveGateway", "parallelGateway",
    "inclusiveGateway", "complexGateway", "eventBasedGateway", "startEvent", "endEvent",
    "boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent", "sequenceFlow",
    "laneSet", "lane", "dataObject", "association", "multiInstanceLoopCharacteristics",
    "standardLoopCharacteristics", "timerEventDefinition", "messageEventDefinition",
    "linkEventDefinition", "compensateEventDefinition", "cancelEventDefinition", "process",
    "errorEventDefinition", "conditionalEventDefinition", "terminateEventDefinition",
    "participant", "messageFlow", "choreographyTask", "definitions", "extensionElements",
)  # fmt: skip
WORDS = (
    "", " ", "0", "-1", "99999999999999999999", "1e999", "NaN", "true", "null", "\u202e",
    "=1/0", "${a.b(c)}", "#{__import__('os').system('x')}", "{{ x }}", "{name}", "%s%n", "🜁" * 40,
    "x" * 5000, "((((((((((" * 60, "[" * 400, "P1Y2M3DT4H", "R/PT0S", "R-1/PT1S", "0 0 * * * ?",
    "2026-02-30T25:61:00", "for i in 1..9999999999 return i", "some x in y satisfies", "a and (b",
    "if", "matches(a, \"(a+)+$\")", "../../etc/passwd", "javascript:alert(1)", "=\"", "date(\"x\")",
)  # fmt: skip


class TooSlow(BaseException):
    """Ten seconds of CPU are over; no `except Exception` on the way may swallow this."""


Change = Callable[[random.Random, etree._Element], None]


def mutated(data: bytes, dice: random.Random) -> bytes:
    """The diagram with one to eight things broken in it; sometimes the bytes as well."""
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return _bytes(data, dice)
    for _ in range(dice.choice((1, 1, 2, 3, 5, 8))):
        dice.choice(CHANGES)(dice, root)
    written = etree.tostring(root, xml_declaration=dice.random() < 0.5, encoding="utf-8")
    return _bytes(written, dice) if dice.random() < 0.15 else written


def _some(dice: random.Random, root: etree._Element) -> etree._Element:
    found = list(root.iter(etree.Element))
    drawn = [one for one in found if one.tag.startswith(BPMN)]
    return dice.choice(drawn or found)


def _remove(dice: random.Random, root: etree._Element) -> None:
    one = _some(dice, root)
    parent = one.getparent()
    if parent is not None:
        parent.remove(one)


def _copy(dice: random.Random, root: etree._Element) -> None:
    one, place = _some(dice, root), _some(dice, root)
    if len(one) < 200:
        place.append(etree.fromstring(etree.tostring(one)))


def _move(dice: random.Random, root: etree._Element) -> None:
    one, place = _some(dice, root), _some(dice, root)
    if one is not root and place is not one and one not in place.iterancestors():
        place.append(one)


def _rename(dice: random.Random, root: etree._Element) -> None:
    one = _some(dice, root)
    if one is not root:
        one.tag = f"{BPMN}{dice.choice(TAGS)}"


def _add(dice: random.Random, root: etree._Element) -> None:
    made = etree.SubElement(_some(dice, root), f"{BPMN}{dice.choice(TAGS)}")
    for name in ("sourceRef", "targetRef", "attachedToRef", "default", "calledElement"):
        if dice.random() < 0.3:
            made.set(name, _id(dice, root))
    if dice.random() < 0.5:
        made.set("id", _id(dice, root))


def _refer(dice: random.Random, root: etree._Element) -> None:
    """Point a reference elsewhere."""
    one = _some(dice, root)
    names = [name for name in one.attrib if str(name).endswith(("Ref", "Element", "default"))]
    if names:
        one.set(dice.choice(names), _id(dice, root))
    elif (one.text or "").strip():
        one.text = _id(dice, root)


def _say(dice: random.Random, root: etree._Element) -> None:
    """Put an unexpected word where something was said."""
    one = _some(dice, root)
    word = dice.choice(WORDS)
    if one.attrib and dice.random() < 0.7:
        one.set(dice.choice(list(one.attrib)), word)
    else:
        one.text = word


def _forget(dice: random.Random, root: etree._Element) -> None:
    one = _some(dice, root)
    if one.attrib:
        del one.attrib[dice.choice(list(one.attrib))]


def _nest(dice: random.Random, root: etree._Element) -> None:
    """Sub-processes in sub-processes."""
    place = _some(dice, root)
    for number in range(dice.choice((3, 30, 120))):
        place = etree.SubElement(place, f"{BPMN}subProcess", id=f"nest{number}")


def _many(dice: random.Random, root: etree._Element) -> None:
    """Many parallel arrows out of one element, or many alike."""
    place = _some(dice, root)
    source = _id(dice, root)
    for number in range(dice.choice((5, 40, 150))):
        etree.SubElement(place, f"{BPMN}task", id=f"many{number}")
        etree.SubElement(place, f"{BPMN}sequenceFlow", sourceRef=source, targetRef=f"many{number}")


def _circle(dice: random.Random, root: etree._Element) -> None:
    """Flows that lead back, without anybody between."""
    place = _some(dice, root)
    for _ in range(3):
        etree.SubElement(
            place, f"{BPMN}sequenceFlow", sourceRef=_id(dice, root), targetRef=_id(dice, root)
        )


def _id(dice: random.Random, root: etree._Element) -> str:
    ids = [name for one in root.iter(etree.Element) if (name := one.get("id"))]
    return dice.choice([*ids, dice.choice(WORDS) or "nowhere"])


CHANGES: tuple[Change, ...] = (
    _remove, _copy, _move, _rename, _add, _refer, _refer, _say, _say, _forget, _nest, _many, _circle,
)  # fmt: skip


def _bytes(data: bytes, dice: random.Random) -> bytes:
    """What happens to files on their way."""
    place = dice.randrange(len(data) + 1)
    kind = dice.randrange(6)
    if kind == 0:
        return data[:place]
    if kind == 1:
        return data[:place] + bytes([dice.randrange(256)]) + data[place + 1 :]
    if kind == 2:
        return b'<!DOCTYPE a [<!ENTITY b "c">]>' + data
    if kind == 3:
        return data.decode("utf-8", "replace").encode(
            dice.choice(("utf-16", "utf-32", "cp500")), "replace"
        )
    if kind == 4:
        return data[:place] + data[dice.randrange(len(data) + 1) :]
    return dice.choice((b"\xef\xbb\xbf", b"\0", b"PK\x03\x04", b"\n \n")) + data


def fault(data: bytes) -> tuple[str, str | None]:
    """How examining the bytes ended, and what is wrong with that; None where all is well."""
    signal.signal(signal.SIGVTALRM, _over)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        found = examine(data)
        return _outcome(found), _wrong(found)
    except TooSlow:
        return "hang", f"more than {SECONDS} seconds"
    except (Exception, RecursionError) as error:  # this is what we look for
        return "exception", f"{type(error).__name__}: {str(error)[:300]}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _over(_number: int, _frame: FrameType | None) -> None:
    raise TooSlow


def _outcome(found: Examination) -> str:
    if found.report["error"] is not None:
        return "unreadable"
    return "runnable" if found.is_runnable else "not runnable"


def _wrong(found: Examination) -> str | None:
    report = found.report
    error = report["error"]
    if error is not None:
        message = str(error["message"])
        if len(message) < 20 or "Traceback" in message:
            return f"no sentence: {message!r}"
        return None if isinstance(error["line"], int) else f"no line: {message}"
    if found.model is None:
        return "accepted without a model"
    read(found.model)
    if not found.is_runnable:
        grave = [one for one in report["findings"] if one["rule"] == "not-runnable"]
        return None if grave and all(one["message"] for one in grave) else "does not say why"
    rehearsal = report["rehearsal"]
    return "said to run, and refused" if rehearsal["outcome"] == "refused" else None


def run(files: list[Path], count: int, seed: int, seconds: float) -> dict[str, object]:
    """Examine `count` mutants, or as many as fit into the time."""
    began = time.monotonic()
    outcomes: Counter[str] = Counter()
    failures: list[dict[str, object]] = []
    slowest = 0.0
    for number in range(seed, seed + count):
        if time.monotonic() - began > seconds:
            break
        dice = random.Random(number)
        path = dice.choice(files)
        data = mutated(path.read_bytes(), dice)
        spent = time.process_time()
        outcome, wrong = fault(data)
        slowest = max(slowest, time.process_time() - spent)
        outcomes[outcome] += 1
        if wrong is not None:
            failures.append({"seed": number, "file": path.name, "wrong": wrong})
    return {
        "name": "fuzz_diagrams",
        "value": outcomes.total(),
        "unit": "files",
        "outcomes": dict(outcomes),
        "failures": failures,
        "slowest_cpu_seconds": round(slowest, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def sources(corpus: Path | None) -> list[Path]:
    """Our own diagrams, and those of the corpus where there is one."""
    folders = [corpus / name for name in ("miwg", "home-office", "engines")] if corpus else []
    found = [path for folder in folders for path in sorted(folder.rglob("*.bpmn*"))]
    return [*OWN, *(path for path in found if path.stat().st_size < 300_000)]


def main() -> None:
    """Run and print; exit code 1 when anything failed."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--count", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--corpus", type=Path)
    said = arguments.parse_args()
    files = sources(said.corpus)
    limit = MEGABYTES * 2**20 + _mapped()
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    result = run(files, said.count, said.seed, said.seconds)
    print(orjson.dumps(result).decode())
    sys.exit(1 if result["failures"] else 0)


def _mapped() -> int:
    """Bytes of address space that the libraries take before anything is read."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    main()
