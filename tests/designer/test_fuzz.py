"""Whatever is broken in a diagram, examining it ends soon, within bounds, with a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

ROOT = Path(__file__).resolve().parents[2]


def fuzz(*arguments: str, timeout: float) -> dict[str, object]:
    """What the fuzzer says; a process of its own, because it limits its memory."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.designer.fuzz", *arguments],
        cwd=ROOT,
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    assert done.stdout, done.stderr.decode()
    said: dict[str, object] = orjson.loads(done.stdout)
    return said


def test_three_hundred_broken_diagrams_each_get_an_answer() -> None:
    result = fuzz("--count", "300", "--seconds", "300", timeout=400)
    assert result["value"] == 300
    assert result["failures"] == []


@pytest.mark.soak
def test_twenty_thousand_broken_diagrams_each_get_an_answer(corpus: Path) -> None:
    """As many as fit into four minutes; EXPEDITO_FUZZ_ALL=1 takes the time for all."""
    seconds = 7200 if os.environ.get("EXPEDITO_FUZZ_ALL") else 240
    result = fuzz(
        *("--count", "20000", "--seed", "1000000", "--seconds", str(seconds)),
        *("--corpus", str(corpus)),
        timeout=seconds + 120,
    )
    print(result)
    assert result["failures"] == []
