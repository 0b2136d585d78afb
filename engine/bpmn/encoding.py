"""Which characters the bytes of an XML file stand for, even when its declaration is wrong."""

import codecs
import re

_DECLARATION = re.compile(
    rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']"""
)
_HEAD = re.compile(r"^[\s\ufeff\u200b]*(<\?xml[^>]{0,300}\?>)?")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

# Codecs that turn bytes into text one way only; Python also knows “rot13”, “zip” and the like.
_NAMES = re.compile(
    r"utf-?(8|16|32)(-?[lb]e)?|utf_?(8|16|32)|us-?ascii|ascii|iso-?8859-?\d{1,2}|latin-?\d|"
    r"(windows|cp)-?\d{3,5}|koi8-?[ru]|gb(k|2312|18030)|big5|shift[-_]?jis|euc-?(jp|kr)|mac-?roman"
)

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def text_of(data: bytes) -> str:
    """The file's characters without byte order mark and XML declaration, line numbers kept.

    The order of trust is XML 1.0 appendix F with one change: bytes that are valid UTF-8 are UTF-8
    whatever they claim, unless they claim another multi-byte encoding, because tools often
    re-encode a file and leave its declaration. Never fails: what is no character becomes U+FFFD.
    """
    encoding = _encoding(data)
    text = data.decode(encoding, errors="replace").removeprefix("\ufeff")
    head = _HEAD.match(text)
    if head is not None and head.end():
        text = "\n" * head.group().count("\n") + text[head.end() :]
    return _FORBIDDEN.sub("\ufffd", text)


def _encoding(data: bytes) -> str:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    start = data[:4]
    if len(start) == 4:
        zeros = tuple(byte == 0 for byte in start)
        if zeros == (True, True, True, False):
            return "utf-32-be"
        if zeros == (False, True, True, True):
            return "utf-32-le"
        if zeros == (True, False, True, False):
            return "utf-16-be"
        if zeros == (False, True, False, True):
            return "utf-16-le"
    declared = _declared(data)
    if declared is not None and declared.startswith(("gb", "big5", "shift", "euc")):
        return declared
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        if declared is None or declared.replace("-", "").replace("_", "").startswith("utf"):
            return "cp1252"
        return "cp1252" if declared in {"ascii", "us-ascii"} else declared
    return "utf-8"


def _declared(data: bytes) -> str | None:
    found = _DECLARATION.match(data[:400])
    if found is None:
        return None
    name = found.group(1).decode("ascii").lower()
    if _NAMES.fullmatch(name) is None:
        return None
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None
