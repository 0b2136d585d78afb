"""Runs of quick tests inside one `and` or `or`: a single loop instead of a call for each of them.

Conditions of many fields are mostly `a > 1 and b = "x" and …`. Called one by one, fifty such tests
spend their time on fifty calls; here the raw values of the case are looked at in one closure, in
the written order, and whatever is not of the constant's kind goes to the test's own code.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from engine.feel.compile_comparisons import NOT_YES_NO
from engine.feel.compile_constants import QuickTest, quick_test
from engine.feel.frame import Code, Frame
from engine.feel.kinds import kind_of
from engine.feel.syntax import Logic, Name, Node
from engine.feel.values import Value

_BELOW, _ABOVE, _SAME, _DIFFERENT = range(4)

# What of a value ends an `and`: the test does not hold. Whole numbers only, so that `> 3` fails
# below 4; what is added to the constant stands beside it.
_ENDS_AND = {
    ">=": (_BELOW, 0),
    ">": (_BELOW, 1),
    "<=": (_ABOVE, 0),
    "<": (_ABOVE, -1),
    "=": (_DIFFERENT, 0),
    "!=": (_SAME, 0),
}
# What ends an `or`: the test holds.
_ENDS_OR = {
    ">=": (_ABOVE, -1),
    ">": (_ABOVE, 0),
    "<=": (_BELOW, 1),
    "<": (_BELOW, 0),
    "=": (_SAME, 0),
    "!=": (_DIFFERENT, 0),
}


def joined_runs(node: Logic, parts: Sequence[Code]) -> list[Code]:
    """The parts of an `and` or `or`, with neighbours that are quick tests made into one.

    `and` and `or` are associative with three values as well, so a run of neighbours answers as
    the same parts one by one do, and leaves the same problems in the same order.
    """
    pairs = [(_test(each), part) for each, part in zip(node.parts, parts, strict=True)]
    joined: list[Code] = []
    for is_quick, group in groupby(pairs, key=lambda pair: pair[0] is not None):
        codes = list(group)
        if is_quick and len(codes) > 1:
            joined.append(_run_code(node, [(test, code) for test, code in codes if test]))
        else:
            joined.extend(code for _, code in codes)
    return joined


def _test(node: Node) -> QuickTest | None:
    # A yes-or-no variable by itself ends an `and` or an `or` as `name = true` does.
    if isinstance(node, Name) and not node.is_local and node.name != "?":
        return QuickTest(node.name, "=", True)
    return quick_test(node)


def _run_code(node: Logic, tests: Sequence[tuple[QuickTest, Code]]) -> Code:
    position, word = node.position, node.word
    decisive = word == "or"
    other = not decisive
    terms = list(_terms(_ENDS_OR if decisive else _ENDS_AND, tests))

    def run(frame: Frame) -> Value:
        root = frame.root
        is_unknown = False
        for name, kind, end, constant, code in terms:
            try:
                value = root[name]
            except KeyError:
                value = None
            if type(value) is kind:
                if end is _BELOW:
                    if value < constant:  # type: ignore[operator]  # both are of one kind
                        return decisive
                elif end is _ABOVE:
                    if value > constant:  # type: ignore[operator]  # both are of one kind
                        return decisive
                elif (value == constant) is (end is _SAME):
                    return decisive
                continue
            result = code(frame)
            if result is decisive:
                return decisive
            if result is not other:
                is_unknown = True
                if result is not None:
                    frame.run.note(position, NOT_YES_NO, word=word, kind=kind_of(result))
        return None if is_unknown else other

    return run


def _terms(
    ends: dict[str, tuple[int, int]], tests: Sequence[tuple[QuickTest, Code]]
) -> Iterator[tuple[str, type, int, bool | int | str, Code]]:
    for test, code in tests:
        end, shift = ends[test.sign]
        constant = test.constant
        if shift and isinstance(constant, int):
            constant += shift
        yield test.name, type(constant), end, constant, code
