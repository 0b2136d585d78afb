"""Asking the house for a decision: the result becomes a variable, and the rules that fired a fact."""

from typing import Any

from engine.spiff.context import variables_of, write
from engine.spiff.facts import FactKind
from engine.spiff.token import Token


def has_decided(token: Token, decision: str, result_variable: str | None) -> bool:
    """Let the decision decide over what the token sees; False, and nothing changed, where there is no such decision.

    A result without a name for it is known by the decision's, and a context by the names inside it.
    """
    caller = token.workflow.process_scope().compiled
    assert caller is not None
    try:
        outcome = token.case.resolver.decide(decision, variables_of(token), caller)
    except KeyError:
        return False
    if outcome.missing:
        names = list(outcome.missing)
        token.case.tell(FactKind.VALUE_MISSING, token, decision=decision, names=names)
    result = outcome.value
    if result_variable:
        write(token, {result_variable: result})
    elif isinstance(result, dict):
        write(token, result)
    else:
        write(token, {decision: result})
    why: dict[str, Any] = {"fired": list(outcome.fired)} if outcome.fired else {}
    token.case.tell(FactKind.DECISION_MADE, token, decision=decision, result=result, **why)
    return True
