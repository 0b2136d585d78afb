"""Combinations drawn by hand, which the random models do not make: events, scopes, loops and instances in each other.

A drawing is in the words of tests/engine/spiff/diagrams.py, its lines with bars between them; “process x” begins one
that is called. Its conditions read a, b and c.
"""

import re

from engine.bpmn import read
from engine.bpmn.model import Model
from tests.engine.spiff.diagrams import condition, definition, many, timer, xml
from tests.engine.spiff.test_compensation import associated, with_undo

ROOTS = (
    b'<bpmn:message id="m" name="paid"/><bpmn:message id="m2" name="other"/><bpmn:signal id="sg" name="told"/>'
    b'<bpmn:error id="er" errorCode="E1"/><bpmn:error id="er2" errorCode="E2"/>'
    b'<bpmn:escalation id="esc" escalationCode="X1"/>'
)


def _loop(attributes: str, condition: str = "") -> str:
    inside = f"<bpmn:loopCondition>{condition}</bpmn:loopCondition>" if condition else ""
    return f"<bpmn:standardLoopCharacteristics {attributes}>{inside}</bpmn:standardLoopCharacteristics>"


def _active(number: int) -> str:
    return f"<bpmn:activationCondition>activationCount &gt;= {number}</bpmn:activationCondition>"


PAID, OTHER, SIGNAL = (
    definition(*of) for of in (("message", "m"), ("message", "m2"), ("signal", "sg"))
)
ERROR, ERROR_2, ANY_ERROR = (
    definition("error", "er"),
    definition("error", "er2"),
    definition("error"),
)
ESCALATION, CANCEL, TERMINATE = (
    definition("escalation", "esc"),
    definition("cancel"),
    definition("terminate"),
)
UNDO, UNDO_P = definition("compensation"), definition("compensation", "p")
LINK_L, LINK_M = definition("link", "L"), definition("link", "M")
DAY, HOURLY = timer("Duration", "P1D"), timer("Cycle", "R3/PT1H")
IF_A, IF_B, IF_BOTH = condition("a"), condition("b"), condition("a and b")
TWICE, TWICE_UNTIL_B, THREE_UNTIL_B = (
    many(count="2"),
    many(count="2", until="b"),
    many(count="3", until="b"),
)
TWO_BY_ONE, TWO_BY_ONE_UNTIL_A = (
    many(count="2", sequential="1"),
    many(count="2", sequential="1", until="a"),
)
ONE_BY_ONE_UNTIL_A = many(count="3", sequential="1", until="a")
THREE_WHILE_A, THREE_WHILE_B = _loop('loopMaximum="3"', "a"), _loop('loopMaximum="3"', "b")
TWO_ROUNDS, NO_ROUNDS = _loop('loopMaximum="2"', "true"), _loop('testBefore="true" loopMaximum="0"')
WHILE_A_BEFORE = _loop('testBefore="true"', "a")
AT_ONE, AT_TWO = _active(1), _active(2)
UNTIL_A = "<bpmn:completionCondition>a</bpmn:completionCondition>"

