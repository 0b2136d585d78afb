"""What can be wrong with a letter, each as a sentence."""

from typing import ClassVar

from engine.errors import Refusal


class BadTemplate(Refusal):
    """A template that cannot be read; found when the version is published, not when the letter is due."""

    sentence: ClassVar[str] = "The letter “{letter}” cannot be read at line {line}: {problem}"


class BadLetters(Refusal):
    """What the procedure sheet says of letters does not fit the diagram or itself."""

    sentence: ClassVar[str] = "The letter “{letter}” cannot be made: {problem}"


class LetterTooLong(Refusal):
    """The values of a case made more of a template than a letter may be."""

    sentence: ClassVar[str] = (
        "The letter “{letter}” would be too long: {problem} Shorten its template or what it repeats."
    )


class TypesettingMissing(Refusal):
    """The libraries that make PDF are not on this machine."""

    sentence: ClassVar[str] = (
        "Letters cannot become PDF here: Pango is missing. Install libpango-1.0-0, libpangoft2-1.0-0, "
        "libharfbuzz-subset0 and a font, then try again."
    )
    status = 503


class NothingToRead(Refusal):
    """A PDF without a single letter in it: the machine has no fonts."""

    sentence: ClassVar[str] = (
        "The letter came out without any text, because this machine has no fonts. Install one, "
        "such as fonts-dejavu-core, then try again."
    )
    status = 503


class TypesettingEnded(Refusal):
    """The process that sets pages was killed, or broke."""

    sentence: ClassVar[str] = (
        "The process that makes PDF ended in the middle of this one (exit code {code}). "
        "Nothing is lost: it is tried again by itself."
    )
    status = 503


class TypesettingTooSlow(Refusal):
    """A page that did not come in time."""

    sentence: ClassVar[str] = (
        "Making this PDF took more than {seconds} seconds. It is tried again by itself; "
        "if it stays so, shorten what the template repeats."
    )
    status = 503
