"""How far long work is, told now and then, and whether somebody has stopped it."""

import time
from collections.abc import Callable

from designer.simulation.refusals import Cancelled

LOOK_SECONDS = 0.5  # between two tellings, and between two looks at whether it was stopped

Told = Callable[[float], None]  # a share between 0 and 1 of one part of the work


class Watch:
    """One piece of work that is told in parts. `tell` gets the share of the whole that is done, never a smaller one."""

    def __init__(self, tell: Callable[[float], None], is_stopped: Callable[[], bool]) -> None:
        self._tell = tell
        self._is_stopped = is_stopped
        self._share = 0.0
        self._told_at = self._looked_at = time.monotonic()

    def part(self, start: float, end: float) -> Told:
        """To be called with how much is done of the part that lies between two shares of the whole."""
        return lambda share: self.reach(start + (end - start) * min(1.0, share))

    def reach(self, share: float) -> None:
        """So much of the whole is done. Raises Cancelled."""
        self._share = max(self._share, share)
        now = time.monotonic()
        # The two have a clock each: looking is asked for all the time, and would leave nothing to tell.
        if now - self._told_at >= LOOK_SECONDS:
            self._told_at = now
            self._tell(self._share)
        self.check()

    def check(self) -> None:
        """Go on, or raise Cancelled."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        if self._is_stopped():
            raise Cancelled


def unwatched() -> Watch:
    """Of work that nobody waits for."""
    return Watch(lambda _share: None, lambda: False)
