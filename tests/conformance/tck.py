"""Prints how much of the DMN Technology Compatibility Kit passes.

    python -m tests.conformance.tck DIR [--json]

DIR is a TCK tree or any part of one; the layout does not matter, only the testCases files in it.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.conformance.tck_run import Group, run_folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the kit; the exit status is 0 whatever passes, 2 when DIR is no folder."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.tck", description=__doc__)
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--json", action="store_true", dest="as_json")
    options = parser.parse_args(arguments)
    if not options.folder.is_dir():
        print(f"{options.folder} is not a folder.", file=sys.stderr)
        return 2
    groups = list(run_folder(options.folder))
    print(json.dumps(report(groups), ensure_ascii=False) if options.as_json else text(groups))
    return 0


def share(groups: Sequence[Group]) -> float:
    """Test cases passed of all; 0 when there are none."""
    total = sum(group.total for group in groups)
    return sum(group.passed for group in groups) / total if total else 0.0


def report(groups: Sequence[Group]) -> dict[str, object]:
    """The outcome as JSON: totals, share, and per group its failures."""
    return {
        "name": "tck_share",
        "total": sum(group.total for group in groups),
        "passed": sum(group.passed for group in groups),
        "share": round(share(groups), 6),
        "levels": {
            level: {
                "total": sum(group.total for group in groups if group.level == level),
                "passed": sum(group.passed for group in groups if group.level == level),
            }
            for level in sorted({group.level for group in groups})
        },
        "groups": [
            {
                "group": group.name,
                "total": group.total,
                "passed": group.passed,
                "failures": [
                    {
                        "case": failure.case.rpartition("#")[0],
                        "result": failure.result,
                        "expected": failure.expected,
                        "got": failure.got,
                        "problems": list(failure.problems),
                    }
                    for failure in group.failures
                ],
            }
            for group in groups
        ],
    }


def text(groups: Sequence[Group]) -> str:
    """The outcome for people: each failure, then the totals."""
    lines = []
    for group in groups:
        if group.failures:
            lines.append(f"{group.name}: {group.passed} of {group.total}")
        for failure in group.failures:
            case = failure.case.rpartition("#")[0]
            lines.append(f"  {case} {failure.result}: expected {failure.expected}")
            lines.append(f"    got {failure.got}")
            lines.extend(f"    {problem}" for problem in failure.problems)
    for level in sorted({group.level for group in groups}):
        chosen = [group for group in groups if group.level == level]
        passed, total = sum(g.passed for g in chosen), sum(g.total for g in chosen)
        lines.append(f"{level}: {passed} of {total} ({share(chosen):.2%})")
    passed, total = sum(g.passed for g in groups), sum(g.total for g in groups)
    lines.append(f"all: {passed} of {total} test cases pass ({share(groups):.2%})")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
