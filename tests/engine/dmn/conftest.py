"""Decision models in a few words, for the tests of this folder."""

from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape, quoteattr

import pytest

from engine.dmn import Model, load

HEAD = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" '
    'name="model" namespace="urn:model" id="m">'
)
Loader = Callable[[str], Model]


@pytest.fixture
def model() -> Loader:
    """Loads the model whose elements are given as XML."""
    return lambda body: load(f"{HEAD}\n{body}</definitions>")


@pytest.fixture
def boxed() -> Callable[..., object]:
    """The value of a boxed expression; `given` are inputs of any type."""

    def value(box: str, **given: object) -> object:
        inputs = "".join(_input(name) for name in given)
        body = f'{inputs}<decision id="d" name="d">{_needs(list(given))}{box}</decision>'
        return load(f"{HEAD}{body}</definitions>").decide("d", given)

    return value


@pytest.fixture
def table() -> Callable[..., Model]:
    """A model of one decision `d` with a table.

    `inputs` are names, or names and types after a colon; each rule has its input cells, then its
    output cells.
    """

    def build(
        policy: str,
        inputs: Sequence[str],
        outputs: str,
        rules: Sequence[Sequence[str]],
        more: str = "",
    ) -> Model:
        names = [name.partition(":")[0] for name in inputs]
        columns = "".join(
            f"<input><inputExpression><text>{name}</text></inputExpression></input>"
            for name in names
        )
        rows = "\n".join(
            '<rule id="r{}">{}{}</rule>'.format(
                number,
                "".join(_cell("inputEntry", cell) for cell in rule[: len(names)]),
                "".join(_cell("outputEntry", cell) for cell in rule[len(names) :]),
            )
            for number, rule in enumerate(rules, start=1)
        )
        policy, _, aggregation = policy.partition("/")
        attribute = f" aggregation={quoteattr(aggregation)}" if aggregation else ""
        return load(
            f"{HEAD}{more}{''.join(_input(name) for name in inputs)}\n"
            f'<decision id="d" name="d">{_needs(names)}\n'
            f'<decisionTable id="t" hitPolicy={quoteattr(policy)}{attribute}>'
            f"{columns}{outputs}\n{rows}</decisionTable></decision></definitions>"
        )

    return build


def _input(name: str) -> str:
    name, _, kind = name.partition(":")
    type_ref = f" typeRef={quoteattr(kind)}" if kind else ""
    return f'<inputData id="i_{name}" name="{name}"><variable name="{name}"{type_ref}/></inputData>'


def _needs(names: Sequence[str]) -> str:
    return "".join(
        f'<informationRequirement><requiredInput href="#i_{name}"/></informationRequirement>'
        for name in names
    )


def _cell(tag: str, text: str) -> str:
    return f"<{tag}><text>{escape(text)}</text></{tag}>"
