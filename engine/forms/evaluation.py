"""One look at a form with some answers: conditions, calculated values and errors, found together.

What is shown depends on answers, and answers count only where they are shown; so the two are worked out in turns
until nothing changes. Conditions that chase each other in a circle never settle: after a bounded number of turns
the fields concerned are shown, because a person can then decide.
"""

from collections.abc import Mapping
from datetime import date

from engine.errors import N_
from engine.files.store import StoredFile
from engine.forms.field import MISSING, Around, Field
from engine.forms.fields.dynamiclist import MOST_ROWS, DynamicList
from engine.forms.formula import Formula
from engine.forms.gathering import gathered, laid_over, rows_that_count
from engine.forms.json_value import Answers, Json, is_empty, plain_json
from engine.forms.refusals import FieldError, FormTooCostly, Misfit
from engine.forms.spot import ABSENT, Spot, at, row_of, walk
from engine.numerals import Numerals

MOST_TURNS = 40
MOST_SPOTS = 20_000


class Evaluation:
    """The spots of a form, settled; `errors` and `answers` read them."""

    def __init__(
        self,
        fields: tuple[Field, ...],
        raw: Mapping[str, object],
        context: Mapping[str, object],
        files: Mapping[str, StoredFile],
        today: date,
        numerals: Numerals,
    ) -> None:
        self.context = context
        self.files = files
        self.today = today
        self.numerals = numerals
        self.count = 0
        self.spots = [self._spot(one, (), raw, (context,), None, None) for one in fields]
        self.all = list(walk(self.spots))
        self._scopes: dict[tuple[int, int | None], dict[str, object]] = {}
        self._settle()

    # reading

    def _spot(
        self,
        one: Field,
        before: tuple[str | int, ...],
        raw: object,
        earlier: tuple[object, ...],
        parent: Spot | None,
        row: int | None,
    ) -> Spot:
        self.count += 1
        if self.count > MOST_SPOTS:
            raise FormTooCostly
        path = (*before, *one.path)
        spot = Spot(one, path, parent, row, at(raw, one.path))
        there = tuple(old for data in earlier if (old := at(data, one.path)) is not ABSENT)
        if isinstance(one, DynamicList):
            self._fill_rows(spot, one, there[0] if len(earlier) == 1 and there else None)
        elif one.fields:
            # a group without a path leaves its fields where the group is
            inner, known = (spot.raw, there) if one.path else (raw, earlier)
            spot.children = [
                self._spot(child, path, inner, known, spot, row) for child in one.fields
            ]
        elif one.has_value:
            spot.found = tuple(plain_json(old) for old in there)
            spot.earlier = spot.found[0] if len(earlier) == 1 and spot.found else None
        return spot

    def _fill_rows(self, spot: Spot, one: DynamicList, earlier: object) -> None:
        known = earlier[:MOST_ROWS] if isinstance(earlier, list) else []
        wanted: list[object] = []
        if spot.raw is ABSENT or spot.raw is None:
            wanted = list(known) if known else [{} for _ in range(one.rows)]
        elif isinstance(spot.raw, list | tuple) and all(
            isinstance(row, Mapping) for row in spot.raw
        ):
            wanted = list(spot.raw)
        else:
            spot.misfit = Misfit(N_("“{label}” must be a list of rows."))
        if len(wanted) > MOST_ROWS:
            spot.misfit = Misfit(N_("“{label}”: at most {limit} rows."), limit=MOST_ROWS)
        for number, row in enumerate(wanted[:MOST_ROWS]):
            # rows come and go in a list that grows, so a row's number does not say which one it was
            before = tuple(known) if one.is_growing else tuple(known[number : number + 1])
            spot.rows.append(
                [
                    self._spot(child, (*spot.path, number), row, before or ({},), spot, number)
                    for child in one.fields
                ]
            )

    # settling

    def _settle(self) -> None:
        moving = [spot for spot in self.all if spot.field.is_moving]
        for spot in self.all:
            self._type(spot)
        self._scopes.clear()
        if not moving:
            return
        flipped: set[Spot] = set()
        turns = min(len(moving) + 2, MOST_TURNS)
        for turn in range(turns):
            self._scopes.clear()
            before = [(spot.is_visible, spot.typed) for spot in moving]
            visible = [
                spot.field.hide is None or not spot.field.hide.holds(self.around(spot).scope)
                for spot in moving
            ]
            for spot in moving:
                self._type(spot)
            for spot, is_visible in zip(moving, visible, strict=True):
                spot.is_visible = is_visible
            changed = [
                spot
                for spot, old in zip(moving, before, strict=True)
                if old != (spot.is_visible, spot.typed)
            ]
            if not changed:
                break
            if turn >= turns - 2:
                flipped.update(changed)
        else:
            for spot in flipped:
                spot.is_visible = True
        self._scopes.clear()

    def _type(self, spot: Spot) -> None:
        one = spot.field
        if not one.has_value or isinstance(one, DynamicList):
            return
        around = self.around(spot)
        if one.is_computed:
            spot.typed = one.compute(around)
            return
        is_readonly = self.is_readonly(spot)
        is_given = spot.raw is not ABSENT and not (is_readonly and not self._is_known(spot, around))
        given: object = spot.raw
        if not is_given:
            given = one.kept(one.initial(around) if spot.earlier is None else spot.earlier)
        spot.misfit = None
        try:
            spot.typed = one.parse(given, around)
            if spot.typed is None:
                spot.typed = one.empty
        except Misfit as misfit:
            spot.typed = spot.earlier if is_readonly and spot.earlier is not None else one.empty
            if (
                is_given or spot.earlier is not None
            ):  # a default that does not fit is nobody's fault
                spot.misfit = misfit

    def _is_known(self, spot: Spot, around: Around) -> bool:
        """Whether the read-only answer of a row is one that the list has already."""
        if not spot.found or spot.earlier is not None:
            return False
        try:
            return spot.field.parse(spot.raw, around) in spot.found
        except Misfit:
            return False

    # what expressions see

    def around(self, spot: Spot) -> Around:
        """What the field at this spot may look at."""
        holder, row = row_of(spot)
        key = (id(holder), row)
        scope = self._scopes.get(key)
        if scope is None:
            scope = self._scope(holder, row)
            self._scopes[key] = scope
        return Around(scope, self.today, self.numerals, self.files)

    def _scope(self, holder: Spot | None, row: int | None) -> dict[str, object]:
        if holder is None or row is None:
            answers = self.answers()
            scope: dict[str, object] = {**self.context, **answers}
            scope.setdefault("this", answers)
            return scope
        outer = dict(self.around(holder).scope)
        mine = gathered(holder.rows[row])
        # form-js: in a row, its answers come first, the list's surroundings are `parent`, rows count from 1
        return {**outer, **mine, "this": mine, "parent": outer, "i": row + 1}

    def is_required(self, spot: Spot) -> bool:
        """Whether an answer must be given now."""
        return self._rule(spot.field.required, spot)

    def is_readonly(self, spot: Spot) -> bool:
        """Whether the answer cannot be changed now; nothing inside a read-only group or list can."""
        around: Spot | None = spot
        while around is not None:
            if self._rule(around.field.readonly, around):
                return True
            around = around.parent
        return False

    def _rule(self, rule: "bool | Formula", spot: Spot) -> bool:
        return rule.holds(self.around(spot).scope) if isinstance(rule, Formula) else rule

    # what comes out

    def errors(self) -> list[FieldError]:
        """What is wrong with the answers in sight, in the order of the form."""
        found: list[FieldError] = []
        for spot in self.all:
            if not (spot.field.is_input and spot.field.has_value and spot.is_in_sight):
                continue
            if self.is_readonly(spot):
                continue
            misfit = spot.misfit or self._broken_rule(spot)
            if misfit is not None:
                label = spot.field.label.say(self.around(spot).scope) or spot.field.path[-1]
                found.append(
                    FieldError(spot.name, misfit.message, {"label": label[:200], **misfit.values})
                )
        return found

    def _broken_rule(self, spot: Spot) -> Misfit | None:
        value: Json = spot.typed
        is_list = isinstance(spot.field, DynamicList)
        is_missing = not self._is_begun(spot) if is_list else spot.field.is_missing(value)
        if is_missing and self.is_required(spot):
            return Misfit(MISSING)
        if is_list or is_empty(value):
            return None
        try:
            spot.field.check(value, self.around(spot))
        except Misfit as misfit:
            return misfit
        return None

    @property
    def has_blank_rows(self) -> bool:
        """Whether a list has rows that are no answers."""
        lists = (spot for spot in self.all if spot.rows)
        return any(len(rows_that_count(spot)) < len(spot.rows) for spot in lists)

    def _is_begun(self, spot: Spot) -> bool:
        """Whether a list has an answer, or a row that will itself say what it lacks."""
        return bool(rows_that_count(spot)) or any(
            self.is_required(inner) for row in spot.rows for inner in walk(row) if inner.is_in_sight
        )

    def answers(self) -> Answers:
        """The answers in sight, nested as the form is; groups with a path keep what the case has there."""
        answers = gathered(self.spots)
        hidden = self._hidden()
        return {
            name: laid_over(self.context.get(name), value, hidden, (name,))
            for name, value in answers.items()
        }

    def _hidden(self) -> set[tuple[str | int, ...]]:
        return {spot.path for spot in self.all if spot.field.has_value and not spot.is_in_sight}
