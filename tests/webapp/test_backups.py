import io
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from engine.database import Database
from engine.files.store import FileStore
from engine.models import Case
from engine.record.day_roots import close_yesterday
from engine.worker import Worker
from tests.clock import Clock
from tests.engine.office import TWO_TASKS, TownHall
from webapp.backups import DATABASE, NoBackup, NotEmbedded, WouldOverwrite, back_up, restore
from webapp.commands.audit import audit
from webapp.schema import upgrade_schema


def installation(var: Path, clock: Clock) -> tuple[str, str, str]:
    """URL, the number of its one case, and the sha256 of its one file."""
    var.mkdir()
    url = f"sqlite:///{var / DATABASE}"
    database = Database(url)
    upgrade_schema(database)
    with database.transaction() as session:
        hall = TownHall(session, clock())
        number = hall.start(hall.publish(TWO_TASKS)).number
    database.dispose()
    stored = FileStore(var / "files").put(io.BytesIO(b"a plan of the shop"), "plan.txt")
    return url, number, stored.sha256


def test_a_backup_brings_back_cases_and_files(tmp_path: Path, clock: Clock) -> None:
    url, number, sha256 = installation(tmp_path / "a", clock)
    assert back_up(url, tmp_path / "a", tmp_path / "b.zip") == 1
    there = f"sqlite:///{tmp_path / 'c' / DATABASE}"
    assert restore(there, tmp_path / "c", tmp_path / "b.zip") == 1
    database = Database(there)
    with database.reading() as session:
        assert [case.number for case in session.query(Case)] == [number]
    database.dispose()
    assert b"".join(FileStore(tmp_path / "c" / "files").chunks(sha256)) == b"a plan of the shop"


def test_nothing_is_overwritten_by_mistake(tmp_path: Path, clock: Clock) -> None:
    url, _, _ = installation(tmp_path / "a", clock)
    back_up(url, tmp_path / "a", tmp_path / "b.zip")
    with pytest.raises(WouldOverwrite, match=r"b\.zip"):
        back_up(url, tmp_path / "a", tmp_path / "b.zip")
    with pytest.raises(WouldOverwrite, match=DATABASE):
        restore(url, tmp_path / "a", tmp_path / "b.zip")


def test_a_server_database_is_left_to_its_own_tools(tmp_path: Path) -> None:
    with pytest.raises(NotEmbedded, match="pg_dump"):
        back_up("postgresql://localhost/expedito", tmp_path, tmp_path / "b.zip")


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"other": b""}, "no expedito.sqlite"),
        ({DATABASE: b"", "../../escape": b"x"}, "which no backup has"),
        ({DATABASE: b"not a database at all, but some text" * 50}, "not a database"),
        ({DATABASE: b"", "files/" + "0" * 64: b"changed"}, "is damaged"),
    ],
)
def test_an_archive_that_is_no_backup_changes_nothing(
    tmp_path: Path, members: dict[str, bytes], reason: str
) -> None:
    archive = tmp_path / "b.zip"
    with zipfile.ZipFile(archive, "w") as pack:
        for name, content in members.items():
            pack.writestr(name, content)
    with pytest.raises(NoBackup, match=reason):
        restore(f"sqlite:///{tmp_path / 'v' / DATABASE}", tmp_path / "v", archive)
    assert not (tmp_path / "v" / DATABASE).exists()
    assert not (tmp_path.parent / "escape").exists()


def test_the_audit_names_the_case_whose_record_was_changed(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, number, _ = installation(tmp_path / "a", clock)
    monkeypatch.setenv("EXPEDITO_DATABASE_URL", url)
    sound = CliRunner().invoke(audit, ["verify"])
    assert sound.exit_code == 0
    assert "of 1 cases are as they were written" in sound.output
    database = Database(url)
    with database.transaction() as session:
        session.execute(text("UPDATE event SET type = 'task_completed' WHERE seq = 2"))
    database.dispose()
    changed = CliRunner().invoke(audit, ["verify"])
    assert changed.exit_code == 1
    assert number in changed.output


def test_an_audit_compares_with_the_roots_that_were_published(tmp_path: Path, clock: Clock) -> None:
    url, _, _ = installation(tmp_path / "var", clock)
    database = Database(url)
    clock.advance(days=1)
    database.write(lambda session: close_yesterday(session, at=clock()))
    Worker(database, clock).run_until_idle()
    database.dispose()
    runner = CliRunner(env={"EXPEDITO_VAR": str(tmp_path / "var"), "EXPEDITO_DATABASE_URL": url})
    kept = tmp_path / "roots.txt"
    kept.write_text(runner.invoke(audit, ["roots"]).output)
    said = runner.invoke(audit, ["verify", "--published", str(kept)])
    assert said.exit_code == 0
    assert "1 daily roots follow from them; 0 cases" in said.output
    kept.write_text(kept.read_text().replace("2026-03-02 ", "2026-03-01 "))
    refused = runner.invoke(audit, ["verify", "--published", str(kept)])
    assert refused.exit_code == 1
    assert "The root of 2026-03-01: it is gone" in refused.output
    kept.write_text("nonsense")
    assert "Line 1 is no root" in runner.invoke(audit, ["verify", "--published", str(kept)]).output
