"""What a jurisdiction forbids or bounds, as data: processes/requirements/<jurisdiction>.toml."""

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import processes

LONGEST_TERM = 30  # business days, where a jurisdiction says nothing


@dataclass(frozen=True, slots=True)
class Prohibition:
    """A kind of requirement that may not be asked. Each of `any_of` is words that must all be in the name."""

    words: str
    any_of: tuple[tuple[str, ...], ...]
    registry: str = ""  # the connector that has it

    def is_met_by(self, name: str) -> bool:
        """Whether a requirement's name says it is of this kind."""
        said = plain(name)
        return any(all(stem in said for stem in stems) for stems in self.any_of)


def prohibitions(jurisdiction: str) -> tuple[Prohibition, ...]:
    """The kinds that may not be asked there; none where nobody has listed any."""
    return _read(jurisdiction)[0]


def longest_term(jurisdiction: str) -> int:
    """Business days that a decision may take unless a law says otherwise."""
    return _read(jurisdiction)[1]


def plain(text: str) -> str:
    """Small letters without accents."""
    spread = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


@cache
def _read(jurisdiction: str) -> tuple[tuple[Prohibition, ...], int]:
    known = {
        path.stem: path for path in (Path(processes.__path__[0]) / "requirements").glob("*.toml")
    }
    path = known.get(jurisdiction)
    if path is None:
        return (), LONGEST_TERM
    said = tomllib.loads(path.read_text("utf-8"))
    found = tuple(
        Prohibition(
            one["words"],
            tuple(tuple(plain(phrase).split()) for phrase in one["any_of"]),
            one.get("registry", ""),
        )
        for one in said.get("prohibited", [])
    )
    return found, int(said.get("longest_term", LONGEST_TERM))
