"""`expedito dmn`: ask a decision."""

from pathlib import Path

import click
import orjson

from engine.dmn import directory, load
from engine.feel import to_json


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--decision", required=True, help="Name or id of the decision.")
@click.option("--input", "given", default="{}", help="JSON object with the decision's inputs.")
def dmn(file: Path, decision: str, given: str) -> None:
    """Print what DECISION of the DMN model in FILE decides, as JSON; on standard error why parts of it are null."""
    try:
        values = orjson.loads(given)
    except orjson.JSONDecodeError as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint="--input") from error
    if not isinstance(values, dict):
        raise click.BadParameter("give a JSON object", param_hint="--input")
    decided = load(file.read_bytes(), resolve=directory(file.parent)).explain(decision, values)
    for problem in decided.problems:
        click.echo(problem.message, err=True)
    click.echo(orjson.dumps(to_json(decided.value)).decode())
