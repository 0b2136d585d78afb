"""A scenario file in either format: ours, or the published Prosimos JSON."""

import orjson

from designer.simulation.prosimos import is_prosimos, read_prosimos
from designer.simulation.refusals import Gap, ScenarioUnreadable
from designer.simulation.scenario import Scenario
from designer.simulation.scenario_json import read_scenario
from engine.errors import N_


def read_file(data: bytes) -> Scenario:
    """The scenario that the bytes say. Raises ScenarioUnreadable with every fault and its place."""
    try:
        raw = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        sentence = N_("The file is no JSON ({reason}).")
        raise ScenarioUnreadable((Gap(sentence, {"reason": str(error)}),)) from None
    return read_prosimos(raw) if is_prosimos(raw) else read_scenario(raw)
