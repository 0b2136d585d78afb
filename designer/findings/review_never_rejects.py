"""A review that has never found anything can go."""

from collections.abc import Iterator

from designer.asme import ActivityType
from designer.findings.finding import Change, Evidence, Place, finding
from designer.findings.log import ENOUGH, interval
from designer.findings.savings import without_activity
from designer.findings.subject import GATEWAYS, Subject
from engine.bpmn.model import Kind
from engine.errors import N_

_OTHER = N_(
    "Seen in {number} cases: with 95 per cent confidence, at most {high} of all cases would come out otherwise."
)


@finding(
    "warning",
    todo="Take the review out, decide by a table, or check a sample afterwards.",
    reference="Ley 27444, art. 33 (artículo por verificar)",
    gain="The minutes and the wait of this activity, once the activity table says how long they are.",
)
def check(subject: Subject) -> Iterator[Place]:
    """“{name}” had the same result in all of {count} cases."""
    if subject.log is None:
        return
    for name, row in subject.rows.items():
        node = subject.nodes.get(name)
        if node is None or row.type.value not in (ActivityType.REVIEW, ActivityType.OPERATION):
            continue
        if node.kind == Kind.BUSINESS_RULE_TASK:
            continue  # a table decides it already
        taken = _ways_after(subject, name)
        count = sum(taken.values())
        if len(taken) < 2 or count < ENOUGH or max(taken.values()) < count:
            continue
        low, high = interval(0, count)
        always = max(taken, key=lambda flow: taken[flow])
        yield Place(
            element=name,
            values={"name": subject.name_of(name), "count": str(count)},
            saving=without_activity(subject, name),
            evidence=Evidence(count, 0.0, low, high, _OTHER),
            change=Change("decide_by_table", {"element": name, "flow": always}),
        )


def _ways_after(subject: Subject, name: str) -> dict[str, int]:
    """How often each way was taken at the gateway right behind an activity."""
    following = subject.following.get(name, ())
    gateways = [one for one in following if subject.nodes[one].kind in GATEWAYS]
    if len(gateways) != 1 or subject.nodes[gateways[0]].kind != Kind.EXCLUSIVE_GATEWAY:
        return {}
    flows = subject.log.flows if subject.log is not None else {}
    return {flow: flows.get(flow, 0) for flow in subject.nodes[gateways[0]].outgoing}
