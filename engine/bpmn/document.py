"""The hardened door for BPMN files: bytes in, plain elements with line numbers out.

Only this file knows the XML library. It refuses DOCTYPE, fetches nothing, expands nothing and
bounds size, number and depth before anything behind it looks at the drawing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol, cast

from lxml import etree

from engine.bpmn.encoding import text_of
from engine.bpmn.refusals import HasDoctype, NotXml, TooDeep, TooLarge, TooManyElements

MAX_BYTES = 10_000_000
MAX_ELEMENTS = 300_000
MAX_DEPTH = 100

OWN = "urn:expedito:bpmn:1"
"""The namespace of Expedito's own marks."""

UNNAMED = "urn:expedito:unnamed"
"""Written as target namespace, which the schema demands, when the model has none."""

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"

_PREFIX = re.compile(r"[<\s/]([A-Za-z_][\w.-]{0,60}):[A-Za-z_]")
_DECLARED = re.compile(r"xmlns:([\w.-]+)\s*=")
_VENDORS = (
    "zeebe", "camunda", "flowable", "activiti", "signavio", "bizagi", "trisotech", "spiffworkflow",
    "jboss", "drools", "bonita", "aris", "igrafx", "visual-paradigm", "omninet", "boc",
    "bpsim", "w4", "yaoqiang", "ibm", "itp-commerce", "modelio", "axon", "oracle",
)  # fmt: skip


@dataclass(slots=True, eq=False)
class Element:
    """An XML element: local name, text, and its attributes by who they belong to."""

    name: str
    namespace: str  # "" for BPMN, OWN for ours, else the vendor's address
    line: int
    text: str
    attributes: dict[str, str] = field(default_factory=dict)  # without a prefix, or BPMN's
    vendor: dict[str, str] = field(default_factory=dict)  # foreign ones, by local name
    own: dict[str, str] = field(default_factory=dict)  # Expedito's
    children: "list[Element]" = field(default_factory=list)

    def get(self, name: str) -> str | None:
        """The BPMN attribute without surrounding blanks; None when absent or empty."""
        return self.attributes.get(name, "").strip() or None

    def foreign(self, *names: str) -> str | None:
        """The first of these vendor (or our own) attributes that is present and not empty."""
        for name in names:
            value = (self.own.get(name) or self.vendor.get(name, "")).strip()
            if value:
                return value
        return None

    def all(self, *names: str) -> "list[Element]":
        """The BPMN children of these names, in document order."""
        return [child for child in self.children if child.name in names and not child.namespace]

    def one(self, name: str) -> "Element | None":
        """The first BPMN child of this name."""
        return next(iter(self.all(name)), None)

    def own_text(self) -> str | None:
        """The element's text without surrounding blanks; None when empty."""
        return self.text.strip() or None

    def every(self) -> "Iterator[Element]":
        """This element and all below it, in document order."""
        pending = [self]
        while pending:
            element = pending.pop()
            yield element
            pending.extend(reversed(element.children))

    def full_text(self) -> str | None:
        """All text in and below the element (documentation may hold markup); None when empty."""
        return "".join(element.text for element in self.every()).strip() or None

    def vendor_name(self) -> str:
        """A short name for lists: “camunda:in”, “dataState”."""
        if not self.namespace:
            return self.name
        address = self.namespace.lower()
        vendor = next((name for name in _VENDORS if name in address), "vendor")
        return f"{vendor}:{self.name}"


@dataclass(frozen=True, slots=True)
class Document:
    """The root element and the namespace prefixes it declares."""

    root: Element
    prefixes: frozenset[str]


class _Source(Protocol):
    """What is used of an lxml element; its stubs describe sourceline and attributes wrongly."""

    tag: object  # comments and processing instructions have a function here
    text: str | None
    tail: str | None
    sourceline: int | None
    attrib: Mapping[str, str]

    def __iter__(self) -> "Iterator[_Source]": ...

    def __len__(self) -> int: ...


def open_document(data: bytes, max_bytes: int = MAX_BYTES) -> Document:
    """The XML as plain elements; raises a subclass of `UnreadableDiagram` for anything else."""
    if len(data) > max_bytes:
        raise TooLarge(size=len(data), limit=max_bytes)
    text = text_of(data)
    _refuse_doctype(text)
    # A cheap upper bound before the parser builds a tree many times the size of the file.
    for sign, what in (("<", "elements"), ("=", "attributes")):
        if text.count(sign) > 2 * MAX_ELEMENTS:
            raise TooManyElements(line=1, limit=MAX_ELEMENTS, what=what)
    tree = _parse(text)
    return Document(_plain(tree), frozenset(_DECLARED.findall(text)))


