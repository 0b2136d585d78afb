"""What one reading of a file knows: ids taken, references, and what was not understood."""

from dataclasses import dataclass, field

from engine.bpmn.document import Document, Element
from engine.bpmn.event_definitions import KINDS, event_definition
from engine.bpmn.model import EventDefinition, Unread

MAX_UNREAD = 2_000


@dataclass(slots=True)
class Reading:
    """The state of a reading; lives as long as `read` runs."""

    document: Document
    drawn: frozenset[str]  # every id attribute of the file
    taken: set[str] = field(default_factory=set)
    ids: dict[Element, str] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    events: dict[str, EventDefinition] = field(default_factory=dict)  # defined at the top level
    resources: dict[str, str] = field(default_factory=dict)  # names of resources by id
    forms: dict[str, str] = field(default_factory=dict)  # embedded form schemas by id
    unread: dict[Unread, None] = field(default_factory=dict)

    def note(self, what: str, element: str | None = None, line: int | None = None) -> None:
        """Remember that something in the file is not used."""
        if len(self.unread) < MAX_UNREAD:
            self.unread.setdefault(Unread(what, element, line))

    def id_of(self, element: Element) -> str:
        """The element's id as drawn; a made-up one where it is missing or already taken."""
        known = self.ids.get(element)
        if known is not None:
            return known
        drawn = element.get("id")
        if drawn is not None and drawn not in self.taken:
            return self._take(element, drawn)
        stem = drawn or element.name[:1].upper() + element.name[1:]
        number = self.counters.get(stem, 1 if drawn else 0)
        while True:
            number += 1
            candidate = f"{stem}_{number}"
            if candidate not in self.taken and candidate not in self.drawn:
                break
        self.counters[stem] = number
        if drawn is not None:
            self.note(f"id “{drawn}”, used before", candidate, element.line)
        return self._take(element, candidate)

    def _take(self, element: Element, name: str) -> str:
        self.taken.add(name)
        self.ids[element] = name
        return name

    def resolve(self, reference: str) -> str:
        """The id that a reference means; references are QNames, so a prefix may stand before it."""
        reference = reference.strip()
        if reference in self.drawn or ":" not in reference:
            return reference
        prefix, _, local = reference.partition(":")
        if local in self.drawn or prefix in self.document.prefixes:
            return local
        return reference

    def reference(self, element: Element, name: str) -> str | None:
        """What the attribute (or child element) of this name refers to; None when absent."""
        said = element.get(name)
        if said is None:
            child = element.one(name)
            said = child.own_text() if child is not None else None
        return self.resolve(said) if said else None

    def references(self, element: Element, name: str) -> tuple[str, ...]:
        """What all children of this name refer to."""
        texts = (child.own_text() for child in element.all(name))
        return tuple(self.resolve(text) for text in texts if text)

    def events_of(self, element: Element) -> tuple[EventDefinition, ...]:
        """The event definitions in this event, those defined elsewhere included."""
        found: list[EventDefinition] = []
        for child in element.children:
            if child.namespace:
                continue
            if child.name in KINDS:
                found.append(event_definition(child, self.resolve))
            elif child.name == "eventDefinitionRef":
                name = self.resolve(child.text)
                if name in self.events:
                    found.append(self.events[name])
                else:
                    self.note(f"event definition “{name}”, not in the file", None, child.line)
        return tuple(found)


def open_reading(document: Document) -> Reading:
    """A reading with the ids, event definitions, resources and forms of the file gathered."""
    drawn = frozenset(
        name for element in document.root.every() if (name := element.get("id")) is not None
    )
    reading = Reading(document, drawn)
    for element in document.root.every():
        if element.name == "userTaskForm" and element.get("id"):
            reading.forms[element.get("id") or ""] = element.text.strip()
        elif element.name == "resource" and element.get("id"):
            reading.resources[element.get("id") or ""] = element.get("name") or ""
    for element in document.root.children:
        if element.name in KINDS and element.get("id"):
            reading.events[element.get("id") or ""] = event_definition(element, reading.resolve)
    return reading
