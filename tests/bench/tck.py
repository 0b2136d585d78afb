"""Prints the share of the public DMN conformance kit that passes, as a JSON line.

    python -m tests.bench.tck

The kit is looked for as the tests do: EXPEDITO_CORPUS, or ../shared/corpus beside the repository.
"""

import json
import os
from pathlib import Path

from tests.conformance.tck import report
from tests.conformance.tck_run import run_folder

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Print the share, or that the kit is absent."""
    corpus = Path(os.environ.get("EXPEDITO_CORPUS", ROOT.parent / "shared" / "corpus"))
    folder = corpus / "dmn-tck"
    if not folder.is_dir():
        print(json.dumps({"name": "tck_share", "skipped": "no corpus: set EXPEDITO_CORPUS"}))
        return
    outcome = report(list(run_folder(folder)))
    figures = {key: outcome[key] for key in ("passed", "total")}
    print(json.dumps({"name": "tck_share", "value": outcome["share"], "unit": "share", **figures}))


if __name__ == "__main__":
    main()
