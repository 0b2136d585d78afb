"""Moves a token by hand: back, forward, out of a sub-process, into one; begins a case anew that was over."""

from contextlib import suppress

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.model import Node
from engine.spiff.compensation import REOPENED
from engine.spiff.elements.events import BoundarySpec
from engine.spiff.elements.node import NodeSpec, ScopeSpec
from engine.spiff.elements.subprocess import SubProcessSpec, begin_scope
from engine.spiff.facts import FactKind
from engine.spiff.refusals import NoSuchElement
from engine.spiff.scopes import CaseWorkflow, ScopeState
from engine.spiff.token import Token


def target_of(token: Token, element_id: str) -> tuple[Token, list[NodeSpec], NodeSpec]:
    """What to take away, the sub-processes to open (outermost first), and the element.

    The element may be in the token's scope, in one around it, or in a sub-process of one of these, but not in
    another process; what undoes something in a called process stands for who asked for that. Raises NoSuchElement.
    """
    token = _asking(token)
    compiled = token.workflow.process_scope().compiled
    assert compiled is not None
    target = compiled.elements.get(element_id)
    if target is None or token.is_listener or not _is_place(target):
        raise NoSuchElement(name=element_id)
    # from the innermost scope outwards: the first that holds the element or a sub-process around it
    around = _around(compiled.elements, target)
    current = _topmost(token)
    while True:
        scope: ScopeState = current.workflow
        for depth, spec in enumerate([target.scope_spec, *(owner.scope_spec for owner in around)]):
            if scope.spec is spec:
                opened = around[:depth]
                if not all(map(_is_place, opened)):
                    raise NoSuchElement(name=element_id)
                return current, list(reversed(opened)), target
        if scope.owner is None or scope.variables is not None:
            raise NoSuchElement(name=element_id)
        current = _topmost(scope.owner)


def places(token: Token) -> list[Node]:
    """The elements that the token can be moved to, as their diagram has them and in its order."""
    token = _asking(token)
    compiled = token.workflow.process_scope().compiled
    assert compiled is not None
    found = []
    for element_id in compiled.elements:
        with suppress(NoSuchElement):
            found.append(place(token, element_id))
    return found


def place(token: Token, element_id: str) -> Node:
    """An element that the token can be moved to, as its diagram has it. Raises NoSuchElement."""
    return target_of(token, element_id)[2].node


def callers(case: CaseWorkflow) -> list[Token]:
    """What waits for a called process to end, the outermost first; one that called several is moved as a whole."""
    owners = [
        _topmost(scope.owner)
        for _, scope in sorted(case.subprocesses.items())
        if scope.owner is not None and scope.variables is not None
    ]
    return list(dict.fromkeys(owners))


def move(case: CaseWorkflow, token: Token, element_id: str) -> None:
    """Take the token there, with all that depends on it."""
    taken, opened, target = target_of(token, element_id)
    scope: ScopeState = taken.workflow
    case.tell(FactKind.TOKEN_MOVED, token, to=element_id)
    _enter(case, scope, opened, target)
    case.cancel(taken)
    if taken.task_spec.has_interrupted(taken):
        # the scope goes on as if nothing had interrupted it, and so do those that watch it
        for handler in scope.spec.event_subprocesses:
            handler.listen(scope)


def stages(case: CaseWorkflow) -> list[str]:
    """Ids of the elements that `begin_again` can take a case to, in the order of the diagram."""
    assert case.compiled is not None
    found = []
    for element_id in case.compiled.elements:
        try:
            _stage(case, element_id)
        except NoSuchElement:
            continue
        found.append(element_id)
    return found


def begin_again(case: CaseWorkflow, element_id: str) -> None:
    """Whatever lives in the case goes; one token begins at this element, with all that the case knows."""
    opened, target = _stage(case, element_id)
    case.empty()
    case.quiet.clear()
    for note in ("end", "how", "park"):
        case.notes.pop(note, None)
    begin_scope(case, [])
    _enter(case, case, opened, target)


def _stage(case: CaseWorkflow, element_id: str) -> tuple[list[NodeSpec], NodeSpec]:
    """The sub-processes to open (outermost first) and the element; NoSuchElement."""
    assert case.compiled is not None
    target = case.compiled.elements.get(element_id)
    if target is None or not _is_place(target):
        raise NoSuchElement(name=element_id)
    opened = list(reversed(_around(case.compiled.elements, target)))
    outermost = opened[0] if opened else target
    if outermost.scope_spec is not case.spec or any(not _is_place(one) for one in opened):
        raise NoSuchElement(name=element_id)
    return opened, target


def _enter(case: CaseWorkflow, scope: ScopeState, opened: list[NodeSpec], target: NodeSpec) -> None:
    for owner in opened:
        # entered by hand: not at its start
        outer = scope.spawn(owner, state=TaskState.STARTED)
        case.path.append(owner.name)
        assert isinstance(owner, SubProcessSpec)
        assert owner.body is not None
        owner.take_in(outer)
        scope = case.open_scope(outer, owner.body)
        case.tell(FactKind.SUBPROCESS_ENTERED, outer)
        begin_scope(scope, [])
        for boundary in owner.boundaries:
            boundary.watch(outer)
    scope.spawn(target)


def _is_place(target: NodeSpec) -> bool:
    # what undoes an activity, or begins by an event, is no place to go on from
    return (
        not isinstance(target, BoundarySpec)
        and not target.is_event_subprocess
        and not target.node.is_for_compensation
    )


def _topmost(token: Token) -> Token:
    """The token that stands for the whole activity, gateway or event in its scope."""
    while token.parent is not None:
        token = token.parent
    return token


def _asking(token: Token) -> Token:
    owner = token.workflow.process_scope().owner
    while owner is not None and REOPENED in owner.internal_data:
        token = owner
        owner = token.workflow.process_scope().owner
    return token


def _around(elements: dict[str, NodeSpec], target: NodeSpec) -> list[NodeSpec]:
    """The sub-processes around an element, innermost first."""
    found: list[NodeSpec] = []
    spec: ScopeSpec = target.scope_spec
    owner = elements.get(spec.name)
    while owner is not None and owner.body is spec:
        found.append(owner)
        spec = owner.scope_spec
        owner = elements.get(spec.name)
    return found
