"""The parts of FEEL that hold others: if, for, some, every, function, lists, ranges, contexts."""

from engine.feel.reader import Reader
from engine.feel.syntax import (
    ContextNode,
    FunctionNode,
    If,
    Iteration,
    ListOfNodes,
    Node,
    RangeNode,
    Tests,
)
from engine.feel.tokens import string_value
from engine.feel.type_names import ANY, Type
from engine.feel.type_reader import read_type

_NOT_IN_ARGUMENT_NAMES = frozenset("()[]{},")


class CompoundReader(Reader):
    """Reads what has several expressions inside; `Parser` reads the operators between them."""

    in_range_end = False

    def expression(self, level: int = 1) -> Node:
        """An expression whose operators bind at least as tight as `level`."""
        raise NotImplementedError

    def compound(self, word: str) -> Node | None:
        """The part that begins with this word, None if it begins none."""
        if word == "if" and self.ahead().text != ":":
            return self._if()
        if word in ("for", "some", "every") and self.ahead().kind == "name":
            return self._iteration(word)
        if word == "function" and self.ahead().text == "(":
            return self._function()
        return None

    def _if(self) -> Node:
        position = self.token.start
        self.index += 1
        condition = self._inner()
        self.expect("then", "after the condition of “if”")
        then = self._inner()
        self.expect("else", "after what follows “then”")
        otherwise = self._inner()
        return self.built(If(position, condition, then, otherwise), condition, then, otherwise)

    def _inner(self) -> Node:
        outside, self.in_range_end = self.in_range_end, False
        node = self.expression()
        self.in_range_end = outside
        return node

    def _iteration(self, word: str) -> Node:
        position = self.token.start
        self.index += 1
        domains: list[tuple[str, Node, Node | None]] = []
        children: list[Node] = []
        with self.scope(["partial"] if word == "for" else []):
            while True:
                name = self.declared_name("in")
                self.index += 1
                start = self._inner()
                end = self._inner() if self.take("..") else None
                domains.append((name, start, end))
                children += [start] if end is None else [start, end]
                self.bind(name)
                if not self.take(","):
                    break
            following = "return" if word == "for" else "satisfies"
            self.expect(following, "after the list of “{word}”", word=word)
            before = "partial" in self.reads
            self.reads.discard("partial")
            body = self._inner()
            uses_partial = "partial" in self.reads
            if before:
                self.reads.add("partial")
        node = Iteration(position, word, domains, body, uses_partial)
        return self.built(node, body, *children)

    def _function(self) -> Node:
        position = self.token.start
        self.index += 2
        names: list[str] = []
        types: list[Type] = []
        while not self.take(")"):
            names.append(self.declared_name(":", ",", ")"))
            types.append(read_type(self) if self.take(":") else ANY)
            if not self.take(","):
                self.expect(")", "after the parameters of the function")
                break
        if len(set(names)) < len(names):
            self.fail("two parameters have the same name.", position)
        with self.scope(names):
            if self.take("external"):
                self._inner()
                return self.built(FunctionNode(position, names, types, None))
            body = self._inner()
        return self.built(FunctionNode(position, names, types, body), body)

    def arguments(self) -> tuple[list[str] | None, list[Node]]:
        """The arguments of a call after its parenthesis, with names when they have some."""
        names: list[str] = []
        arguments: list[Node] = []
        if self.take(")"):
            return None, arguments
        position = self.token.start
        while True:
            name = self._argument_name()
            if name is not None:
                names.append(name)
            arguments.append(self._inner())
            if not self.take(","):
                break
        self.expect(")", "after the arguments")
        if names and len(names) < len(arguments):
            self.fail("either all arguments have names or none has.", position)
        if len(set(names)) < len(names):
            self.fail("two arguments have the same name.", position)
        return names or None, arguments

    def _argument_name(self) -> str | None:
        index = self.index
        while index < self.index + 40:
            token = self.tokens[min(index, len(self.tokens) - 1)]
            if token.text == ":" and token.kind == "symbol" and index > self.index:
                name = " ".join(self.text[self.token.start : token.start].split())
                self.index = index + 1
                return name
            if token.kind in ("string", "end") or token.text in _NOT_IN_ARGUMENT_NAMES:
                return None
            index += 1
        return None

    def parenthesis(self, allows_tests: bool) -> Node:
        """(a), (a..b], and after `in` also (test, test)."""
        position = self.token.start
        self.index += 1
        first = self._inner()
        if self.is_next(".."):
            return self.range_from(position, first, False)
        parts = [first]
        while allows_tests and self.take(","):
            parts.append(self._inner())
        self.expect(")", "at the end of the parenthesis")
        if len(parts) > 1:
            return self.built(Tests(position, parts, False, []), *parts)
        return first

    def bracket(self) -> Node:
        """[a, b, …] or [a..b] and the like."""
        position = self.token.start
        self.index += 1
        items: list[Node] = []
        while not self.take("]"):
            items.append(self._inner())
            if len(items) == 1 and self.is_next(".."):
                return self.range_from(position, items[0], True)
            if not self.take(","):
                self.expect("]", "at the end of the list")
                break
        return self.built(ListOfNodes(position, items), *items)

    def range_from(self, position: int, start: Node, start_included: bool) -> Node:
        """The rest of a range after its first end."""
        self.expect("..", "between the two ends of the range")
        outside, self.in_range_end = self.in_range_end, True
        end = self.expression(4)
        self.in_range_end = outside
        end_included = self.is_next("]")
        if not (self.take("]") or self.take(")") or self.take("[")):
            self.fail("the range has no closing ] or ).")
        return self.built(RangeNode(position, start, end, start_included, end_included), start, end)

    def context(self) -> Node:
        """{name: a, "name": b, …}"""
        position = self.token.start
        self.index += 1
        entries: list[tuple[str, Node]] = []
        with self.scope():
            while not self.take("}"):
                if self.token.kind == "string":
                    name = string_value(self.token.text)
                    self.index += 1
                else:
                    name = self.declared_name(":")
                self.expect(":", "after the name of the entry")
                self.bind(name)
                entries.append((name, self._inner()))
                if not self.take(","):
                    self.expect("}", "at the end of the context")
                    break
        return self.built(ContextNode(position, entries), *(node for _, node in entries))
