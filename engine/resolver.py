"""Answers the engine's questions from the database: compiled versions, called processes, decisions, data stores."""

from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, tzinfo
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine.database import own_sql
from engine.decisions import decided_by
from engine.deployments import Blueprint, blueprint
from engine.models import DataStore, Procedure, Version
from engine.spiff import Compiled, Outcome, compile_model, remembered

if TYPE_CHECKING:  # decision tables are read where a version has some
    from engine import dmn

CACHE_SIZE = 128


class PublishedVersions:
    """The resolver of one case in one transaction. A call activity runs what was published when the case started."""

    def __init__(
        self, session: Session, plan: Blueprint, *, started_at: datetime, at: datetime
    ) -> None:
        self._session = session
        self._plan = plan
        self.zone: tzinfo = plan.place.zone
        self._started_at = started_at
        self._at = at

    def compiled(self, hash: str) -> Compiled:
        """The version with this hash; KeyError where it is not published here."""
        if self._plan.compiled.hash == hash:
            return self._plan.compiled
        known = remembered(hash)
        if known is not None:
            return known
        model_hash, _, process_id = hash.partition("#")
        version_id = self._version_of(model_hash)
        if version_id is None:
            raise KeyError(hash)
        return compile_model(blueprint(self._session, version_id).compiled.model, process_id)

    def called(self, called_element: str, caller: Compiled) -> Compiled | None:
        """What a call activity runs: a process of the same file, else of a procedure by process id or key."""
        sibling = caller.sibling(called_element)
        if sibling is not None:
            return sibling
        version_id = self._session.scalar(
            select(Version.id)
            .join(Procedure, Procedure.id == Version.procedure_id)
            .where(
                (Version.process_id == called_element) | (Procedure.key == called_element),
                Version.published_at <= self._started_at,
            )
            .order_by(Version.published_at.desc(), Version.number.desc())
            .limit(1)
        )
        return None if version_id is None else blueprint(self._session, version_id).compiled

    def decide(self, decision: str, context: dict[str, Any], caller: Compiled) -> Outcome:
        """What a decision of the caller's version decides, by which rules; KeyError where it has none by that name.

        Rules of a called procedure carry the id of its version, so that they are found again.
        """
        if caller.model_hash == self._plan.compiled.model_hash:
            return decided_by(self._models(self._plan.version_id), decision, context)
        version_id = self._version_called(caller.model_hash)
        if version_id is None:
            raise KeyError(decision)
        outcome = decided_by(self._models(version_id), decision, context)
        return replace(
            outcome, fired=tuple({**one, "version": version_id} for one in outcome.fired)
        )

    def read_store(self, store: str) -> Any:
        """What a data store holds; None where nothing was left there."""
        return self._session.scalar(select(DataStore.value).where(DataStore.name == store))

    def write_store(self, store: str, value: Any) -> None:
        """Leave a value in a data store for later cases; of two who do at once, the second's holds."""
        row = {"value": value, "written_at": self._at}
        left = own_sql(self._session).insert(DataStore).values(name=store, **row)
        self._session.execute(left.on_conflict_do_update(index_elements=[DataStore.name], set_=row))

    def _models(self, version_id: int) -> list["dmn.Model"]:
        """The decision models of a version, from this program's memory or else read now."""
        with _lock:
            known = _decisions.get(version_id)
            if known is not None:
                _decisions.move_to_end(version_id)
                return known
        texts: dict[str, str] = (
            self._session.scalar(select(Version.decisions).where(Version.id == version_id)) or {}
        )
        from engine import dmn

        # where one cannot be read, publishing told the analyst; here a person decides instead
        models = list(dmn.load_all(texts).values())
        with _lock:
            _decisions[version_id] = models
            while len(_decisions) > CACHE_SIZE:
                _decisions.popitem(last=False)
        return models

    def _version_called(self, model_hash: str) -> int | None:
        """The version that a call activity runs: of those with this diagram, the last before the case started.

        A table that changed since makes a version with the same diagram; this case does not see it.
        """
        return self._version_of(model_hash, Version.published_at <= self._started_at) or (
            self._version_of(model_hash)
        )

    def _version_of(self, model_hash: str, *only: ColumnElement[bool]) -> int | None:
        return self._session.scalar(
            select(Version.id)
            .where(Version.hash == model_hash, *only)
            .order_by(Version.published_at.desc(), Version.number.desc())
            .limit(1)
        )


_decisions: OrderedDict[int, list["dmn.Model"]] = OrderedDict()
_lock = Lock()
