"""In which column and row each node of a scope stands: left to right by the longest way from a start."""

from collections import deque

from engine.bpmn.model import Node, Scope

SWEEPS = 4


def columns(scope: Scope) -> list[list[Node]]:
    """The nodes of a scope in columns, boundary events left out; rows are ordered to cross few flows."""
    nodes = {name: node for name, node in scope.nodes.items() if node.attached_to is None}
    after = _following(scope, nodes)
    forward = _without_back_flows(nodes, after)
    level = _levels(nodes, forward)
    found: list[list[Node]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for name, node in nodes.items():
        found[level[name]].append(node)
    before: dict[str, list[str]] = {name: [] for name in nodes}
    for name, targets in forward.items():
        for target in targets:
            before[target].append(name)
    for sweep in range(SWEEPS):
        is_down = sweep % 2 == 0
        neighbours = before if is_down else forward
        row = {node.id: number for column in found for number, node in enumerate(column)}
        for column in found if is_down else reversed(found):
            column.sort(key=lambda node: _middle(neighbours[node.id], row, row[node.id]))
            row.update({node.id: number for number, node in enumerate(column)})
    return found


def _following(scope: Scope, nodes: dict[str, Node]) -> dict[str, list[str]]:
    """What follows each node; what follows a boundary event follows its activity."""
    after: dict[str, list[str]] = {name: [] for name in nodes}
    for flow in scope.flows.values():
        source = scope.nodes.get(flow.source)
        if source is None or flow.target not in nodes:
            continue
        host = source.attached_to or source.id
        if host in after and flow.target not in after[host]:
            after[host].append(flow.target)
    return after


def _without_back_flows(
    nodes: dict[str, Node], after: dict[str, list[str]]
) -> dict[str, list[str]]:
    """The same without the flows that close a loop, found by walking in depth from the starts."""
    forward: dict[str, list[str]] = {name: [] for name in nodes}
    entered = {target for targets in after.values() for target in targets}
    done: set[str] = set()
    on_way: set[str] = set()
    for root in [*(name for name in nodes if name not in entered), *nodes]:
        if root in done:
            continue
        stack = [(root, iter(after[root]))]
        on_way.add(root)
        while stack:
            name, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                stack.pop()
                on_way.discard(name)
                done.add(name)
            elif target not in on_way:
                forward[name].append(target)
                if target not in done:
                    on_way.add(target)
                    stack.append((target, iter(after[target])))
    return forward


def _levels(nodes: dict[str, Node], forward: dict[str, list[str]]) -> dict[str, int]:
    waiting = dict.fromkeys(nodes, 0)
    for targets in forward.values():
        for target in targets:
            waiting[target] += 1
    level = dict.fromkeys(nodes, 0)
    pending = deque(name for name, count in waiting.items() if not count)
    while pending:
        name = pending.popleft()
        for target in forward[name]:
            level[target] = max(level[target], level[name] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                pending.append(target)
    return level


def _middle(neighbours: list[str], row: dict[str, int], own: int) -> float:
    if not neighbours:
        return own
    return sum(row[name] for name in neighbours) / len(neighbours)
