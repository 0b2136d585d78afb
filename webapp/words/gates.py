"""The calibration gate in words: does the simulated as-is meet what was measured, does it carry over, what could it."""

from collections.abc import Iterator, Mapping
from typing import Any

from designer.simulation.calibration import TOLERANCE
from webapp.i18n import _
from webapp.words.durations import duration_words
from webapp.words.studies import share


def is_calibrated(data: Mapping[str, Any]) -> bool:
    """Whether the simulated as-is met what was measured; where it did not, every simulated figure says so."""
    gate = data.get("calibration")
    return bool(gate and gate["is_met"])


def warnings(data: Mapping[str, Any]) -> Iterator[str]:
    """What whoever signs must know of it: nothing where it is calibrated and carries over."""
    gate = data.get("calibration")
    if "simulated" in data and not gate:
        yield (
            _(
                "Not calibrated: there is no log of how it is, so every simulated figure rests on what was said."
            )
            if data["measured"] is None
            else _(
                "Not calibrated: the log of how it is holds too few completed cases to test the simulation on."
            )
        )
    if not gate:
        return
    if not gate["is_met"]:
        yield _(
            "Not calibrated: simulated, half of the cases take %(half)s (measured: %(half_now)s), 85 of 100 "
            "%(most)s (measured: %(most_now)s).",
            **_times(gate),
        )
    if not _carries_over(gate):
        yield _(
            "It does not carry over: fitted on the first half of the cases alone, the simulation does not meet the "
            "second half within %(tolerance)s. Times to come may differ from these as much.",
            tolerance=share(TOLERANCE),
        )
    if gate.get("is_sharp") is False and not (gate["is_met"] and _carries_over(gate)):
        low, high = gate["measured"]["range50"]
        yield _(
            "What was measured is itself not known to within 10%%: with other cases of the same office, half "
            "of them would have taken between %(low)s and %(high)s (95%% confidence).",
            low=duration_words(low, high),
            high="∞" if high is None else duration_words(high),
        )


def basis(gate: Mapping[str, Any] | None) -> Iterator[str]:
    """How well it is met, and how it was tried."""
    if gate is None:
        return
    if gate["is_met"]:
        yield _(
            "Calibrated: simulated, half of the cases take %(half)s, 85 of 100 %(most)s of the time measured.",
            half=share(1 + gate["gap50"]),
            most=share(1 + gate["gap85"]),
        )
    if "held_out" in gate:
        yield _(
            "Fitted on all measured cases. Fitted on the first half alone and tried on the second: half of the "
            "cases %(half)s (measured: %(half_now)s), 85 of 100 %(most)s (measured: %(most_now)s).",
            **_times(gate["held_out"]),
        )
    elif gate.get("is_held_out"):
        # As reports were kept before both were told apart.
        yield _("Fitted on the first half of the measured cases and tested on the second half.")


def _carries_over(gate: Mapping[str, Any]) -> bool:
    tried = gate.get("held_out")
    return tried is None or bool(tried["is_met"])


def _times(gate: Mapping[str, Any]) -> dict[str, str]:
    return {
        "half": duration_words(gate["p50"], gate["measured"]["p50"]),
        "half_now": duration_words(gate["measured"]["p50"]),
        "most": duration_words(gate["p85"], gate["measured"]["p85"]),
        "most_now": duration_words(gate["measured"]["p85"]),
    }
