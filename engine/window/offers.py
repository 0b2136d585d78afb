"""The public catalogue: procedures that anybody may ask for, as their sheets say, found however they are typed."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.models import Procedure, Version
from engine.search import LONGEST_WORDS, MOST_TERMS, fold
from engine.sheet import Sheet, read_sheet

_ALIKE = 0.8  # of two words, so that “licensia” finds “licencia” (difflib's ratio)
_SHORTEST_GUESS = 4  # letters; shorter words are too much alike


@dataclass(frozen=True)
class Offer:
    """A procedure with the sheet of the version that new cases take."""

    key: str
    version_id: int
    sheet: Sheet
    is_open: bool  # takes new cases at present

    @cached_property
    def names(self) -> list[str]:
        """Folded words that say what it is."""
        return fold(f"{self.sheet.name} {self.key}").replace("-", " ").split()

    @cached_property
    def words(self) -> list[str]:
        """Folded words of everything a person may look for."""
        told = self.sheet
        requirements = (one.name for one in told.requirements)
        parts = (told.code, told.objective, told.who_may_ask, *told.steps, *requirements)
        return [*self.names, *fold(" ".join(parts)).split()]


def offers(session: Session, text: str = "") -> list[Offer]:
    """The procedures with a sheet, by name; with `text` those in which every word of it occurs, the likeliest first.

    Case and accents do not matter, beginnings of words are enough, and words nearly alike count when nothing else
    is found.
    """
    found = [
        offer
        for procedure, version_id in session.execute(_CURRENT.order_by(Procedure.name))
        if (offer := _offer(session, procedure, version_id)) is not None
    ]
    terms = fold(text)[:LONGEST_WORDS].split()[:MOST_TERMS]
    if not terms:
        return found
    exact = [offer for offer in found if all(_begins(offer.words, term) for term in terms)]
    near = exact or [offer for offer in found if all(_is_near(offer.words, t) for t in terms)]
    return sorted(near, key=lambda offer: -sum(_begins(offer.names, term) for term in terms))


def offer_by_key(session: Session, key: str) -> Offer:
    """What is offered under this key; NotFound when there is nothing, or nothing with a sheet."""
    row = session.execute(_CURRENT.where(Procedure.key == key)).first()
    offer = None if row is None else _offer(session, row[0], row[1])
    if offer is None:
        raise NotFound(what="procedure", name=key[:80])
    return offer


def sheet_of(session: Session, version_id: int) -> Sheet:
    """The sheet of a version. Versions never change, so each is read once."""
    known = _READ.get(version_id)
    if known is None:
        raw = session.scalar(select(Version.sheet).where(Version.id == version_id))
        if len(_READ) >= _MOST:
            _READ.clear()
        known = _READ[version_id] = read_sheet(raw or {})
    return known


_CURRENT: Select[Procedure, int] = select(Procedure, Version.id).join(
    Version, Version.id == Procedure.current_version_id
)
_READ: dict[int, Sheet] = {}
_MOST = 512


def _offer(session: Session, procedure: Procedure, version_id: int) -> Offer | None:
    sheet = sheet_of(session, version_id)
    # A drawing without a sheet is not published to anybody outside: nothing says what it asks and grants.
    if not sheet.name:
        return None
    return Offer(procedure.key, version_id, sheet, not procedure.is_suspended)


def _begins(words: Iterable[str], term: str) -> bool:
    return any(word.startswith(term) for word in words)


def _is_near(words: list[str], term: str) -> bool:
    if _begins(words, term):
        return True
    if len(term) < _SHORTEST_GUESS:
        return False
    return bool(difflib.get_close_matches(term, set(words), n=1, cutoff=_ALIKE))
