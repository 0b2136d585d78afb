"""Names with spaces and operators in them, found in a row of tokens by the longest match."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Union

from engine.feel.errors import FeelSyntaxError
from engine.feel.tokens import Token, tokens_of

Trie = dict[str, Union["Trie", str]]
_END = "\0"  # no token is this


def is_plain(name: str) -> bool:
    """Whether the name is one token, so that the reader needs no help with it."""
    return name.isidentifier()


@lru_cache(maxsize=4096)
def _pieces(name: str) -> tuple[str, ...]:
    try:
        return tuple(token.text for token in tokens_of(name)[:-1])
    except FeelSyntaxError:
        return ()


def trie_of(names: Iterable[str]) -> Trie:
    """A tree of tokens for `longest_match`."""
    trie: Trie = {}
    for name in names:
        add_name(trie, name)
    return trie


def add_name(trie: Trie, name: str) -> None:
    """Put one more name into the tree."""
    pieces = _pieces(name)
    if not pieces or len(pieces) > 100:
        return
    for piece in pieces:
        branch = trie.setdefault(piece, {})
        if isinstance(branch, str):
            return
        trie = branch
    trie[_END] = name


def longest_match(trie: Trie, tokens: Sequence[Token], index: int) -> tuple[int, str] | None:
    """How many tokens from `index` on make the longest known name, and that name."""
    best: tuple[int, str] | None = None
    length = 0
    while index + length < len(tokens):
        token = tokens[index + length]
        branch = None if token.kind in ("end", "string") else trie.get(token.text)
        if branch is None or isinstance(branch, str):
            break
        trie = branch
        length += 1
        name = trie.get(_END)
        if isinstance(name, str):
            best = (length, name)
    return best
