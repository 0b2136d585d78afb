"""The `expedito` command. Each file of webapp/commands holds one command, found here."""

import sys

import click

import webapp.models  # noqa: F401  the tables of the web belong to the database as well
from engine.errors import Refusal
from webapp.discovery import modules


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def expedito() -> None:
    """Draw a procedure, run it the same hour, measure it, remove what adds no value."""


def main() -> None:
    """Run the command line; a refusal is a sentence and exit code 2, never a stack trace."""
    for module in modules("webapp.commands"):
        for command in vars(module).values():
            if isinstance(command, click.Command) and command.name not in expedito.commands:
                expedito.add_command(command)
    try:
        expedito()
    except Refusal as refusal:
        click.echo(refusal.message(), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
