"""FEEL text read into nodes: operators by precedence, then what follows and starts a value.

Grammar of DMN 1.5 §10.3.1.2; precedences as in rule 2 ff.: or, and, comparison, + -, * /, **,
unary minus, instance of, then paths, filters and calls.
"""

from engine.errors import N_
from engine.feel.compounds import CompoundReader
from engine.feel.iso import read_literal
from engine.feel.numbers import read_number
from engine.feel.syntax import (
    Between,
    Call,
    Chain,
    Comparison,
    Filter,
    In,
    InstanceOf,
    Literal,
    Logic,
    Name,
    Negation,
    Node,
    Path,
    RangeNode,
    Tests,
)
from engine.feel.tokens import string_value
from engine.feel.type_reader import read_type

_NO_LITERAL = N_(
    "Between the quotes stands no date, time or duration: they are written 2026-03-31, 09:30:00, P3D."
)
_LEVEL = {
    "or": 1, "and": 2, "=": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "between": 3, "in": 3,
    "+": 4, "-": 4, "*": 5, "/": 5, "**": 6,
}  # fmt: skip
_COMPARATORS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_CONSTANTS = {"true": True, "false": False, "null": None}
_AFTER_OPEN_END = frozenset({"", ")", ",", "}", "]", "and", "or", "then", "else", "return",
                             "satisfies", "=", "!=", ":"})  # fmt: skip


