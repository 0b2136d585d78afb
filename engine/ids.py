"""Identifiers that need no sequence: 63-bit integers that grow with time and are made by any process.

No sequence orders across cases, so the same tables can be spread over several machines.
"""

import secrets
from collections.abc import Iterator
from datetime import datetime
from itertools import count

_EPOCH_MS = 1_735_689_600_000  # 2025-01-01, so that identifiers stay short for decades
_RANDOM_BITS = 22
_BEFORE_BITS = 34  # milliseconds: 198 days


def new_id(at: datetime) -> int:
    """A positive 63-bit integer: 41 bits of milliseconds since 2025, then 22 random bits.

    Two of the same millisecond collide once in four million pairs; the primary key then refuses the second.
    """
    milliseconds = max(0, int(at.timestamp() * 1000) - _EPOCH_MS)
    return (milliseconds << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)


def run_of_ids() -> Iterator[int]:
    """Identifiers that follow each other, for millions of rows written at once: a database appends them as they come.

    They lie in the first half of 2025, before anything ran, so that none is ever one of `new_id`'s. Two runs of up to
    four million meet once in 2**34 pairs.
    """
    return count(secrets.randbits(_BEFORE_BITS) << _RANDOM_BITS)
