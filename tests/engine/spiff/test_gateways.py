import pytest

from engine.spiff import ChoiceNeeded, ChoiceUnknown
from tests.engine.spiff.diagrams import NOON, play

DECIDED = """
start s
xor g
user a
user b
end e
s -> g
g -> a [amount > 100]
g -> b *
a -> e
b -> e
"""


def test_an_exclusive_gateway_takes_the_first_flow_that_holds() -> None:
    assert play(DECIDED, amount=200).open == ["a"]


def test_an_exclusive_gateway_takes_the_default_when_nothing_holds() -> None:
    assert play(DECIDED, amount=20).open == ["b"]
    assert play(DECIDED).open == ["b"]


def test_a_gateway_without_an_answer_is_left_to_a_person() -> None:
    case = play(DECIDED.replace(" *", " [amount < 50]"), amount=70)
    assert case.open == ["g"]
    assert [option.id for option in case.wait("g").choices[0].options] == ["f_g_a", "f_g_b"]
    assert case.do("g", "f_g_b").open == ["b"]


def test_a_gateway_without_conditions_puts_its_flows_on_the_task_before() -> None:
    case = play("start s\nuser t\nxor g\nuser a\nuser b\ns -> t -> g\ng -> a\ng -> b")
    choice = case.wait("t").choices[0]
    assert [option.label for option in choice.options] == ["a", "b"]
    with pytest.raises(ChoiceNeeded):
        case.do("t")
    with pytest.raises(ChoiceUnknown):
        case.do("t", "f_elsewhere")
    assert case.do("t", "f_g_b").open == ["b"]


def test_an_and_join_waits_for_every_flow() -> None:
    case = play(
        "start s\nand f\nuser a\nuser b\nand j\nuser c\nend e\n"
        "s -> f\nf -> a -> j\nf -> b -> j\nj -> c -> e"
    )
    assert case.open == ["a", "b"]
    assert case.do("b").open == ["a"]
    assert case.do("a").open == ["c"]
    assert case.do("c").status == "completed"


LOOPED = """
start s
and f
user a
user b
and j
user c
xor g
end e
s -> m
xor m
m -> f
f -> a -> j
f -> b -> j
j -> c -> g
g -> m [again]
g -> e *
"""


@pytest.mark.parametrize("orders", ["ab ba", "ba ab", "ab ab", "ba ba"])
def test_and_joins_inside_loops_fire_once_a_round_in_any_order(orders: str) -> None:
    case = play(LOOPED)
    for order in orders.split():
        case.do(order[0])
        assert "c" not in case.open
        case.do(order[1])
        assert case.open == ["c"]
        case.do("c", again=True)
    assert case.open == ["a", "b"]


INCLUSIVE = """
start s
xor m
user t
or f
user a
user b
user d
or j
user c
xor g
end e
s -> m -> t -> f
f -> a -> j
f -> b -> j
f -> d -> j
j -> c -> g
g -> m [again]
g -> e *
"""


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_an_inclusive_join_waits_for_what_was_started_and_no_more(order: str) -> None:
    case = play(INCLUSIVE)
    for _ in range(3):
        case.do("t", "f_f_a", "f_f_b")
        assert case.open == ["a", "b"]
        case.do(order[0])
        assert case.open == [order[1]]
        case.do(order[1])
        assert case.open == ["c"]
        case.do("c", again=True)
    case.do("t", "f_f_d").do("d").do("c", again=False)
    assert case.status == "completed"


def test_an_excess_token_stays_at_the_join() -> None:
    # two tokens over one flow, one over the other: one firing, one token left over
    case = play(
        "start s\nand f\nuser a\nuser b\nuser d\nxor m\nand j\nend e\n"
        "s -> f\nf -> a -> m\nf -> b -> m\nm -> j\nf -> d -> j\nj -> e"
    )
    case.do("a").do("b").do("d")
    assert case.status == "stuck"
    assert case.facts[-1] == "stuck"
    assert case.release("j").status == "completed"


def test_several_flows_between_the_same_elements_each_count() -> None:
    case = play(
        "start s\nuser t\nand f\nuser a\nand j\nend e\ns -> t -> f\nf -> j\nf -> a -> j\nj -> e"
    )
    assert case.do("t").open == ["a"]
    assert case.do("a").status == "completed"


def test_a_join_that_can_never_fire_is_noticed_at_once() -> None:
    case = play(
        "start s\nuser t\nxor g\nand j\nend e\ns -> t -> g\ng -> j [x]\ng -> k *\ntask k\nk -> j\nj -> e"
    )
    case.do("t", x=True)
    assert case.status == "stuck"
    assert case.open == []


def test_conditions_on_flows_leaving_a_task_split_inclusively() -> None:
    text = (
        "start s\nuser t\nuser a\nuser b\nuser c\ns -> t\nt -> a [x > 1]\nt -> b [x > 2]\nt -> c *"
    )
    assert play(text).do("t", x=3).open == ["a", "b"]
    assert play(text).do("t", x=2).open == ["a"]
    assert play(text).do("t", x=0).open == ["c"]


def test_several_flows_out_of_a_task_all_go_and_several_in_start_it_for_each() -> None:
    case = play("start s\nuser t\nuser a\nuser b\nuser c\ns -> t\nt -> a -> c\nt -> b -> c")
    case.do("t").do("a").do("b")
    assert case.open == ["c", "c"]
    case.do("c").do("c")
    assert case.status == "completed"


def test_a_case_that_is_stuck_says_so_once_and_again_when_it_is_stuck_elsewhere() -> None:
    case = play(
        "start s\nuser t\nand j\nand k\nuser u\nxor g\nend e\ns -> t -> g\ng -> j [x]\ng -> v *\ntask v\nv -> j\n"
        "v -> k\nj -> k -> e"
    )
    case.do("t", x=True)
    case.case.check_conditions(NOON)
    case._reload()
    assert case.facts.count("stuck") == 1
    assert case.release("j").facts.count("stuck") == 2
    assert case.release("k").status == "completed"
