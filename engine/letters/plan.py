"""Which letters a version makes and where: read from its sheet and its diagram, once per version.

[letters.licencia]                 # one table per template, letters/licencia.md
title = "Licencia de funcionamiento"
series = "LIC"                     # its numbers are LF-LIC-2026-000001 …
after = ["Emitir"]                 # elements; or `letter` = "licencia" as a property of the element in the diagram
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from engine.bpmn.model import Node
from engine.letters.refusals import BadLetters
from engine.letters.template import Template, read_template
from engine.letters.writing import LANGUAGES

PROPERTY: Final = (
    "letter"  # of an element in the diagram: the letters it makes, by name, with commas
)
MOST_LETTERS: Final = 50  # of one procedure
_SERIES = re.compile(r"[A-Z0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class LetterPlan:
    """A kind of letter of one version."""

    name: str
    title: str
    series: str
    language: str
    template: Template


@dataclass(frozen=True, slots=True)
class LettersPlan:
    """All kinds of letters of a version: by name, and those made when an element is done."""

    kinds: Mapping[str, LetterPlan]
    after: Mapping[str, tuple[LetterPlan, ...]]  # by element id


NO_LETTERS: Final = LettersPlan({}, {})


def read_letters(sheet: Mapping[str, Any] | None, nodes: Mapping[str, Node]) -> LettersPlan:
    """The letters of a version; BadTemplate, or BadLetters for what fits neither diagram nor itself."""
    said = (sheet or {}).get("letters") or {}
    if not isinstance(said, Mapping) or len(said) > MOST_LETTERS:
        problem = f"the sheet lists letters by name, at most {MOST_LETTERS}."
        raise BadLetters(letter="letters", problem=problem)
    kinds = {name: letter_plan(name, table) for name, table in said.items()}
    after: dict[str, list[LetterPlan]] = {}
    for name, table in said.items():
        for element_id in _listed(name, table.get("after", [])):
            if element_id not in nodes:
                problem = f"the diagram has no element “{element_id}” after which to make it."
                raise BadLetters(letter=name, problem=problem)
            after.setdefault(element_id, []).append(kinds[name])
    for node in nodes.values():
        for wanted in _by_property(node):
            if wanted not in kinds:
                problem = f"“{node.name or node.id}” asks for it, but the sheet has no such letter."
                raise BadLetters(letter=wanted, problem=problem)
            made = after.setdefault(node.id, [])
            if kinds[wanted] not in made:
                made.append(kinds[wanted])
    return LettersPlan(kinds, {element: tuple(letters) for element, letters in after.items()})


def letter_plan(name: str, table: object) -> LetterPlan:
    """One kind of letter from its table in a sheet or a jurisdiction's words; BadTemplate, BadLetters."""
    if not isinstance(table, Mapping) or not isinstance(table.get("template"), str):
        problem = f"its text, letters/{name}.md, is missing."
        raise BadLetters(letter=name, problem=problem)
    title = table.get("title")
    if not isinstance(title, str) or not title.strip():
        raise BadLetters(letter=name, problem="give it a title.")
    series = table.get("series", re.sub("[^A-Z0-9]", "", name.upper())[:12])
    if not isinstance(series, str) or not _SERIES.fullmatch(series):
        problem = "its series is up to twelve capital letters and digits."
        raise BadLetters(letter=name, problem=problem)
    language = table.get("language", "es")
    if language not in LANGUAGES:
        raise BadLetters(letter=name, problem=f"its language is one of {', '.join(LANGUAGES)}.")
    template = read_template(name, table["template"])
    return LetterPlan(name[:60], title.strip()[:200], series, language, template)


def _listed(name: str, value: object) -> list[str]:
    elements = [value] if isinstance(value, str) else value
    if isinstance(elements, list) and all(isinstance(element, str) for element in elements):
        return elements
    raise BadLetters(letter=name, problem="`after` is a list of element ids.")


def _by_property(node: Node) -> list[str]:
    said = (value for key, value in node.extension.properties if key == PROPERTY)
    return [name.strip() for value in said for name in value.split(",") if name.strip()]
