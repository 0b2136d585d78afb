"""`expedito metrics`: how long cases of a procedure take and where they wait."""

import sys
from datetime import UTC, date, datetime

import click
import orjson

from engine.database import Database
from engine.deployments import procedure_by_key
from engine.errors import NotFound
from engine.metrics.question import Question
from engine.metrics.recount import recount as add_up_again
from engine.metrics.summary import summary
from engine.metrics.upkeep import Known, catch_up, rebuild
from engine.models import Person, PersonRole, Role
from engine.people import person_by_name
from webapp.config import Settings, database_url
from webapp.schema import check_schema


def _day(_context: object, _option: object, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise click.BadParameter("write a day as 2026-01-31") from None


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done} of {of} cases{' ' * 8}", nl=done >= of, err=True)


@click.command()
@click.option("--procedure", "key", required=True, help="The key of the procedure.")
@click.option("--since", callback=_day, help="First day, such as 2026-01-01.")
@click.option("--until", callback=_day, help="Last day.")
@click.option("--as", "name", help="Count only the cases that this person may see.")
@click.option(
    "--rebuild",
    "again",
    is_flag=True,
    help="Measure every case anew from its facts; work goes on.",
)
@click.option(
    "--recount",
    is_flag=True,
    help="Add the roll-ups up again from the raw rows; work goes on.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON; durations in seconds.")
def metrics(
    key: str,
    since: date | None,
    until: date | None,
    name: str | None,
    again: bool,
    recount: bool,
    as_json: bool,
) -> None:
    """Print the figures of a procedure."""
    database = Database(database_url())
    check_schema(database)
    with database.reading() as session:
        procedure = procedure_by_key(session, key)
        person = Person(roles=[PersonRole(role=Role.OPERATOR.value)], memberships=[])
        if name is not None:
            found = person_by_name(session, name)
            if found is None:
                raise NotFound(what="person", name=name)
            person = found
    zone = Settings.from_environment().zone
    known = Known()
    while catch_up(database, known, zone=zone):
        pass
    if again or recount:
        redo = rebuild if again else add_up_again
        mended = redo(database, procedure.id, zone=zone, told=_progress)
        click.echo(
            f"{mended.cases} cases were added up again; {mended.mended} figures said something else and were mended.",
            err=True,
        )
    with database.reading() as session:
        question = Question(person, procedure.id, since=since, until=until, zone=zone)
        figures = summary(session, question, at=datetime.now(UTC))
    database.dispose()
    if as_json:
        click.echo(orjson.dumps(figures, option=orjson.OPT_INDENT_2).decode())
        return
    click.echo(
        f"{procedure.name}: {figures['open']} open, {figures['late']} of them late; "
        f"{figures['started']} started, {figures['ended']} ended."
    )
    for clock in ("cycle_time", "lead_time", "legal_time", "office_time"):
        spread = figures[clock]
        if spread["count"]:
            days = [f"{spread[part] / 86_400:.1f}" for part in ("median", "p85", "p95")]
            click.echo(
                f"{clock.replace('_', ' ')}: half within {days[0]} days, 85 % {days[1]}, 95 % {days[2]}"
            )
    for task in figures["tasks"]:
        hours = (task["waiting_median"] / 3600, task["working_median"] / 3600)
        click.echo(
            f"{task['name']}: {task['count']} times, waits {hours[0]:.1f} h, in hands {hours[1]:.1f} h (half within)"
        )
