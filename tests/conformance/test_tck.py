import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.conformance.tck import main, report
from tests.conformance.tck_run import run_folder, same

HEAD = (
    '<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema"><modelName>m.dmn</modelName>'
)
MODEL = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="urn:m">'
    '<inputData id="p" name="p"/><decision id="d" name="d"><informationRequirement>'
    '<requiredInput href="#p"/></informationRequirement><literalExpression><text>p.on</text>'
    "</literalExpression></decision></definitions>"
)


@pytest.mark.tck
def test_at_least_99_of_100_cases_of_the_kit_pass(corpus: Path) -> None:
    groups = list(run_folder(corpus / "dmn-tck"))
    outcome = report(groups)
    assert outcome["total"] == 2039
    assert float(str(outcome["share"])) >= 0.99
    known = (Path(__file__).parent / "tck_known.md").read_text()
    failed = {group.name.rpartition("/")[2] for group in groups if group.failures}
    assert {name for name in failed if name not in known} == set()


def test_a_case_passes_when_every_result_is_as_expected(tmp_path: Path) -> None:
    folder = kit(tmp_path, "2026-01-02", "2026-01-02")
    (group,) = run_folder(folder)
    assert (group.total, group.passed, group.failures) == (1, 1, ())


def test_a_wrong_result_is_shown_with_what_was_expected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = kit(tmp_path, "2026-01-02", "2026-01-03")
    assert main([str(folder)]) == 0
    assert "0 of 1 test cases pass" in capsys.readouterr().out
    assert main([str(folder), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["passed"] == 0
    assert printed["groups"][0]["failures"][0]["result"] == "d"


def test_a_folder_that_is_not_there_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["/no/such/folder"]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_a_model_that_is_missing_fails_its_cases_and_no_others(tmp_path: Path) -> None:
    kit(tmp_path / "a", "2026-01-02", "2026-01-02")
    broken = kit(tmp_path / "b", "2026-01-02", "2026-01-02")
    (broken / "compliance-level-3" / "0001" / "m.dmn").unlink()
    assert [group.passed for group in run_folder(tmp_path)] == [1, 0]


def test_a_value_that_cannot_be_read_fails_its_case_and_no_others(tmp_path: Path) -> None:
    kit(tmp_path / "a", "2026-01-02", "2026-13-02")
    kit(tmp_path / "b", "2026-01-02", "2026-01-02")
    assert [group.passed for group in run_folder(tmp_path)] == [0, 1]


def test_numbers_are_compared_nearly_and_all_else_by_value() -> None:
    assert same(Decimal("0.333333333333"), Decimal("0.33333333"))
    assert not same(Decimal("0.3334"), Decimal("0.3333"))
    assert not same(True, Decimal(1))
    assert not same({"a": None}, {})
    assert same([{"a": None}], [{"a": None}])


def kit(folder: Path, given: str, expected: str) -> Path:
    """A kit of one case: the day given as a component, and the day expected."""
    inner = folder / "compliance-level-3" / "0001"
    inner.mkdir(parents=True)
    (inner / "m.dmn").write_text(MODEL)
    (inner / "m-test-01.xml").write_text(
        f'{HEAD}<testCase id="1"><inputNode name="p"><component name="on"><value '
        f'xsi:type="xsd:date">{given}</value></component></inputNode><resultNode name="d">'
        f'<expected><value xsi:type="xsd:date">{expected}</value></expected></resultNode>'
        "</testCase></testCases>"
    )
    return folder
