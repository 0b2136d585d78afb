"""`expedito simulate`: what a procedure would do under a scenario."""

import sys
from pathlib import Path

import click
import orjson

from designer.importer import import_model
from designer.simulation import experiments
from designer.simulation.experiments import CASES, REPLICATIONS
from designer.simulation.outcomes import Results
from designer.simulation.results_json import told
from designer.simulation.scenario_file import read_file
from engine.bpmn import read
from webapp.published import published_here

HOURS = ("cycle", "waiting", "working")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--scenario",
    "scenario_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What to assume: our JSON, or the published Prosimos JSON.",
)
@click.option("--cases", default=CASES, show_default=True, type=click.IntRange(1))
@click.option("--replications", default=REPLICATIONS, show_default=True, type=click.IntRange(1))
@click.option("--warm-up", default=0, show_default=True, help="Cases before the first that counts.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same figures.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def simulate(
    file: Path,
    scenario_file: Path,
    cases: int,
    replications: int,
    warm_up: int,
    seed: int,
    as_json: bool,
) -> None:
    """Simulate the procedure in FILE and say how long, how dear and how late, with 95 % intervals."""
    imported = import_model(read(file.read_bytes()), published_here())
    with click.progressbar(length=replications, file=sys.stderr, hidden=as_json) as bar:
        results = experiments.simulate(
            imported.model,
            imported.process_id,
            read_file(scenario_file.read_bytes()),
            cases=cases,
            replications=replications,
            seed=seed,
            warm_up=warm_up,
            progress=lambda done: bar.update(1),
        )
    click.echo(orjson.dumps(told(results)).decode() if as_json else _words(results))


def _words(results: Results) -> str:
    lines = [
        f"{results.scenario or 'scenario'}: {len(results.seeds)} replications of {results.cases} cases"
    ]
    for name, found in results.measures.items():
        is_duration = name.split("_")[0] in HOURS
        scale, unit = (3600, " h") if is_duration else (1, "")
        lines.append(
            f"  {name}: {found.value / scale:.4g}{unit} ({found.low / scale:.4g} … {found.high / scale:.4g})"
        )
    for one in results.staff:
        lines.append(f"  {one.name}: {one.utilisation:.0%} busy, asked for {one.load:.0%}")
    if results.bottleneck:
        lines.append(f"  most waiting: {results.bottleneck}")
    if results.is_overloaded:
        lines.append(
            "  overloaded: more work comes than can be done, and waiting grows without end"
        )
    if results.unfinished:
        lines.append(f"  {results.unfinished} cases can never end")
    if results.assumed:
        lines.append(f"  assumed, not measured: {', '.join(results.assumed)}")
    lines.append("  not calibrated: compare with measured times before believing it")
    return "\n".join(lines)
