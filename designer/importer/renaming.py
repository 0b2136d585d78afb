"""A model with other ids: every reference follows."""

from collections.abc import Mapping
from dataclasses import replace

from engine.bpmn.model import EventDefinition, EventKind, Model, Node, Scope


def renamed_model(model: Model, names: Mapping[str, str]) -> Model:
    """The model with `names` (old → new) applied to elements and to what refers to them."""

    def new(name: str) -> str:
        return names.get(name, name)

    def maybe(name: str | None) -> str | None:
        return None if name is None else names.get(name, name)

    def event(definition: EventDefinition) -> EventDefinition:
        if definition.kind is EventKind.LINK:
            return definition
        return replace(definition, reference=maybe(definition.reference))

    def node(old: Node, body: Scope | None) -> Node:
        return replace(
            old,
            id=new(old.id),
            incoming=tuple(map(new, old.incoming)),
            outgoing=tuple(map(new, old.outgoing)),
            default=maybe(old.default),
            lane=maybe(old.lane),
            events=tuple(map(event, old.events)),
            attached_to=maybe(old.attached_to),
            compensation_handler=maybe(old.compensation_handler),
            body=body,
            called_element=maybe(old.called_element),
            message=maybe(old.message),
            data_inputs=tuple(map(new, old.data_inputs)),
            data_outputs=tuple(map(new, old.data_outputs)),
        )

    def scope(old: Scope, bodies: Mapping[str, Scope]) -> Scope:
        return Scope(
            nodes={new(name): node(item, bodies.get(name)) for name, item in old.nodes.items()},
            flows={
                new(name): replace(
                    flow, id=new(name), source=new(flow.source), target=new(flow.target)
                )
                for name, flow in old.flows.items()
            },
            data=tuple(
                replace(item, id=new(item.id), reference=maybe(item.reference)) for item in old.data
            ),
        )

    processes = []
    for process in model.processes:
        bodies: dict[str, Scope] = {}
        # Inner sub-processes come later in `everything`, so backwards they are ready first.
        for _, item in reversed(list(process.scope.everything())):
            if item.body is not None:
                bodies[item.id] = scope(item.body, bodies)
        processes.append(
            replace(
                process,
                id=new(process.id),
                scope=scope(process.scope, bodies),
                lanes=tuple(
                    replace(
                        lane,
                        id=new(lane.id),
                        nodes=tuple(map(new, lane.nodes)),
                        parent=maybe(lane.parent),
                    )
                    for lane in process.lanes
                ),
            )
        )
    return replace(
        model,
        processes=tuple(processes),
        participants=tuple(
            replace(item, id=new(item.id), process=maybe(item.process))
            for item in model.participants
        ),
        message_flows=tuple(
            replace(
                item,
                id=new(item.id),
                source=new(item.source),
                target=new(item.target),
                message=maybe(item.message),
            )
            for item in model.message_flows
        ),
        roots={new(name): replace(item, id=new(name)) for name, item in model.roots.items()},
    )
