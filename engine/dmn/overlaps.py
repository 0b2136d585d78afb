"""Finds overlaps and gaps of a decision table, each with an example input.

Overlaps are two rules that the same input matches: a mistake in a unique table, in an any table
when the results differ, and in a first table when the later rule can never be reached. A gap is an
input that no rule matches, in a table without default output. Cells whose meaning only evaluation
can tell are taken to match everything when gaps are sought and nothing when overlaps are: what is
reported is true, what is not reported may still be there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from engine.dmn.model import HitPolicy, Table
from engine.dmn.regions import Region, blank_region, is_plain, joined, regions_of
from engine.feel import Value

MAX_FOUND = 50
MAX_VISITS = 10_000_000
"""How many regions are looked at; a table beyond it gets the answers found until then."""

CHECKED = frozenset({HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST})


@dataclass(frozen=True, slots=True)
class Overlap:
    """Rules (from 1) that match the same input; `example` has a value for each input column."""

    rules: tuple[int, int]
    example: Mapping[str, Value]
    where: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A rule (from 1) of a first table whose every input an earlier rule takes; `by` are these."""

    rule: int
    by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """An input that no rule matches, as an example and, per column, as a FEEL test."""

    example: Mapping[str, Value]
    where: Mapping[str, str]


def overlaps(table: Table) -> list[Overlap]:
    """Pairs of rules that contradict each other in a unique or any table, at most 50.

    `Model.table` gives a table whose columns have the types and allowed values of the model.
    """
    if table.hit_policy not in (HitPolicy.UNIQUE, HitPolicy.ANY):
        return []
    return list(_Grid(table).overlaps())


def unreachable(table: Table) -> list[Unreachable]:
    """The rules of a first table that never get their turn, at most 50."""
    if table.hit_policy is not HitPolicy.FIRST:
        return []
    return list(_Grid(table).unreachable())


def gaps(table: Table) -> list[Gap]:
    """Inputs that no rule of a unique, any or first table matches, at most 50."""
    if table.hit_policy not in CHECKED or any(output.default for output in table.outputs):
        return []
    return list(_Grid(table).gaps())


class _Grid:
    def __init__(self, table: Table) -> None:
        self._table = table
        self._labels = [column.label for column in table.inputs]
        self._columns = [
            regions_of(
                [rule.inputs[number].text for rule in table.rules],
                column.type_ref,
                column.allowed.text if column.allowed else None,
            )
            for number, column in enumerate(table.inputs)
        ]
        self._plain = _mask(
            all(is_plain(cell.text) for cell in rule.inputs) for rule in table.rules
        )
        # A blank answer matches dashes: it may be all that a last rule is there for.
        self._blanks = [
            blank_region([rule.inputs[number].text for rule in table.rules])
            for number in range(len(table.inputs))
        ]
        self._visits = 0

    def overlaps(self) -> Iterator[Overlap]:
        found = 0
        rules = self._table.rules if all(self._columns) else ()
        for number, rule in enumerate(rules):
            bit = 1 << number
            later = self._plain & -(bit << 1) if self._plain & bit else 0
            self._visits += sum(map(len, self._columns))
            if self._visits > MAX_VISITS:
                return
            for column in self._columns:
                later &= _union(region.rules for region in column if region.rules & bit)
            for other in _bits(later):
                if self._table.hit_policy is HitPolicy.ANY and self._agree(number, other):
                    continue
                both = bit | 1 << other
                common = [
                    next((each for each in column if each.rules & both == both), None)
                    for column in self._columns
                ]
                regions = [region for region in common if region is not None]
                if len(regions) < len(common):
                    continue
                yield Overlap(
                    (rule.number, rules[other].number),
                    self._example(regions),
                    self._where(regions),
                )
                found += 1
                if found == MAX_FOUND:
                    return

    def unreachable(self) -> Iterator[Unreachable]:
        found = 0
        rules = self._table.rules if all(self._columns) else ()
        for number in range(1, len(rules)):
            bit = 1 << number
            self._visits += sum(map(len, self._columns))
            earlier = self._plain & (bit - 1)
            columns = [
                [each for each in (*column, blank) if each.rules & bit]
                for column, blank in zip(self._columns, self._blanks, strict=True)
            ]
            if not all(columns):
                continue
            if self._uncovered(columns, earlier, 0, [], set()) is None:
                by = earlier
                for column in columns:
                    by &= _union(each.rules for each in column)
                numbers = tuple(rules[each].number for each in _bits(by))
                yield Unreachable(rules[number].number, numbers)
                found += 1
            if found == MAX_FOUND or self._visits > MAX_VISITS:
                return

    def _uncovered(
        self,
        columns: Sequence[Sequence[Region]],
        candidates: int,
        depth: int,
        path: list[Region],
        seen: set[tuple[int, int]],
    ) -> list[Region] | None:
        # A combination of regions that no candidate covers; None when all are covered. Giving up
        # counts as uncovered: nothing is claimed that was not looked at.
        self._visits += 1
        if not candidates or self._visits > MAX_VISITS:
            return path + [column[0] for column in columns[depth:]]
        if depth == len(columns) or (depth, candidates) in seen:
            return None
        self._visits += len(columns[depth])
        for region in columns[depth]:
            left = self._uncovered(
                columns, candidates & region.rules, depth + 1, [*path, region], seen
            )
            if left is not None:
                return left
        seen.add((depth, candidates))
        return None

    def gaps(self) -> Iterator[Gap]:
        everything = (1 << len(self._table.rules)) - 1
        if all(self._columns):
            for number, regions in enumerate(self._open(everything, 0, [], set()), start=1):
                yield Gap(self._example(regions), self._where(regions))
                if number == MAX_FOUND:
                    return

    def _open(
        self, candidates: int, depth: int, path: list[Region], seen: set[tuple[int, int]]
    ) -> Iterator[list[Region]]:
        self._visits += 1
        if self._visits > MAX_VISITS or (depth, candidates) in seen:
            return
        if not candidates:
            yield path
            return
        if depth == len(self._columns):
            return
        seen.add((depth, candidates))
        self._visits += len(self._columns[depth])
        for left, regions in groupby(
            self._columns[depth], key=lambda region: candidates & region.rules
        ):
            part = list(regions)
            is_whole = len(part) == len(self._columns[depth])
            region = replace(part[0], text="-") if is_whole else joined(part)
            yield from self._open(left, depth + 1, [*path, region], seen)

    def _agree(self, first: int, second: int) -> bool:
        rules = self._table.rules
        return [cell.text for cell in rules[first].outputs] == [
            cell.text for cell in rules[second].outputs
        ]

    def _example(self, regions: Sequence[Region]) -> dict[str, Value]:
        chosen = [*regions, *(column[0] for column in self._columns[len(regions) :])]
        return {label: region.example for label, region in zip(self._labels, chosen, strict=True)}

    def _where(self, regions: Sequence[Region]) -> dict[str, str]:
        texts = [region.text for region in regions]
        texts += ["-"] * (len(self._labels) - len(texts))
        return dict(zip(self._labels, texts, strict=True))


def _mask(matches: Iterator[bool]) -> int:
    return sum(is_match << number for number, is_match in enumerate(matches))


def _union(masks: Iterator[int]) -> int:
    result = 0
    for mask in masks:
        result |= mask
    return result


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
