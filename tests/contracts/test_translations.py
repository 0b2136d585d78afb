"""Every word that people read is there in Spanish, with the same values in it."""

import ast
import re

import pytest
from babel.messages import Catalog

from webapp.catalogue import TRANSLATIONS, catalogue, gathered, untranslated
from webapp.config import LANGUAGES, PARTIAL_LANGUAGES

_NAMED = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
_SOURCE = "en"
OTHERS = [language for language in LANGUAGES if language != _SOURCE]


def forms(text: object) -> list[str]:
    return [text] if isinstance(text, str) else list(text)  # type: ignore[call-overload]  # a tuple of plurals


def named(text: str) -> set[str]:
    return {one or other for one, other in _NAMED.findall(text)}


@pytest.fixture(scope="module", params=[*OTHERS, *PARTIAL_LANGUAGES])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def kept(language: str) -> Catalog:
    return catalogue(language)


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_has_its_translation(language: str) -> None:
    assert untranslated(language) == [], (
        "run `python -m webapp.catalogue` and translate what is new"
    )


def test_no_translation_is_a_guess(kept: Catalog) -> None:
    assert [message.id for message in kept if message.id and message.fuzzy] == []


def test_a_translation_carries_the_values_of_its_message(kept: Catalog) -> None:
    wrong = [
        words
        for message in kept
        if message.id
        for words in forms(message.string)
        if words and named(words) != named(forms(message.id)[-1])
    ]
    assert wrong == []


def test_a_per_cent_sign_stays_doubled_where_values_are_filled_in(kept: Catalog) -> None:
    wrong = [
        message.string
        for message in kept
        if message.id and "%%" in forms(message.id)[0] and "%%" not in forms(message.string)[0]
    ]
    assert wrong == []


def test_a_translation_quotes_with_the_marks_of_its_message(kept: Catalog) -> None:
    """One pair of marks, “ ”, in every language offered; « » only where a page shows what stands between them."""
    wrong = [
        words
        for message in kept
        if message.id
        for words in forms(message.string)
        if words
        and (
            ("«" in words or "»" in words) != ("«" in forms(message.id)[0])
            or words.count("“") != words.count("”")
        )
    ]
    assert wrong == []


def test_every_language_offered_has_a_catalogue() -> None:
    assert sorted(path.name for path in TRANSLATIONS.iterdir() if path.is_dir()) == sorted(
        [*OTHERS, *PARTIAL_LANGUAGES]
    )


def test_the_messages_of_every_room_are_gathered() -> None:
    found = {message.id for message in gathered()}
    assert "Inbox" in found  # a template
    assert (
        "There is no {what} “{name}”. It may have been removed, or it is not yours to see." in found
    )


def test_every_catalogue_compiles() -> None:
    """What set-up does: a literal per cent sign before a letter reads as a value that is not there."""
    wrong = [
        f"{path.parent.parent.name}: {error}"
        for path in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))
        for _, errors in catalogue(path.parent.parent.name).check()
        for error in errors
    ]
    assert wrong == []


def test_no_message_hides_inside_an_f_string() -> None:
    """There the catalogue does not find it, and it is never translated."""
    hidden = []
    for path in sorted(TRANSLATIONS.parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.JoinedStr):
                continue
            calls = (one for one in ast.walk(node) if isinstance(one, ast.Call))
            hidden += [
                f"{path.relative_to(TRANSLATIONS.parent)}:{one.lineno}"
                for one in calls
                if isinstance(one.func, ast.Name)
                and one.func.id in {"_", "gettext", "ngettext", "lazy_gettext"}
                and one.args
                and isinstance(one.args[0], ast.Constant)
            ]
    assert hidden == []
