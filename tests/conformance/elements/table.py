"""The conformance table, made from the proofs: `python -m tests.conformance.elements.table` prints it."""

import re

from engine.bpmn.model import Kind
from tests.conformance.elements import events, gateways, several, tasks, wholes
from tests.conformance.elements.proof import Proof

ALL = [*tasks.PROOFS, *gateways.PROOFS, *events.PROOFS, *several.PROOFS, *wholes.PROOFS]


def named(proof: Proof) -> str:
    """The name of a proof's test."""
    return re.sub(r"[^a-z]+", "_", proof.row.lower()).strip("_")


# what is no flow node, by how the names of its proofs read
OTHERS = {
    "event sub-process": "event_sub_process",
    "multi-instance": "multi_instance",
    "standard loop": "standard_loop",
    "timer with repetitions": "cycle|repetitions",
    "data object": "data_object",
    "data store": "data_store",
    "lane": "lane",
    "collaboration, message flow": "collaboration",
    "variables mapped in and out": "mapped_variables",
}


def table() -> str:
    """One row per element; its cells are held by the tests named behind them."""
    rows = [_row(kind, [proof for proof in ALL if proof.kind == kind]) for kind in Kind]
    rows += [
        _row(what, [proof for proof in ALL if re.search(words, named(proof))])
        for what, words in OTHERS.items()
    ]
    head = "| element | parsed | executed | saved and reloaded in every state | diagrams |"
    return "\n".join([head, "|---|---|---|---|---|", *rows])


def _row(what: str, proofs: list[Proof]) -> str:
    mark = "yes" if proofs else "no"
    names = ", ".join(f"`{named(proof)}`" for proof in proofs)
    return f"| {what} | {mark} | {mark} | {mark} | {names} |"


if __name__ == "__main__":
    print(table())
