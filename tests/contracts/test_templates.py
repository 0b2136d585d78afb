"""What a page is about is never hidden by a name that the frame around it uses for itself."""

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

from tests.contracts.repository import files_under, text_of

TEMPLATES = Path("webapp/templates")
OWN = "own_"  # what a frame calls its own: no view gives a value by such a name
_READER = Environment(extensions=["jinja2.ext.i18n"])  # read, never rendered


def set_for_blocks(node: nodes.Node) -> Iterator[str]:
    """Names set at the top of a template: its blocks see them in the place of what the view gave."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Block | nodes.Macro | nodes.With | nodes.For):
            continue
        if isinstance(child, nodes.Assign | nodes.AssignBlock):
            yield from (one.name for one in child.target.find_all(nodes.Name))
            if isinstance(child.target, nodes.Name):
                yield child.target.name
        yield from set_for_blocks(child)


def test_a_frame_names_nothing_that_a_page_could_be_about() -> None:
    read = {
        path: _READER.parse(text_of(path))
        for path in files_under("webapp", suffixes=(".html",))
        if path.is_relative_to(TEMPLATES)
    }
    frames = {
        TEMPLATES / one.template.value
        for tree in read.values()
        for one in tree.find_all(nodes.Extends)
        if isinstance(one.template, nodes.Const)
    }
    assert frames
    taken = {
        f"{path.relative_to(TEMPLATES)}: {name}"
        for path in frames
        for name in set_for_blocks(read[path])
        if not name.startswith(OWN)
    }
    assert taken == set(), f"call it {OWN}…"
