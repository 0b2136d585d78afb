"""XML of others read as a stream by expat: no document type and so no entities, no network; errors name their line.

Expat, not lxml: it is as fast, needs no tree, and its line numbers are exact beyond line 65,535.
"""

from xml.parsers import expat  # a document type is refused, so there is nothing to expand

from engine.logs.refusals import DoctypeInLog, NotWellFormed

DEEPEST = 64  # elements within each other, attributes of attributes counted


class XmlStream:
    """Where a parser is in a file. Who derives from it sets the handlers of `parser`."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = _doctype

    @property
    def line(self) -> int:
        """The line it is in."""
        return self.parser.CurrentLineNumber

    def parse(self, chunk: bytes, *, is_final: bool) -> None:
        """Go on with these bytes. Raises NotWellFormed, DoctypeInLog."""
        try:
            self.parser.Parse(chunk, is_final)
        except expat.ExpatError as error:
            problem = expat.ErrorString(error.code) or "?"
            raise NotWellFormed(line=error.lineno, problem=problem) from None


def _doctype(*_said: object) -> None:
    raise DoctypeInLog
