"""The conformance table, made from the proofs: `python -m tests.conformance.elements.table` prints it."""

import re

from engine.bpmn.model import Kind
from tests.conformance.elements import events, gateways, several, tasks
from tests.conformance.elements.proof import Proof

ALL = [*tasks.PROOFS, *gateways.PROOFS, *events.PROOFS, *several.PROOFS]


def named(proof: Proof) -> str:
    """The name of a proof's test."""
    return re.sub(r"[^a-z]+", "_", proof.row.lower()).strip("_")


def table() -> str:
    """One row per element; its cells are held by the tests named behind them."""
    rows = []
    for kind in Kind:
        proofs = [proof for proof in ALL if proof.kind == kind]
        mark = "yes" if proofs else "no"
        names = ", ".join(f"`{named(proof)}`" for proof in proofs)
        rows.append(f"| {kind} | {mark} | {mark} | {mark} | {names} |")
    head = "| element | parsed | executed | saved and reloaded in every state | diagrams |"
    return "\n".join([head, "|---|---|---|---|---|", *rows])


if __name__ == "__main__":
    print(table())
