"""Print every figure as JSON lines: each module of this folder in a process of its own, in order.

    python -m tests.bench [--all] [NAME…]

A module has a `main()` that prints its lines. Heavy figures look for `--all` among the arguments.
"""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def modules() -> list[str]:
    """The names of the modules that measure something."""
    return [
        path.stem
        for path in sorted(FOLDER.glob("*.py"))
        if not path.stem.startswith("_") and "\ndef main(" in path.read_text(encoding="utf-8")
    ]


def main(arguments: list[str]) -> int:
    """Run the modules named, or all of them; 1 when one failed or is unknown, after the others have run."""
    flags = [word for word in arguments if word.startswith("-")]
    chosen = [word for word in arguments if not word.startswith("-")] or modules()
    unknown = set(chosen) - set(modules())
    if unknown:
        print(
            f"No such bench: {', '.join(sorted(unknown))}. There are: {', '.join(modules())}",
            file=sys.stderr,
        )
        return 1
    failed = [
        name
        for name in chosen
        # One process each: no module is measured in the memory or the caches of another.
        if subprocess.run(
            [sys.executable, "-m", f"tests.bench.{name}", *flags],
            cwd=FOLDER.parents[1],
            check=False,
        ).returncode
    ]
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
