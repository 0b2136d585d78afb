from collections.abc import Callable
from decimal import Decimal

import pytest

from engine.dmn import Model, load, mapping
from engine.dmn.refusals import UnknownDecision
from engine.feel import Limits, limited_to

Load = Callable[[str], Model]


def lit(text: str) -> str:
    return f"<literalExpression><text>{text}</text></literalExpression>"


def need(*hrefs: str) -> str:
    return "".join(
        f'<informationRequirement><required{kind} href="{href}"/></informationRequirement>'
        for kind, _, href in (each.partition(":") for each in hrefs)
    )


def know(*hrefs: str) -> str:
    return "".join(
        f'<knowledgeRequirement><requiredKnowledge href="{href}"/></knowledgeRequirement>'
        for href in hrefs
    )


INPUT = '<inputData id="n" name="n"><variable name="n" typeRef="number"/></inputData>'
DOUBLE = (
    '<businessKnowledgeModel id="double" name="double"><encapsulatedLogic>'
    '<formalParameter name="x" typeRef="number"/><literalExpression><text>x * 2</text>'
    "</literalExpression></encapsulatedLogic></businessKnowledgeModel>"
)


def test_a_decision_uses_inputs_decisions_and_knowledge(model: Load) -> None:
    loaded = model(
        INPUT
        + DOUBLE
        + f'<decision id="a" name="part one">{need("Input:#n")}{know("#double")}'
        + f"{lit('double(n)')}</decision>"
        + f'<decision id="b" name="b">{need("Decision:#a")}{lit("part one + 1")}</decision>'
    )
    assert loaded.decide("b", {"n": 4}) == 9
    assert loaded.decide("part one", {"n": 4}) == 8
    assert loaded.decide("a", {"n": 4}) == 8


def test_a_decision_sees_only_what_it_requires(model: Load) -> None:
    loaded = model(INPUT + f'<decision id="d" name="d">{lit("n")}</decision>')
    decided = loaded.explain("d", {"n": 4})
    assert decided.value is None
    assert "“n”" in decided.problems[0].message


def test_a_model_without_inputs_sees_all_that_is_given(model: Load) -> None:
    loaded = model(f'<decision id="d" name="d">{lit("area * 2 + fee")}</decision>')
    assert loaded.decide("d", {"area": 4, "fee": 1}) == 9
    assert [each.name for each in loaded.inputs("d")] == ["area", "fee"]


def test_a_model_drawn_in_camunda_is_read_as_it_is_there() -> None:
    season = (
        '<decisionTable><input><inputExpression typeRef="number"><text>temperature</text>'
        '</inputExpression></input><output name="season" typeRef="string"/><rule><inputEntry>'
        '<text>&gt; 20</text></inputEntry><outputEntry><text>"Summer"</text></outputEntry></rule>'
        "</decisionTable>"
    )
    loaded = load(
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="m" namespace="n" '
        'exporter="Camunda Modeler"><inputData id="t" name="Temperature in C"/>'
        f'<decision id="season" name="The Season">{need("Input:#t")}{season}</decision>'
        f'<decision id="dish" name="Dish">{need("Decision:#season")}'
        f"{lit('season + &quot; dish for &quot; + string(guests)')}</decision></definitions>"
    )
    assert loaded.decide("Dish", {"temperature": 30, "guests": 4}) == "Summer dish for 4"
    assert [each.name for each in loaded.inputs("Dish")] == ["guests", "temperature"]


def test_the_inputs_of_a_decision_have_types_and_choices(model: Load) -> None:
    loaded = model(
        '<itemDefinition name="tRisk"><typeRef>string</typeRef><allowedValues><text>"low", "high"'
        "</text></allowedValues></itemDefinition>"
        '<inputData id="r" name="risk"><variable name="risk" typeRef="tRisk"/></inputData>'
        + INPUT
        + '<inputData id="other" name="other"/>'
        + f'<decision id="a" name="a">{need("Input:#n")}{lit("n")}</decision>'
        + f'<decision id="d" name="d">{need("Decision:#a", "Input:#r", "Input:#n")}{lit("a")}'
        + "</decision>"
    )
    n, risk = loaded.inputs("d")
    assert (n.name, n.type, n.choices) == ("n", "number", None)
    assert (risk.name, risk.type, risk.choices) == ("risk", "string", ("low", "high"))


