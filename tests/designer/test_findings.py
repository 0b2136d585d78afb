"""Every finding has a procedure in which it holds, and one in which it does not."""

import re
from collections.abc import Mapping
from decimal import Decimal as D
from string import Formatter
from typing import Any

import pytest

from designer.asme import Override, derive, overridden
from designer.asme.derivation import Measured
from designer.changes import KINDS, Parts, apply
from designer.findings import Finding, Log, Subject, TaskLog, all_checks, by_subject, look
from designer.findings.log import interval
from designer.findings.subject import AskedField
from designer.studies.done import DONE
from engine.bpmn import read
from engine.sheet import read_sheet
from tests.engine.spiff.diagrams import xml

LINE = """
start s
user a "Registrar"
user b "Emitir licencia"
end e
s -> a -> b -> e
"""
PAPER = {"name": "Plano de ubicación", "legal_basis": "Ley 1", "used_by": ["a"]}
NEGATIVE = {"name": "m", "assessment": "negative_silence", "legal_basis": "Ley 1"}
TERM = {"amount": 30, "unit": "business_days"}
CHOICE = """
start s
user prep "Preparar"
user r "Revisar"
xor g
user ok "Emitir"
user no "Denegar"
end e
end f
s -> prep -> r -> g
g -> ok [x = 1]
g -> no *
ok -> e
no -> f
"""
ALWAYS = Log(cases=400, flows={"f_g_ok": 400, "f_g_no": 0})
SOMETIMES = Log(cases=400, flows={"f_g_ok": 390, "f_g_no": 10})


def subject(
    diagram: str = LINE,
    sheet: Mapping[str, Any] | None = None,
    *,
    offices: Mapping[str, str] | None = None,
    measured: Mapping[str, Measured] | None = None,
    **more: Any,
) -> Subject:
    model = read(xml(diagram))
    said = read_sheet(sheet or {})
    table = derive(model, "main", said, measured)
    table = overridden(table, {name: Override(office=of) for name, of in (offices or {}).items()})
    return Subject(model, model.process("main"), said, table, **more)


def sheet(**said: Any) -> dict[str, Any]:
    return {"name": "x", **said}


def requirement(**said: Any) -> dict[str, Any]:
    return sheet(requirements=[{**PAPER, **said}])


def loops(*names: str) -> str:
    """A way with one loop of correction per name."""
    lines, way = ["start s", "end e"], ["s"]
    for number, name in enumerate(names):
        lines += [f"xor j{number}", f"user w{number} Evaluar", f"xor g{number}"]
        lines += [
            f'user c{number} "{name}"',
            f"c{number} -> j{number}",
            f"g{number} -> c{number} [x]",
        ]
        way += [f"j{number}", f"w{number}", f"g{number}"]
    return "\n".join([*lines, " -> ".join([*way, "e"])])


def field(key: str, **said: Any) -> AskedField:
    return AskedField("start", key, key, is_required=True, **said)


def quick(count: int, quickly: int) -> Log:
    return Log(cases=count, tasks={"r": TaskLog(count, D(2), D(2880), quickly)})


