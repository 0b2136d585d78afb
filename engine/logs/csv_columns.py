"""Which column of a table says what: told by whoever knows, or guessed."""

import re
import unicodedata
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, ClassVar

from engine.errors import Refusal
from engine.logs.csv_times import format_of
from engine.logs.log import MOST_ATTRIBUTES


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column says what; empty: none does. `attributes` are columns about the case; `time_format` as strptime
    has it, empty: ISO 8601."""

    case: str = ""
    activity: str = ""
    time: str = ""
    start: str = ""  # when the activity was begun, in the same row
    lifecycle: str = ""
    resource: str = ""
    group: str = ""
    due: str = ""
    case_start: str = ""
    case_end: str = ""
    outcome: str = ""
    channel: str = ""
    attributes: tuple[str, ...] = ()
    separator: str = ","
    time_format: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it is kept beside the log."""
        return {**asdict(self), "attributes": list(self.attributes)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Columns":
        """What `as_json` gave, or what flags and forms say."""
        known = {one.name for one in fields(cls)}
        said = {name: text for name, text in value.items() if name in known and text}
        said["attributes"] = tuple(said.get("attributes", ()))
        return cls(**said)


class NoSuchColumn(Refusal):
    """A mapping to a column that the table does not have."""

    sentence: ClassVar[str] = "The table has no column “{column}”. It has these: {columns}."


class ColumnUntold(Refusal):
    """Nothing says which column it is."""

    sentence: ClassVar[str] = "Say which column has the {what}: the table has these: {columns}."


# lower case, letters and digits without accents, no “de” or “y” between; the first that fits wins
_GUESSES: dict[str, tuple[str, ...]] = {
    "case": (
        "caseid", "case", "caseconceptname", "casenumber", "traceid", "expediente",
        "nroexpediente", "numeroexpediente", "numexpediente", "idexpediente", "tramite", "idtramite",
        "noexpediente", "nexpediente", "codigoexpediente", "codexpediente", "caso", "idcaso", "nrocaso",
        "notramite", "nrotramite", "numerotramite", "codigotramite", "instanceid", "processinstanceid",
        "processo", "noprocesso", "numeroprocesso", "protocolo", "dossier", "nodossier", "numerodossier",
    ),
    "activity": (
        "activity", "conceptname", "activityname", "eventname", "event", "actividad", "evento",
        "tarea", "task", "paso", "accion", "nombreactividad", "etapa", "taskname", "atividade", "activite",
        "tache",
    ),
    "time": (
        "completetimestamp", "timetimestamp", "timestamp", "endtime", "endtimestamp", "time",
        "fechahora", "fechafin", "horafin", "fecha", "datetime", "date", "end", "fin", "marcatiempo",
        "fechahorafin", "fechatermino", "datahora", "data", "dateheure", "horodatage", "datefin",
    ),
    "start": ("starttimestamp", "starttime", "start", "inicio", "horainicio", "fechainicio",
        "fechahorainicio", "datainicio", "datedebut", "debut"),
    "lifecycle": ("lifecycletransition", "lifecycle", "transition", "transicion"),
    "resource": ("orgresource", "resource", "user", "usuario", "responsable", "persona", "worker",
        "funcionario", "servidor", "responsavel", "agent"),
    "group": ("orggroup", "group", "office", "oficina", "unidad", "area", "department"),
    "due": ("deadline", "duedate", "casedeadline", "fechalimite", "vencimiento"),
    "case_start": ("casestart", "casestartdate", "startdate", "fechaingreso"),
    "case_end": ("caseend", "caseenddate", "enddate", "fechacierre"),
    "outcome": ("outcome", "caseoutcome", "resultado"),
    "channel": ("channel", "casechannel", "canal"),
}  # fmt: skip

_BETWEEN = frozenset({"de", "del", "la", "el", "y", "e", "do", "da", "du", "et", "of", "the"})


def guessed(header: list[str], rows: list[list[str]], separator: str) -> Columns:
    """The best guess at what the columns say, from their names and some rows."""
    plain = {column: _plain(column) for column in header}
    found: dict[str, Any] = {}
    for part, names in _GUESSES.items():
        for name in names:
            column = next(
                (c for c, p in plain.items() if p == name and c not in found.values()), None
            )
            if column is not None:
                found[part] = column
                break
    guess = replace(Columns(separator=separator), **found)
    if guess.time in header:
        place = header.index(guess.time)
        sample = [row[place].strip() for row in rows if len(row) > place and row[place].strip()]
        guess = replace(guess, time_format=format_of(sample))
    return replace(guess, attributes=_of_case(header, rows, guess, set(found.values())))


def _plain(column: str) -> str:
    """“Nº de Expediente” as “noexpediente”."""
    split = unicodedata.normalize("NFKD", column.replace("°", "º")).lower()
    words = re.findall(r"[^\W_]+", "".join(c for c in split if not unicodedata.combining(c)))
    return "".join(word for word in words if word not in _BETWEEN or len(words) == 1)


def _of_case(
    header: list[str], rows: list[list[str]], guess: Columns, used: set[str]
) -> tuple[str, ...]:
    """Columns that say the same in all rows of a case, as far as the sample shows."""
    if guess.case not in header:
        return ()
    case = header.index(guess.case)
    same = []
    for place, column in enumerate(header):
        if column in used or not column:
            continue
        values: dict[str, set[str]] = {}
        for row in rows:
            if len(row) > max(case, place):
                values.setdefault(row[case], set()).add(row[place])
        if all(len(each) == 1 for each in values.values()):
            same.append(column)
    return tuple(same[:MOST_ATTRIBUTES])