def test_knowledge_may_call_itself_but_not_for_ever(model: Load) -> None:
    loaded = model(
        INPUT
        + '<businessKnowledgeModel id="f" name="factorial"><encapsulatedLogic>'
        + '<formalParameter name="x" typeRef="number"/>'
        + lit("if x &lt; 2 then 1 else x * factorial(x - 1)")
        + "</encapsulatedLogic></businessKnowledgeModel>"
        + f'<decision id="d" name="d">{need("Input:#n")}{know("#f")}{lit("factorial(n)")}'
        + "</decision>"
    )
    assert loaded.decide("d", {"n": 5}) == 120
    decided = loaded.explain("d", {"n": 100000})
    assert decided.value is None
    assert "deeply" in decided.problems[-1].message


def test_a_decision_has_one_budget_for_all_its_expressions(model: Load) -> None:
    slow = lit("count(for i in 1..1000, j in 1..1000 return 1)")
    loaded = model(f'<decision id="d" name="d"><list>{slow * 50}</list></decision>')
    with limited_to(Limits(work=100_000, seconds=5)):
        decided = loaded.explain("d")
    assert decided.value is None
    assert "steps" in decided.problems[-1].message or "elements" in decided.problems[-1].message


def test_a_decision_without_logic_has_the_value_given(model: Load) -> None:
    loaded = model(
        '<decision id="j" name="judgement"/>'
        + f'<decision id="d" name="d">{need("Decision:#j")}{lit("judgement")}</decision>'
    )
    assert loaded.decide("d", {"judgement": "fair"}) == "fair"
    assert loaded.decide("d") is None


SERVICE = (
    INPUT
    + f'<decision id="rate" name="rate">{lit("3")}</decision>'
    + f'<decision id="fee" name="fee">{need("Input:#n", "Decision:#rate")}{lit("n * rate")}'
    + "</decision>"
    + '<decisionService id="s" name="fee of"><outputDecision href="#fee"/>'
    + '<inputDecision href="#rate"/><inputData href="#n"/></decisionService>'
    + '<decisionService id="both" name="both"><outputDecision href="#fee"/>'
    + '<outputDecision href="#rate"/><inputData href="#n"/></decisionService>'
)


def test_a_decision_service_is_a_function_of_its_inputs(model: Load) -> None:
    calls = ("fee of(5, 10)", "fee of(rate: 10, n: 5)", "fee of(5)", 'fee of("five", 10)')
    calling = "".join(
        f'<decision id="c{n}" name="c{n}">{know("#s")}{lit(call)}</decision>'
        for n, call in enumerate(calls)
    )
    loaded = model(SERVICE + calling)
    assert [loaded.decide(f"c{n}") for n in range(4)] == [50, 50, None, None]


def test_a_decision_service_may_be_asked_directly(model: Load) -> None:
    loaded = model(SERVICE)
    assert loaded.decide("fee of", {"n": 5, "rate": 10}) == 50
    assert loaded.decide("both", {"n": 5, "rate": 10}) == {"fee": 15, "rate": 3}
    assert loaded.outputs("both") == ("fee", "rate")
    assert loaded.services == ("fee of", "both")


