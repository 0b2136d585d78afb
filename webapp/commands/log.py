"""`expedito log`: event logs of other systems in, what happened here out."""

import sys
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import click

from designer.publishing import key_from
from designer.references import refuse_while_used
from engine.database import Database
from engine.deployments import procedure_by_key
from engine.errors import NotFound, Refusal
from engine.logs.csv_columns import Columns
from engine.logs.csv_log import look_at
from engine.logs.exporting import WRITERS, write_parquet
from engine.logs.formats import format_of
from engine.logs.importing import delete_log, fill, log_by_key, logs, register_log
from engine.logs.leaving import log_of
from engine.models import Person, PersonRole, Role
from engine.people import all_offices
from webapp.config import database_url
from webapp.schema import check_schema

_COLUMNS = (
    ("case", "the case"),
    ("activity", "what was done"),
    ("time", "when it was done"),
    ("start", "when it was begun"),
    ("lifecycle", "the lifecycle transition"),
    ("resource", "who did it"),
    ("group", "the office that did it"),
    ("due", "when the case is due"),
    ("case-start", "when the case began"),
    ("case-end", "when the case ended; empty while it is open"),
    ("outcome", "how the case ended"),
    ("channel", "how the case came in"),
)


@click.group("log")
def log() -> None:
    """Import and export event logs."""


@log.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--procedure", "key", help="The key of the log; default: from the file's name.")
@click.option("--name", help="What people call it; default: the file's name.")
@click.option("--office", help="The office whose managers see it; analysts see every log.")
@click.option("--case-type", help="Of OCEL: the type of object that is a case.")
@click.option("--separator", help="Of CSV: what stands between columns; default: guessed.")
@click.option("--time-format", help="Of CSV: as in %d/%m/%Y %H:%M; default: guessed.")
@click.option("--attribute", multiple=True, help="Of CSV: a column about the case to keep.")
def import_log(
    file: Path,
    key: str | None,
    name: str | None,
    office: str | None,
    case_type: str | None,
    separator: str | None,
    time_format: str | None,
    attribute: tuple[str, ...],
    **columns: str | None,
) -> None:
    """Read FILE (.xes, .xes.gz, .csv, OCEL 2.0 .json, .xml or .sqlite) into a log that has the pages of a procedure."""
    format = format_of(file.name)
    mapping: dict[str, object] = {"case_type": case_type} if case_type else {}
    if format == "csv":
        said = {**columns, "separator": separator, "time_format": time_format}
        guess = look_at(file, file.name).guess.as_json()
        told = {part: text for part, text in said.items() if text}
        mapping = {**guess, **told, **({"attributes": list(attribute)} if attribute else {})}
        _show(Columns.from_json(mapping))
    stem = file.name.split(".")[0]
    database = Database(database_url())
    check_schema(database)
    at = datetime.now(UTC)
    with database.transaction() as session:
        homes = {one.name: one.id for one in all_offices(session)}
        if office is not None and office not in homes:
            raise NotFound(what="office", name=office)
        begun = register_log(
            session,
            file.name,
            key=key or key_from(stem),
            name=name or stem,
            format=format,
            mapping=mapping,
            office_id=homes.get(office or ""),
            by=None,
            at=at,
        )
    shown = sys.stderr.isatty()

    def progress(read: int, whole: int) -> None:
        if shown:
            click.echo(f"\r{100 * read // max(1, whole)} % read", nl=False, err=True)

    try:
        done = fill(database, begun.id, file, progress=progress)
    except Refusal:
        delete_log(database, begun.id)
        raise
    finally:
        if shown:
            click.echo("\r", nl=False, err=True)
    with database.reading() as session:
        found = next(one for log, one in logs(session) if log.id == done.id)
    left = f"; {done.empty_cases} without events left out" if done.empty_cases else ""
    click.echo(f"{found.key}: {done.cases} cases, {done.events} events{left}.")
    database.dispose()


for _name, _what in _COLUMNS:
    import_log = click.option(f"--{_name}", help=f"Of CSV: the column with {_what}.")(import_log)


@log.command("list")
def list_logs() -> None:
    """Print the imported logs."""
    database = Database(database_url())
    check_schema(database)
    with database.reading() as session:
        for one, procedure in logs(session):
            click.echo(
                f"{procedure.key}: {one.state}, {one.cases} cases, {one.events} events, from {one.file_name}"
            )
    database.dispose()


@log.command("delete")
@click.argument("key")
def delete(key: str) -> None:
    """Undo an import: the log and its figures are gone, unless a study or scenario rests on it."""
    database = Database(database_url())
    check_schema(database)
    with database.reading() as session:
        found = log_by_key(session, key)
        refuse_while_used(session, found)
    delete_log(database, found.id)
    database.dispose()
    click.echo(f"{key} is deleted.")


def _show(columns: Columns) -> None:
    told = {part: text for part, text in columns.as_json().items() if text and part != "attributes"}
    words = ", ".join(f"{part} = {text!r}" for part, text in told.items())
    click.echo(f"Columns: {words}", err=True)


@log.command("export")
@click.option("--procedure", "key", required=True, help="The key of the procedure or log.")
@click.option(
    "--format",
    "format",
    type=click.Choice(["xes", "csv", "parquet", "ocel"]),
    default="xes",
    show_default=True,
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Default: standard output."
)
@click.option("--with-names", is_flag=True, help="Name those who worked; else they are numbered.")
def export(key: str, format: str, output: Path | None, with_names: bool) -> None:
    """Write what happened in a procedure as a log; applicants are never in it."""
    if format == "parquet" and output is None:
        raise click.UsageError("Say where the file goes: --output FILE.parquet")
    database = Database(database_url())
    check_schema(database)
    everybody = Person(roles=[PersonRole(role=Role.OPERATOR.value)], memberships=[])
    with database.reading() as session:
        procedure = procedure_by_key(session, key)
        cases = log_of(session, procedure, everybody, with_names=with_names)
        if format == "parquet" and output is not None:
            write_parquet(cases, procedure.name, output)
        else:
            write, _, _ = WRITERS[format]
            with output.open("wb") if output else nullcontext(sys.stdout.buffer) as stream:
                stream.writelines(write(cases, procedure.name))
    database.dispose()
