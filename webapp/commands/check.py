"""`expedito check`: what diagrams are, without running them."""

import sys
from pathlib import Path

import click
import orjson

from designer.check import check_file
from webapp.published import published_here


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file.")
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """Say of each of FILES whether it can be read and run, what is mended, and what to think about.

    Exits with 1 when any file was refused.
    """
    refused = 0
    published = published_here()
    with click.progressbar(files, file=sys.stderr, hidden=as_json or len(files) < 20) as bar:
        for path in bar:
            report = check_file(path.read_bytes(), str(path), published).to_json()
            refused += not report["accepted"]
            click.echo(orjson.dumps(report).decode() if as_json else _told(report))
    if refused:
        sys.exit(1)


def _told(report: dict[str, object]) -> str:
    error = report["error"]
    if isinstance(error, dict):
        return f"{report['file']}: refused. {error['message']}"
    lines = [f"{report['file']}: {'can run' if report['runnable'] else 'cannot run yet'}"]
    for kind in ("repairs", "findings"):
        found = report[kind]
        for note in found if isinstance(found, list) else []:
            line = (
                f"  {note['line'] or '':>5}  {note.get('severity', 'repair'):<8} {note['message']}"
            )
            lines.append(f"{line}  [{note['rule']}]")
    return "\n".join(lines)
