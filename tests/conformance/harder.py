"""Combinations that an expert of BPMN would try: scopes in scopes, and two things at the same instant.

Drawn as those in `drawn.py`.
"""

from tests.conformance.drawn import (
    CANCEL,
    DAY,
    ERROR,
    ERROR_2,
    ESCALATION,
    IF_A,
    IF_B,
    LINK_L,
    PAID,
    SIGNAL,
    TERMINATE,
    THREE_WHILE_A,
    TWICE,
    TWO_BY_ONE_UNTIL_A,
    UNDO,
    UNDO_P,
    UNTIL_A,
)
from tests.engine.spiff.diagrams import timer

HOUR, PAST = timer("Duration", "PT1H"), timer("Date", "2020-01-01T00:00:00Z")
UNDO_BESIDE = '<bpmn:compensateEventDefinition waitForCompletion="false"/>'

HARDER = {
    "errors of calls in instances, one caught inside and one around": (
        f"start s | sub each {{ {TWICE} | start ms | call c calledElement=one | boundary k on c : {ERROR} | "
        f"user fix | user n | ms -> c -> n | k -> fix | }} | boundary kk on each : {ERROR_2} | user x | "
        f"user z | s -> each -> z | kk -> x | process one | start s1 | user a | xor q | end e1 : {ERROR} | "
        f"end e2 : {ERROR_2} | end e3 | s1 -> a -> q | q -> e1 [a] | q -> e2 [b] | q -> e3 *"
    ),
    "an escalation climbs two scopes with a border at each": (
        f"start s | sub p {{ | start ps | sub q {{ | start qs | user a | throw t : {ESCALATION} | user b | "
        f"qs -> a -> t -> b | }} | boundary k on q cancelActivity=false : {ESCALATION} | user x | "
        f"throw t2 : {ESCALATION} | user x2 | ps -> q | k -> x -> t2 -> x2 | }} | "
        f"boundary l on p cancelActivity=false : {ESCALATION} | user y | user z | s -> p -> z | l -> y"
    ),
    "a receive task, a timer and a signal raced by a gateway": (
        f"start s | event g | receive r messageRef=m | "
        f"catch c : {HOUR} | "
        f"catch d : {SIGNAL} | user a | user b | user e | s -> g | g -> r -> a | g -> c -> b | g -> d -> e"
    ),
    "terminate in a handler that does not interrupt": (
        f"start s | sub p {{ | start ps | and g | user a | user b | g -> a | g -> b | ps -> g | "
        f"sub h triggeredByEvent=true {{ | start hs isInterrupting=false : {PAID} | user fix | and g2 | "
        f"user w | end e : {TERMINATE} | hs -> g2 | g2 -> fix -> e | g2 -> w | }} | }} | user z | "
        f"s -> p -> z"
    ),
    "an inclusive join in a ring with a ring inside": (
        "start s | xor mm | or g | user a | user b | xor ma | xor x1 | or j | xor x | user c | end e | "
        "s -> mm -> g | g -> ma [a] | ma -> a -> x1 | x1 -> ma [c] | x1 -> j * | g -> b [b] | g -> j * | "
        "b -> j | j -> c -> x | x -> mm [a] | x -> e *"
    ),
    "inclusive joins that lead to each other": (
        "start s | and g | user a | user b | or j1 | or j2 | user c | user d | xor x1 | xor x2 | end e1 | "
        "end e2 | s -> g | g -> a -> j1 -> c -> x1 | g -> b -> j2 -> d -> x2 | x1 -> j2 [a] | x1 -> e1 * | "
        "x2 -> j1 [b] | x2 -> e2 *"
    ),
    "a signal thrown and caught in several scopes": (
        f"start s | and g | user o | throw t : {SIGNAL} | catch c : {SIGNAL} | user ac | sub p {{ | "
        f"start ps | user a | ps -> a | sub h triggeredByEvent=true {{ | "
        f"start hs isInterrupting=false : {SIGNAL} | user fix | hs -> fix | }} | }} | "
        f"boundary k on p : {SIGNAL} | user x | user z | s -> g | g -> o -> t -> z | g -> c -> ac | "
        f"g -> p | k -> x"
    ),
    "a handler throws the signal again that started it": (
        f"start s | user a | throw t : {SIGNAL} | user b | s -> a -> t -> b | "
        f"sub h triggeredByEvent=true {{ | start hs isInterrupting=false : {SIGNAL} | user fix | "
        f"throw ht : {SIGNAL} | user after | hs -> fix -> ht -> after | }}"
    ),
    "a border of each instance before an inclusive join": (
        f"start s | sub each {{ {TWICE} | start ms | user a | "
        f"boundary k on a cancelActivity=false : {PAID} | user x | or j | user n | ms -> a -> j | "
        f"k -> x -> j | j -> n | }} | user z | s -> each -> z"
    ),
    "a handler beside undoes while its scope undoes": (
        f"start s | sub p {{ | start ps | user a | user undo_a isForCompensation=true | "
        f"boundary b_a on a : {UNDO} | user b | user undo_b isForCompensation=true | "
        f"boundary b_b on b : {UNDO} | throw t : {UNDO} | user c | ps -> a -> b -> t -> c | "
        f"sub h triggeredByEvent=true {{ | start hs isInterrupting=false : {PAID} | throw ht : {UNDO} | "
        f"user fix | hs -> ht -> fix | }} | }} | user z | s -> p -> z"
    ),
    "conditions on what an inner scope writes": (
        f"start s | sub p {{ | start ps | "
        f"script sc scriptFormat=feel : <bpmn:script>a = not(a)</bpmn:script> | user q | ps -> q -> sc | "
        f"}} | boundary k on p cancelActivity=false : {IF_A} | user x | user z | s -> p -> z | k -> x | "
        f"sub h triggeredByEvent=true {{ | start hs isInterrupting=false : {IF_B} | user fix | hs -> fix | "
        f"}}"
    ),
    "a call in rounds with an error and a message at its border": (
        f"start s | call c calledElement=one : {THREE_WHILE_A} | boundary k on c : {ERROR} | "
        f"boundary l on c cancelActivity=false : {PAID} | user x | user y | user z | s -> c -> z | k -> x | "
        f"l -> y | process one | start s1 | user a | user b | xor q | end e : {ERROR} | end f | "
        f"s1 -> a -> b -> q | q -> e [b] | q -> f *"
    ),
    "an ad-hoc sub-process with a completion condition in instances one by one": (
        f"start s | sub each {{ {TWO_BY_ONE_UNTIL_A} | adhoc p ordering=Sequential {{ {UNTIL_A} | user a | "
        f"user b | user c | a -> b | }} | }} | user z | s -> each -> z"
    ),
    "links of one name in two scopes": (
        f"start s | user a | throw l1 : {LINK_L} | catch l2 : {LINK_L} | sub p {{ | start ps | user b | "
        f"throw l3 : {LINK_L} | catch l4 : {LINK_L} | user c | ps -> b -> l3 | l4 -> c | }} | user z | "
        f"s -> a -> l1 | l2 -> p -> z"
    ),
    "an inclusive join behind a link": (
        f"start s | or g | user a | user b | throw l1 : {LINK_L} | catch l2 : {LINK_L} | or j | user z | "
        f"s -> g | g -> a [a] | g -> b [b] | g -> j * | a -> l1 | l2 -> j | b -> j | j -> z"
    ),
    "a sub-process that ends when its timer is due": (
        f"start s | sub p {{ | start ps | catch c : {DAY} | ps -> c | }} | boundary k on p : {DAY} | "
        f"user x | user z | s -> p -> z | k -> x"
    ),
    "timers due at the same instant": (
        f"start s | and g | catch c : {DAY} | catch d : {DAY} | and j | user z | user q | "
        f"boundary k on q : {DAY} | boundary l on q cancelActivity=false : {DAY} | user x | user y | "
        f"s -> g | g -> c -> j | g -> d -> j | j -> z | g -> q | k -> x | l -> y"
    ),
    "several ways into and out of tasks": (
        "start s | user a | user b | user c | user d | end e | s -> a | a -> b | a -> c | b -> d | "
        "c -> d | d -> e"
    ),
    "several none start events": (
        "start s | start s2 | user a | user b | and j | s -> a -> j | s2 -> b -> j"
    ),
    "a transaction in a transaction, both given up": (
        f"start s | transaction t {{ | start ts | transaction u {{ | start us | user a | "
        f"user undo_a isForCompensation=true | boundary b_a on a : {UNDO} | xor x | end uc : {CANCEL} | "
        f"end ue | us -> a -> x | x -> uc [a] | x -> ue * | }} | boundary ku on u : {CANCEL} | user b | "
        f"xor y | end tc : {CANCEL} | end te | ts -> u -> b -> y | ku -> b | y -> tc [b] | y -> te * | }} | "
        f"boundary k on t : {CANCEL} | user out | user ok | s -> t -> ok | k -> out"
    ),
    "a compensation handler ends with an error": (
        f"start s | sub p {{ | start ps | user a | sub undo_a isForCompensation=true {{ | start us | "
        f"user u | xor uq | end ue : {ERROR} | end uf | us -> u -> uq | uq -> ue [a] | uq -> uf * | }} | "
        f"boundary b_a on a : {UNDO} | user q | throw t : {UNDO} | user w | ps -> a -> q -> t -> w | }} | "
        f"boundary k on p : {ERROR} | user x | user z | s -> p -> z | k -> x"
    ),
    "a parallel join fed twice on one way": (
        "start s | and g | xor mm | user a | user b | user c | and j | user z | s -> g | g -> a -> mm | "
        "g -> b -> mm | mm -> j | g -> c -> j | j -> z"
    ),
    "a border into the join of its activity": (
        f"start s | and g | user a | boundary k on a cancelActivity=false : {PAID} | user b | or j | "
        f"user z | s -> g | g -> a -> j | k -> j | g -> b -> j | j -> z"
    ),
    "a transaction in rounds, undone from outside": (
        f"start s | transaction t {{ {THREE_WHILE_A} | start ts | user a | "
        f"user undo_a isForCompensation=true | boundary b_a on a : {UNDO} | xor x | end tc : {CANCEL} | "
        f"end te | ts -> a -> x | x -> tc [b] | x -> te * | }} | boundary k on t : {CANCEL} | user out | "
        f"user ok | throw th : {UNDO} | user z | s -> t -> ok -> th -> z | k -> out"
    ),
    "timers that are due at once": (
        f"start s | and g | user a | "
        f"boundary k on a : {PAST} | "
        f"catch c : {PAST} | "
        f"user x | user y | s -> g | g -> a | g -> c -> y | k -> x | sub h triggeredByEvent=true {{ | "
        f"start hs isInterrupting=false : {PAST} | "
        f"user fix | hs -> fix | }}"
    ),
    "a signal of another branch raced in instances": (
        f"start s | sub p {{ {TWICE} | start ps | event g | catch c : {SIGNAL} | catch d : {PAID} | "
        f"user a | user b | ps -> g | g -> c -> a | g -> d -> b | }} | user o | throw t : {SIGNAL} | "
        f"and gg | s -> gg | gg -> p | gg -> o -> t"
    ),
    "a handler that undoes ends with an error": (
        f"start s | sub o {{ | start os | sub p {{ | start ps | user a | ps -> a | "
        f"sub h triggeredByEvent=true {{ | start hs : {UNDO} | user fix | end he : {ERROR} | "
        f"hs -> fix -> he | }} | }} | user w | throw t : {UNDO_P} | user v | os -> p -> w -> t -> v | }} | "
        f"boundary k on o : {ERROR} | user x | user z | s -> o -> z | k -> x"
    ),
    "a compensation handler escalates": (
        f"start s | sub o {{ | start os | user a | sub undo_a isForCompensation=true {{ | start us | "
        f"user u | throw ue : {ESCALATION} | user v | us -> u -> ue -> v | }} | "
        f"boundary b_a on a : {UNDO} | throw t : {UNDO} | user w | os -> a -> t -> w | }} | "
        f"boundary k on o cancelActivity=false : {ESCALATION} | user x | user z | s -> o -> z | k -> x"
    ),
    "an undoing beside is interrupted, and the rest undone": (
        f"start s | sub p {{ | start ps | user a : {TWICE} | user undo_a isForCompensation=true | "
        f"boundary b_a on a : {UNDO} | "
        f"throw t : {UNDO_BESIDE} | user z | "
        f"ps -> a -> t -> z | sub h triggeredByEvent=true {{ | start hs : {PAID} | user fix | "
        f"throw th : {UNDO} | hs -> fix -> th | }} | }} | user q | throw tp : {UNDO_P} | user w | "
        f"s -> p -> q -> tp -> w"
    ),
    "a call in an ad-hoc sub-process in a transaction given up": (
        f"start s | transaction t {{ | start ts | adhoc p {{ | call c calledElement=one | user b | }} | "
        f"xor x | end tc : {CANCEL} | end te | ts -> p -> x | x -> tc [a] | x -> te * | }} | "
        f"boundary k on t : {CANCEL} | user out | user ok | s -> t -> ok | k -> out | process one | "
        f"start s1 | user a | user undo_a isForCompensation=true | boundary b_a on a : {UNDO} | s1 -> a"
    ),
}
