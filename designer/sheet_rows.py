"""Lines of a sheet's page (modalities `m.number.field`, requirements `r.number.field`), paired with those of the sheet.

A line that was shown comes back with its key, so that what somebody typed lands in the line they typed it in, though
another page put one before it meanwhile. A line without a key, or with one that the sheet does not know any more, is
new.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.errors import Refusal

Json = dict[str, Any]
Cells = Mapping[str, str]
STEMS = ("m", "r")
MOST_ROWS = 200
_CHOSEN = frozenset(
    {"assessment", "unit", "source", "kind", "place", "key"}
)  # alone they make no line


class NeedsName(Refusal):
    """A sheet, modality or requirement without a name."""

    sentence = "Give every requirement and the procedure itself a name; clear all cells of a line to take it out."


def row_keys(names: Iterable[str]) -> list[str]:
    """What tells each line from the others as it is shown: which of that name, and the name."""
    times: Counter[str] = Counter()
    found = []
    for name in map(_bare, names):
        times[name] += 1
        found.append(f"{times[name]} {name}".rstrip())
    return found


def paired(sent: Cells, shown: Cells) -> dict[str, str]:
    """What a page sent, each line under the number it has in the sheet as it stands now, new ones after those; without
    the empty lines that a page offers for what is to be added.
    """
    found = {name: said for name, said in sent.items() if not any(is_of(name, s) for s in STEMS)}
    for stem in STEMS:
        count = row_count(shown, stem)
        known = {shown[f"{stem}.{number}.key"]: number for number in range(count)}
        for number in _numbers(sent, stem):
            start = f"{stem}.{number}."
            row = {name[len(start) :]: sent[name] for name in sent if name.startswith(start)}
            there = known.pop(_bare(row.get("key", "")), None)
            if there is None:
                if not any(said.strip() for name, said in row.items() if name not in _CHOSEN):
                    continue
                there, count = count, count + 1
            found |= {f"{stem}.{there}.{name}": said for name, said in row.items()}
    return found


def row_count(cells: Cells, stem: str) -> int:
    """How many lines the cells tell of."""
    return max(_numbers(cells, stem), default=-1) + 1


def changed_rows(
    before: Any, sent: Cells, new: Cells, stem: str, read: Callable[[Cells, Json], Json]
) -> list[Any]:
    """The lines in the order of their `place`, each with the cells that are new.

    One that is ticked to be taken out goes, and so does one whose cells are all empty. `sent` and `new` are paired.
    Raises NeedsName.
    """
    kept = [dict(one) for one in before or [] if isinstance(one, Mapping)]
    found: list[tuple[float, Json]] = []
    for number in sorted({*_numbers(sent, stem), *range(len(kept))}):
        old = kept[number] if number < len(kept) else {}
        whole, changed = _row(sent, stem, number), _row(new, stem, number)
        if changed.pop("out", ""):
            continue
        place = _place(whole.get("place", ""), number)
        changed.pop("place", None)
        if not changed and old:
            found.append((place, old))
            continue
        if not whole.get("name"):
            if any(said for name, said in whole.items() if name not in _CHOSEN):
                raise NeedsName()
            continue
        told = read(whole, old) if not old else _only(read(whole, old), changed)
        one = {name: value for name, value in {**old, **told}.items() if value not in ("", [], {})}
        if len(found) < MOST_ROWS or old:
            found.append((place, one))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def is_of(name: str, stem: str) -> bool:
    """Whether a cell of this name is in a line of the stem."""
    parts = name.split(".")
    return len(parts) == 3 and parts[0] == stem and parts[1].isdecimal() and len(parts[1]) < 4


def _numbers(cells: Cells, stem: str) -> list[int]:
    return sorted({int(name.split(".")[1]) for name in cells if is_of(name, stem)})


def _row(sent: Cells, stem: str, number: int) -> dict[str, str]:
    start = f"{stem}.{number}."
    return {
        name[len(start) :]: said.strip() for name, said in sent.items() if name.startswith(start)
    }


def _only(told: Json, changed: Cells) -> Json:
    """What new cells say; a term is of two cells."""
    names = {"term" if name in ("amount", "unit") else name for name in changed}
    return {name: value for name, value in told.items() if name in names}


def _place(said: str, number: int) -> float:
    return float(said) if said.isdecimal() else number + 1


def _bare(text: str) -> str:
    """A text as a browser may have changed it: line breaks, blanks at the ends."""
    return " ".join(text.split())
