import pytest

from engine.bpmn import UnreadableDiagram, read
from engine.bpmn.document import MAX_DEPTH
from engine.bpmn.refusals import (
    HasDoctype,
    NoProcess,
    NotBpmn,
    NotXml,
    TooDeep,
    TooLarge,
    TooManyElements,
)

NAMESPACE = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def diagram(inside: str = '<task id="t" name="Revisión"/>', namespace: str = NAMESPACE) -> str:
    return f'<definitions xmlns="{namespace}"><process id="p">{inside}</process></definitions>'


def name_of_task(data: bytes) -> str | None:
    (process,) = read(data).processes
    return process.scope.nodes["t"].name


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("UTF-8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("ISO-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-16-le"),
        ("UTF-16", "utf-16-be"),
        ("UTF-32", "utf-32"),
        # declarations that tools leave behind when they re-encode a file
        ("UTF-16", "utf-8"),
        ("ASCII", "utf-8"),
        ("ISO-8859-1", "utf-8"),
        ("UTF-8", "cp1252"),
        ("no-such-encoding", "utf-8"),
        ("rot13", "utf-8"),
    ],
)
def test_the_characters_are_found_whatever_the_encoding(declared: str, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>\n{diagram()}'
    assert name_of_task(text.encode(encoding)) == "Revisión"


@pytest.mark.parametrize(
    "namespace",
    [
        NAMESPACE,
        "https://www.omg.org/spec/BPMN/20100524/MODEL",
        "http://www.omg.org/spec/BPMN/20100524/MODEL/",
        "http://omg.org/spec/BPMN/2.0/MODEL",
        "http://schema.omg.org/spec/BPMN/2.0",
        "http://example.org/my-bpmn",
        "",
    ],
)
def test_every_spelling_of_the_namespace_is_bpmn(namespace: str) -> None:
    assert name_of_task(diagram(namespace=namespace).encode()) == "Revisión"


def test_a_prefix_that_was_never_declared_is_taken_for_bpmn() -> None:
    text = '<bpmn:definitions><bpmn:process id="p"><bpmn:task id="t" name="A"/></bpmn:process></bpmn:definitions>'
    assert name_of_task(text.encode()) == "A"


def test_line_numbers_are_those_of_the_file() -> None:
    text = '<?xml version="1.0"?>\n<!-- a\ncomment -->\n' + diagram('\n\n<task id="t"/>')
    assert read(text.encode()).processes[0].scope.nodes["t"].line == 6


@pytest.mark.parametrize(
    ("text", "refusal", "line"),
    [
        ("", NotXml, 1),
        ("Dear office,", NotXml, 1),
        ("<definitions>\n<process>", NotXml, 2),
        ("<html><body/></html>", NotBpmn, 1),
        ('<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>', NotBpmn, 1),
        (f'<definitions xmlns="{NAMESPACE}"/>', NoProcess, 1),
        ('\n<!DOCTYPE a [<!ENTITY x "y">]><a/>', HasDoctype, 2),
        ('<!-- c -->\n<?pi x?>\n<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', HasDoctype, 3),
        (diagram("<task id='t' name='&unknown;'/>"), NotXml, 1),
    ],
)
def test_what_is_no_diagram_is_refused_with_its_line(
    text: str, refusal: type[UnreadableDiagram], line: int
) -> None:
    with pytest.raises(refusal) as caught:
        read(text.encode())
    assert caught.value.values["line"] == line
    assert "{" not in str(caught.value)


def test_a_file_that_is_too_large_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(TooLarge):
        read(b"<" * 101, max_bytes=100)


def test_too_many_elements_are_refused() -> None:
    with pytest.raises(TooManyElements):
        read(diagram("<task/>" * 700_000).encode())


def test_too_many_attributes_are_refused() -> None:
    with pytest.raises(TooManyElements):
        read(diagram("<task " + " ".join(f'a{n}=""' for n in range(700_000)) + "/>").encode())


@pytest.mark.parametrize("depth", [MAX_DEPTH, 5_000, 100_000])
def test_elements_nested_too_deep_are_refused(depth: int) -> None:
    inside = "<subProcess>" * depth + "</subProcess>" * depth
    with pytest.raises(TooDeep):
        read(diagram(inside).encode())


def test_sub_processes_nested_to_the_limit_are_read() -> None:
    depth = MAX_DEPTH - 3
    inside = "<subProcess>" * depth + '<task id="t"/>' + "</subProcess>" * depth
    (process,) = read(diagram(inside).encode()).processes
    assert sum(1 for _ in process.scope.everything()) == depth + 1


def test_an_external_entity_never_reaches_the_text() -> None:
    data = diagram('<task id="t" xmlns:xi="http://www.w3.org/2001/XInclude">'
                   '<xi:include href="file:///etc/passwd" parse="text"/></task>')  # fmt: skip
    model = read(data.encode())
    assert "/bin/" not in str(model)
