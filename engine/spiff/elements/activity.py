"""Activities: performed once or in rounds, watched by boundary events, undone by compensation (BPMN 2.0.2, 13.3)."""

from typing import TYPE_CHECKING

from engine.spiff.compensation import Done, append, remember, undone, unfolded
from engine.spiff.context import HIDDEN, INSTANCE, snapshot_of, variables_of, write
from engine.spiff.elements import rounds
from engine.spiff.elements.node import NodeSpec
from engine.spiff.facts import Wait, WaitKind
from engine.spiff.rules import Rule
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.elements.rounds import RoundsSpec


class ActivitySpec(NodeSpec):
    """Something that is done. `begin` starts one performance; `performed` is called when it is over."""

    is_activity = True
    rounds: "RoundsSpec | None" = None
    mapped_in: tuple[tuple[str, Rule], ...] = ()
    mapped_out: tuple[tuple[str, Rule], ...] = ()
    reads: tuple[tuple[str, str], ...] = ()  # data stores: (variable, store)
    writes: tuple[tuple[str, str], ...] = ()

    def enter(self, token: Token) -> bool | None:
        """Perform once, or start the rounds."""
        if self.is_host(token):
            if rounds.start(self, token):
                self.finished(token)
                return True
        elif self.perform(token):
            return self._is_finished(token)
        # Armed after the start: what is over at once needs no watching.
        if (
            self.boundaries
            and INSTANCE not in token.internal_data
            and token.id in token.case.tokens
        ):
            for boundary in self.boundaries:
                boundary.watch(token)
        return None

    def perform(self, token: Token) -> bool | None:
        """One performance with its input variables; True when it is over at once."""
        self.take_in(token)
        return self.begin(token)

    def take_in(self, token: Token) -> None:
        """The input variables of one performance."""
        hidden = {name: token.data[name] for name in self.hides if name in token.data}
        if hidden and INSTANCE in token.internal_data:
            token.internal_data[HIDDEN] = hidden
        for name, store in self.reads:
            token.data[name] = token.case.resolver.read_store(store)
        for name, rule in self.mapped_in:
            token.data[name] = rule.value(variables_of(token))

    def begin(self, token: Token) -> bool | None:
        """Start the work; True when it is done at once."""
        return True

    def performed(self, token: Token) -> None:
        """One performance is over; called for work that did not end at once."""
        if self._is_finished(token):
            token.complete()

    def _is_finished(self, token: Token) -> bool | None:
        self._map_out(token)
        if self.writes:
            context = variables_of(token)
            for name, store in self.writes:
                token.case.resolver.write_store(store, context.get(name))
        self._note_done(token)
        for name in self.hides:
            token.data.pop(name, None)
        token.data.update(token.internal_data.pop(HIDDEN, {}))
        if INSTANCE in token.internal_data:
            rounds.round_over(self, token)
            return None
        self.finished(token)
        return True

    def _map_out(self, token: Token) -> None:
        for name, rule in self.mapped_out:
            write(token, {name: rule.value(variables_of(token))})

    def _note_done(self, token: Token) -> None:
        """Remember what this performance did, if anything undoes it: when the whole activity is over."""
        inner = token.internal_data.pop("log", [])
        of, seen = token.internal_data.pop("called", (None, None))
        if (self.undone_by is None and not inner) or self.node.is_for_compensation:
            return
        if self.undone_by is not None:
            seen = snapshot_of(token)
        holder = token
        if INSTANCE in token.internal_data:
            assert token.parent is not None
            holder = token.parent
        append(holder.internal_data.setdefault("done", []), Done(self.name, seen, inner, of))

    def finished(self, token: Token) -> None:
        """The whole activity is over: remember it where it can be undone."""
        if "log" in token.internal_data:
            # rounds that an earlier release began
            remember(token.workflow, Done(self.name, None, token.internal_data.pop("log")))
        for done in unfolded(token.internal_data.pop("done", [])):
            remember(token.workflow, done)
        owner = token.workflow.owner
        if owner is not None and owner.task_spec.is_ad_hoc:
            token.workflow.notes["check"] = 1

    def is_host(self, token: Token) -> bool:
        """True for the token that counts rounds and is not itself one."""
        return self.rounds is not None and INSTANCE not in token.internal_data

    def wait(self, token: Token) -> Wait | None:
        """Whether a loop goes on is asked where its diagram does not say."""
        if "again" in token.internal_data:
            return self._wait(token, WaitKind.DECISION, choices=(rounds.choice(self),))
        return super().wait(token)

    def withdrawn(self, token: Token) -> None:
        """What finished rounds left behind is not lost."""
        if "r" in token.internal_data:
            rounds.hand_on(token, token.internal_data["r"])
        super().withdrawn(token)

    def _on_complete(self, token: Token) -> None:
        parent = token.parent
        if parent is not None and "undo" in parent.internal_data:
            # a compensation handler: it has no flows, the one that asked goes on
            token.case.cancel_children(token)
            token.remove()
            undone(parent)
            return
        super()._on_complete(token)
