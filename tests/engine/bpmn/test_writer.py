from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn import read, write
from engine.bpmn.model import Expression as E
from engine.bpmn.model import Extension, FormField, Mapping

EVERYTHING = Path(__file__).parent / "everything.bpmn"


def bare(value: object) -> object:
    """The value without line numbers, layout and what was not read."""
    if is_dataclass(value):
        left_out = {"line", "unread", "shapes", "bounds"}
        left_out |= {"id"} if type(value).__name__ == "EventDefinition" else set()
        return {
            f.name: bare(getattr(value, f.name)) for f in fields(value) if f.name not in left_out
        }
    if isinstance(value, dict):
        return [(key, bare(inner)) for key, inner in value.items()]
    return [bare(item) for item in value] if isinstance(value, tuple) else value


def schema() -> etree.XMLSchema:
    """The standard's own schema, which the engine's library ships."""
    spec = find_spec("SpiffWorkflow")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "bpmn/parser/schema"
    return etree.XMLSchema(etree.parse(str(folder / "BPMN20.xsd")))


def test_reading_what_was_written_gives_the_model_again() -> None:
    model = read(EVERYTHING.read_bytes())
    assert bare(read(write(model))) == bare(model)


def test_what_is_written_is_valid_against_the_schema_of_the_standard() -> None:
    checker = schema()
    written = etree.fromstring(write(read(EVERYTHING.read_bytes())))
    assert checker.validate(written), checker.error_log


@pytest.mark.parametrize(
    "text", ["a < b && c", 'say "x"', "line 1\nline 2", "\ttab\r\nend", "ñ ∑ 🜨", "]]>", "\x00\x0bx"]
)
def test_any_text_survives_in_names_and_documentation(text: str) -> None:
    model = read(EVERYTHING.read_bytes())
    (process, *rest) = model.processes
    written = write(replace(model, processes=(replace(process, name=f"|{text}|"), *rest)))
    expected = text.replace("\x00", "\ufffd").replace("\x0b", "\ufffd")
    assert read(written).processes[0].name == f"|{expected}|"


def test_every_field_of_an_extension_comes_back() -> None:
    make: Callable[..., Extension] = Extension
    full = make(
        **{
            f.name: {
                "str | None": f"value of {f.name}",
                "bool": True,
                "tuple[str, ...]": ("one", "two, three"),
                "tuple[Mapping, ...]": (Mapping(E("a + 1", "feel"), "b"), Mapping(E("c"), "d")),
                "tuple[FormField, ...]": (
                    FormField("k", "L", "enum", "x", True, True, (("x", "X"),), (("min", "1"),)),
                ),
                "tuple[tuple[str, str], ...]": (("name", " value "),),
            }[str(f.type).replace("engine.bpmn.model.", "").replace("<class 'bool'>", "bool")]
            for f in fields(Extension)
        }
    )
    model = read(EVERYTHING.read_bytes())
    (process, *rest) = model.processes
    written = write(replace(model, processes=(replace(process, extension=full), *rest)))
    assert bare(read(written).processes[0].extension) == bare(full)
