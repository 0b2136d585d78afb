"""`expedito feel`: work out a FEEL expression."""

import click
import orjson

from engine.feel import report, to_json


@click.command()
@click.argument("expression")
@click.option(
    "--context", default="{}", help="JSON object with the values that the expression names."
)
def feel(expression: str, context: str) -> None:
    """Print the value of EXPRESSION as JSON, and on standard error why parts of it are null."""
    try:
        values = orjson.loads(context)
    except orjson.JSONDecodeError as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint="--context") from error
    if not isinstance(values, dict):
        raise click.BadParameter("give a JSON object", param_hint="--context")
    value, problems = report(expression, values)
    for problem in problems:
        click.echo(problem.message, err=True)
    click.echo(orjson.dumps(to_json(value)).decode())
