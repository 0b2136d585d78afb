"""The thinnest reader of an XES log, for fitting on real material; the product's own is elsewhere."""

import gzip
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

from designer.simulation.fitting.work import WorkItem


def completed_work(path: Path, closed_by: str = "") -> Iterator[WorkItem]:
    """Completed events of a log's cases; where `closed_by` names a case attribute, only of cases that have it."""
    with gzip.open(path) as file:
        for _, element in ElementTree.iterparse(file):
            if not element.tag.endswith("trace"):
                continue
            said = _attributes(element)
            if not closed_by or said.get(closed_by):
                for event in element:
                    if event.tag.endswith("event"):
                        yield _item(said["concept:name"], _attributes(event))
            element.clear()


def _item(case: str, said: dict[str, str]) -> WorkItem:
    at = datetime.fromisoformat(said["time:timestamp"])
    resource = said.get("org:resource", "")
    return WorkItem(case, said["concept:name"], resource, None, None, at)


def _attributes(element: ElementTree.Element) -> dict[str, str]:
    return {child.get("key", ""): child.get("value", "") for child in element}