def _refuse_doctype(text: str) -> None:
    position = 0
    while True:
        start = text.find("<", position)
        if start < 0:
            return
        if text.startswith("<!--", start):
            end = text.find("-->", start)
        elif text.startswith("<?", start):
            end = text.find("?>", start)
        elif text.startswith("<!", start):
            raise HasDoctype(line=text.count("\n", 0, start) + 1)
        else:
            return
        if end < 0:
            return
        position = end + 2


def _parse(text: str) -> _Source:
    try:
        return _tree(text)
    except etree.XMLSyntaxError as error:
        declared = _declare_prefixes(text)
        if "is not defined" not in str(error) or declared is None:
            raise _refusal(error) from error
    try:
        return _tree(declared)
    except etree.XMLSyntaxError as error:
        raise _refusal(error) from error


def _tree(text: str) -> _Source:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    root: object = etree.fromstring(text.encode("utf-8", errors="replace"), parser)
    return cast("_Source", root)


def _refusal(error: etree.XMLSyntaxError) -> NotXml | TooDeep:
    line = error.lineno or 1
    if "xcessive depth" in str(error):
        return TooDeep(line=line, limit=MAX_DEPTH)
    reason = (error.msg or "it is empty").split(", line ")[0]
    return NotXml(line=line, reason=reason[:200])


def _declare_prefixes(text: str) -> str | None:
    """The text with the prefixes that it uses but forgot to declare, as some exports do."""
    missing = sorted(set(_PREFIX.findall(text)) - set(_DECLARED.findall(text)) - {"xml", "xmlns"})
    root = re.search(r"<[A-Za-z_][\w.:-]*", text)
    if not missing or root is None or len(missing) > 50:
        return None
    bpmn = {"bpmn", "bpmn2", "semantic", "model", "bpmn20"}
    marks = "".join(
        f' xmlns:{prefix}="{BPMN if prefix in bpmn else "urn:undeclared:" + prefix}"'
        for prefix in missing
    )
    return text[: root.end()] + marks + text[root.end() :]


def is_bpmn(namespace: str) -> bool:
    """Whether this address is some spelling of the BPMN model namespace.

    Tools write http or https, other dates, with or without “www.” and a last slash.
    """
    address = namespace.strip().lower().rstrip("/")
    if not address:
        return True
    if "bpmn" not in address or not ("omg.org" in address or "bpmn.org" in address):
        return False
    return not (address.endswith(("/di", "/dc")) or "non-normative" in address or "/dd/" in address)


def _plain(root: _Source) -> Element:
    top = _element(root)
    pending = [(root, top, 1)]
    count = 1
    while pending:
        source, target, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise TooDeep(line=target.line, limit=MAX_DEPTH)
        for child in source:
            if not isinstance(child.tag, str):
                continue
            count += 1
            plain = _element(child)
            if count > MAX_ELEMENTS:
                raise TooManyElements(line=plain.line, limit=MAX_ELEMENTS, what="elements")
            target.children.append(plain)
            if len(child):
                pending.append((child, plain, depth + 1))
    return top


def _element(source: _Source) -> Element:
    name, namespace = _split(str(source.tag))
    text = source.text or ""
    if len(source):
        text += "".join(child.tail or "" for child in source)
    element = Element(name, namespace, source.sourceline or 1, text)
    for key, value in source.attrib.items():
        if not key.startswith("{"):
            element.attributes.setdefault(key, value)
            continue
        attribute, owner = _split(key)
        if owner == OWN:
            element.own[attribute] = value
        elif not owner:
            element.attributes[attribute] = value
        elif "XMLSchema-instance" not in owner and "XML/1998" not in owner:
            element.vendor.setdefault(attribute, value)
    return element


@lru_cache(maxsize=4096)
def _split(tag: str) -> tuple[str, str]:
    if not tag.startswith("{"):
        return tag, ""
    namespace, _, name = tag[1:].partition("}")
    return name, "" if is_bpmn(namespace) else namespace
