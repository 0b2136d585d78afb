"""Nothing in a file is lost without a word: what is not read is listed."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn import UnreadableDiagram, read
from engine.bpmn.document import is_bpmn
from engine.bpmn.leftovers import ATTRIBUTES, ELEMENTS, SAID_TWICE, SAYING_NOTHING
from engine.bpmn.model import Unread
from engine.spiff.compiled import digest

TRIES = 200  # places in real files where a change is tried before it is said to change nothing
# Read only in certain company, which test_vendors.py and test_reader.py have: names of jBPM's task inputs and of
# what a loop runs over; nested lanes that hold something; the language of a time that is said.
NEEDS_COMPANY = {"ioSpecification", "dataInput", "dataOutput", "childLaneSet"}
LANGUAGE_OF_NOTHING = {("timeDate", "language")}
Place = tuple[str, str]

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'


def unread(process: str, after: str = "") -> tuple[Unread, ...]:
    text = f"{HEAD}\n<process id='p'>\n{process}\n</process>{after}</definitions>"
    return read(text.encode()).unread


def test_an_attribute_that_changes_nothing_here_is_listed_with_its_element_and_line() -> None:
    assert unread('<userTask id="a"/><dataObject id="o" isUnlimited="true"/>') == (
        Unread("@isUnlimited", "o", 3),
    )


def test_an_attribute_that_says_what_the_standard_takes_for_granted_is_not_listed() -> None:
    assert unread('<task id="a" completionQuantity="1" isForCompensation="false"/>') == ()


def test_elements_deep_inside_are_listed_under_the_nearest_id() -> None:
    inner = "<ioSpecification><inputSet/><whatever/></ioSpecification>"
    assert unread(f'<task id="a">{inner}</task>') == (Unread("whatever", "a", 3),)


def test_what_is_listed_once_is_not_listed_again_by_its_inside() -> None:
    found = unread("", '<category id="c"><categoryValue id="v" value="x"/></category>')
    assert [each.what for each in found] == ["category"]


@pytest.mark.corpus
def test_every_attribute_that_is_taken_for_read_changes_the_model(corpus: Path) -> None:
    """Say something else in real files: the model must differ, or the table is wrong."""
    wanted = {(tag, name) for tag, names in ATTRIBUTES.items() for name in names}
    wanted -= LANGUAGE_OF_NOTHING
    tried: Counter[Place] = Counter()
    for tree in trees(corpus):
        before = drawn(tree)
        for element in list(elements(tree)):
            for name in list(element.attrib):
                place = (etree.QName(element).localname, str(name))
                if place not in wanted or tried[place] >= TRIES:
                    continue
                said = str(element.attrib[name])
                element.attrib[name] = OPPOSITE.get(said, "something else")
                if drawn(tree) != before:
                    wanted.discard(place)
                element.attrib[name] = said
                tried[place] += 1
    assert {place for place in wanted if tried[place]} == set()


@pytest.mark.corpus
def test_every_element_that_is_taken_for_read_changes_the_model(corpus: Path) -> None:
    """Take the element away in real files: the model must differ, or the table is wrong."""
    wanted = set(ELEMENTS) - NEEDS_COMPANY
    tried: Counter[str] = Counter()
    for tree in trees(corpus):
        before = drawn(tree)
        for element in list(elements(tree)):
            name = etree.QName(element).localname
            parent = element.getparent()
            if name not in wanted or tried[name] >= TRIES or parent is None:
                continue
            place = parent.index(element)
            parent.remove(element)
            if drawn(tree) != before:
                wanted.discard(name)
            parent.insert(place, element)
            tried[name] += 1
    assert {name for name in wanted if tried[name]} == set()


OPPOSITE = {
    "1": "2",
    "All": "One",
    "true": "false",
    "false": "true",
    "Parallel": "Exclusive",
    "Exclusive": "Parallel",
}


def trees(corpus: Path) -> Iterator[etree._Element]:
    """Real files, small ones, in an order that mixes tools: each is read many times."""
    found = [
        path
        for folder in ("miwg", "home-office", "engines")
        for path in sorted((corpus / folder).rglob("*"))
        if path.suffix in {".bpmn", ".xml"} and path.stat().st_size < 60_000
    ]
    random.Random(1).shuffle(found)
    for path in found:
        try:
            read(path.read_bytes())
            yield etree.fromstring(path.read_bytes(), etree.XMLParser(resolve_entities=False))
        except (UnreadableDiagram, etree.XMLSyntaxError):
            continue


def elements(tree: etree._Element) -> Iterator[etree._Element]:
    """BPMN's own elements, without layout and vendors' parts."""
    pending = [tree]
    while pending:
        element = pending.pop()
        name = etree.QName(element)
        if not is_bpmn(name.namespace or "") or name.localname in (
            "BPMNDiagram",
            "extensionElements",
        ):
            continue
        yield element
        pending.extend(element.iterchildren(etree.Element))


def drawn(tree: etree._Element) -> str:
    """What the reader makes of it, but for lines, layout and what is not used."""
    try:
        return digest(read(etree.tostring(tree)))
    except UnreadableDiagram as refusal:
        return refusal.message()


@pytest.mark.corpus
def test_everything_that_bpmn_says_in_real_files_is_read_or_listed_or_says_nothing(
    corpus: Path,
) -> None:
    """Walk every file by another way than the reader's: what is in none of the tables must be in `unread`."""
    lost: Counter[str] = Counter()
    for tree in trees(corpus):
        listed = {each.what for each in read(etree.tostring(tree)).unread}
        for element in elements(tree):
            name = etree.QName(element).localname
            above = {etree.QName(one).localname for one in element.iterancestors()}
            is_known = name in ELEMENTS or name in SAID_TWICE or name in listed
            if not is_known and not above & listed:
                lost[name] += 1
            for attribute, value in element.attrib.items():
                attribute = str(attribute)
                known = ATTRIBUTES.get(name, frozenset()) | {"id", "name"}
                silent = SAYING_NOTHING.get(attribute, frozenset())
                if attribute.startswith("{") or attribute in known or not is_known:
                    continue
                if silent is None or value in silent or above & listed or name in listed:
                    continue
                if f"@{attribute}" not in listed and name not in SAID_TWICE:
                    lost[f"@{attribute} of {name}"] += 1
    assert lost == {}
