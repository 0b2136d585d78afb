"""`expedito try`: run diagrams in memory, choosing at random where a person would."""

import sys
from pathlib import Path

import click
import orjson

from designer.tryout import Tried, try_file
from webapp.published import published_here


@click.command("try")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--seed", default=0, show_default=True, help="The same seed makes the same choices.")
@click.option(
    "--max-steps", default=500, show_default=True, help="Give up after so many human actions."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file.")
def command(files: tuple[Path, ...], seed: int, max_steps: int, as_json: bool) -> None:
    """Import each of FILES and run it to its end in memory. Exits with 1 when any did not get there."""
    unfinished = 0
    published = published_here()
    with click.progressbar(files, file=sys.stderr, hidden=as_json or len(files) < 20) as bar:
        for path in bar:
            tried = try_file(path.read_bytes(), seed, max_steps, published)
            unfinished += tried.outcome != "completed"
            click.echo(_json(path, tried) if as_json else _told(path, tried))
    if unfinished:
        sys.exit(1)


def _json(path: Path, tried: Tried) -> str:
    said = {
        "file": str(path),
        "process": tried.process,
        "outcome": tried.outcome,
        "steps": tried.steps,
        "visited": tried.visited,
        "coverage": tried.coverage,
        "released": tried.released,
        "message": tried.message,
    }
    return orjson.dumps(said).decode()


def _told(path: Path, tried: Tried) -> str:
    words = (
        f"{path}: {tried.outcome} after {tried.steps} steps, {tried.coverage:.0%} of its elements"
    )
    if tried.released:
        words += f", {len(tried.released)} stuck joins released"
    return f"{words}. {tried.message}" if tried.message else words