DRAWN = {
    "a handler ends an ad-hoc sub-process": (
        f"start s | adhoc p {{ | user a | user b | sub h triggeredByEvent=true {{ | start hs : {PAID} | "
        f"user fix | hs -> fix | }} | }} | user z | s -> p -> z"
    ),
    "a handler beside an ad-hoc sub-process": (
        f"start s | adhoc p {{ | user a | user b | sub h triggeredByEvent=true {{ | "
        f"start hs isInterrupting=false : {PAID} | user fix | hs -> fix | }} | }} | user z | s -> p -> z"
    ),
    "a completion condition beside a handler": (
        f"start s | adhoc p {{ {UNTIL_A} | user a | user b | sub h triggeredByEvent=true {{ | "
        f"start hs isInterrupting=false : {PAID} | user fix | hs -> fix | }} | }} | user z | s -> p -> z"
    ),
    "borders inside and around a sequential ad-hoc sub-process": (
        f"start s | adhoc p ordering=Sequential {{ | user a | user b | boundary k on a : {DAY} | user late | "
        f"k -> late | }} | boundary o on p cancelActivity=false : {HOURLY} | user x | user z | s -> p -> z | "
        "o -> x"
    ),
    "an ad-hoc sub-process done twice": (
        f"start s | adhoc p {{ {TWICE} | user a | user b | }} | user z | s -> p -> z"
    ),
    "an error leaves an ad-hoc sub-process": (
        f"start s | adhoc p {{ | user a | end e : {ERROR} | a -> e | user b | }} | "
        f"boundary k on p : {ERROR} | user x | user z | s -> p -> z | k -> x"
    ),
    "terminate inside an ad-hoc sub-process": (
        f"start s | adhoc p {{ | user a | end e : {TERMINATE} | a -> e | user b | }} | user z | "
        "s -> p -> z"
    ),
    "an end that undoes and terminates": (
        "start s | user a | user w | and g | user undo_a isForCompensation=true | "
        f"boundary b_a on a : {UNDO} | end e : {UNDO}{TERMINATE} | s -> g | g -> a -> e | g -> w"
    ),
    "an end that terminates and undoes": (
        "start s | user a | user w | and g | user undo_a isForCompensation=true | "
        f"boundary b_a on a : {UNDO} | end e : {TERMINATE}{UNDO} | s -> g | g -> a -> e | g -> w"
    ),
    "an end that terminates and tells": (
        f"start s | user a | user w | catch c : {SIGNAL} | user y | and g | end e : {TERMINATE}{SIGNAL} | "
        "s -> g | g -> a -> e | g -> w | g -> c -> y"
    ),
    "a handler in an instance in a transaction": (
        f"start s | transaction t {{ | start ts | sub each {{ {TWICE} | start ms | user a | "
        f"user undo_a isForCompensation=true | boundary b_a on a : {UNDO} | user b | ms -> a -> b | "
        f"sub h triggeredByEvent=true {{ | start hs : {PAID} | user fix | hs -> fix | }} | }} | user last | "
        f"xor g | end tc : {CANCEL} | end te | ts -> each -> last -> g | g -> tc [a] | g -> te * | }} | "
        f"boundary k on t : {CANCEL} | user out | user ok | s -> t -> ok | k -> out"
    ),
    "one of two transactions is cancelled": (
        f"start s | transaction t {{ {TWICE} | start ts | user a | user undo_a isForCompensation=true | "
        f"boundary b_a on a : {UNDO} | xor g | end tc : {CANCEL} | end te | ts -> a -> g | g -> tc [a] | "
        f"g -> te * | }} | boundary k on t : {CANCEL} | user out | user ok | s -> t -> ok | k -> out"
    ),
    "errors handled in their instances": (
        f"start s | sub each {{ {THREE_UNTIL_B} | start ms | user a | xor g | end e : {ERROR} | end f | "
        f"ms -> a -> g | g -> e [a] | g -> f * | sub h triggeredByEvent=true {{ | start hs : {ERROR} | "
        f"user fix | hs -> fix | }} | }} | user z | s -> each -> z"
    ),
    "an error of one instance ends all": (
        f"start s | sub each {{ {THREE_UNTIL_B} | start ms | user a | xor g | end e : {ERROR} | end f | "
        f"ms -> a -> g | g -> e [a] | g -> f * | }} | boundary k on each : {ERROR} | user x | user z | "
        "s -> each -> z | k -> x"
    ),
    "instances escalate and go on": (
        f"start s | sub each {{ {TWICE} | start ms | user a | throw t : {ESCALATION} | user b | "
        f"ms -> a -> t -> b | }} | boundary k on each cancelActivity=false : {ESCALATION} | user x | "
        "user z | s -> each -> z | k -> x"
    ),
    "a handler's escalation is caught beside it": (
        f"start s | sub p {{ | user a | sub h triggeredByEvent=true {{ | "
        f"start hs isInterrupting=false : {PAID} | user fix | end hx : {ESCALATION} | hs -> fix -> hx | }} | "
        f"sub h2 triggeredByEvent=true {{ | start hs2 isInterrupting=false : {ESCALATION} | user fix2 | "
        f"hs2 -> fix2 | }} | }} | boundary k on p : {ESCALATION} | user x | user z | s -> p -> z | k -> x"
    ),
    "a handler throws the error again": (
        f"start s | sub p {{ | user a | end e : {ERROR} | a -> e | sub h triggeredByEvent=true {{ | "
        f"start hs : {ERROR} | user fix | end hx : {ERROR} | hs -> fix -> hx | }} | }} | "
        f"boundary k on p : {ERROR} | user x | user z | s -> p -> z | k -> x"
    ),
    "a handler escalates further": (
        f"start s | sub p {{ | user a | end e : {ESCALATION} | a -> e | sub h triggeredByEvent=true {{ | "
        f"start hs isInterrupting=false : {ESCALATION} | user fix | end hx : {ESCALATION} | "
        f"hs -> fix -> hx | }} | }} | boundary k on p : {ESCALATION} | user x | user z | s -> p -> z | "
        "k -> x"
    ),
    "rounds of a handler until another interrupts": (
        f"start s | user a | sub h triggeredByEvent=true {{ | start hs isInterrupting=false : {HOURLY} | "
        f"user fix | hs -> fix | }} | sub h2 triggeredByEvent=true {{ | start hs2 : {PAID} | user fix2 | "
        f"hs2 -> fix2 | }} | s -> a"
    ),
    "an event-based gateway in a ring": (
        f"start s | xor mm | event g | catch k : {PAID} | catch t : {DAY} | xor x | user z | s -> mm -> g | "
        "g -> k -> x | g -> t -> x | x -> mm [a] | x -> z *"
    ),
    "a condition and a signal raced by a gateway": (
        f"start s | user o | and g0 | event g | catch c : {IF_A} | catch k : {SIGNAL} | user x | user y | "
        f"throw t : {SIGNAL} | s -> g0 | g0 -> o -> t | g0 -> g | g -> c -> x | g -> k -> y"
    ),
    "an inclusive join in a sub-process in a loop": (
        f"start s | sub p {{ {THREE_WHILE_A} | start ps | or g | user a | user b | or j | end e | ps -> g | "
        f"g -> a [b] | a -> j | g -> b | b -> j | j -> e | }} | user z | s -> p -> z"
    ),
    "an inclusive join behind rounds of a border": (
        f"start s | or g | user a | boundary k on a cancelActivity=false : {HOURLY} | user b | or j | "
        "user z | s -> g | g -> a | g -> b | a -> j | k -> j | b -> j | j -> z"
    ),
    "an inclusive split and join in a ring": (
        "start s | or g | user a | user b | or j | xor x | xor mm | user z | s -> mm -> g | g -> a [a] | "
        "g -> b * | a -> j | b -> j | j -> x | x -> mm [c] | x -> z *"
    ),
    "a parallel join reached by task or border": (
        f"start s | and g | user a | boundary k on a : {PAID} | user b | and j | user z | s -> g | "
        "g -> a -> j | g -> b -> j | k -> j | j -> z"
    ),
    "an inclusive join behind a signal of its own branch": (
        f"start s | and g | sub p {{ | user a | }} | boundary k on p cancelActivity=false : {SIGNAL} | "
        f"user b | throw t : {SIGNAL} | or j | user z | s -> g | g -> p -> j | g -> b -> t -> j | k -> j | "
        "j -> z"
    ),
    "two of three, again and again": (
        f"start s | and g | user a | user b | user c | complex j : {AT_TWO} | xor mm | user z | xor x | "
        "s -> mm -> g | g -> a -> j | g -> b -> j | g -> c -> j | j -> z -> x | x -> mm [a] | x -> e * | "
        "end e"
    ),
    "a complex join behind an inclusive split": (
        f"start s | or g | user a | user b | user c | complex j : {AT_ONE} | user z | s -> g | g -> a [a] | "
        "g -> b [b] | g -> c | a -> j | b -> j | c -> j | j -> z"
    ),
    "links forward and back": (
        f"start s | user a | xor x | throw l1 : {LINK_L} | catch l2 : {LINK_L} | user b | "
        f"throw l3 : {LINK_M} | catch l4 : {LINK_M} | xor mm | s -> mm -> a -> x | l4 -> mm | x -> l1 [a] | "
        "x -> l3 * | l2 -> b"
    ),
    "a loop of no rounds": f"start s | user a : {NO_ROUNDS} | user z | s -> a -> z",
    "a loop tested before, with a border inside": (
        f"start s | sub p {{ {WHILE_A_BEFORE} | user a | boundary k on a : {DAY} | user x | k -> x | }} | "
        "user z | s -> p -> z"
    ),
    "an error out of a loop with a timer beside": (
        f"start s | sub p {{ {THREE_WHILE_B} | user a | xor g | end e : {ERROR} | end f | a -> g | "
        f"g -> e [a] | g -> f * | }} | boundary k on p : {ERROR} | "
        f"boundary l on p cancelActivity=false : {HOURLY} | user x | user y | user z | s -> p -> z | "
        "k -> x | l -> y"
    ),
    "instances in instances in a loop": (
        f"start s | sub p {{ {TWO_ROUNDS} | sub q {{ {TWO_BY_ONE_UNTIL_A} | user a : {TWICE_UNTIL_B} | }} | "
        f"}} | user z | s -> p -> z"
    ),
    "rounds of a timer beside instances one by one": (
        f"start s | user a : {ONE_BY_ONE_UNTIL_A} | boundary k on a cancelActivity=false : {HOURLY} | "
        "user x | user z | s -> a -> z | k -> x"
    ),
    "a condition at the border of instances": (
        f"start s | and g | user o | user a : {TWICE} | boundary k on a : {IF_A} | user x | user z | "
        "s -> g | g -> o | g -> a -> z | k -> x"
    ),
    "a signal of another branch at the border of instances": (
        f"start s | and g | user a : {TWICE} | boundary k on a cancelActivity=false : {SIGNAL} | user x | "
        f"user o | throw t : {SIGNAL} | user z | s -> g | g -> a -> z | g -> o -> t | k -> x"
    ),
    "a condition before an inclusive join": (
        f"start s | or g | catch c : {IF_B} | user a | or j | user z | s -> g | g -> c -> j | g -> a -> j | "
        "j -> z"
    ),
    "a handler undoes every instance": (
        f"start s | sub p {{ | start ps | user a : {TWICE} | user undo_a isForCompensation=true | "
        f"boundary b_a on a : {UNDO} | user q | ps -> a -> q | sub h triggeredByEvent=true {{ | "
        f"start hs : {PAID} | throw ht : {UNDO} | user fix | hs -> ht -> fix | }} | }} | user z | "
        "s -> p -> z"
    ),
    "undone from two levels up": (
        f"start s | sub p {{ | start ps | sub q {{ | start qs | user a | "
        f"user undo_a isForCompensation=true | boundary b_a on a : {UNDO} | qs -> a | }} | user c | "
        f"ps -> q -> c | }} | user d | throw t : {UNDO_P} | user z | s -> p -> d -> t -> z"
    ),
    "a compensation handler that undoes what is inside": (
        f"start s | sub p {{ | user a | user undo_a isForCompensation=true | boundary b_a on a : {UNDO} | "
        f"sub h triggeredByEvent=true {{ | start hs : {UNDO} | user fix | throw ht : {UNDO} | "
        f"hs -> fix -> ht | }} | }} | throw t : {UNDO} | user z | s -> p -> t -> z"
    ),
    "a transaction in a handler": (
        f"start s | user o | sub h triggeredByEvent=true {{ | start hs : {PAID} | transaction t {{ | "
        f"user a | user undo_a isForCompensation=true | boundary b_a on a : {UNDO} | xor g | "
        f"end tc : {CANCEL} | end te | a -> g | g -> tc [a] | g -> te * | }} | boundary k on t : {CANCEL} | "
        f"user out | k -> out | hs -> t | }} | s -> o"
    ),
    "a handler in a handler": (
        f"start s | user a | sub h triggeredByEvent=true {{ | start hs isInterrupting=false : {PAID} | "
        f"user fix | hs -> fix | sub h2 triggeredByEvent=true {{ | start hs2 : {OTHER} | user fix2 | "
        f"hs2 -> fix2 | }} | }} | s -> a"
    ),
    "a border that waits for two messages": (
        f"start s | user a | boundary k on a cancelActivity=false parallelMultiple=true : {PAID}{OTHER} | "
        "user x | user z | s -> a -> z | k -> x"
    ),
    "a border for any and one for all": (
        f"start s | sub p {{ | user a | user b | }} | "
        f"boundary k on p cancelActivity=false : {PAID}{OTHER}{HOURLY} | "
        f"boundary l on p parallelMultiple=true : {PAID}{SIGNAL} | user x | user y | user z | s -> p -> z | "
        "k -> x | l -> y"
    ),
    "terminate in an instance": (
        f"start s | sub each {{ {TWICE} | start ms | user a | user b | end e : {TERMINATE} | ms -> a -> e | "
        f"ms -> b | }} | user z | s -> each -> z"
    ),
    "the border that names an error and the one that takes all": (
        f"start s | service a | boundary k on a : {ERROR} | boundary l on a : {ANY_ERROR} | user x | "
        "user y | user z | s -> a -> z | k -> x | l -> y"
    ),
    "an escalation interrupts beside a message that does not": (
        f"start s | sub p {{ | user a | throw t : {ESCALATION} | user b | a -> t -> b | }} | "
        f"boundary k on p : {ESCALATION} | boundary n on p cancelActivity=false : {PAID} | user x | user y | "
        "user z | s -> p -> z | k -> x | n -> y"
    ),
    "conditions on the ways out of a task": (
        "start s | user a | user b | user c | user d | or j | user z | s -> a | a -> b [a] | a -> c [b] | "
        "a -> d * | b -> j | c -> j | d -> j | j -> z"
    ),
    "a join inside an ad-hoc sub-process": (
        "start s | adhoc p { | user a | user b | and j | user c | a -> j | b -> j | j -> c | } | user z | "
        "s -> p -> z"
    ),
    "instances picked in an ad-hoc sub-process": (
        f"start s | adhoc p {{ | user a : {TWICE} | sub b {{ {TWO_BY_ONE} | user c | }} | a -> b | }} | "
        "user z | s -> p -> z"
    ),
    "ad-hoc sub-processes in instances escalate": (
        f"start s | sub each {{ {TWICE} | adhoc p {{ | user a | throw t : {ESCALATION} | a -> t | }} | "
        f"boundary k on p cancelActivity=false : {ESCALATION} | user x | k -> x | }} | user z | "
        "s -> each -> z"
    ),
    "a handler of an error ends an ad-hoc sub-process": (
        f"start s | adhoc p ordering=Sequential {{ | user a | end e : {ERROR} | a -> e | user b | "
        f"sub h triggeredByEvent=true {{ | start hs : {ERROR} | user fix | hs -> fix | }} | }} | user z | "
        "s -> p -> z"
    ),
    "ad-hoc sub-processes in instances, one interrupted": (
        f"start s | adhoc p {{ {TWICE} | user a | sub h triggeredByEvent=true {{ | start hs : {PAID} | "
        f"user fix | hs -> fix | }} | }} | user z | s -> p -> z"
    ),
    "a completion condition before and after a handler began": (
        f"start s | adhoc p {{ {UNTIL_A} | user a | user b | sub h triggeredByEvent=true {{ | "
        f"start hs : {PAID} | user fix | hs -> fix | }} | }} | user z | s -> p -> z"
    ),
    "a handler begins by a condition": (
        f"start s | sub p {{ | user a | user b | a -> b | sub h triggeredByEvent=true {{ | "
        f"start hs : {IF_BOTH} | user fix | hs -> fix | }} | }} | user z | s -> p -> z"
    ),
    "rounds of a timer in each instance": (
        f"start s | sub each {{ {TWICE} | user a | sub h triggeredByEvent=true {{ | "
        f"start hs isInterrupting=false : {HOURLY} | user fix | hs -> fix | }} | }} | user z | "
        "s -> each -> z"
    ),
    "an error out of two called processes": (
        f"start s | sub p {{ | call c calledElement=one | }} | boundary b on p : {ERROR} | user x | user z | "
        "s -> p -> z | b -> x | process one | start s1 | call c1 calledElement=two | user after | "
        f"s1 -> c1 -> after | process two | start s2 | user a | and g | user w | xor q | end e : {ERROR} | "
        "end f | s2 -> g | g -> a -> q | q -> e [a] | q -> f * | g -> w"
    ),
    "a condition at the border of a call": (
        f"start s | user o | and g | call c calledElement=one | boundary k on c : {IF_A} | user x | user z | "
        "s -> g | g -> c -> z | g -> o | k -> x | process one | start s1 | user a | user b | s1 -> a -> b"
    ),
    "called processes in instances escalate": (
        f"start s | call c calledElement=one : {TWICE} | "
        f"boundary k on c cancelActivity=false : {ESCALATION} | user x | user z | s -> c -> z | k -> x | "
        f"process one | start s1 | user a | throw t : {ESCALATION} | user b | s1 -> a -> t -> b"
    ),
    "a called process handles its error and fails": (
        f"start s | call c calledElement=one | boundary b on c : {ERROR_2} | user x | user z | s -> c -> z | "
        f"b -> x | process one | start s1 | user a | end e : {ERROR} | s1 -> a -> e | "
        f"sub h triggeredByEvent=true {{ | start hs : {ERROR} | user fix | xor q | end h1 : {ERROR_2} | "
        f"end h2 | hs -> fix -> q | q -> h1 [b] | q -> h2 * | }}"
    ),
    "a called process terminates": (
        "start s | and g | call c calledElement=one | user o | and j | user z | s -> g | g -> c -> j | "
        f"g -> o -> j | j -> z | process one | start s1 | and g1 | user a | user w | end e : {TERMINATE} | "
        "s1 -> g1 | g1 -> a -> e | g1 -> w"
    ),
    "what called processes did is undone in them": (
        f"start s | call c calledElement=one : {TWICE} | user d | throw t : {UNDO} | user z | "
        "s -> c -> d -> t -> z | process one | start s1 | user a | user undo_a isForCompensation=true | "
        f"boundary b_a on a : {UNDO} | call c1 calledElement=two | s1 -> a -> c1 | process two | start s2 | "
        f"user b | user undo_b isForCompensation=true | boundary b_b on b : {UNDO} | s2 -> b"
    ),
    "a transaction is given up amid an undoing in it": (
        f"start s | transaction t {{ | start ts | and g | user q | end tc : {CANCEL} | user a : {TWICE} | "
        f"user undo_a isForCompensation=true | boundary b_a on a : {UNDO} | throw th : {UNDO} | user w | "
        f"ts -> g | g -> a -> th -> w | g -> q -> tc | }} | boundary k on t : {CANCEL} | user out | user ok | "
        "s -> t -> ok | k -> out"
    ),
    "a handler interrupts an undoing and undoes the rest": (
        f"start s | sub p {{ | start ps | sub e {{ | start es | user a | user undo_a isForCompensation=true | "
        f"boundary b_a on a : {UNDO} | user b | user undo_b isForCompensation=true | boundary b_b on b : {UNDO} | "
        f"es -> a -> b | }} | throw t : {UNDO} | user c | ps -> e -> t -> c | sub h triggeredByEvent=true {{ | "
        f"start hs : {PAID} | throw ht : {UNDO} | user fix | hs -> ht -> fix | }} | }} | user d | "
        f"throw tp : {UNDO_P} | user z | s -> p -> d -> tp -> z"
    ),
    "a call is being undone when its transaction is given up": (
        f"start s | transaction t {{ | start ts | and g | user q | end tc : {CANCEL} | call c calledElement=one | "
        f"throw th : {UNDO} | user w | ts -> g | g -> c -> th -> w | g -> q -> tc | }} | boundary k on t : {CANCEL} | "
        f"user out | user ok | s -> t -> ok | k -> out | process one | start s1 | user a : {TWICE} | "
        f"user undo_a isForCompensation=true | boundary b_a on a : {UNDO} | s1 -> a"
    ),
}


def _undone(lines: str) -> list[str]:
    return re.findall(r"(?:user|sub) undo_(\w+)", lines)


def model_of(drawing: str) -> Model:
    """The model of one of these."""
    main, *called = drawing.replace(" | ", "\n").split("\nprocess ")
    source = with_undo(main, *_undone(main))
    for text in called:
        name, _, lines = text.partition("\n")
        other = associated(xml(lines, process=name), *_undone(lines))
        end = b"</bpmn:definitions>"
        source = source.replace(end, other[other.index(b"<bpmn:process") :])
    return read(source.replace(b'<bpmn:process id="main"', ROOTS + b'<bpmn:process id="main"'))
