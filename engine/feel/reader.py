"""The state of reading one expression: tokens, scopes of names, bounds on size and depth."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn, TypeVar

from engine.errors import Said
from engine.feel.builtins.catalogue import BUILTINS
from engine.feel.errors import FeelSyntaxError
from engine.feel.limits import MAX_NESTING, MAX_NODES
from engine.feel.names import Trie, add_name, longest_match, trie_of
from engine.feel.syntax import Node
from engine.feel.tokens import Token, tokens_of
from engine.feel.type_names import Type

MAX_HEIGHT = 160
STOP_WORDS = frozenset(
    {"and", "or", "between", "in", "instance", "then", "else", "return", "satisfies"}
)
_BUILTIN_TRIE = trie_of(name for name in BUILTINS if " " in name)
NodeT = TypeVar("NodeT", bound=Node)


class Reader:
    """Tokens with a place, and what is known about names there."""

    def __init__(self, text: str, names: Iterable[str], types: Mapping[str, Type]) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self.index = 0
        self.types = types
        self.known = trie_of(names)
        self.members: Trie = {}
        self.scopes: list[tuple[set[str], Trie]] = []
        self.filters = 0
        self.free: set[str] = set()
        self.reads: set[str] = set()
        self.input_reads = 0
        self._nesting = 0
        self._nodes = 0

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.index]

    def ahead(self, count: int = 1) -> Token:
        """The token `count` after the next one; the last one when there are no more."""
        return self.tokens[min(self.index + count, len(self.tokens) - 1)]

    def is_next(self, text: str) -> bool:
        """Whether the next token is this symbol or word."""
        token = self.token
        return token.text == text and token.kind in ("symbol", "name")

    def take(self, text: str) -> bool:
        """Step over the symbol or word if it is next."""
        if self.is_next(text):
            self.index += 1
            return True
        return False

    def expect(self, text: str, why: str, **values: object) -> None:
        """Step over the symbol or word; raises FeelSyntaxError if something else is next."""
        if not self.take(text):
            self.fail("“{text}” is missing {why}.", text=text, why=Said(why, values))

    def fail(self, problem: str, position: int | None = None, /, **values: object) -> NoReturn:
        """Raise FeelSyntaxError at the next token or the given place."""
        place = self.token.start if position is None else position
        raise FeelSyntaxError(problem, place, self.text, **values)

    def built(self, node: NodeT, *children: Node) -> NodeT:
        """The node with its height set; refuses trees that are too large or too deep."""
        self._nodes += 1
        node.height = 1 + max((child.height for child in children), default=0)
        if self._nodes > MAX_NODES or node.height > MAX_HEIGHT:
            self.fail("the expression is too large. Split it into smaller ones.", node.position)
        return node

    @contextmanager
    def nested(self) -> Iterator[None]:
        """One level deeper; refuses too many."""
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            self.fail("too many parentheses or ifs inside each other. Split the expression.")
        yield
        self._nesting -= 1

    @contextmanager
    def scope(self, names: Iterable[str] = ()) -> Iterator[None]:
        """Names bound from here to the end of the block."""
        bound = set(names)
        self.scopes.append((bound, trie_of(bound)))
        yield
        self.scopes.pop()

    def bind(self, name: str) -> None:
        """One more name in the innermost scope, and as a member after a point."""
        bound, trie = self.scopes[-1]
        bound.add(name)
        add_name(trie, name)
        add_name(self.members, name)

    def is_local(self, name: str) -> bool:
        """Whether something around binds the name, or a filter might."""
        return self.filters > 0 or any(name in bound for bound, _ in self.scopes)

    def known_name(self) -> tuple[int, str] | None:
        """The longest known name that starts here; inner scopes win over outer ones."""
        best: tuple[int, str] | None = None
        tries = [trie for _, trie in reversed(self.scopes)] + [self.known, _BUILTIN_TRIE]
        if self.filters:
            tries.append(self.members)
        for trie in tries:
            found = longest_match(trie, self.tokens, self.index)
            if found and (best is None or found[0] > best[0]):
                best = found
        return best

    def member_name(self) -> str:
        """The name after a point, stepped over."""
        best: tuple[int, str] | None = None
        for trie in (self.members, self.known):
            found = longest_match(trie, self.tokens, self.index)
            if found and (best is None or found[0] > best[0]):
                best = found
        if self.token.kind != "name":
            if best:
                self.index += best[0]
                return best[1]
            self.fail("a name is missing after the point.")
        start = self.index
        merged = self.adjacent_words()
        if best and best[0] > self.index - start:
            self.index = start + best[0]
            return best[1]
        return merged

    def adjacent_words(self) -> str:
        """Words next to each other, stepped over and joined: `Service Level` without quotes."""
        words = [self.token.text]
        self.index += 1
        while (
            self.token.kind == "name" and self.token.text not in STOP_WORDS
        ) or self._is_number_in_name():
            words.append(self.token.text)
            self.index += 1
        return " ".join(words)

    def _is_number_in_name(self) -> bool:
        return self.token.kind == "number" and self.token.text.isdigit()

    def declared_name(self, *ends: str) -> str:
        """A new name up to one of the ending symbols or words, which stays next."""
        if self.token.kind == "string":
            self.fail("a name is expected here, not a text.")
        start = self.token.start
        while not (self.token.text in ends and self.token.kind != "string"):
            if self.token.kind in ("end", "string") or self.token.text in "()[]{},":
                self.fail("a name is expected here.")
            self.index += 1
        end = self.tokens[self.index - 1].end
        name = " ".join(self.text[start:end].split())
        if not name or start == self.token.start:
            self.fail("a name is missing here.")
        return name
