"""The bytes of a table as lines of text, whatever program saved them and in whatever encoding."""

import codecs
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from engine.logs.refusals import ValueTooLong
from engine.logs.source import Source, open_log

SEPARATORS = ",;\t|^~"
_LINE = re.compile(r"[^\n]*\n|[^\n]+")  # only these end a row: others, as U+2028, stand in values
_TOLD = re.compile(r"sep=(.)\r?\n")  # Excel's own first line
_LONGEST_LINE = 1024 * 1024
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def encoding_of(path: Path, name: str) -> str:
    """UTF-16 where its mark or its zeros are, UTF-8 where all of the file is, else what Windows calls ANSI."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with open_log(path, name) as source:
        begin = chunk = source.read()
        if begin.startswith(_UTF_16):
            return "utf-16"
        if begin[1:400:2].count(0) > begin[:400:2].count(0) + 20:
            return "utf-16-le"
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = source.read()
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


class Lines:
    """Lines as csv wants them, none longer than a megabyte, without Excel's `sep=;`, which is `told` then.

    `skipped` is how many lines stand before them; `separator` what stands between columns, as told or as it seems.
    """

    def __init__(self, source: Source, encoding: str) -> None:
        self._lines = _lines(source, encoding)
        first = next(self._lines, "")
        found = _TOLD.fullmatch(first)
        self.skipped = 0 if found is None else 1
        if found is not None:
            first = next(self._lines, "")
        self.separator = max(SEPARATORS, key=first.count) if found is None else found[1]
        self._first = first

    def __iter__(self) -> Iterator[str]:
        return chain((self._first,), self._lines)


def _lines(source: Source, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    rest = ""
    while chunk := source.read():
        lines = _LINE.findall(rest + decoder.decode(chunk))
        # the last one may go on
        rest = lines.pop() if lines else ""
        yield from lines
        if len(rest) > _LONGEST_LINE:
            raise ValueTooLong(line="?", limit=_LONGEST_LINE)
    yield from _LINE.findall(rest + decoder.decode(b"", final=True))
