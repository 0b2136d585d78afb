"""The words of the product, gathered for translation: `python -m webapp.catalogue` brings the catalogues up to date.

Found are `_("…")` and its kin in webapp, `N_("…")` anywhere, the `sentence` of every refusal, what repairs, rules
and findings tell an analyst, and what measures are. English is the source and needs no catalogue. Translations already
made are kept; messages no longer used go. A language told in part (PARTIAL_LANGUAGES) keeps only what somebody has
translated.
"""

import ast
import io
import re
import sys
from collections.abc import Collection, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from webapp.config import PARTIAL_LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "webapp" / "translations"
_KEYWORDS: dict[str, Any] = {
    "_": None,
    "N_": None,
    "Obstacle": None,
    "obstacle": None,
    "fail": None,
    "FeelSyntaxError": None,
    "NullResult": None,
    "LimitReached": None,
    "Problem": (2,),
    "note": (2,),
    "expect": (2,),
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "plural": (1, 2),
}
_PYTHON = "python"
_REFUSALS = "webapp.catalogue:refusals"
_ADVICE = "webapp.catalogue:advice"
_MEASURES = "webapp.catalogue:measures"
_OPTIONS = {
    "templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
}
_SENTENCE = re.compile(r"[A-Z“].* .*[.?]", re.DOTALL)
_WHERE = {
    "webapp": [("templates/**.html", "jinja2"), ("**.py", _PYTHON)],
    "engine": [("**.py", _PYTHON)],
    "designer": [("**.py", _PYTHON)],
}
_ADVISING = {
    "engine": [("metrics/**.py", _MEASURES)],
    "designer": [
        ("importer/**.py", _ADVICE),
        ("rules/**.py", _ADVICE),
        ("findings/**.py", _ADVICE),
        ("examination.py", _ADVICE),
        ("tryout.py", _ADVICE),
    ],
}


def refusals(
    file: BinaryIO, _keywords: Collection[str], _tags: Collection[str], options: dict[str, Any]
) -> Iterator[tuple[int, None, str, list[str]]]:
    """A Babel extractor: the class attribute `sentence` of every class in a Python file."""
    for node in ast.walk(ast.parse(file.read())):
        if not isinstance(node, ast.ClassDef):
            continue
        for part in node.body:
            if not isinstance(part, ast.Assign | ast.AnnAssign):
                continue
            target = part.target if isinstance(part, ast.AnnAssign) else part.targets[0]
            if not isinstance(target, ast.Name) or target.id != "sentence":
                continue
            value = part.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield part.lineno, None, value.value, []


def advice(
    file: BinaryIO, _keywords: Collection[str], _tags: Collection[str], options: dict[str, Any]
) -> Iterator[tuple[int, None, str, list[str]]]:
    """A Babel extractor for repairs and rules: the docstring of a rule, and whole sentences written as texts."""
    tree = ast.parse(file.read())
    # A text that stands by itself is a docstring.
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and _is_rule(node):
            first = (ast.get_docstring(node) or "").partition("\n\n")[0]
            yield node.lineno, None, " ".join(first.split()), []
        if isinstance(node, ast.Constant) and id(node) not in docstrings:
            text = node.value if isinstance(node.value, str) else ""
            if _SENTENCE.fullmatch(text):
                yield node.lineno, None, text, []


def measures(
    file: BinaryIO, _keywords: Collection[str], _tags: Collection[str], options: dict[str, Any]
) -> Iterator[tuple[int, None, str, list[str]]]:
    """A Babel extractor for measures: the first paragraph of the docstring is the definition that pages show."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.FunctionDef) and _is_marked(node, {"measure"}):
            first = (ast.get_docstring(node) or "").partition("\n\n")[0]
            yield node.lineno, None, " ".join(first.split()), []


def _is_rule(node: ast.FunctionDef) -> bool:
    return _is_marked(node, {"rule", "model_rule", "finding"})


def _is_marked(node: ast.FunctionDef, names: Collection[str]) -> bool:
    marks = [each.func for each in node.decorator_list if isinstance(each, ast.Call)]
    return any(isinstance(mark, ast.Name) and mark.id in names for mark in marks)


@cache
def gathered() -> Catalog:
    """Every message of the product as it is now, read once; not to be changed."""
    found = Catalog(project="Expedito", charset="utf-8", fuzzy=False)
    for folder, methods in _WHERE.items():
        for method_map in (methods, [("**.py", _REFUSALS)], _ADVISING.get(folder, [])):
            for _name, _line, message, comments, context in extract_from_dir(
                str(ROOT / folder),
                method_map=method_map,
                options_map=_OPTIONS,
                keywords=_KEYWORDS,
            ):
                found.add(message, auto_comments=comments, context=context)
    return found


def catalogue(language: str) -> Catalog:
    """The catalogue of a language as it is kept."""
    path = _path(language)
    if not path.exists():
        return Catalog(locale=language, project="Expedito", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def untranslated(language: str) -> list[str]:
    """Messages of the product that the language has no words for yet."""
    kept = catalogue(language)
    missing = []
    for message in gathered():
        if not message.id:
            continue
        one = message.id if isinstance(message.id, str) else message.id[0]
        told = kept.get(one)
        words = told.string if told is not None else ""
        if not words or (isinstance(words, list | tuple) and not all(words)):
            missing.append(one)
    return missing


def update(language: str) -> None:
    """Bring the language's catalogue up to date with the product."""
    kept = catalogue(language)
    # no guesses: a translation of something similar reads as if somebody had checked it
    # a copy, since Babel writes the translations into what it is given
    kept.update(deepcopy(gathered()), no_fuzzy_matching=True, update_header_comment=False)
    kept.obsolete.clear()
    if language in PARTIAL_LANGUAGES:
        for message in [one for one in kept if one.id and not any(_forms(one.string))]:
            kept.delete(message.id if isinstance(message.id, str) else message.id[0])
    text = io.BytesIO()
    write_po(text, kept, width=100, no_location=True, sort_output=True, omit_header=False)
    lines = [
        line
        for line in text.getvalue().decode().splitlines()
        if not line.startswith(('"POT-Creation', '"PO-Revision', '"Generated-By', '"Last-Tr'))
    ]
    _path(language).parent.mkdir(parents=True, exist_ok=True)
    _path(language).write_text("\n".join(lines) + "\n")


def _forms(words: object) -> list[str]:
    return [words] if isinstance(words, str) else list(words or ())  # type: ignore[call-overload]  # a tuple of plurals


def _path(language: str) -> Path:
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


if __name__ == "__main__":
    for named in sorted(path.name for path in TRANSLATIONS.iterdir() if path.is_dir()):
        update(named)
        left = untranslated(named)
        for words in left if named not in PARTIAL_LANGUAGES else []:
            sys.stdout.write(f"{named}: {words}\n")
        sys.stdout.write(f"{named}: {len(left)} messages without translation\n")
