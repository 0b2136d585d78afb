"""The `expedito` command. Each file of webapp/commands holds the command of its name, loaded when it is called."""

import importlib
import pkgutil
import sys
from pathlib import Path

import click

from engine.errors import Refusal


class Commands(click.Group):
    """Commands found by their files: `webapp/commands/check.py` is `expedito check`.

    Only the one that runs is imported: `expedito feel` need not wait for the web.
    """

    def list_commands(self, context: click.Context) -> list[str]:
        """The names of the files."""
        return sorted(found.name for found in pkgutil.iter_modules(_folder()))

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command in the file of that name; None where there is no such file."""
        if name not in self.list_commands(context):
            return None
        module = importlib.import_module(f"webapp.commands.{name}")
        # “try” is no name a Python function may have
        command: click.Command = getattr(module, name, None) or module.command
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """What each is for, as its file says in the first line: a list need not load what all of them use."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _purpose(name)) for name in self.list_commands(context)])


def _purpose(name: str) -> str:
    """The first line of a command's file, without the command: ``\"\"\"`expedito serve`: pages and API.\"\"\"``."""
    with (Path(_folder()[0]) / f"{name}.py").open(encoding="utf-8") as opened:
        said = opened.readline().strip().strip('"').partition("`: ")[2]
    return said[:1].upper() + said[1:]


def _folder() -> list[str]:
    return list(importlib.import_module("webapp.commands").__path__)


@click.group(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
def expedito() -> None:
    """Draw a procedure, run it the same hour, measure it, remove what adds no value."""


def main() -> None:
    """Run the command line; a refusal is a sentence and exit code 2, never a stack trace."""
    try:
        expedito()
    except Refusal as refusal:
        click.echo(refusal.message(), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
