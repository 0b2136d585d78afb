"""Block-structured diagrams are sound: whatever people choose and in whatever order, every case completes."""

import random

import pytest

from tests.engine.spiff.diagrams import Play, compiled, timer


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
            kinds += [
                "xor",
                "and",
                "or",
                "loop",
                "sub",
                "boundary",
                "alarm",
                "sequence",
                "sequence",
            ]
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

    def diagram(self) -> str:
        start, end = self.block(0)
        return "\n".join(["start s", "end e", f"s -> {start}", f"{end} -> e", *self.lines])


setattr(Blocks, "and", Blocks.and_)
setattr(Blocks, "or", Blocks.or_)


@pytest.mark.parametrize("batch", range(10))
def test_every_case_of_a_sound_diagram_completes(batch: int) -> None:
    for seed in range(batch * 20, batch * 20 + 20):
        blocks = Blocks(seed)
        case = Play(compiled(blocks.diagram()))
        chance = random.Random(seed)
        for step in range(2000):
            if case.status != "running":
                break
            wait = chance.choice(case.case.waits())
            if wait.kind == "timer":
                case.after(hours=1)
                continue
            flows = []
            for choice in wait.choices:
                count = chance.randint(1, len(choice.options)) if choice.is_multiple else 1
                options = [option.id for option in choice.options]
                if step > 60:
                    # enough rounds: take the way out of every loop
                    options = [o for o in options if o not in blocks.backs]
                flows = chance.sample(options, min(count, len(options)))
            case.do(wait.element_id, *flows)
        assert case.status == "completed", (seed, case.status, case.case.positions)
        assert not case.case.positions, seed