def test_the_result_of_knowledge_and_services_is_of_their_type(model: Load) -> None:
    loaded = model(
        '<itemDefinition name="tCall"><functionItem outputTypeRef="string"/></itemDefinition>'
        '<businessKnowledgeModel id="k" name="k"><variable name="k" typeRef="tCall"/>'
        f"<encapsulatedLogic>{lit('1')}</encapsulatedLogic></businessKnowledgeModel>"
        f'<decision id="o" name="o">{lit("[7]")}</decision>'
        '<decisionService id="s" name="s"><variable name="s" typeRef="number"/>'
        '<outputDecision href="#o"/></decisionService>'
        f'<decision id="d" name="d">{know("#k", "#s")}{lit("[k(), s()]")}</decision>'
    )
    assert loaded.decide("d") == [None, 7]
    assert loaded.decide("s") == 7


def imported(name: str, body: str, *imports: str) -> bytes:
    heads = "".join(
        f'<import name="{alias}" namespace="urn:{target}" '
        'importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
        for alias, _, target in (each.partition("=") for each in imports)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" '
        f'name="{name}" namespace="urn:{name}">{heads}{body}</definitions>'
    ).encode()


def test_imported_decisions_knowledge_and_types_are_reached_by_the_name_of_the_import() -> None:
    tariff = imported(
        "tariff",
        INPUT
        + DOUBLE
        + '<itemDefinition name="tFee"><typeRef>number</typeRef><allowedValues><text>[0..100]'
        + "</text></allowedValues></itemDefinition>"
        + f'<decision id="fee" name="the fee">{need("Input:#n")}{know("#double")}'
        + f"{lit('double(n)')}</decision>",
    )
    main = imported(
        "main",
        f'<decision id="d" name="d"><variable name="d" typeRef="city tariff.tFee"/>'
        f"{need('Decision:urn:tariff#fee')}{know('urn:tariff#double')}"
        f"{lit('city tariff.the fee + city tariff.double(1)')}</decision>",
        "city tariff=tariff",
    )
    loaded = load(main, resolve=mapping([tariff]))
    assert loaded.decide("d", {"city tariff": {"n": 10}}) == 22
    assert loaded.decide("d", {"n": 10}) == 22
    assert loaded.decide("d", {"n": 80}) is None
    (need_n,) = loaded.inputs("d")
    assert (need_n.name, need_n.path) == ("n", ("city tariff",))
    assert loaded.import_path("urn:tariff") == ("city tariff",)


def test_one_model_imported_along_two_ways_has_inputs_of_each() -> None:
    person = imported(
        "person", f'{INPUT}<decision id="d" name="d">{need("Input:#n")}{lit("n + 1")}</decision>'
    )
    ways = [
        imported(
            way,
            f'<decision id="d" name="out">{need("Decision:urn:person#d")}{lit("p.d * 10")}'
            "</decision>",
            "p=person",
        )
        for way in ("left", "right")
    ]
    main = imported(
        "main",
        f'<decision id="d" name="d">{need("Decision:urn:left#d", "Decision:urn:right#d")}'
        f"{lit('[l.out, r.out]')}</decision>",
        "l=left",
        "r=right",
    )
    loaded = load(main, resolve=mapping([person, *ways]))
    given = {"l": {"p": {"n": 1}}, "r": {"p": {"n": 2}}}
    assert loaded.decide("d", given) == [20, 30]


def test_imports_without_a_name_bring_their_names_as_they_are() -> None:
    first = imported(
        "first",
        INPUT
        + '<itemDefinition name="tFee"><typeRef>number</typeRef><allowedValues><text>[0..100]'
        + "</text></allowedValues></itemDefinition>"
        + f'<decision id="a" name="fee one">{need("Input:#n")}{lit("n")}</decision>',
    )
    second = imported("second", DOUBLE)
    main = imported(
        "main",
        '<decision id="d" name="d"><variable name="d" typeRef="tFee"/>'
        f"{need('Decision:urn:first#a')}{know('urn:second#double')}{lit('double(fee one)')}"
        "</decision>",
        "=first",
        "=second",
    )
    loaded = load(main, resolve=mapping([first, second]))
    assert loaded.decide("d", {"n": 10}) == 20
    assert loaded.decide("d", {"n": 70}) is None
    assert loaded.import_path("urn:second") == ()
    assert [(each.name, each.path) for each in loaded.inputs("d")] == [("n", ())]


