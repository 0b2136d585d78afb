"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

# A Monday, nine in the morning in Lima: business days and office hours count from a known place.
START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


class Clock:
    """Call it for the instant (aware, UTC); `advance` and `set` move it."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **distance: float) -> datetime:
        """Move by the words of timedelta (`days=1, minutes=5`); the new instant."""
        self.now += timedelta(**distance)
        return self.now

    def set(self, now: datetime) -> datetime:
        """Stand at another instant; raises ValueError for one without a time zone."""
        if now.tzinfo is None:
            raise ValueError("a clock shows an aware instant")
        self.now = now
        return now
