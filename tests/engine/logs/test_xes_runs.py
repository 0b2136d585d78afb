"""What is read run by run is what the parser finds event by event, to the line of what is wrong."""

from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Refusal
from engine.logs import source
from engine.logs.log import LogCase
from engine.logs.xes import read_xes
from engine.logs.xes_runs import Runs
from engine.metrics.days import ZONE

NAMES = ["A", "Revisión", "B &amp; C", "D>E", "x" * 300, "tab\there", "line\nhere", ""]
STAMPS = ["2026-03-02T10:00:00Z", "2026-03-02T10:00:00.5-05:00", "2026-03-02T10:00:00", "yesterday"]
# as nearly all are, and what only looks like it
WHOLE = [
    '<string key="concept:name" value="{name}"/>\n<date key="time:timestamp" value="{stamp}"/>\n',
    '<string key="concept:name" value="{name}" />\r\n<string key="org:resource" value="Ana"/>'
    '<date key="time:timestamp" value="{stamp}"/><string key="lifecycle:transition" value="COMPLETE"/>',
    '<string key="org:group" value="Área"/><int key="cost" value="3"/><string key="concept:name" value="{name}"/>'
    '<date key="time:timestamp" value="{stamp}"/><string key="concept:instance" value="7"/>',
    "<string key='concept:name' value='{name}'/><date key='time:timestamp' value='{stamp}'/>",
    '<string value="{name}" key="concept:name"/><date key="time:timestamp" value="{stamp}"/>',
    '<string key="concept:name" value="{name}"><string key="concept:name" value="inner"/></string>'
    '<date key="time:timestamp" value="{stamp}"/>',
    '<string key="concept:name" value="first"/><string key="concept:name" value="{name}"/>'
    '<date key="time:timestamp" value="{stamp}"/>',
    '<string key="concept:name" value="{name}"/><!-- </event> --><date key="time:timestamp" value="{stamp}"/>',
    '<string key="org:resource" value="nobody"/><date key="time:timestamp" value="{stamp}"/>',
    '<string key="concept:name" value="{name}"/>',
    '<string key="concept:name" value="{name}"/><date key="time:timestamp" value="{stamp}"/>&amp;',
    '<string key="concept:name" value="{name}" key="x"/>',
]  # fmt: skip
HEADS_OF_CASES = [
    '<string key="concept:name" value="2"/>',
    '<string key="concept:name" value="Tomás"/>\n<int key="area" value="12"/><boolean key="ok" value="true"/>',
    '<string key="concept:name" value="3 &lt; 4"/>',
    '<float key="area" value="many"/><string key="area" value="again"/>',
    '<string key="concept:name" value="4"><int key="area" value="12"/></string>',
    '<string key="concept:name"/>',
]
GHOST = f"</event>\n<event>{WHOLE[0].format(name='ghost', stamp=STAMPS[0])}</event>"
BETWEEN = [
    "", "\n", "\r\n  ", "<event/>", "</trace><trace>", '<string key="area" value="12"/>', "<![CDATA[</event>]]>",
    *(f"</trace>\n<trace>\n{one}" for one in HEADS_OF_CASES), f"<!-- {GHOST} -->", f"<?note {GHOST} ?>",
]  # fmt: skip
EVENTS = st.builds(
    lambda kind, name, stamp, after, tag: (
        f"<{tag}>{WHOLE[kind].format(name=name, stamp=stamp)}</{tag}>{after}"
    ),
    st.sampled_from([0] * 12 + [1] * 6 + [2] * 3 + list(range(len(WHOLE)))),
    st.sampled_from(["A"] * 8 + ["Revisión"] * 4 + NAMES),
    st.sampled_from(STAMPS[:1] * 9 + STAMPS[1:3] * 3 + STAMPS),
    st.sampled_from(["\n"] * 16 + BETWEEN),
    st.sampled_from(["event"] * 19 + ["xes:event"]),
)
HEADS = ["", '<?xml version="1.0"?>\n', '<?xml version="1.0" encoding="UTF-8"?>\r\n',
         '<?xml version="1.0" encoding="ISO-8859-1"?>\n']  # fmt: skip


def _read(path: Path) -> tuple[list[LogCase], tuple[object, ...] | None]:
    found: list[LogCase] = []
    try:
        found.extend(read_xes(path, "a.xes", ZONE))
    except Refusal as refusal:
        return [], (type(refusal), dict(refusal.values))
    return found, None


@settings(max_examples=300, deadline=None)
@given(
    st.lists(EVENTS, min_size=1, max_size=12),
    st.sampled_from(HEADS),
    st.sampled_from([7, 64, 300, 65_536]),
)
def test_a_log_says_the_same_however_it_is_read(
    tmp_path_factory: pytest.TempPathFactory, events: list[str], head: str, chunk: int
) -> None:
    begin = f'{head}<log xmlns:xes="urn:xes">\n<trace>\n<string key="concept:name" value="1"/>'
    text = f"{begin}{''.join(events)}</trace></log>"
    path = tmp_path_factory.mktemp("xes") / "a.xes"
    path.write_bytes(text.encode())
    with mock.patch.object(source, "CHUNK", chunk):
        fast = _read(path)
        with mock.patch.object(Runs, "read", lambda _runs, _data, start, _own: start):
            slow = _read(path)
    assert fast == slow


def test_a_plain_log_is_read_in_runs(tmp_path: Path) -> None:
    event = f"<event>\n{WHOLE[0].format(name='A', stamp=STAMPS[0])}</event>\n"
    path = tmp_path / "a.xes"
    path.write_text(f"<log><trace>{event * 50}</trace><trace>{event * 50}</trace></log>")
    taken = []
    read = Runs.read

    def counted(runs: Runs, data: bytes, start: int, own: list[object]) -> int:
        before = len(own)
        end = read(runs, data, start, own)  # type: ignore[arg-type]  # a list of events
        taken.append(len(own) - before)
        return end

    with mock.patch.object(Runs, "read", counted):
        found, refusal = _read(path)
    assert refusal is None
    assert [len(case.events) for case in found] == [50, 50]
    assert sum(taken) == 98, "all but the first of each case"