def test_values_of_unknown_kinds_are_null_not_let_in(model: Load) -> None:
    loaded = model(
        INPUT + f'<decision id="d" name="d">{need("Input:#n")}{lit("n = null")}</decision>'
    )
    decided = loaded.explain("d", {"n": object()})
    assert decided.value is True
    assert "cannot be used" in decided.problems[0].message


def test_an_unknown_name_is_refused_with_the_names_there_are(model: Load) -> None:
    with pytest.raises(UnknownDecision, match=r"“x”.*rate, fee, fee of, both"):
        model(SERVICE).decide("x")


def test_an_explanation_names_the_rules_that_fired_through_all_tables(model: Load) -> None:
    def table(name: str, column: str, rules: str) -> str:
        return (
            f'<decisionTable id="table of {name}" hitPolicy="FIRST"><input><inputExpression><text>'
            f"{column}</text></inputExpression></input><output/><annotation name='why'/>{rules}"
            "</decisionTable>"
        )

    def rule(number: int, cell: str, result: str, why: str = "") -> str:
        return (
            f'<rule id="r{number}"><inputEntry><text>{cell}</text></inputEntry><outputEntry><text>'
            f"{result}</text></outputEntry><annotationEntry><text>{why}</text></annotationEntry>"
            "</rule>"
        )

    risks = rule(1, "&gt; 100", '"high"', "art. 5") + rule(2, "-", '"low"', "art. 6")
    offices = rule(3, '"high"', '"north"') + rule(4, "-", '"desk"')
    loaded = model(
        INPUT
        + f'<decision id="a" name="risk">{need("Input:#n")}{table("risk", "n", risks)}</decision>'
        + f'<decision id="b" name="office">{need("Decision:#a")}{table("office", "risk", offices)}'
        + "</decision>"
    )
    decided = loaded.explain("office", {"n": 7})
    assert decided.value == "desk"
    risk, office = decided.fired
    assert (risk.decision, risk.table, risk.rules) == ("risk", "table of risk", (2,))
    assert (risk.inputs, risk.outputs) == ((Decimal(7),), (("low",),))
    assert (risk.annotations, risk.rule_ids) == ((("art. 6",),), ("r2",))
    assert (office.decision, office.rules, office.inputs) == ("office", (2,), ("low",))


def test_texts_of_json_become_the_days_that_inputs_want(model: Load) -> None:
    loaded = model(
        '<itemDefinition name="tStay"><itemComponent name="from"><typeRef>date</typeRef>'
        "</itemComponent></itemDefinition>"
        '<inputData id="i" name="stay"><variable name="stay" typeRef="tStay"/></inputData>'
        '<inputData id="j" name="days"><variable name="days" typeRef="date"/></inputData>'
        + f'<decision id="d" name="d">{need("Input:#i", "Input:#j")}'
        + f"{lit('stay.from &lt; days')}</decision>"
    )
    data = {"stay": {"from": "2026-01-01"}, "days": "2026-01-02", "other": "2026-01-03"}
    assert loaded.decide("d", data) is None
    assert loaded.decide("d", loaded.from_json("d", data)) is True
    assert data["days"] == "2026-01-02"
    assert loaded.from_json("d", {"days": "soon"}) == {"days": "soon"}


def test_all_tables_of_a_model_are_found_in_boxes_too(model: Load) -> None:
    table = (
        '<decisionTable id="inner"><output/><rule><outputEntry><text>1</text></outputEntry></rule>'
        "</decisionTable>"
    )
    loaded = model(
        f'<decision id="d" name="d"><context><contextEntry><variable name="a"/>{table}'
        "</contextEntry></context></decision>"
    )
    assert [(name, each.id) for name, each in loaded.tables()] == [("d", "inner")]
    assert loaded.explain("d").fired[0].table == "inner"
    assert loaded.table("d") is None
