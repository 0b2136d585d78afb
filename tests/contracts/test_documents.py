"""The README stays true: its commands exist and its settings are those of the code."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.contracts.repository import ROOT, files, files_under, text_of
from webapp.cli import expedito

SETTING = re.compile(r"\bEXPEDITO_[A-Z][A-Z0-9_]*[A-Z0-9]\b")
README = Path("README.md")


def commands(document: str) -> set[str]:
    """The lines of a document that begin with `make` or `expedito`, without comments and prompts."""
    found = set()
    for line in re.findall(
        r"^\s*(?:\$ )?((?:\.venv/bin/)?(?:make|expedito)\s.*)$", document, re.MULTILINE
    ):
        found.add(line.split("#")[0].split("  ")[0].strip())
    for quoted in re.findall(r"`((?:make|expedito)\s[^`]+)`", document):
        found.add(quoted.strip())
    return found


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", text_of(Path("Makefile")), re.MULTILINE))


def test_every_make_target_in_a_document_exists() -> None:
    missing = [
        f"{path}: {command}"
        for path in files()
        if path.suffix == ".md"
        for command in commands(text_of(path))
        if command.startswith("make ")
        if not {word for word in shlex.split(command)[1:] if "=" not in word} <= make_targets()
    ]
    assert missing == []


def test_every_make_target_is_phony() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", text_of(Path("Makefile")), re.MULTILINE)
    assert phony
    assert make_targets() == set(phony[1].split())


def expedito_commands() -> list[str]:
    """`expedito` commands of the README, as far as the words that name a command go."""
    named = set()
    for command in commands(text_of(README)):
        words = command.removeprefix(".venv/bin/").split()
        if words[0] == "expedito":
            plain = []
            for word in words[1:3]:
                if not re.fullmatch(r"[a-z][a-z-]*", word):
                    break
                plain.append(word)
            named.add(" ".join(plain))
    return sorted(named)


@pytest.mark.parametrize("command", expedito_commands() or [""])
def test_every_expedito_command_of_the_readme_exists(command: str) -> None:
    said = CliRunner().invoke(expedito, [*command.split(), "--help"])
    assert said.exit_code == 0, said.output


def test_the_installed_command_starts() -> None:
    said = subprocess.run(
        [Path(sys.executable).with_name("expedito"), "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    assert "serve" in said.stdout


def test_every_setting_is_documented_and_every_documented_setting_is_used() -> None:
    used = {
        name
        for path in files_under("engine", "designer", "webapp", "tests")
        if path.parts[:2] != ("tests", "contracts")
        for name in SETTING.findall(text_of(path))
    }
    documented = set(SETTING.findall(text_of(README)))
    assert used == documented
