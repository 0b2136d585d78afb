"""Sets of characters as ranges of code points: Unicode categories, blocks, XML's name characters."""

import sys
import unicodedata
from collections.abc import Callable
from functools import lru_cache

Ranges = list[tuple[int, int]]
_LAST = sys.maxunicode
ALL: Ranges = [(0, _LAST)]
_DIGIT = "Nd"
_NAME_START: Ranges = [
    (0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6),
    (0xF8, 0x2FF), (0x370, 0x37D), (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F),
    (0x2C00, 0x2FEF), (0x3001, 0xD7FF), (0xF900, 0xFDCF), (0xFDF0, 0xFFFD), (0x10000, 0xEFFFF),
]  # fmt: skip
_NAME_MORE: Ranges = [
    (0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040),
]  # fmt: skip
_BLOCKS: dict[str, tuple[int, int]] = {
    "BasicLatin": (0x0, 0x7F), "Latin-1Supplement": (0x80, 0xFF), "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F), "IPAExtensions": (0x250, 0x2AF),
    "SpacingModifierLetters": (0x2B0, 0x2FF), "CombiningDiacriticalMarks": (0x300, 0x36F),
    "Greek": (0x370, 0x3FF), "GreekandCoptic": (0x370, 0x3FF), "Cyrillic": (0x400, 0x4FF),
    "Armenian": (0x530, 0x58F), "Hebrew": (0x590, 0x5FF), "Arabic": (0x600, 0x6FF),
    "Syriac": (0x700, 0x74F), "Thaana": (0x780, 0x7BF), "Devanagari": (0x900, 0x97F),
    "Bengali": (0x980, 0x9FF), "Thai": (0xE00, 0xE7F), "Tibetan": (0xF00, 0xFFF),
    "Georgian": (0x10A0, 0x10FF), "HangulJamo": (0x1100, 0x11FF), "Ethiopic": (0x1200, 0x137F),
    "Cherokee": (0x13A0, 0x13FF), "Khmer": (0x1780, 0x17FF), "Mongolian": (0x1800, 0x18AF),
    "LatinExtendedAdditional": (0x1E00, 0x1EFF), "GreekExtended": (0x1F00, 0x1FFF),
    "GeneralPunctuation": (0x2000, 0x206F), "SuperscriptsandSubscripts": (0x2070, 0x209F),
    "CurrencySymbols": (0x20A0, 0x20CF), "LetterlikeSymbols": (0x2100, 0x214F),
    "NumberForms": (0x2150, 0x218F), "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF), "MiscellaneousTechnical": (0x2300, 0x23FF),
    "BoxDrawing": (0x2500, 0x257F), "BlockElements": (0x2580, 0x259F),
    "GeometricShapes": (0x25A0, 0x25FF), "MiscellaneousSymbols": (0x2600, 0x26FF),
    "Dingbats": (0x2700, 0x27BF), "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F), "Katakana": (0x30A0, 0x30FF), "Bopomofo": (0x3100, 0x312F),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF), "HangulSyllables": (0xAC00, 0xD7A3),
    "PrivateUse": (0xE000, 0xF8FF), "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
}  # fmt: skip


@lru_cache(maxsize=1)
def _categories() -> dict[str, Ranges]:
    """Every general category and its first letter, walked once."""
    found: dict[str, Ranges] = {}
    begin, current = 0, unicodedata.category("\0")
    for code in range(1, _LAST + 2):
        category = unicodedata.category(chr(code)) if code <= _LAST else ""
        if category != current:
            found.setdefault(current, []).append((begin, code - 1))
            found.setdefault(current[0], []).append((begin, code - 1))
            begin, current = code, category
    return found


def named_set(name: str) -> Ranges:
    """The set of an escape (`d`, `W`, `i` …), category (`Lu`) or block (`IsGreek`); KeyError."""
    if len(name) == 1 and name in "sdwicSDWIC":
        ranges = _ESCAPES[name.lower()]()
        return list(ranges) if name.islower() else complement(ranges)
    if name.startswith("Is"):
        return [_BLOCKS[name[2:]]]
    return list(_categories()[name])


def _word() -> Ranges:
    # XML Schema: everything but punctuation, separators and others.
    categories = _categories()
    return complement([*categories["P"], *categories["Z"], *categories["C"]])


_ESCAPES: dict[str, Callable[[], Ranges]] = {
    "s": lambda: [(0x20, 0x20), (0x9, 0xA), (0xD, 0xD)],
    "d": lambda: _categories()[_DIGIT],
    "w": _word,
    "i": lambda: _NAME_START,
    "c": lambda: [*_NAME_START, *_NAME_MORE],
}


def complement(ranges: Ranges) -> Ranges:
    """All characters that are not in the ranges."""
    result: Ranges = []
    begin = 0
    for low, high in sorted(ranges):
        if low > begin:
            result.append((begin, low - 1))
        begin = max(begin, high + 1)
    if begin <= _LAST:
        result.append((begin, _LAST))
    return result


def intersected(a: Ranges, b: Ranges) -> Ranges:
    """The characters in both."""
    return complement([*complement(a), *complement(b)])


def source_of(ranges: Ranges) -> str:
    """The set as a character class of re2; one that nothing matches when it is empty."""
    if not ranges:
        return r"[^\x{0}-\x{10FFFF}]"
    return "[" + "".join(rf"\x{{{low:x}}}-\x{{{high:x}}}" for low, high in ranges) + "]"
