"""Two trees by turns: what the same requests cost the server of this tree and of another, in one run.

    python -m tests.bench.turns OTHER_TREE [sqlite|postgres]

A shared machine is twice as slow from one second to the next; each request is therefore asked of both servers, one
right after the other, and what is told is the ratio: this tree by the other. Both get a database of their own, with the
tables of this tree, so only trees without a migration between them compare.
"""

import http.client
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import psutil

from tests.bench.http import call, cpu, prepared, served
from tests.postgres import postgres_server

CASES = 200
WARM = 40


@dataclass
class Side:
    """One of the two: its server, how it is asked, and the CPU milliseconds of each request by its name."""

    client: http.client.HTTPConnection
    headers: dict[str, str]
    process: psutil.Process
    spent: dict[str, list[float]] = field(default_factory=dict)

    def life(self, number: int) -> Iterator[None]:
        """Start a case and complete its two tasks, with a pause after each request."""
        body = {"applicant": {"name": f"N {number}"}}
        case = self._ask("start", "POST", "/procedures/permit/cases", body)["number"]
        yield
        for _ in range(2):
            task = self._ask("read", "GET", f"/cases/{case}")["tasks"][0]["id"]
            yield
            self._ask("complete", "POST", f"/tasks/{task}/complete", {"answers": {"ok": True}})
            yield

    def _ask(self, name: str, method: str, path: str, body: object = None) -> Any:
        before = cpu(self.process)
        said = call(self.client, method, path, self.headers, body)
        self.spent.setdefault(name, []).append((cpu(self.process) - before) * 1000)
        return said


def main() -> None:
    """Compare this tree with the one that the command line names."""
    named = [word for word in sys.argv[1:] if not word.startswith("-")]
    if not named:
        line = {"name": "turns", "skipped": "needs another tree: python -m tests.bench.turns TREE"}
        print(orjson.dumps(line).decode())
        return
    other = Path(named[0]).resolve(strict=True)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        urls = [f"sqlite:///{folder / one}.sqlite" for one in ("this", "other")]
        if "postgres" in named[1:]:
            server = stack.enter_context(postgres_server("bench-turns"))
            urls = [server.create("turns_this"), server.create("turns_other")]
        sides = []
        for url, tree in zip(urls, (Path(__file__).resolve().parents[2], other), strict=True):
            headers = prepared(url)
            process, port = stack.enter_context(served(url, folder, tree=tree))
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            sides.append(Side(client, headers, process))
        compare(sides[0], sides[1])


def compare(this: Side, other: Side) -> None:
    """Let both live through the same cases, and print a line for each kind of request."""
    for number in range(WARM + CASES):
        if number == WARM:
            this.spent.clear()
            other.spent.clear()
        # Who is asked first has the caches against it: by turns as well.
        first, second = (this, other) if number % 2 else (other, this)
        for _ in zip(first.life(number), second.life(number), strict=True):
            pass
    for name, spent in this.spent.items():
        pairs = [mine / theirs for mine, theirs in zip(spent, other.spent[name], strict=True)]
        line = {
            "name": f"turns_{name}",
            "value": round(statistics.median(pairs), 3),
            "unit": "this tree by the other",
            "this_cpu_ms": _quiet(spent),
            "other_cpu_ms": _quiet(other.spent[name]),
        }
        print(orjson.dumps(line).decode(), flush=True)


def _quiet(spent: list[float]) -> float:
    """What a request costs in a quiet moment: the first decile."""
    return round(statistics.quantiles(spent, n=10)[0], 2)


if __name__ == "__main__":
    main()