HOLDS: dict[str, Subject] = {
    "requirement-without-basis": subject(sheet=requirement(legal_basis="")),
    "prohibited-requirement": subject(sheet=requirement(name="Copia simple del DNI")),
    "unused-requirement": subject(sheet=requirement(used_by="")),
    "requirement-held-elsewhere": subject(sheet=requirement(registry="identity")),
    "term-over-limit": subject(
        sheet=sheet(modalities=[{"name": "m", "term": {"amount": 2, "unit": "months"}}])
    ),
    "tasks-over-term": subject(
        LINE.replace('"Registrar"', "camunda:dueDate=P20D").replace(
            '"Emitir licencia"', "camunda:dueDate=P20D"
        ),
        sheet(modalities=[{"name": "m", "term": TERM}]),
    ),
    "silence-without-ground": subject(sheet=sheet(modalities=[NEGATIVE])),
    "assessment-not-said": subject(sheet=sheet(modalities=[{"name": "m"}])),
    "fee-over-cost": subject(sheet=sheet(fee={"amount": "36.52"}), unit_cost=D("36.51")),
    "fee-by-stage": subject(sheet=sheet(fee={"amount": "5", "stage": "por etapa"})),
    "several-observation-loops": subject(loops("Subsanar", "Volver a subsanar")),
    "consecutive-reviews": subject(
        'start s\nuser a Revisar\nuser b "Visto bueno"\nend e\ns -> a -> b -> e'
    ),
    "mere-forwarding": subject(
        'start s\nuser a "Derivar al área"\nuser b Evaluar\nend e\ns->a->b->e'
    ),
    "bounce-between-offices": subject(
        "start s\nuser a A\nuser b B\nuser c C\nend e\ns -> a -> b -> c -> e",
        offices={"a": "Mesa", "b": "Gerencia", "c": "Mesa"},
    ),
    "field-without-requirement": subject(
        sheet=requirement(fields=["plano"]), fields=(field("plano"), field("color"))
    ),
    "no-appeal": subject(sheet=sheet(modalities=[NEGATIVE])),
    "expiry-without-norm": subject(sheet=sheet(renewal="Un año")),
    "personal-data-without-purpose": subject(fields=(field("dni"),)),
    "sheet-and-diagram-differ": subject(sheet=requirement(used_by=["gone"])),
    "review-never-rejects": subject(CHOICE, log=ALWAYS),
    "requirement-often-missing": subject(
        sheet=requirement(key="a"), log=Log(cases=200, ended=210, missing={"a": 60})
    ),
    "requirement-never-missing": subject(
        sheet=sheet(requirements=[{**PAPER, "key": "a"}, {**PAPER, "key": "b"}]),
        log=Log(cases=200, missing={"b": 3}),
    ),
    "approval-within-minutes": subject(CHOICE, log=quick(200, 199)),
}
DOES_NOT: dict[str, Subject] = {
    "requirement-without-basis": subject(sheet=requirement()),
    "prohibited-requirement": subject(
        sheet=requirement(name="Copia simple del DNI", source="another_registry")
    ),
    "unused-requirement": subject(
        sheet=requirement(used_by="", fields=["plano"]), read_names=frozenset({"plano"})
    ),
    "requirement-held-elsewhere": subject(
        sheet=requirement(registry="identity", source="another_registry")
    ),
    "term-over-limit": subject(sheet=sheet(modalities=[{"name": "m", "term": TERM}])),
    "tasks-over-term": subject(
        LINE.replace('"Registrar"', "camunda:dueDate=P20D"),
        sheet(modalities=[{"name": "m", "term": TERM}]),
    ),
    "assessment-not-said": subject(sheet=sheet(modalities=[NEGATIVE])),
    "silence-without-ground": subject(
        sheet=sheet(modalities=[{**NEGATIVE, "justification": "x", "protected_good": "salud"}])
    ),
    "fee-over-cost": subject(sheet=sheet(fee={"amount": "36.51"}), unit_cost=D("36.51")),
    "fee-by-stage": subject(sheet=sheet(fee={"amount": "5", "stage": "once"})),
    "several-observation-loops": subject(loops("Subsanar")),
    "consecutive-reviews": subject(
        'start s\nuser a Revisar\nuser w Redactar\nuser b "Visto bueno"\nend e\ns->a->w->b->e'
    ),
    "mere-forwarding": subject(LINE),
    "bounce-between-offices": subject(
        "start s\nuser a A\nuser b B\nuser c C\nend e\ns -> a -> b -> c -> e",
        offices={"a": "Mesa", "b": "Gerencia", "c": "Archivo"},
    ),
    "field-without-requirement": subject(
        sheet=requirement(fields=["plano"]), fields=(field("plano"),)
    ),
    "no-appeal": subject(sheet=sheet(modalities=[{**NEGATIVE, "assessment": "automatic"}])),
    "expiry-without-norm": subject(sheet=sheet(renewal="Vigencia indeterminada")),
    "personal-data-without-purpose": subject(
        fields=(field("dni", purpose="x", retention="P5Y"), field("nombre_comercial"))
    ),
    "sheet-and-diagram-differ": subject(sheet=requirement()),
    "review-never-rejects": subject(CHOICE, log=SOMETIMES),
    "requirement-often-missing": subject(
        sheet=requirement(key="a"), log=Log(cases=200, ended=210, missing={"a": 12})
    ),
    "requirement-never-missing": subject(
        sheet=requirement(key="a"), log=Log(cases=200, missing={"a": 1})
    ),
    "approval-within-minutes": subject(CHOICE, log=quick(200, 120)),
}


