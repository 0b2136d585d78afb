"""The hardened door for DMN files: bytes in, plain nodes with line numbers out.

Only this file knows the XML library. It refuses DOCTYPE, fetches nothing, expands nothing and keeps
only elements of the DMN namespaces, so the readers behind it meet no surprises.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, cast

from lxml import etree

from engine.dmn.refusals import BrokenModel, NotADecisionModel, UnreadableModel

MAX_BYTES = 10_000_000
MAX_NODES = 400_000

NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20151101/dmn11.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
        "https://www.omg.org/spec/DMN/20240513/MODEL/",
    }
)
"""DMN 1.1, 1.2 (both spellings in use), 1.3, 1.4, 1.5 and 1.6."""


@dataclass(frozen=True, slots=True)
class Node:
    """An element of a DMN namespace: local name, attributes without namespaces, own text."""

    name: str
    attributes: dict[str, str]
    text: str
    children: "tuple[Node, ...]"
    line: int

    def all(self, *names: str) -> "tuple[Node, ...]":
        """The children of these names, in document order."""
        return tuple(child for child in self.children if child.name in names)

    def one(self, name: str) -> "Node | None":
        """The first child of this name."""
        return next((child for child in self.children if child.name == name), None)

    def get(self, attribute: str) -> str | None:
        """The attribute's value without surrounding blanks; None when absent or empty."""
        value = self.attributes.get(attribute)
        return (value.strip() or None) if value else None

    def require(self, attribute: str) -> str:
        """The attribute's value; refuses the model when it is missing or empty."""
        value = self.get(attribute)
        if value is None:
            raise BrokenModel(line=self.line, element=self.name, reason=f"has no {attribute}")
        return value

    def text_of(self, name: str) -> str | None:
        """The text of the first child of this name, without surrounding blanks."""
        child = self.one(name)
        return (child.text.strip() or None) if child is not None else None


def read_document(xml: bytes | str) -> Node:
    """The root of a DMN file; refuses what is unsafe, too large, broken or no DMN.

    Raises UnreadableModel and NotADecisionModel.
    """
    data = xml.encode() if isinstance(xml, str) else xml
    if len(data) > MAX_BYTES:
        raise UnreadableModel(line=1, reason=f"it is larger than {MAX_BYTES:,} bytes")
    # A str is already decoded: an encoding named in its XML declaration no longer holds.
    encoding = "utf-8" if isinstance(xml, str) else None
    parser = etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    # A cheap upper bound, before the parser builds a tree many times the size of the file.
    if data.count(b"<") > 2 * MAX_NODES:
        raise UnreadableModel(line=1, reason=f"it has more than {MAX_NODES:,} elements")
    try:
        tree: object = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        reason = (error.msg or "it is empty").split(", line ")[0]
        raise UnreadableModel(line=error.lineno or 1, reason=reason[:200]) from None
    except (ValueError, LookupError) as error:
        raise UnreadableModel(line=1, reason=str(error)[:200]) from None
    root = cast("_Source", tree)
    if root.getroottree().docinfo.doctype:
        raise UnreadableModel(line=1, reason="a DOCTYPE is not allowed")
    namespace, name = _split(str(root.tag))
    if name != "definitions" or namespace not in NAMESPACES:
        raise NotADecisionModel(line=root.sourceline or 1, root=name)
    return _node(root)


class _DocInfo(Protocol):
    doctype: str


class _Tree(Protocol):
    docinfo: _DocInfo


class _Source(Protocol):
    """What is used of an lxml element; its stubs describe sourceline and attributes wrongly."""

    tag: object
    text: str | None
    tail: str | None
    sourceline: int | None
    attrib: Mapping[str, str]

    def __iter__(self) -> "Iterator[_Source]": ...

    def getroottree(self) -> _Tree: ...


def _node(element: _Source) -> Node:
    children = tuple(_node(child) for child in element if _split(str(child.tag))[0] in NAMESPACES)
    attributes = {key: value for key, value in element.attrib.items() if key[:1] != "{"}
    # Text around foreign or dropped children belongs to the element all the same.
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    return Node(_split(str(element.tag))[1], attributes, text, children, element.sourceline or 0)


def _split(tag: str) -> tuple[str, str]:
    namespace, _, name = tag.rpartition("}")
    return namespace[1:], name
