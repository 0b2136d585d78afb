"""An optional compiled core: the simulator's inner loop by mypyc, behind the same modules, with the same figures.

Run: `python -m designer.simulation.compiled` (needs a C compiler; a minute), `… --remove` takes it away again. Nothing
else needs it. What was measured: 1.7 times as many task executions per CPU second (`tests/bench/simulation.py`).
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CORE = (
    "tokens", "sampling", "booking", "tally", "gateways", "waits", "activities", "queueing", "batching", "staffing",
    "distributions", "calendars",
)  # fmt: skip
_SETUP = """
import sys
from mypyc.build import mypycify
from setuptools import setup
files = sys.argv.pop().split(",")
setup(name="expedito-simulation", ext_modules=mypycify(["--ignore-missing-imports", *files], opt_level="3"))
"""


def built() -> list[Path]:
    """The compiled files that lie beside the sources, and those they share."""
    found = [path for name in CORE for path in HERE.glob(f"{name}.*.so")]
    return found + list(HERE.parents[1].glob("*__mypyc.*.so")) if found else []


def build() -> None:
    """Compile the core and lay it beside the sources; CalledProcessError with what the compiler said."""
    remove()
    root = HERE.parents[1]
    with tempfile.TemporaryDirectory() as folder:
        for room in ("designer", "engine"):
            shutil.copytree(root / room, Path(folder) / room, ignore=shutil.ignore_patterns("*.so"))
        files = ",".join(f"{HERE.relative_to(root)}/{name}.py" for name in CORE)
        command = [sys.executable, "-c", _SETUP, "build_ext", "--inplace", files]
        subprocess.run(command, cwd=folder, check=True)  # noqa: S603  fixed words and our own paths
        for made in Path(folder).glob("designer/simulation/*.so"):
            shutil.copyfile(made, HERE / made.name)
        for made in Path(folder).glob("*__mypyc.*.so"):
            shutil.copyfile(made, root / made.name)


def remove() -> None:
    """Take the compiled core away: the sources run again."""
    for path in built():
        path.unlink()


if __name__ == "__main__":
    remove() if "--remove" in sys.argv[1:] else build()
    sys.stdout.write(f"{len(built())} compiled files\n")
