"""Prints how long a decision table takes, as JSON lines.

    python -m tests.bench.dmn

CPU time per `decide`, in microseconds: the best of several rounds, so that a busy machine
counts less.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from time import process_time
from xml.sax.saxutils import escape

from engine.dmn import Model, load

ROUNDS = 7


def main() -> None:
    """Measure a table of 20 rules and two of 2,000, one with cells that no index helps."""
    measure("dmn_table_us", office_table(20), 2_000)
    measure("dmn_table_2000_us", office_table(2_000), 500)
    measure("dmn_table_2000_expressions_us", office_table(2_000, has_expressions=True), 100)
    seconds = best(lambda: office_table(2_000), 1, rounds=1)
    print(json.dumps({"name": "dmn_load_2000_ms", "value": round(seconds * 1e3, 1), "unit": "ms"}))


def measure(name: str, model: Model, times: int) -> None:
    """Print the microseconds of one decision, over a mixture of applicants."""
    applicants = some_applicants(50)

    def decide_all() -> None:
        for applicant in applicants:
            model.decide("office", applicant)

    if len({str(model.decide("office", applicant)) for applicant in applicants}) < 2:
        raise SystemExit(f"{name}: the table always gives the same answer; nothing was measured.")
    repeats = max(1, times // len(applicants))
    seconds = best(decide_all, repeats) / len(applicants)
    print(json.dumps({"name": name, "value": round(seconds * 1e6, 2), "unit": "us"}))


def best(action: Callable[[], object], repeats: int, rounds: int = ROUNDS) -> float:
    """CPU seconds of one action, the best of the rounds."""
    found = []
    for _ in range(rounds):
        start = process_time()
        for _ in range(repeats):
            action()
        found.append((process_time() - start) / repeats)
    return min(found)


def some_applicants(count: int) -> Sequence[Mapping[str, object]]:
    """Plain Python values as they come from a form, always the same ones."""
    chance = random.Random(7)
    return [
        {
            "use": f"use {chance.randrange(40)}",
            "area": chance.randrange(2_000),
            "risk": chance.choice(["low", "medium", "high"]),
            "renewal": chance.random() < 0.5,
        }
        for _ in range(count)
    ]


def office_table(rules: int, *, has_expressions: bool = False) -> Model:
    """A first-hit table of four inputs: a text, a number span, some texts and a yes/no."""
    chance = random.Random(11)
    rows = []
    for number in range(1, rules + 1):
        low = chance.randrange(1_900)
        area = f"[{low}..{low + chance.randrange(20, 400)})"
        if has_expressions and number % 10 == 0:
            area = f"? > {low} and ? * 2 < {low + 900}"
        risk = chance.choice(['"low"', '"low", "medium"', '"high"', "-", 'not("high")'])
        renewal = chance.choice(["true", "false", "-"])
        rows.append([f'"use {number % 40}"', area, risk, renewal, f'"office {number}"'])
    rows[-1] = ["-", "-", "-", "-", '"desk"']
    return load(document(rows))


def document(rows: Sequence[Sequence[str]]) -> str:
    """The DMN file of the table."""
    names = (("use", "string"), ("area", "number"), ("risk", "string"), ("renewal", "boolean"))
    inputs = "".join(
        f'<inputData id="i_{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/>'
        "</inputData>"
        for name, kind in names
    )
    needs = "".join(
        f'<informationRequirement><requiredInput href="#i_{name}"/></informationRequirement>'
        for name, _ in names
    )
    columns = "".join(
        f'<input><inputExpression typeRef="{kind}"><text>{name}</text></inputExpression></input>'
        for name, kind in names
    )
    rules = "".join(
        "<rule>"
        + "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in row[:-1])
        + f"<outputEntry><text>{escape(row[-1])}</text></outputEntry></rule>"
        for row in rows
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="m">'
        f'{inputs}<decision id="d" name="office"><variable name="office" typeRef="string"/>{needs}'
        f'<decisionTable hitPolicy="FIRST">{columns}<output/>{rules}</decisionTable>'
        "</decision></definitions>"
    )


if __name__ == "__main__":
    main()
