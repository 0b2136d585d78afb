from pathlib import Path

import orjson
from hypothesis import example, given, settings
from hypothesis import strategies as st

from designer.check import check_file

EVERYTHING = (Path(__file__).parents[1] / "engine/bpmn/everything.bpmn").read_bytes()


def test_a_good_file_is_accepted_and_runnable() -> None:
    report = check_file(EVERYTHING, "everything.bpmn").to_json()
    assert (report["accepted"], report["runnable"], report["error"]) == (True, True, None)
    assert report["processes"] == [
        {"id": "p", "name": "Procedure"},
        {"id": "q", "name": "Called"},
    ]


def test_a_file_that_is_no_diagram_is_refused_with_message_and_line() -> None:
    report = check_file(b"<a>\n<b>", "broken.bpmn").to_json()
    assert (report["accepted"], report["runnable"]) == (False, False)
    error = report["error"]
    assert isinstance(error, dict)
    assert error["line"] == 2
    assert "well-formed" in error["message"]


def test_a_diagram_without_elements_is_accepted_but_not_runnable() -> None:
    text = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p"/></definitions>'
    report = check_file(text.encode(), "empty.bpmn")
    assert (report.is_accepted, report.is_runnable) == (True, False)
    assert [finding.rule for finding in report.findings if finding.severity == "error"] == [
        "not-runnable"
    ]


@given(st.binary(max_size=2_000))
@settings(max_examples=150, deadline=None)
def test_no_bytes_raise(data: bytes) -> None:
    orjson.dumps(check_file(data, "x").to_json())


@given(
    st.lists(
        st.tuples(st.integers(0, len(EVERYTHING)), st.integers(0, 60), st.binary(max_size=12)),
        min_size=1,
        max_size=4,
    )
)
@example([(0, 0, b"\xff\xfe")])
@settings(max_examples=150, deadline=None)
def test_no_damage_to_a_good_file_raises(cuts: list[tuple[int, int, bytes]]) -> None:
    data = EVERYTHING
    for place, length, patch in cuts:
        data = data[:place] + patch + data[place + length :]
    orjson.dumps(check_file(data, "x").to_json())