class Parser(CompoundReader):
    """Reads one expression or one row of unary tests."""

    def whole(self) -> Node:
        """The expression that the whole text is."""
        if self.token.kind == "end":
            self.fail("there is nothing here. Write an expression.")
        node = self.expression()
        if self.token.kind != "end":
            self.fail("the expression ends here, but more text follows.")
        return node

    def whole_tests(self) -> Tests:
        """The unary tests that the whole text is."""
        if self.token.kind == "end":
            self.fail("there is nothing here. Write a test, or - for any value.")
        position = self.token.start
        if self.token.text == "-" and self.ahead().kind == "end":
            return Tests(position, [], True, [])
        start = self.index
        is_negated = self.take("not") and self.take("(")
        if is_negated:
            node = self._tests(True)
            if self.take(")") and self.token.kind == "end":
                return node
            self.index = start  # not(a) and b: an expression after all
        self.index = start
        node = self._tests(False)
        if self.token.kind != "end":
            self.fail("the test ends here, but more text follows.")
        return node

    def _tests(self, is_negated: bool) -> Tests:
        position = self.token.start
        parts: list[Node] = []
        uses: list[bool] = []
        while True:
            self.reads.discard("?")
            parts.append(self.expression())
            uses.append("?" in self.reads)
            if not self.take(","):
                return self.built(Tests(position, parts, is_negated, uses), *parts)

    def expression(self, level: int = 1) -> Node:
        """An expression whose operators bind at least as tight as `level`."""
        with self.nested():
            left = self._unary()
            while True:
                sign = self.token.text
                binding = _LEVEL.get(sign, 0) if self.token.kind != "string" else 0
                if binding < level:
                    return left
                left = self._operation(left, sign, binding)

    def _operation(self, left: Node, sign: str, level: int) -> Node:
        position = self.token.start
        self.index += 1
        if sign in ("and", "or"):
            right = self.expression(level + 1)
            if isinstance(left, Logic) and left.word == sign:
                left.parts.append(right)
                left.height = max(left.height, right.height + 1)
                return left
            return self.built(Logic(position, sign, [left, right]), left, right)
        if sign == "between":
            low = self.expression(4)
            self.expect("and", "between the two ends of “between”")
            high = self.expression(4)
            return self.built(Between(position, left, low, high), left, low, high)
        if sign == "in":
            before = self.input_reads
            tests = self.in_tests()
            node = In(position, left, tests, self.input_reads > before)
            return self.built(node, left, *tests)
        right = self.expression(level + 1)
        if sign in _COMPARATORS:
            return self.built(Comparison(position, sign, left, right), left, right)
        if isinstance(left, Chain) and _LEVEL[left.rest[0][0]] == level:
            left.rest.append((sign, right))
            left.height = max(left.height, right.height + 1)
            return left
        return self.built(Chain(position, left, [(sign, right)]), left, right)

    def in_tests(self) -> list[Node]:
        """What may follow `in`: one test, or several in parentheses."""
        if self.is_next("("):
            node = self.parenthesis(allows_tests=True)
            if isinstance(node, Tests):
                return node.parts
            return [self._postfix(node)]
        return [self.expression(4)]

    def _unary(self) -> Node:
        token = self.token
        if token.kind == "symbol" and token.text == "-":
            self.index += 1
            with self.nested():
                operand = self._unary()
            return self.built(Negation(token.start, operand), operand)
        if token.kind == "symbol" and token.text in _COMPARATORS:
            self.index += 1
            return self.comparator_range(token.start, token.text, self.expression(4))
        return self._instance(self._postfix(self._primary()))

    def _instance(self, node: Node) -> Node:
        while self.is_next("instance") and self.ahead().text == "of":
            position = self.token.start
            self.index += 2
            node = self.built(InstanceOf(position, node, read_type(self)), node)
        return node

    def comparator_range(self, position: int, sign: str, operand: Node) -> Node:
        """`< x` as a value: all that is less."""
        if sign in ("=", "!="):
            node = RangeNode(position, operand, operand, True, True, True, sign == "!=")
        elif sign[0] == "<":
            node = RangeNode(position, None, operand, False, sign == "<=")
        else:
            node = RangeNode(position, operand, None, sign == ">=", False)
        return self.built(node, operand)

    def _postfix(self, node: Node) -> Node:
        while self.token.kind == "symbol":
            position, sign = self.token.start, self.token.text
            if sign == ".":
                self.index += 1
                node = self.built(Path(position, node, self.member_name()), node)
            elif sign == "[" and not (self.in_range_end and self.ahead().text in _AFTER_OPEN_END):
                self.index += 1
                outside, self.in_range_end = self.in_range_end, False
                self.filters += 1
                condition = self.expression()
                self.filters -= 1
                self.in_range_end = outside
                self.expect("]", "at the end of the filter")
                node = self.built(Filter(position, node, condition), node, condition)
            elif sign == "(":
                self.index += 1
                names, arguments = self.arguments()
                node = self.built(Call(position, node, arguments, names), node, *arguments)
            else:
                break
        return node

    def _primary(self) -> Node:
        token = self.token
        if token.kind == "number":
            self.index += 1
            number = read_number(token.text)
            if number is None:
                self.fail("this number is too large or too small.", token.start)
            return self.built(Literal(token.start, number))
        if token.kind == "string":
            self.index += 1
            return self.built(Literal(token.start, string_value(token.text)))
        if token.kind == "name":
            return self._word()
        if token.kind == "symbol":
            return self._symbol()
        return self.fail("a value is missing here.")

    def _word(self) -> Node:
        token = self.token
        found = self.known_name()
        if found is None or found[0] == 1:
            if token.text in _CONSTANTS:
                self.index += 1
                return self.built(Literal(token.start, _CONSTANTS[token.text]))
            compound = self.compound(token.text)
            if compound is not None:
                return compound
            if token.text in ("and", "or", "then", "else", "return", "satisfies", "between"):
                self.fail("a value is missing before “{word}”.", word=token.text)
        start = self.index
        name = self.adjacent_words()
        if found and found[0] >= self.index - start:
            self.index = start + found[0]
            name = found[1]
        return self.name_node(token.start, name)

    def name_node(self, position: int, name: str) -> Node:
        """A read of the name, remembered as free unless something around binds it."""
        self.reads.add(name)
        self.input_reads += name == "?"
        bound = any(name in names for names, _ in self.scopes)
        if not bound:
            self.free.add(name)
        return self.built(Name(position, name, self.is_local(name)))

    def _symbol(self) -> Node:
        token = self.token
        if token.text == "(":
            return self.parenthesis(allows_tests=False)
        if token.text == "[":
            return self.bracket()
        if token.text == "]":
            self.index += 1
            return self.range_from(token.start, self.expression(4), False)
        if token.text == "{":
            return self.context()
        if token.text == "?":
            self.index += 1
            return self.name_node(token.start, "?")
        if token.text == "@" and self.ahead().kind == "string":
            literal = string_value(self.ahead().text)
            self.index += 2
            value = read_literal(literal)
            return self.built(Literal(token.start, value, "" if value is not None else _NO_LITERAL))
        found = self.known_name()
        if found:
            self.index += found[0]
            return self.name_node(token.start, found[1])
        return self.fail("“{word}” has no meaning here.", word=token.text)
