"""Prints what one completed task costs inside the engine: load → complete → save, median CPU ms, and bytes of state."""

import statistics
import time
from datetime import UTC, datetime

import orjson

from engine.bpmn import read
from engine.spiff import Compiled, Execution, Library, compile_model
from tests.engine.spiff.diagrams import many, xml

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _version(text: str) -> Compiled:
    return compile_model(read(xml(text)))


def linear(count: int) -> str:
    """A line of tasks."""
    names = [f"t{n}" for n in range(count)]
    return "\n".join(
        ["start s", *(f"user {n}" for n in names), "end e", f"s -> {' -> '.join(names)} -> e"]
    )


def loop() -> str:
    """One task, again and again."""
    return "start s\nxor m\nuser t\nxor g\nend e\ns -> m -> t -> g\ng -> m [again]\ng -> e *"


def gateways(count: int) -> str:
    """A task, a hundred decided gateways, round again."""
    lines = ["start s", "xor m", "user t", "xor out", "end e"]
    previous = "t"
    for n in range(count):
        lines += [
            f"xor g{n}",
            f"xor j{n}",
            f"{previous} -> g{n}",
            f"g{n} -> j{n} [amount > {n}]",
            f"task o{n}",
        ]
        lines += [f"g{n} -> o{n} *", f"o{n} -> j{n}"]
        previous = f"j{n}"
    return "\n".join(
        [*lines, "s -> m -> t", f"{previous} -> out", "out -> m [again]", "out -> e *"]
    )


def parallel(count: int) -> str:
    """Twenty branches of three tasks."""
    lines = ["start s", "and f", "and j", "end e", "s -> f", "j -> e"]
    for n in range(count):
        lines += [f"user a{n}", f"user b{n}", f"user c{n}", f"f -> a{n} -> b{n} -> c{n} -> j"]
    return "\n".join(lines)


def instances() -> str:
    """A hundred instances of a task."""
    return "start s\nuser t : " + many("items") + "\nend e\ns -> t -> e"


def steps(version: Compiled, variables: dict[str, object], count: int) -> tuple[list[float], int]:
    """CPU ms of each of `count` steps, and the largest state."""
    library = Library(version)
    state = Execution.start(version, variables, AT, resolve=library).save()
    spent: list[float] = []
    largest = len(state)
    for _ in range(count):
        began = time.process_time_ns()
        case = Execution.load(state, library)
        token = case.waits()[0].token
        case.complete(token, {"again": True}, AT)
        state = case.save()
        spent.append((time.process_time_ns() - began) / 1e6)
        largest = max(largest, len(state))
        if case.status != "running":
            break
    return spent, largest


def report(name: str, value: float, unit: str) -> None:
    """One JSON line."""
    print(orjson.dumps({"name": name, "value": round(value, 4), "unit": unit}).decode())


def main() -> None:
    """All figures of this file."""
    items: dict[str, object] = {"items": list(range(100))}
    plans: list[tuple[str, str, dict[str, object], int]] = [
        ("linear_50", linear(50), {}, 49),
        ("gateways_100", gateways(100), {"amount": 1000}, 60),
        ("parallel_20", parallel(20), {}, 55),
        ("multi_instance_100", instances(), items, 90),
    ]
    for name, text, variables, count in plans:
        version = _version(text)
        steps(version, variables, count)
        spent, largest = steps(version, variables, count)
        report(f"step_{name}_cpu_ms", statistics.median(spent), "ms")
        report(f"step_{name}_state_bytes", largest, "bytes")
    spent, largest = steps(_version(loop()), {}, 1050)
    report("step_loop_1000_cpu_ms", statistics.median(spent[-100:]), "ms")
    report("step_loop_1000_state_bytes", largest, "bytes")
    report(
        "loop_1000_vs_10_ratio",
        statistics.median(spent[-50:]) / statistics.median(spent[5:55]),
        "ratio",
    )


if __name__ == "__main__":
    main()
