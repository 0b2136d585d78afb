"""`value.name`: entries of contexts, and the properties of temporals, durations and ranges."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from engine.feel.dates import Date, DateTime, Time
from engine.feel.durations import NANOS, DaysTime, YearsMonths
from engine.feel.errors import NullResult
from engine.feel.kinds import kind_of
from engine.feel.values import Range, Value


def member(source: Value, name: str) -> Value:
    """The entry or property; of a list, that of each element. Raises NullResult without one."""
    if isinstance(source, Mapping):
        if name in source:
            return source[name]
        raise NullResult("The context has no entry “{name}”.", name=name)
    if isinstance(source, list):
        return [_of_element(element, name) for element in source]
    properties = _PROPERTIES.get(type(source))
    if properties is not None and name in properties:
        return properties[name](source)
    raise NullResult("There is no “{name}” in {kind}.", name=name, kind=kind_of(source))


def _of_element(element: Value, name: str) -> Value:
    if isinstance(element, list):
        return None
    try:
        return member(element, name)
    except NullResult:
        return None


def _seconds(nanos: int) -> Decimal:
    whole, fraction = divmod(nanos, NANOS)
    return Decimal(whole) if not fraction else Decimal(nanos).scaleb(-9).normalize()


def _offset(seconds: int | None) -> Value:
    return None if seconds is None else DaysTime(seconds * NANOS)


_Property = Callable[..., Value]
_DAY: dict[str, Callable[[Date], Value]] = {
    "year": lambda day: Decimal(day.year),
    "month": lambda day: Decimal(day.month),
    "day": lambda day: Decimal(day.day),
    "weekday": lambda day: Decimal(day.weekday),
}
_CLOCK: dict[str, Callable[[Time], Value]] = {
    "hour": lambda time: Decimal(time.hour),
    "minute": lambda time: Decimal(time.minute),
    "second": lambda time: _seconds(time.nanos % (60 * NANOS)),
    "timezone": lambda time: time.zone.region if time.zone else None,
}


def _on_date(read: Callable[[Date], Value]) -> Callable[[DateTime], Value]:
    return lambda moment: read(moment.date)


def _on_time(read: Callable[[Time], Value]) -> Callable[[DateTime], Value]:
    return lambda moment: read(moment.time)


_PROPERTIES: dict[type, dict[str, _Property]] = {
    Date: dict(_DAY),
    Time: {**_CLOCK, "time offset": lambda time: _offset(time.offset)},
    DateTime: {
        **{name: _on_date(read) for name, read in _DAY.items()},
        **{name: _on_time(read) for name, read in _CLOCK.items()},
        "time offset": lambda moment: _offset(moment.offset),
    },
    DaysTime: {
        "days": lambda duration: Decimal(duration.days),
        "hours": lambda duration: Decimal(duration.hours),
        "minutes": lambda duration: Decimal(duration.minutes),
        "seconds": lambda duration: duration.seconds,
    },
    YearsMonths: {
        "years": lambda duration: Decimal(duration.years),
        "months": lambda duration: Decimal(duration.months),
    },
    Range: {
        "start": lambda range_: range_.start,
        "end": lambda range_: range_.end,
        "start included": lambda range_: range_.start_included,
        "end included": lambda range_: range_.end_included,
    },
}
