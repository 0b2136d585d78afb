"""What the engine asks of the house: compiled versions by hash, called processes, decisions, data stores."""

from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from engine.spiff.compiled import Compiled


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision decided, as JSON, and why: the rules that fired, one dict per table, as JSON.

    `missing`: what it asks for and the case does not know.
    """

    value: Any
    fired: tuple[dict[str, Any], ...] = ()
    missing: tuple[str, ...] = ()


class Resolver(Protocol):
    """Answers the questions that a case has for the world outside its own diagram."""

    zone: tzinfo  # whose days and hours the case's are

    def compiled(self, hash: str) -> "Compiled":
        """The version with this hash; KeyError where there is none."""
        ...

    def called(self, called_element: str, caller: "Compiled") -> "Compiled | None":
        """The version that a call activity runs; None where nothing by that name is published."""
        ...

    def decide(self, decision: str, context: dict[str, Any], caller: "Compiled") -> Outcome:
        """What a decision decides; KeyError where there is no such decision: a person decides then."""
        ...

    def read_store(self, store: str) -> Any:
        """What a data store holds, as JSON."""
        ...

    def write_store(self, store: str, value: Any) -> None:
        """Keep a value in a data store."""
        ...


class Library:
    """A resolver over versions in memory; decisions and data stores are dicts."""

    def __init__(self, *versions: "Compiled") -> None:
        self.zone: tzinfo = UTC
        self.versions: dict[str, Compiled] = {version.hash: version for version in versions}
        self.decisions: dict[str, Any] = {}  # name → function of the context
        self.stores: dict[str, Any] = {}

    def compiled(self, hash: str) -> "Compiled":
        """The version with this hash."""
        return self.versions[hash]

    def called(self, called_element: str, caller: "Compiled") -> "Compiled | None":
        """A version of that process: the caller's own file first."""
        sibling = caller.sibling(called_element)
        if sibling is not None:
            self.versions[sibling.hash] = sibling
            return sibling
        for version in self.versions.values():
            if version.process_id == called_element:
                return version
        return None

    def decide(self, decision: str, context: dict[str, Any], caller: "Compiled") -> Outcome:
        """What the function registered under that name says."""
        return Outcome(self.decisions[decision](context))

    def read_store(self, store: str) -> Any:
        """What the store holds."""
        return self.stores.get(store)

    def write_store(self, store: str, value: Any) -> None:
        """Keep a value."""
        self.stores[store] = value
