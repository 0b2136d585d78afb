"""The state of a case as bytes: live tokens, join counts, variables. A few hundred bytes however long the case ran."""

from typing import TYPE_CHECKING, Any

import orjson
import zstandard
from SpiffWorkflow.util.task import TaskState

from engine.spiff.refusals import StateTooLarge, StateUnreadable
from engine.spiff.scopes import CaseWorkflow, ScopeState, ScopeWorkflow
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.resolver import Resolver

FORMAT = 1
MAX_BYTES = 64 * 1024 * 1024
_LETTERS = {TaskState.READY: 0, TaskState.WAITING: 1, TaskState.STARTED: 2}
_STATES = {letter: state for state, letter in _LETTERS.items()}


def save(case: CaseWorkflow) -> bytes:
    """The bytes that `load` turns back into the same case. Order carries meaning: never sort or re-encode them.

    Raises StateTooLarge for more than `load` takes.
    """
    assert case.compiled is not None
    text = orjson.dumps(
        [
            FORMAT,
            case.compiled.hash,
            case.status,
            case.counter,
            [_scope(scope) for scope in case.scopes()],
        ]
    )
    if len(text) > MAX_BYTES:
        raise StateTooLarge(most=MAX_BYTES // 2**20)
    return zstandard.ZstdCompressor(level=3, write_content_size=True).compress(text)


def _scope(scope: ScopeState) -> list[Any]:
    return _trimmed(
        [
            0 if scope.owner is None else scope.owner.id,
            [_token(token) for token in scope.tasks.values()],
            scope.joins,
            scope.variables,
            scope.log,
            scope.notes,
            None if scope.owner is None or scope.compiled is None else scope.compiled.hash,
        ]
    )


def _token(token: Token) -> list[Any]:
    return _trimmed(
        [
            token.id,
            token.task_spec.name,
            _LETTERS[token._state],
            token._parent or 0,
            token.data,
            token.internal_data,
        ]
    )


def _trimmed(values: list[Any]) -> list[Any]:
    while values and not values[-1]:
        values.pop()
    return values


def load(state: bytes, resolver: "Resolver") -> CaseWorkflow:
    """The case from its bytes. Raises StateUnreadable; KeyError of the resolver for an unknown version."""
    try:
        text = zstandard.ZstdDecompressor().decompress(state, max_output_size=MAX_BYTES)
        found = orjson.loads(text)
        version, hash, status, counter, scopes = found
    except (zstandard.ZstdError, ValueError, TypeError) as error:
        raise StateUnreadable(reason=type(error).__name__) from error
    if version != FORMAT:
        raise StateUnreadable(reason=f"format {version}")
    case = CaseWorkflow(resolver.compiled(hash), resolver)
    case.status = status
    case.counter = counter
    parents: list[tuple[Token, int]] = []
    try:
        for entry in scopes:
            _load_scope(case, entry, parents)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise StateUnreadable(reason=f"{type(error).__name__}: {error}") from error
    if len(scopes) > 1:
        # ids count up, so this is the order in which the tokens came to be
        case.tokens = dict(sorted(case.tokens.items()))
    for token, parent in sorted(parents, key=lambda pair: pair[0].id):
        token._parent = parent
        case.tokens[parent]._children.append(token.id)
    case.quiet.clear()
    return case


def _load_scope(case: CaseWorkflow, entry: list[Any], parents: list[tuple[Token, int]]) -> None:
    owner_id, tokens, joins, variables, log, notes, hash = entry + [None] * (7 - len(entry))
    scope: ScopeState = case
    compiled = case.compiled
    if owner_id:
        owner = case.tokens[owner_id]
        if hash:
            compiled = case.resolver.compiled(hash)
            scope = ScopeWorkflow(compiled.spec, owner)
            scope.compiled = compiled
            scope.variables = variables or {}
        else:
            compiled = owner.workflow.process_scope().compiled
            body = owner.task_spec.body
            if body is None:
                raise ValueError(f"{owner.task_spec.name} has no scope")
            scope = ScopeWorkflow(body, owner)
        case.subprocesses[owner_id] = scope
    else:
        scope.variables = variables or {}
    scope.joins = joins or {}
    scope.log = log or []
    scope.notes = notes or {}
    assert compiled is not None
    elements = compiled.elements
    for values in tokens or ():
        number, element, letter, parent, data, internal = values + [None] * (6 - len(values))
        token = Token(scope, elements[element], number, state=_STATES[letter or 0])  # type: ignore[arg-type]  # both kinds mix it in
        if data:
            token.data = data
        if internal:
            token.internal_data = internal
        if parent:
            parents.append((token, parent))
        if "esp" not in token.internal_data:
            scope.keepers += 1
