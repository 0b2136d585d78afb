"""The shape of the repository: names at the top, a README per folder, files that stay one noun."""

from pathlib import Path

from tests.contracts.repository import ROOMS, files, files_under, text_of

LONGEST_FILE = 450
LONGEST_README = 40
TOP_LEVEL = {
    "LICENSE",
    "Makefile",
    "README.md",
    "package.json",
    "package-lock.json",
    "pyproject.toml",
}
MAGNETS = {"utils", "util", "helpers", "helper", "common", "base", "misc", "services", "manager"}
# Data whose folders are explained by the README above them.
DATA = {
    "templates",
    "static",
    "translations",
    "LC_MESSAGES",
    "versions",
    "data",
    "diagrams",
    "valid",
}


def test_the_top_level_holds_only_what_was_agreed() -> None:
    top = {path.parts[0] for path in files()}
    locks = {name for name in top if name.startswith("requirements") and name.endswith(".lock")}
    dotted = {name for name in top if name.startswith(".")}
    assert top - TOP_LEVEL - set(ROOMS) - locks - dotted == set()


def test_every_folder_of_code_has_a_short_readme() -> None:
    folders = {path.parent for path in files_under(*ROOMS)}
    missing = [str(folder) for folder in sorted(folders) if folder / "README.md" not in files()]
    missing = [name for name in missing if not _explained_above(Path(name))]
    assert missing == [], "say what the folder promises and what it must not know"


def test_every_readme_of_a_folder_stays_within_forty_lines() -> None:
    long = {
        str(path): count
        for path in files()
        if path.name == "README.md" and len(path.parts) > 1
        if (count := len(text_of(path).splitlines())) > LONGEST_README
    }
    assert long == {}


def test_no_file_outgrows_one_noun() -> None:
    long = {
        str(path): count
        for path in files_under(
            "engine", "designer", "webapp", suffixes=(".py", ".html", ".css", ".js")
        )
        # a revision of the schema is one step, however long, and is never edited
        if "versions" not in path.parts
        and (count := len(text_of(path).splitlines())) > LONGEST_FILE
    }
    assert long == {}, "around 400 lines a file is two files"


def test_no_file_is_a_magnet() -> None:
    drawn = [str(path) for path in files_under(*ROOMS) if {*path.parts[:-1], path.stem} & MAGNETS]
    assert drawn == [], "if a function has no home, find the home's name"


def _explained_above(folder: Path) -> bool:
    """Folders of data, and test folders that mirror a room, need no README of their own."""
    if folder.parts[0] == "tests" and len(folder.parts) > 1:
        return folder.parts[1] in {"engine", "designer", "webapp", "processes"}
    return bool(set(folder.parts) & DATA)
