"""What a release writes for every element in every state: `python -m tests.conformance.elements.golden NAME` keeps it.

A file is never changed; each release adds one, which all later ones must load and take to the same end.
"""

import base64
import json
import sys
from pathlib import Path
from typing import Any

import zstandard

from engine.bpmn import read
from engine.spiff import Compiled, Execution, Library, compile_model
from tests.conformance.elements.proof import Proof, Unsaved
from tests.conformance.elements.table import ALL, named
from tests.engine.spiff.diagrams import Play

FOLDER = Path(__file__).parent / "golden"


class SameFile(Library):
    """Serves the processes of one file whatever their hash: the reader may learn to read more than it did then."""

    def __init__(self, main: Compiled) -> None:
        super().__init__(main)
        self.main = main

    def compiled(self, hash: str) -> Compiled:
        process_id = hash.rpartition("#")[2]
        if process_id == self.main.process_id:
            return self.main
        sibling = self.main.sibling(process_id)
        assert sibling is not None
        return sibling


class Writing(Unsaved):
    """A case that keeps its state after every command."""

    states: list[str]

    def _reload(self) -> None:
        super()._reload()
        self.states = [
            *getattr(self, "states", ()),
            base64.b85encode(self.case.save()).decode(),
        ]


def told(case: Execution) -> list[str]:
    """Its facts, as a proof compares them."""
    return [
        f"{fact.type} {fact.element_id}" if fact.element_id else fact.type for fact in case.facts
    ]


class Continued(Play):
    """A case that goes on, after every command, from the state that another release wrote there."""

    kept: list[str]

    def _reload(self) -> None:
        self.facts += told(self.case)
        self.path += self.case.path
        before = self.shown()
        state = base64.b85decode(type(self).kept.pop(0))
        self.case = Execution.load(state, self.library)
        assert self.shown() == before

    def shown(self) -> object:
        """What a person could see of it."""
        return self.case.status, self.case.waits(), self.case.variables, self.case.positions


def continued(proof: Proof, kept: dict[str, Any]) -> Continued:
    """The case of a proof, taken to its end on what was kept."""

    class One(Continued):
        pass

    One.kept = list(kept["states"])
    return proof.played(One, SameFile(compile_model(read(kept["source"].encode()), "main")))


def files() -> dict[str, dict[str, Any]]:
    """By name of the release: by proof, its diagram and states."""
    return {
        file.name.removesuffix(".json.zst"): json.loads(
            zstandard.ZstdDecompressor().decompress(file.read_bytes())
        )
        for file in sorted(FOLDER.glob("*.json.zst"))
    }


def written() -> dict[str, dict[str, Any]]:
    """What this release writes."""
    return {
        named(proof): {"source": proof.source.decode(), "states": proof.played(Writing).states}
        for proof in ALL
    }


if __name__ == "__main__":
    place = FOLDER / f"{sys.argv[1]}.json.zst"
    assert not place.exists(), "what a release wrote is never changed"
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(written(), sort_keys=True).encode()
    place.write_bytes(zstandard.ZstdCompressor(level=19).compress(text))
    print(f"{place.name}: {len(text)} bytes, {place.stat().st_size} compressed")
