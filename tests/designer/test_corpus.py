"""Real material that nobody here wrote: read, mended, run. `make corpus` runs it; the shares are printed."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from lxml import etree

from designer.check import check_file
from designer.importer import import_model
from designer.layout import with_layout
from designer.tryout import try_model
from engine.bpmn import UnreadableDiagram, read, write
from engine.bpmn.model import Model
from engine.spiff import compile_model

pytestmark = pytest.mark.corpus

ROOT = Path(os.environ.get("EXPEDITO_CORPUS", Path(__file__).parents[2].parent / "shared/corpus"))
FOLDERS = ("miwg", "home-office", "engines")
# Drawn without any process: there is nothing to read, run or mend.
WITHOUT_PROCESS = 2


def files(folder: str) -> Iterator[Path]:
    place = ROOT / folder
    if not place.is_dir():
        pytest.skip(f"No corpus at {place}: set EXPEDITO_CORPUS to the folder that holds it.")
    for path in sorted(place.rglob("*")):
        if path.suffix in {".bpmn", ".bpmn2", ".xml"}:
            yield path


def models(folder: str) -> Iterator[tuple[Path, Model]]:
    for path in files(folder):
        try:
            yield path, read(path.read_bytes())
        except UnreadableDiagram:
            continue


def has_nodes(model: Model) -> bool:
    return any(process.scope.nodes for process in model.processes)


def test_only_files_without_a_process_are_refused() -> None:
    refused = [
        path.name
        for folder in FOLDERS
        for path in files(folder)
        if not check_file(path.read_bytes(), path.name).is_accepted
    ]
    assert len(refused) <= WITHOUT_PROCESS, refused


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_is_written_and_read_back_the_same(folder: str) -> None:
    for path, model in models(folder):
        written = write(model)
        assert write(read(written)) == written, path


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_with_nodes_is_mended_once_valid_and_runnable(folder: str) -> None:
    from importlib.util import find_spec

    spec = find_spec("SpiffWorkflow")
    assert spec is not None
    schema_file = Path(cast("str", spec.origin)).parent / "bpmn/parser/schema/BPMN20.xsd"
    schema = etree.XMLSchema(etree.parse(str(schema_file)))
    for path, drawn in models(folder):
        imported = import_model(drawn)
        written = write(imported.model)
        assert schema.validate(etree.fromstring(written)), (path, schema.error_log)
        again = import_model(read(written))
        assert not again.notes, (path, again.notes)
        assert write(again.model) == written, path
        if has_nodes(drawn):
            compile_model(imported.model, imported.process_id)


@pytest.mark.parametrize("folder", FOLDERS)
def test_nearly_every_file_with_nodes_runs_to_its_end(folder: str) -> None:
    outcomes: Counter[str] = Counter()
    others: list[str] = []
    for path, drawn in models(folder):
        if not has_nodes(drawn):
            continue
        tried = try_model(import_model(drawn), seed=1)
        outcomes[tried.outcome] += 1
        outcomes["with a released join"] += bool(tried.released)
        if tried.outcome != "completed":
            others.append(f"{path.name}: {tried.outcome}, {tried.message}")
    ran = sum(outcomes[name] for name in ("completed", "waiting", "stuck", "failed", "refused"))
    print(folder, ran, dict(outcomes), *others, sep="\n  ")
    assert outcomes["completed"] >= 0.995 * ran, others


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_can_be_shown_with_a_generated_layout(folder: str) -> None:
    for path, drawn in models(folder):
        shown = read(with_layout(drawn))
        nodes = {node.id for p in drawn.processes for _, node in p.scope.everything()}
        assert nodes <= shown.shapes, path
