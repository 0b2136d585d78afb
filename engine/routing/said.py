"""What a diagram's text about a task stands for: a name, a term, the variable it names, or what its FEEL gives."""

import re
from collections.abc import Mapping
from functools import lru_cache

from engine.bpmn.model import Node
from engine.errors import Refusal
from engine.feel import Expression, compile_expression, limited_to, to_json
from engine.feel.limits import Limits

# a variable by its name, as tools write it: ${clerk}, #{clerk}, =clerk
VARIABLE = re.compile(r"(?:[$#]\{\s*(\w+)\s*\}|=\s*(\w+)\s*)")
_LIMITS = Limits(work=50_000, seconds=0.2)
_WORKED_OUT = ("=", "${", "#{")
# the values of engine.models.Role, which brings the database along: examining a drawing needs none
ROLES = frozenset({"analyst", "civil_servant", "manager", "operator", "applicant"})
MOST = 50  # names that one text may give


def names_said(text: str | None, variables: Mapping[str, object]) -> tuple[str, ...]:
    """The names a text gives: itself; texts of the variable or of the FEEL after `=`; none where that gives none."""
    if not text or not (text := text.strip()):
        return ()
    match = VARIABLE.fullmatch(text)
    if match is not None:
        return _texts(variables.get(match[1] or match[2]))
    if text.startswith("="):
        return _texts(_worked_out(text[1:].strip(), variables))
    return _texts(text)


def one_said(text: str | None, variables: Mapping[str, object]) -> str | None:
    """The first of the names; days, times and durations are ISO text."""
    return next(iter(names_said(text, variables)), None)


def is_worked_out(text: str) -> bool:
    """Whether a diagram's text is an expression, so that each case says who."""
    return text.strip().startswith(_WORKED_OUT)


def bare(text: str) -> str:
    """An expression without the signs around it: what stands in ${…} or after `=`."""
    text = text.strip()
    for sign in _WORKED_OUT:
        if text.startswith(sign):
            return text.removeprefix(sign).removesuffix("}" if "{" in sign else "").strip()
    return text


def groups_named(node: Node) -> tuple[str, ...]:
    """The groups a diagram gives a task to by name, roles apart: each is matched with an office, as lanes are."""
    named = node.extension.candidate_groups
    return tuple(one for one in named if one not in ROLES and not one.startswith(_WORKED_OUT))


def _worked_out(text: str, variables: Mapping[str, object]) -> object:
    expression = _compiled(text)
    if expression is None:
        return None
    try:
        with limited_to(_LIMITS):
            return to_json(expression.evaluate(variables))
    except Refusal:
        return None


@lru_cache(maxsize=1024)
def _compiled(text: str) -> Expression | None:
    try:
        return compile_expression(text)
    except Refusal:
        return None


def _texts(value: object) -> tuple[str, ...]:
    found = value if isinstance(value, list | tuple) else (value,)
    texts = (one.strip().strip("\"'") for one in found[:MOST] if isinstance(one, str))
    return tuple(dict.fromkeys(text for text in texts if text))