def found(whom: Subject, check_id: str) -> list[Finding]:
    return [one for one in look(whom) if one.id == check_id]


@pytest.mark.parametrize("check_id", [check.id for check in all_checks()])
def test_a_finding_is_found_where_it_holds(check_id: str) -> None:
    assert found(HOLDS[check_id], check_id)


@pytest.mark.parametrize("check_id", [check.id for check in all_checks()])
def test_a_finding_is_not_found_where_it_does_not_hold(check_id: str) -> None:
    assert found(DOES_NOT[check_id], check_id) == []


@pytest.mark.parametrize("check_id", sorted(HOLDS))
def test_a_finding_says_why_in_whole_words_and_what_to_do(check_id: str) -> None:
    [one, *_] = found(HOLDS[check_id], check_id)
    assert one.todo.endswith(".")
    assert one.message.endswith(".")
    assert "{" not in one.message


@pytest.mark.parametrize("check_id", [check.id for check in all_checks()])
def test_a_finding_names_its_norm_and_what_mending_it_brings(check_id: str) -> None:
    for one in found(HOLDS[check_id], check_id):
        assert one.reference
        assert one.brings.endswith(".")
        assert "{" not in one.brings


def test_every_finding_is_one_of_the_domain() -> None:
    assert {check.id for check in all_checks()} == set(HOLDS) == set(DOES_NOT)


def test_too_few_cases_prove_nothing() -> None:
    few = Log(cases=29, flows={"f_g_ok": 29, "f_g_no": 0})
    assert found(subject(CHOICE, log=few), "review-never-rejects") == []


def test_a_finding_from_the_log_tells_its_sample_and_interval() -> None:
    [one] = found(HOLDS["review-never-rejects"], "review-never-rejects")
    assert one.evidence is not None
    assert one.evidence.observed == 400
    assert one.evidence.low == 0
    assert 0 < one.evidence.high < 0.01


def test_wilsons_interval_is_that_of_the_books() -> None:
    low, high = interval(8, 10)  # Wilson 1927; Brown, Cai and DasGupta 2001
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)


def test_what_is_saved_is_the_work_the_wait_and_the_money() -> None:
    measured = {"b": Measured(touch=D(30), wait=D(1440), share=D("0.5"), count=100)}
    reviews = 'start s\nuser a Revisar\nuser b "Visto bueno"\nend e\ns -> a -> b -> e'
    whom = subject(
        reviews,
        offices={"b": "GDU"},
        measured=measured,
        services=D(400),
        cost_a_minute={"GDU": D("0.41")},
    )
    [one] = found(whom, "consecutive-reviews")
    assert (one.saving.minutes, one.saving.days) == (D(15), D("0.5"))
    assert one.saving.money == D(15) * D("0.41") * 400
    assert one.change is not None
    assert one.change.arguments == {"first": "a", "second": "b"}


def test_a_review_is_not_taken_out_before_a_gateway_that_may_ask_for_its_answer() -> None:
    nodes = 'start s\nuser a Revisar\nxor g\nuser b "Firmar la resolución"\nend e\nend n'
    chain = f"{nodes}\ns -> a -> g\ng -> b -> e\ng -> n"
    [one] = found(subject(chain), "consecutive-reviews")
    assert (one.element, one.change) == ("a", None)
    assert not one.saving


def test_who_signs_stays_and_the_review_right_before_goes() -> None:
    chain = 'start s\nuser a "Revisar el proyecto"\nuser b "Firmar la resolución"\nend e\ns -> a -> b -> e'
    [one] = found(subject(chain), "consecutive-reviews")
    assert one.element == "a"
    assert one.change is not None
    assert one.change.arguments == {"first": "b", "second": "a"}
    assert one.message.startswith(
        "“Revisar el proyecto” reviews what “Firmar la resolución” reviews next"
    )


def test_every_finding_that_can_be_carried_out_says_what_it_did() -> None:
    checks = {check.id: check for check in all_checks()}
    carried = {
        (one.id, one.change.kind)
        for whom in HOLDS.values()
        for one in look(whom)
        if one.change is not None
    }
    assert carried <= set(DONE)
    for (finding_id, kind), sentence in DONE.items():
        assert kind in KINDS
        named = {name for _text, name, _spec, _conversion in Formatter().parse(sentence) if name}
        assert named <= set(re.findall(r"{(\w+)}", checks[finding_id].sentence))


