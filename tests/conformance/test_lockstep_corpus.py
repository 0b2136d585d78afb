"""Real diagrams, imported, run in our engine and in the token interpreter alike."""

import os
import re
import zlib
from collections import Counter
from pathlib import Path

import pytest

from designer.importer import import_model
from engine.bpmn import UnreadableDiagram, read
from tests.conformance.oracle.lockstep import compared

HERE = Path(__file__).parent
CORPUS = Path(os.environ.get("EXPEDITO_CORPUS", HERE.parents[1].parent / "shared" / "corpus"))
KNOWN = HERE / "corpus_differences.md"
ROUNDS = 3
BAR = 0.995
MOST = 40  # actions per case


@pytest.mark.corpus
def test_real_diagrams_behave_as_the_standard_says(capsys: pytest.CaptureFixture[str]) -> None:
    if not CORPUS.is_dir():
        pytest.skip("no corpus: set EXPEDITO_CORPUS to the folder of real diagrams")
    verdicts: Counter[str] = Counter()
    others = {}
    actions = 0
    for path in sorted(CORPUS.rglob("*")):
        if path.suffix not in (".bpmn", ".bpmn2", ".bpmn20", ".xml") or not path.is_file():
            continue
        try:
            drawn = read(path.read_bytes())
        except UnreadableDiagram:
            continue
        if not any(process.scope.nodes for process in drawn.processes):
            continue
        imported = import_model(drawn)
        seed = zlib.crc32(path.name.encode())
        for number in range(ROUNDS):
            outcome = compared(imported.model, imported.process_id, seed + number, MOST)
            actions += outcome.actions
            if outcome.verdict != "equal":
                break
        verdicts[outcome.verdict] += 1
        if outcome.verdict != "equal":
            others[path.name] = f"{outcome.verdict}: {outcome.difference}"
    total = sum(verdicts.values())
    share = verdicts["equal"] / total
    with capsys.disabled():
        print(f"\nlock-step over {total} real diagrams, {ROUNDS} cases each, {actions} actions:")
        print(f"equal {share:.2%}, {dict(verdicts)}")
        for name, what in others.items():
            print(f"  {name}: {what[:300]}")
    assert share >= BAR
    known = re.findall(r"^\| `(.+?)` \|", KNOWN.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(others) == sorted(known), "the list says which they are, no more and no fewer"
