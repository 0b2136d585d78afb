"""Backups of an embedded installation: one archive with the SQLite database and every file of cases.

Neither the secret key nor the one that signs copies of case files is in it: whoever has a backup must not be able to
sign for the office.
"""

import os
import re
import shutil
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from engine.errors import Refusal
from engine.files.store import FileStore

DATABASE = "expedito.sqlite"
_FILE = re.compile(r"files/([0-9a-f]{64})")


class NotEmbedded(Refusal):
    """The database is a server's, which has better tools."""

    sentence = (
        "This installation keeps its data in PostgreSQL. Use pg_dump and pg_restore for the database, and copy the"
        " folder {folder} with the files of cases."
    )


class NoBackup(Refusal):
    """The archive is not one of ours, or damaged."""

    sentence = "“{file}” cannot be restored: {reason}. Nothing was changed. Try an earlier backup."


class WouldOverwrite(Refusal):
    """There is something already where the file should go."""

    sentence = "{file} is there already. Move it away first, so that nothing is lost by mistake."


def back_up(url: str, var: Path, archive: Path) -> int:
    """Write the archive while the installation works; how many files of cases are in it.

    The database comes first: a file that it names lies in the store already, and the store never changes one.
    """
    source = _database(url, var)
    if archive.exists():
        raise WouldOverwrite(file=archive)
    import pysqlite3.dbapi2 as sqlite

    count = 0
    with tempfile.TemporaryDirectory(dir=archive.resolve().parent) as folder:
        copy = Path(folder) / DATABASE
        with closing(sqlite.connect(source)) as live, closing(sqlite.connect(copy)) as copied:
            live.backup(copied)
            copied.execute("PRAGMA journal_mode=DELETE")
        made = Path(folder) / "archive"
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as pack:
            pack.write(copy, DATABASE)
            store = FileStore(var / "files")
            for sha256 in store.all():
                pack.write(store.path(sha256), f"files/{sha256}")
                count += 1
        made.chmod(0o600)
        os.replace(made, archive)
    return count


def restore(url: str, var: Path, archive: Path) -> int:
    """Put an archive in the place of an installation that has no database yet; how many files it brought.

    Everything is checked first: the database by SQLite, each file by its sha256.
    """
    target = _database(url, var)
    if target.exists():
        raise WouldOverwrite(file=target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as made:
        folder = Path(made)
        try:
            with zipfile.ZipFile(archive) as pack:
                files = _unpack(pack, archive, folder)
        except (OSError, zipfile.BadZipFile) as broken:
            raise NoBackup(file=archive.name, reason=str(broken)) from broken
        _check(folder / DATABASE, archive)
        store = FileStore(var / "files")
        for sha256 in files:
            with (folder / sha256).open("rb") as stream:
                if store.put(stream, sha256).sha256 != sha256:
                    raise NoBackup(file=archive.name, reason=f"the file {sha256} is damaged")
        os.replace(folder / DATABASE, target)
    return len(files)


def _database(url: str, var: Path) -> Path:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise NotEmbedded(folder=var / "files")
    return Path(parsed.database)


def _unpack(pack: zipfile.ZipFile, archive: Path, folder: Path) -> list[str]:
    # Names are never made into paths: only the database and what is called by a sha256 is taken.
    if DATABASE not in pack.namelist():
        raise NoBackup(file=archive.name, reason=f"it holds no {DATABASE}")
    files = []
    for name in pack.namelist():
        found = _FILE.fullmatch(name)
        if found is None and name != DATABASE:
            raise NoBackup(file=archive.name, reason=f"it holds “{name[:80]}”, which no backup has")
        with pack.open(name) as packed, (folder / name.rpartition("/")[2]).open("wb") as written:
            shutil.copyfileobj(packed, written, 1024 * 1024)
        if found is not None:
            files.append(found[1])
    return files


def _check(database: Path, archive: Path) -> None:
    import pysqlite3.dbapi2 as sqlite

    try:
        with closing(sqlite.connect(database)) as opened:
            said = opened.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite.DatabaseError as broken:
        raise NoBackup(file=archive.name, reason=str(broken)) from broken
    if said != "ok":
        raise NoBackup(file=archive.name, reason="SQLite finds its database damaged")
