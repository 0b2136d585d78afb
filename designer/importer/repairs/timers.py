"""Timers say when, in ISO 8601 or FEEL; others are waited for by a person."""

from collections.abc import Iterator
from dataclasses import replace

from designer.importer.by_hand import waits_for_person
from designer.importer.drawing import Drawing
from designer.importer.language import feel_text
from designer.importer.repair import Change, Stage, repair, shown
from designer.importer.times import from_cron, from_words, iso_kind
from engine.bpmn.model import EventDefinition, EventKind, Expression, Node, TimerKind

_MARKS = ("=", "${", "#{")


@repair(Stage.EVENTS, "BPMN 2.0.2, 10.5.5: a timer has a date, a cycle or a duration in ISO 8601")
def mend(drawing: Drawing) -> Iterator[Change]:
    """Quotes, cron and plain words become ISO 8601; where nothing is said, a person says when."""
    for _, node in drawing.everything():
        for event in node.events:
            if event.kind is EventKind.TIMER:
                yield from _mend_one(drawing, drawing.nodes[node.id], event)


def _mend_one(drawing: Drawing, node: Node, event: EventDefinition) -> Iterator[Change]:
    if event not in node.events:
        return  # its event waits for a person by now
    values = {"name": shown(node.name, node.id)}
    said = event.expression
    text = said.text.strip().strip("\"'“”").strip() if said is not None else ""
    kind = iso_kind(text)
    if kind is not None:
        if said is not None and (said.text, event.timer) != (text, _kind(event.timer, kind)):
            _set(drawing, node, event, _kind(event.timer, kind), Expression(text, None, said.line))
            yield Change(
                node.id,
                node.line,
                "The time of “{name}” is written “{time}”.",
                values | {"time": text},
            )
        return
    if said is not None and _is_expression(said):
        feel = feel_text(said, drawing)
        if feel is not None:
            if (said.text, said.language) != (feel, "feel") or event.timer is None:
                timer = event.timer or TimerKind.DURATION
                _set(drawing, node, event, timer, Expression(feel, "feel", said.line))
                sentence = "The time of “{name}” was translated to FEEL."
                yield Change(node.id, node.line, sentence, values)
            return
    for guess in (from_cron(text), from_words(text), None if text else from_words(node.name or "")):
        if guess is not None:
            new_kind, iso = guess
            if event.timer is TimerKind.CYCLE and new_kind is TimerKind.DURATION:
                new_kind, iso = TimerKind.CYCLE, f"R/{iso}"
            _set(drawing, node, event, new_kind, Expression(iso, None, event.line))
            sentence = "The time of “{name}” is taken as {time}."
            yield Change(node.id, node.line, sentence, values | {"time": iso}, is_decision=True)
            return
    waits_for_person(drawing, node, event, "Wait for the right time, then go on.")
    yield Change(
        node.id,
        node.line,
        "“{name}” waits for a time that the drawing does not say; a person says when it has come.",
        values,
    )


def _kind(drawn: TimerKind | None, found: TimerKind) -> TimerKind:
    # A bare period under timeCycle repeats without end, so it stays a cycle.
    if drawn is TimerKind.CYCLE and found is TimerKind.DURATION:
        return drawn
    return found


def _is_expression(said: Expression) -> bool:
    text = said.text.strip()
    language = (said.language or "").lower()
    return text.startswith(_MARKS) or "feel" in language or ("(" in text and ")" in text)


def _set(
    drawing: Drawing, node: Node, event: EventDefinition, kind: TimerKind, text: Expression
) -> None:
    events = tuple(
        replace(item, timer=kind, expression=text) if item is event else item
        for item in node.events
    )
    drawing.change(node, events=events)