def test_a_requirement_that_goes_saves_paper_and_its_burden() -> None:
    whom = subject(sheet=requirement(key="plan", legal_basis=""), burden={"plan": D("1650.00")})
    [one] = found(whom, "requirement-without-basis")
    assert (one.saving.papers, one.saving.money) == (1, D("1650.00"))


def test_the_longest_way_of_a_loop_is_counted_once() -> None:
    diagram = loops("Subsanar").replace("Evaluar", "Evaluar camunda:dueDate=P20D")
    whom = subject(diagram, sheet(modalities=[{"name": "m", "term": TERM}]))
    assert found(whom, "tasks-over-term") == []


def test_what_is_done_after_the_decision_is_not_in_the_term() -> None:
    diagram = LINE.replace('"Registrar"', "camunda:dueDate=P20D").replace(
        '"Emitir licencia"', "camunda:dueDate=P20D"
    )
    modalities = [{"name": "m", "term": TERM}]
    whom = subject(diagram, sheet(modalities=modalities, clock={"decided_by": ["a"]}))
    assert found(whom, "tasks-over-term") == []
    late = subject(diagram, sheet(modalities=modalities, clock={"decided_by": ["b"]}))
    assert found(late, "tasks-over-term")[0].values["days"] == 40


def test_a_sheet_without_any_modality_promises_nothing_and_is_told() -> None:
    [one] = found(subject(sheet=sheet()), "assessment-not-said")
    assert "neither a term to decide in" in one.message


def test_reasons_about_one_requirement_stand_together() -> None:
    whom = subject(sheet=requirement(name="Copia simple del DNI", legal_basis="", used_by=""))
    [reasons] = by_subject(one for one in look(whom) if one.requirement)
    assert {one.id for one in reasons} == {
        "prohibited-requirement", "requirement-without-basis", "unused-requirement",
    }  # fmt: skip
    apart = by_subject(look(subject(fields=(field("dni"), field("ruc")))))
    assert len(apart) == len(look(subject(fields=(field("dni"), field("ruc")))))


def test_what_is_often_missing_tells_how_often_and_how_sure_that_is() -> None:
    [one] = found(HOLDS["requirement-often-missing"], "requirement-often-missing")
    assert "60 of 210 cases" in one.message
    assert one.evidence is not None
    assert one.evidence.observed == 210
    assert one.evidence.low < 60 / 210 < one.evidence.high
    assert one.change is None  # no registry is named that has it


def test_what_a_table_decides_is_no_review_any_more() -> None:
    before = 'start s\nuser v "Visto bueno"\n' + CHOICE.partition("start s\n")[2]
    drawn = before.replace("s -> prep -> r", "s -> prep -> v -> r")
    assert found(subject(drawn, log=ALWAYS), "consecutive-reviews")
    parts = Parts(read(xml(drawn)), "main", {"name": "x"}, {}, {})
    decided = apply(parts, "decide_by_table", {"element": "r", "flow": "f_g_ok"})
    table = derive(decided.model, "main", read_sheet({}))
    whom = Subject(decided.model, decided.model.process("main"), read_sheet({}), table, log=ALWAYS)
    assert found(whom, "review-never-rejects") == []
    assert found(whom, "consecutive-reviews") == []


def test_what_a_log_proves_is_told_with_how_many_cases_and_how_sure() -> None:
    from_log = [one for whom in HOLDS.values() for one in look(whom) if one.evidence is not None]
    assert {one.id for one in from_log} >= {
        "review-never-rejects", "approval-within-minutes", "requirement-never-missing", "requirement-often-missing",
    }  # fmt: skip
    for one in from_log:
        assert one.evidence is not None
        assert "{number} cases" in one.evidence.sentence
        assert "{high}" in one.evidence.sentence


def test_what_is_often_missing_and_held_by_a_registry_is_fetched() -> None:
    whom = subject(
        sheet=requirement(key="a", registry="identity"), log=Log(cases=200, missing={"a": 60})
    )
    [one] = found(whom, "requirement-often-missing")
    assert one.change is not None
    assert one.change.arguments == {"requirement": "a", "registry": "identity"}


def test_few_cases_prove_nothing_of_what_is_missing() -> None:
    whom = subject(sheet=requirement(key="a"), log=Log(cases=20, missing={"a": 20}))
    assert found(whom, "requirement-often-missing") == []
