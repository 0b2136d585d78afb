"""The sheet and the diagram tell the same."""

from collections.abc import Iterator

from designer.findings.finding import Place, finding
from designer.findings.subject import Subject
from engine.bpmn.model import Kind
from engine.sheet import Assessment

_NO_SUCH_ELEMENT = "“{name}” is said to be used by “{element}”, which the diagram does not have."
_NO_SUCH_LANE = "The sheet gives the lane “{lane}” to an office, but the diagram has no such lane."
_LANE_WITHOUT_OFFICE = (
    "The diagram has the lane “{lane}”, but the sheet does not say which office that is."
)
_WORK_BEFORE_AUTOMATIC = (
    "Approval is automatic by the sheet, but the diagram never ends without a decision of a person."
)


@finding(
    "warning",
    todo="Correct the one that is wrong: the sheet or the diagram.",
    reference="Ley 27444 (artículo por verificar)",
    gain="Nothing by itself: every figure of this study rests on the one of the two that is right.",
)
def check(subject: Subject) -> Iterator[Place]:
    """The sheet and the diagram do not tell the same."""
    for one in subject.sheet.requirements:
        for element in one.used_by:
            if element not in subject.nodes:
                yield Place(
                    requirement=one.key,
                    element=element,
                    sentence=_NO_SUCH_ELEMENT,
                    values={"name": one.name, "element": element},
                )
    drawn = {lane.name for lane in subject.process.lanes if lane.name and lane.nodes}
    for lane in subject.sheet.lanes:
        if lane not in drawn:
            yield Place(element=f"lane:{lane}", sentence=_NO_SUCH_LANE, values={"lane": lane})
    if subject.sheet.lanes:
        for lane in sorted(drawn - set(subject.sheet.lanes)):
            yield Place(
                element=f"lane:{lane}", sentence=_LANE_WITHOUT_OFFICE, values={"lane": lane}
            )
    only = {modality.assessment for modality in subject.sheet.modalities} == {Assessment.AUTOMATIC}
    if only and not _ends_without_decision(subject):
        yield Place(sentence=_WORK_BEFORE_AUTOMATIC)


def _ends_without_decision(subject: Subject) -> bool:
    """Whether a case can reach an end without passing a gateway that a person or a person's answer decides."""
    starts = [node.id for node in subject.nodes.values() if node.kind == Kind.START_EVENT]
    pending, seen = starts, set(starts)
    while pending:
        name = pending.pop()
        node = subject.nodes[name]
        if node.kind == Kind.END_EVENT:
            return True
        if node.kind == Kind.EXCLUSIVE_GATEWAY and node.extension.is_decided_by_person:
            continue
        for after in subject.following.get(name, ()):
            if after not in seen:
                seen.add(after)
                pending.append(after)
    return False
