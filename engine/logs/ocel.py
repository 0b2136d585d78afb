"""OCEL 2.0 in its three forms (JSON, XML, SQLite): every object of one type is a case, the events that name it are its
events.
"""

import tempfile
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.logs.log import LogCase, Progress, instants
from engine.logs.ocel_json import lay_down_json
from engine.logs.ocel_spool import Spool
from engine.logs.ocel_xml import lay_down_xml
from engine.logs.source import open_log

_SQLITE = b"SQLite format 3\x00"
_BOM = b"\xef\xbb\xbf"


def read_ocel(
    path: Path, name: str, case_type: str | None, zone: ZoneInfo, progress: Progress | None = None
) -> Generator[LogCase]:
    """The cases of a log; `case_type` is the object type that makes a case, None: the one that most events name.

    Objects named by no event come without events. A resource is the attribute “resource” of an event or the object of
    a type such as “resource” that it names. What is written in the file is looked at, not what it is called.
    """
    import sqlite3  # a second SQLite in memory, for who reads such a log

    from engine.logs.ocel_sqlite import lay_down_sqlite

    with (
        tempfile.TemporaryDirectory(prefix="expedito-log-") as folder,
        closing(sqlite3.connect(Path(folder) / "log.sqlite", isolation_level=None)) as connection,
    ):
        spool = Spool(connection)
        with open_log(path, name) as source:
            begin = source.read(64)
        if begin.startswith(_SQLITE):
            lay_down_sqlite(path, name, spool, instants(zone), progress)
        else:
            with open_log(path, name, progress) as source:
                is_xml = (
                    begin.removeprefix(_BOM).lstrip().startswith((b"<", b"\xff\xfe", b"\xfe\xff"))
                )
                (lay_down_xml if is_xml else lay_down_json)(source, spool, instants(zone))
        yield from spool.cases(case_type)
