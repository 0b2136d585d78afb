"""Random numbers that belong to the case: the same case draws the same at the same element in every scenario.

Comparing scenarios needs common random numbers: what differs between two runs is then the scenario, not the luck.
Each element has streams of its own, cut in blocks by the number of the case, so that memory stays flat.
"""

import random
from bisect import bisect
from collections.abc import Sequence

from designer.simulation.distributions import Distribution

BITS = 10
MASK = (1 << BITS) - 1
# Blocks of later visits are smaller: few cases come back, fewer still a third time, and what nobody asks for is drawn
# in vain; seeding a block costs as much as drawing some fifty amounts.
AGAIN_BITS, RARE_BITS = 8, 4
OFTEN = 2  # visits after the first
KEPT = 8


class Stream:
    """Amounts by case number. `seed` names run, element and purpose; equal seeds give equal dice."""

    __slots__ = ("again", "blocks", "distribution", "seed")

    def __init__(self, seed: str, distribution: Distribution | None) -> None:
        self.seed = seed
        self.distribution = distribution  # None: shares between 0 and 1
        self.blocks: dict[int, list[float]] = {}
        self.again: dict[tuple[int, int], list[float]] = {}

    def at(self, number: int, visit: int = 0) -> float:
        """What case `number` draws when it comes here for the first time, or again."""
        if visit:
            return self._again(number, visit)
        block = self.blocks.get(number >> BITS)
        if block is None:
            block = self.fill(number >> BITS)
        return block[number & MASK]

    def fill(self, index: int) -> list[float]:
        """Draw the block; an old one gives way and is drawn anew, just the same, where it is needed once more."""
        if len(self.blocks) >= KEPT:
            del self.blocks[next(iter(self.blocks))]
        block = self.blocks[index] = self._drawn(f"{self.seed}/{index}", 1 << BITS)
        return block

    def _again(self, number: int, visit: int) -> float:
        bits = AGAIN_BITS if visit <= OFTEN else RARE_BITS
        key = visit, number >> bits
        block = self.again.get(key)
        if block is None:
            if len(self.again) >= KEPT * 16:
                del self.again[next(iter(self.again))]
            block = self._drawn(f"{self.seed}/{key[0]}.{key[1]}", 1 << bits)
            self.again[key] = block
        return block[number & ((1 << bits) - 1)]

    def _drawn(self, seed: str, count: int) -> list[float]:
        dice = random.Random(seed)
        if self.distribution is None:
            return [dice.random() for _ in range(count)]
        return self.distribution.draw(dice, count)


class PacedStream(Stream):
    """Delays of one element by the pace of the case: a case that is slow is slow everywhere.

    `luck` says which of the paces a case has, the same at every element; `ends` where their shares end.
    """

    __slots__ = ("dice", "ends", "inverses", "luck", "streams")

    def __init__(self, luck: Stream, ends: Sequence[float], streams: Sequence[Stream]) -> None:
        super().__init__("", None)
        self.luck = luck
        self.ends = list(ends)
        self.streams = list(streams)
        # All of them throw the same dice: where it can be, only the amount of the case's own pace is worked out.
        self.dice = Stream(streams[0].seed, None)
        self.inverses = [
            None if one.distribution is None else one.distribution.inverse() for one in streams
        ]

    def at(self, number: int, visit: int = 0) -> float:
        """The delay of case `number`."""
        pace = min(bisect(self.ends, self.luck.at(number)), len(self.streams) - 1)
        inverse = self.inverses[pace]
        if inverse is None:
            return self.streams[pace].at(number, visit)
        return inverse(self.dice.at(number, visit))
