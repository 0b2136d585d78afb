"""What never stands in the code: running of texts, pickles, shells, and words of one machine or registry."""

import ast
import re
from pathlib import Path

import pytest

from tests.contracts.repository import ROOMS, files, files_under, text_of

CODE = ("engine", "designer", "webapp")
RUNNERS = {"eval", "exec", "compile", "__import__", "execfile"}
UNSAFE_MODULES = {"pickle", "cPickle", "dill", "shelve", "marshal", "jsonpickle", "cloudpickle"}
RISKY_CALLS = {("yaml", "load"), ("yaml", "unsafe_load"), ("os", "system"), ("os", "popen")}

# Put together so that this file is not its own finding.
REGISTRIES = [
    "pypi." + "org",
    "pythonhosted" + ".org",
    "registry.npmjs" + ".org",
    "yarnpkg" + ".com",
]
MACHINE_PATHS = re.compile(r"(?<![\w./<>-])/(?:" + "work|root|home|Users" + r")/[\w.-]+")


def risks(tree: ast.AST) -> list[str]:
    """What in this module runs a text, unpickles, or opens a shell; each with its line."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            named = {alias.name.split(".")[0] for alias in node.names}
            if isinstance(node, ast.ImportFrom):
                named = {(node.module or "").split(".")[0]}
            found += [f"{node.lineno}: import {name}" for name in named & UNSAFE_MODULES]
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=name) if name in RUNNERS:
                found.append(f"{node.lineno}: {name}()")
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if (owner, name) in RISKY_CALLS:
                found.append(f"{node.lineno}: {owner}.{name}()")
        for keyword in node.keywords:
            if keyword.arg == "shell" and not (
                isinstance(keyword.value, ast.Constant) and keyword.value.value is False
            ):
                found.append(f"{node.lineno}: shell=")
    return found


@pytest.mark.parametrize(
    "line",
    ["eval('1')", "exec(x)", "import pickle", "from pickle import loads", "run(x, shell=True)",
     "os.system(x)", "yaml.load(x)", "compile(x, 'x', 'exec')"],
)  # fmt: skip
def test_a_risky_line_is_recognised(line: str) -> None:
    assert risks(ast.parse(line))


def test_nothing_in_the_product_runs_a_text_or_opens_a_shell() -> None:
    found = {
        str(path): lines
        for path in files_under(*CODE)
        if (lines := risks(ast.parse(text_of(path), filename=str(path))))
    }
    assert found == {}


def test_no_registry_is_named_anywhere() -> None:
    named = [f"{path}: {host}" for path in files() for host in REGISTRIES if host in text_of(path)]
    assert named == []


def test_no_path_of_one_machine_is_named_anywhere() -> None:
    named = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path in files()
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if MACHINE_PATHS.search(line)
    ]
    assert named == []


def test_lock_files_pin_by_hash_and_name_no_address() -> None:
    locks = [path for path in files() if path.suffix == ".lock" and len(path.parts) == 1]
    assert locks
    for path in locks:
        text = text_of(path)
        assert not re.search(r"://|--index|--find-links", text), path
        pinned = re.findall(r"^[\w.-]+==\S+", text, re.MULTILINE)
        hashed = re.findall(r"^[\w.-]+==[^\n]*\\\n\s+--hash=sha256:", text, re.MULTILINE)
        assert pinned, path
        assert len(pinned) == len(hashed), path


def test_the_lock_of_the_front_end_names_no_download() -> None:
    text = text_of(Path("package-lock.json"))
    assert '"resolved"' not in text
    assert text.count('"integrity"') > 50


def test_every_python_file_can_be_read() -> None:
    for path in files_under(*ROOMS):
        ast.parse(text_of(path), filename=str(path))
