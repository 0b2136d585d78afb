"""Which language a condition is written in, and the same condition in FEEL.

FEEL stays as it is, also behind the `=` of Zeebe. JUEL (`${…}`, `#{…}`), JavaScript-, Groovy- and
Python-like conditions and simple XPath are translated. What is prose, a script or beyond
translation comes back with a reason, so that a person decides at the gateway.
"""

import re
from dataclasses import dataclass

from engine.feel import FeelSyntaxError, compile_expression
from engine.feel.builtins.catalogue import BUILTINS
from engine.feel.syntax import Call, Literal, Name
from engine.foreign.conditions import MAX_TEXT, Untranslatable, translated

PROSE = "prose"
"""The reason when the text is no expression at all: it serves as the words of a button."""

_EXPRESSION = re.compile(r"\s*[$#]\{([^{}]*)\}\s*", re.DOTALL)
_BRACKETED_NAME = re.compile(r"\[([^\W\d][\w ]*)\](?=\s*(?:=|!=|<|>))")
_RETURN = re.compile(r"\s*return\b(.*?);?\s*", re.DOTALL)
_FOREIGN = re.compile(r"==|!==|&&|\|\||'|!(?!=)|\b(?:None|True|False)\b|\bis\b|\.\w+\(|\w:\w+\(")
_SCRIPTS = re.compile(r"javascript|ecmascript|groovy|python|juel|java\b|mvel|xpath|unified", re.I)
_SIGN = re.compile(r"[=<>!&|()\[\]{}\"'+*/]|\b(?:and|or|not|in|between)\b")


@dataclass(frozen=True, slots=True)
class Translated:
    """The condition in FEEL, or None and the reason: `PROSE` or a sentence for the analyst."""

    feel: str | None
    reason: str | None = None


def read_expression(text: str, language: str | None = None) -> Translated:
    """The condition in FEEL; `language` is what the file names it: a word, a URI or nothing."""
    stripped = text.strip()
    if not stripped:
        return Translated(None, "The condition is empty.")
    if len(stripped) > MAX_TEXT:
        return Translated(None, f"The condition has more than {MAX_TEXT} characters.")
    named = (language or "").lower()
    if stripped.startswith("=") and not stripped.startswith("=="):
        return _as_feel(stripped[1:].strip())
    expression = _EXPRESSION.fullmatch(stripped)
    if expression:
        return _from_foreign(expression[1])
    if "${" in stripped or "#{" in stripped:
        return Translated(None, "The condition mixes text and expressions; write it as one.")
    if "feel" in named:
        return _as_feel(stripped)
    returned = _RETURN.fullmatch(stripped)
    if returned:
        return _from_foreign(returned[1])
    if _SCRIPTS.search(named) or _FOREIGN.search(stripped):
        found = _from_foreign(stripped.removesuffix(";"))
        is_call = "(" in stripped
        if found.feel and _is_bare(found.feel) and not (is_call or _SCRIPTS.search(named)):
            return Translated(None, PROSE)
        return found if found.feel or _SIGN.search(stripped) else Translated(None, PROSE)
    return _from_unnamed(_BRACKETED_NAME.sub(r"\1", stripped))


def _as_feel(text: str) -> Translated:
    try:
        compile_expression(text)
    except FeelSyntaxError as error:
        found = _from_foreign(text)
        return found if found.feel is not None else Translated(None, error.message())
    return Translated(text)


def _from_foreign(text: str) -> Translated:
    try:
        feel = translated(text.strip())
        compile_expression(feel)
    except Untranslatable as error:
        return Translated(None, str(error))
    except FeelSyntaxError as error:
        return Translated(None, error.message())
    return Translated(feel)


def _from_unnamed(text: str) -> Translated:
    """A text of no named language: FEEL if it says more than words next to each other."""
    try:
        expression = compile_expression(text)
    except FeelSyntaxError as error:
        if not _SIGN.search(text) or re.search(r"\w+ \w+ \w+ \w+", text):
            return Translated(None, PROSE)
        found = _from_foreign(text)
        return found if found.feel is not None else Translated(None, error.message())
    if _is_bare(text):
        return Translated(None, PROSE)  # `Approved`: the words of a flow, not a variable
    if isinstance(expression.node, Call) and isinstance(expression.node.function, Name):
        called = expression.node.function.name
        if called not in BUILTINS:  # `Invoice (paid)` is prose; `isPaid(invoice)` is not
            known = f"The condition calls “{called}”, which FEEL has no word for."
            return Translated(None, known if re.search(r"\w\(", text) else PROSE)
    return Translated(text)


def _is_bare(feel: str) -> bool:
    node = compile_expression(feel).node
    if isinstance(node, Literal):
        return not isinstance(node.value, bool)
    return isinstance(node, Name)
