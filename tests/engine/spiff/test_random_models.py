"""Block-structured diagrams are sound: whatever people choose and in whatever order, every case completes."""

import random

import pytest

from engine.spiff import Execution, Wait
from tests.engine.spiff.diagrams import Play, compiled, definition, many, timer

KINDS = ["xor", "and", "or", "loop", "sub", "boundary", "alarm", "sequence", "sequence", "many"]
KINDS += ["race", "handler", "repeated"]


class Blocks:
    """Writes a random block-structured diagram; counts how often each join must fire per token in."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.count = 0
        self.left = 20
        self.backs: set[str] = set()  # flows that start another round

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def block(self, depth: int) -> tuple[str, str]:
        """First and last element of a block."""
        self.left -= 1
        kinds = ["task", "task"]
        if depth < 4 and self.left > 0:
            kinds += KINDS
        return getattr(self, self.random.choice(kinds))(depth)  # type: ignore[no-any-return]

    def task(self, depth: int) -> tuple[str, str]:
        name = self.name("t")
        self.lines.append(f"user {name}")
        return name, name

    def sequence(self, depth: int) -> tuple[str, str]:
        first, middle = self.block(depth + 1)
        for _ in range(self.random.randint(1, 2)):
            start, end = self.block(depth + 1)
            self.lines.append(f"{middle} -> {start}")
            middle = end
        return first, middle

    def split(self, kind: str, depth: int) -> tuple[str, str]:
        fork, join = self.name(kind), self.name(kind + "j")
        self.lines += [f"{kind} {fork}", f"{kind} {join}"]
        for _ in range(self.random.randint(2, 3)):
            # sometimes no element on the branch: both gateways side by side, once
            if self.random.random() < 0.15 and f"{fork} -> {join}" not in self.lines:
                self.lines.append(f"{fork} -> {join}")
                continue
            start, end = self.block(depth + 1)
            self.lines += [f"{fork} -> {start}", f"{end} -> {join}"]
        return fork, join

    def xor(self, depth: int) -> tuple[str, str]:
        return self.split("xor", depth)

    def and_(self, depth: int) -> tuple[str, str]:
        return self.split("and", depth)

    def or_(self, depth: int) -> tuple[str, str]:
        return self.split("or", depth)

    def loop(self, depth: int) -> tuple[str, str]:
        top, bottom = self.name("m"), self.name("l")
        start, end = self.block(depth + 1)
        self.lines += [f"xor {top}", f"xor {bottom}", f"{top} -> {start}", f"{end} -> {bottom}"]
        self.lines.append(f"{bottom} -> {top}")
        self.backs.add(f"f_{bottom}_{top}")
        return top, bottom

    def sub(self, depth: int) -> tuple[str, str]:
        name = self.name("p")
        outer, self.lines = self.lines, []
        _, end = self.block(depth + 1)
        self.lines += [f"end e{name}", f"{end} -> e{name}"]
        outer += [f"sub {name} {{", *self.lines, "}"]
        self.lines = outer
        return name, name

    def watched(self, depth: int, interrupting: bool) -> tuple[str, str]:
        name, join = self.name("w"), self.name("oj")
        start, end = self.block(depth + 1)
        flag = "" if interrupting else " cancelActivity=false"
        self.lines += [
            f"user {name}",
            f"boundary b{name} on {name}{flag} : " + timer("Duration", "PT1H"),
            f"or {join}",
            f"{name} -> {join}",
            f"b{name} -> {start}",
            f"{end} -> {join}",
        ]
        return name, join

    def boundary(self, depth: int) -> tuple[str, str]:
        return self.watched(depth, True)

    def alarm(self, depth: int) -> tuple[str, str]:
        return self.watched(depth, False)

    def many(self, depth: int) -> tuple[str, str]:
        name = self.name("n")
        how = {"sequential": "1"} if self.random.random() < 0.5 else {}
        self.lines.append(f"user {name} : " + many(count=str(self.random.randint(0, 3)), **how))
        return name, name

    def repeated(self, depth: int) -> tuple[str, str]:
        """A sub-process in several instances."""
        name, _ = self.sub(depth)
        how = {"sequential": "1"} if self.random.random() < 0.5 else {}
        at = self.lines.index(f"sub {name} {{")
        self.lines[at] = f"sub {name} {{ " + many(count=str(self.random.randint(1, 3)), **how)
        return name, name

    def race(self, depth: int) -> tuple[str, str]:
        """An event gateway whose branches meet again."""
        gate, join = self.name("g"), self.name("xj")
        self.lines += [f"event {gate}", f"xor {join}"]
        for inside in (
            timer("Duration", "PT1H"),
            definition("message", "m"),
            definition("signal", "sg"),
        ):
            name = self.name("c")
            start, end = self.block(depth + 1)
            self.lines += [
                f"catch {name} : {inside}",
                f"{gate} -> {name} -> {start}",
                f"{end} -> {join}",
            ]
        return gate, join

    def handler(self, depth: int) -> tuple[str, str]:
        """A sub-process with an event sub-process in it."""
        name, _ = self.sub(depth)
        at = self.lines.index(f"sub {name} {{")
        flag = self.random.choice(["true", "false"])
        kind = self.random.choice([("message", "m"), ("signal", "sg")])
        lines, self.lines = self.lines, []
        first, end = self.block(depth + 2)
        lines[at + 1 : at + 1] = [
            f"sub h{name} triggeredByEvent=true {{",
            f"start s{name} isInterrupting={flag} : " + definition(*kind),
            f"s{name} -> {first}",
            f"end he{name}",
            f"{end} -> he{name}",
            *self.lines,
            "}",
        ]
        self.lines = lines
        return name, name

    def diagram(self) -> str:
        start, end = self.block(0)
        return "\n".join(["start s", "end e", f"s -> {start}", f"{end} -> e", *self.lines])


setattr(Blocks, "and", Blocks.and_)
setattr(Blocks, "or", Blocks.or_)


ROOTS = '<bpmn:message id="m" name="m"/><bpmn:signal id="sg" name="sg"/>'


def act(case: Play, wait: Wait, flows: list[str], twin: Execution) -> None:
    """The same command to the case, which is saved and loaded after it, and to its twin, which never is."""
    if wait.kind == "timer":
        case.now = max(case.now, wait.due_at or case.now)
    for execution in (case.case, twin):
        if wait.kind == "timer":
            assert execution.fire_timer(wait.token, case.now)
        elif wait.kind == "message":
            assert execution.deliver("m", {}, case.now, token=wait.token)
        elif wait.kind == "signal":
            assert execution.broadcast("sg", {}, case.now)
        else:
            choices = {choice.element_id: flows for choice in wait.choices}
            execution.complete(wait.token, {wait.element_id: wait.token}, case.now, choices=choices)
    case._reload()


@pytest.mark.parametrize("batch", range(10))
def test_every_case_of_a_sound_diagram_completes_and_reloading_makes_no_difference(
    batch: int,
) -> None:
    for seed in range(batch * 20, batch * 20 + 20):
        blocks = Blocks(seed)
        version = compiled(blocks.diagram(), ROOTS)
        case = Play(version)
        twin = Execution.start(version, {}, case.now, resolve=case.library)
        chance = random.Random(seed)
        for step in range(2000):
            if case.status != "running":
                break
            waits = case.case.waits()
            tasks = [wait for wait in waits if wait.kind in ("task", "decision")]
            # enough of events: they may start handlers without end
            wait = chance.choice(tasks if tasks and step > 60 else waits)
            flows: list[str] = []
            for choice in wait.choices:
                count = chance.randint(1, len(choice.options)) if choice.is_multiple else 1
                options = [option.id for option in choice.options]
                if step > 60:
                    # enough rounds: take the way out of every loop
                    options = [o for o in options if o not in blocks.backs]
                flows = chance.sample(options, min(count, len(options)))
            act(case, wait, flows, twin)
            assert twin.waits() == case.case.waits(), seed
        assert case.status == "completed", (seed, case.status, case.case.positions)
        assert not case.case.positions, seed
        assert twin.path == case.path, seed
        assert twin.variables == case.variables, seed
