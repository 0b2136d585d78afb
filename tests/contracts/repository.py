"""The repository as its contracts see it: the files that git knows or will know."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("engine", "designer", "processes", "webapp", "tests")


@cache
def files() -> tuple[Path, ...]:
    """Every file that is tracked, or would be (not ignored), relative to the root, in order."""
    listed = subprocess.run(
        [
            "git",
            "-c",
            "safe.directory=*",
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "-z",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return tuple(
        sorted(Path(name) for name in set(listed.split("\0")) if name and (ROOT / name).is_file())
    )


def files_under(*folders: str, suffixes: tuple[str, ...] = (".py",)) -> list[Path]:
    """The files of these top-level folders with these endings."""
    return [path for path in files() if path.parts[0] in folders and path.suffix in suffixes]


def text_of(path: Path) -> str:
    """The file's text; bytes that are no text are shown as signs, never an error."""
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")
