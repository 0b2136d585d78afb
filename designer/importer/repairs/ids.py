"""Ids that XML does not allow are replaced."""

import re
from collections.abc import Iterator
from dataclasses import replace

from designer.importer.drawing import Drawing
from designer.importer.repair import Change, Stage, repair

_NAME = re.compile(r"[^\W\d][\w.\-]*")
MAX_ID = 200


@repair(Stage.NAMES, "BPMN 2.0.2, 8.3.1: an id is an xs:ID; XML Schema 3.3.8")
def mend(drawing: Drawing) -> Iterator[Change]:
    """An id with blanks, a digit in front or excessive length is given a form that XML allows."""
    names: dict[str, str] = {}
    given: set[str] = set()
    for name in [*drawing.home, *drawing.processes, *drawing.roots, *_others(drawing)]:
        if name in names or (_NAME.fullmatch(name) and len(name) <= MAX_ID):
            continue
        stem = re.sub(r"[^\w.\-]", "_", name)[: MAX_ID - 20]
        stem = stem if _NAME.fullmatch(stem) else f"_{stem}"
        fresh, number = stem, 1
        while drawing.is_taken(fresh) or fresh in given:
            number += 1
            fresh = f"{stem}_{number}"
        names[name] = fresh
        given.add(fresh)
    if not names:
        return
    drawing.rename(names)
    for old, new in names.items():
        yield Change(new, None, "The id “{old}” is written “{new}” here.", {"old": old, "new": new})
    identity = drawing.model.id
    if identity is not None and not _NAME.fullmatch(identity):
        drawing.model = replace(drawing.model, id=None)


def _others(drawing: Drawing) -> list[str]:
    lanes = [lane.id for process in drawing.processes.values() for lane in process.lanes]
    pools = [item.id for item in drawing.participants]
    return lanes + pools + [item.id for item in drawing.message_flows]
