"""What a log is refused for, each with the line where it is."""

from typing import ClassVar

from engine.errors import Refusal


class UnknownFormat(Refusal):
    """A file that is no log."""

    sentence: ClassVar[str] = (
        "“{name}” is no log that can be read. Export it as .xes, .xes.gz, .csv or OCEL 2.0 (.json, .xml, .sqlite)."
    )


class NotWellFormed(Refusal):
    """Broken XML, JSON or gzip."""

    sentence: ClassVar[str] = (
        "Line {line}: the file is broken here ({problem}). Export it again; nothing was imported."
    )


class DoctypeInLog(Refusal):
    """A DOCTYPE, which XES has no use for and attackers have."""

    sentence: ClassVar[str] = (
        "The log has a document type declaration (DOCTYPE), which no XES needs. Remove it."
    )


class NoXes(Refusal):
    """XML, but no log."""

    sentence: ClassVar[str] = (
        "“{name}” is XML, but no XES log: it begins with “{element}”. Export it as XES."
    )


class TooDeep(Refusal):
    """Attributes within attributes without end."""

    sentence: ClassVar[str] = (
        "Line {line}: more than {limit} elements lie within each other. This is no log that people made."
    )


class EventWithoutName(Refusal):
    """An event of nothing."""

    sentence: ClassVar[str] = (
        "Line {line}: an event does not say what was done (concept:name). Mend it; nothing was imported."
    )


class EventWithoutTime(Refusal):
    """An event at no time."""

    sentence: ClassVar[str] = (
        "Line {line}: an event does not say when it was (time:timestamp). Mend it; nothing was imported."
    )


class BadTime(Refusal):
    """A time that is none."""

    sentence: ClassVar[str] = (
        "Line {line}: “{value}” is no date and time, such as 2026-01-31T10:42:00-05:00. Mend it; nothing was imported."
    )


class BadTimeOfEvent(Refusal):
    """The same in a file that has no lines."""

    sentence: ClassVar[str] = (
        "Event “{event}”: “{value}” is no date and time, such as 2026-01-31T10:42:00Z. Mend it; nothing was imported."
    )


class NoOcel(Refusal):
    """A file that holds something else."""

    sentence: ClassVar[str] = (
        "“{name}” is not OCEL 2.0: it lacks “{part}”. Export it as OCEL 2.0 (JSON, XML or SQLite)."
    )


class NoSuchType(Refusal):
    """Cases of a type that the log does not have."""

    sentence: ClassVar[str] = "The log has no objects of the type “{type}”, only of these: {types}."


class BrokenSqlite(Refusal):
    """A database that cannot be read, or does what a log need not."""

    sentence: ClassVar[str] = (
        "“{name}” cannot be read as OCEL 2.0 ({problem}). Export it again, or as JSON; nothing was imported."
    )


class EventOfNoCase(Refusal):
    """A row without a case."""

    sentence: ClassVar[str] = (
        "Line {line}: the event does not say to which case it belongs. Mend it; nothing was imported."
    )


class ValueTooLong(Refusal):
    """A value nobody could read."""

    sentence: ClassVar[str] = (
        "Line {line}: a value is longer than {limit} characters. Leave it out of the export."
    )


class CaseTooLong(Refusal):
    """A case that is no case."""

    sentence: ClassVar[str] = (
        "Line {line}: a case has more than {limit} events. Look whether the cases are told apart rightly."
    )


class TooMuchBetween(Refusal):
    """Megabytes without an event."""

    sentence: ClassVar[str] = (
        "After line {line} there are {limit} MB without an event. This is no log; export it again."
    )


class Bomb(Refusal):
    """A file that is small only while packed."""

    sentence: ClassVar[str] = (
        "“{name}” unpacks to more than {limit} times its size. Unpack it and import the .xes file."
    )


class NoEvents(Refusal):
    """A log in which nothing happens."""

    sentence: ClassVar[str] = "“{name}” has no events. Look whether the export was complete."
