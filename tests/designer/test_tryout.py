from pathlib import Path

from designer.importer import import_model
from designer.tryout import Tried, try_file, try_model
from engine.bpmn import read
from tests.engine.spiff.diagrams import condition, xml

DIAGRAMS = Path(__file__).parent
EVERYTHING = DIAGRAMS.parent / "engine/bpmn/everything.bpmn"


def tried(path: Path, seed: int = 0, max_steps: int = 500) -> Tried:
    return try_model(import_model(read(path.read_bytes())), seed, max_steps)


def test_the_same_seed_walks_the_same_way() -> None:
    assert tried(EVERYTHING, 7) == tried(EVERYTHING, 7)


def test_other_seeds_walk_other_ways() -> None:
    assert len({tried(EVERYTHING, seed).visited for seed in range(10)}) > 1


def test_a_walk_begins_at_a_start_and_visits_only_what_is_drawn_or_mended() -> None:
    result = tried(EVERYTHING)
    model = import_model(read(EVERYTHING.read_bytes())).model
    known = {node.id for p in model.processes for _, node in p.scope.everything()}
    for process in model.processes:
        scopes = [process.scope, *(n.body for _, n in process.scope.everything() if n.body)]
        known |= {name for scope in scopes for name in scope.flows}
    assert result.visited[0] == "s"
    assert set(result.visited) <= known


def test_a_join_that_waits_in_vain_is_released_and_said_so() -> None:
    result = tried(DIAGRAMS / "rules/diagrams/deadlock.invalid.bpmn")
    assert result.outcome == "completed"
    assert result.released == ("j",)


def test_a_loop_that_leads_to_no_end_is_left_waiting_at_the_limit() -> None:
    outcomes = {
        tried(DIAGRAMS / "rules/diagrams/livelock.invalid.bpmn", seed, 60).outcome
        for seed in range(12)
    }
    assert outcomes == {"completed", "waiting"}


def test_a_diagram_with_nothing_to_run_is_refused_with_a_sentence() -> None:
    text = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p"/></definitions>'
    result = try_model(import_model(read(text.encode())))
    assert result.outcome == "refused"
    assert result.message


def test_a_diagram_that_multiplies_its_tokens_is_left_before_it_costs_minutes() -> None:
    flows = "".join(
        f'<sequenceFlow id="f{n}" sourceRef="g" targetRef="t{n}"/>'
        f'<sequenceFlow id="b{n}" sourceRef="t{n}" targetRef="m"/>'
        for n in range(60)
    )
    tasks = "".join(f'<userTask id="t{n}"/>' for n in range(60))
    text = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'
        f'<process id="p"><startEvent id="s"/><exclusiveGateway id="m"/><parallelGateway id="g"/>{tasks}'
        '<sequenceFlow id="s_m" sourceRef="s" targetRef="m"/>'
        f'<sequenceFlow id="m_g" sourceRef="m" targetRef="g"/>{flows}</process></definitions>'
    )
    result = try_file(text.encode())
    assert result.outcome == "waiting"
    assert "multiplies" in (result.message or "")
    assert result.steps < 500


def test_the_clock_is_moved_for_a_condition_that_reads_it() -> None:
    source = xml(
        "start s\nuser a\nboundary b on a : "
        + condition('now() > date and time("2026-01-20T10:07:00Z")')
        + "\nuser late\nend e\nend f\ns -> a -> e\nb -> late -> f"
    )
    ways = {try_model(import_model(read(source)), seed).visited for seed in range(8)}
    assert any("late" in way for way in ways)
