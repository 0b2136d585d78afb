"""Publishing versions of procedures, matching lanes with offices, and the compiled versions everyone shares."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import bindparam, case, delete, func, insert, select, update
from sqlalchemy.orm import Session, undefer
from sqlalchemy.orm.attributes import set_committed_value

from engine import bpmn, starting
from engine.as_read import as_read, columns
from engine.bpmn.model import Lane, Model, Node
from engine.calendars.jurisdiction import Jurisdiction, jurisdiction_of
from engine.errors import NotFound, Refusal
from engine.ids import new_id
from engine.inbox.keys import follow_tasks
from engine.letters.plan import LettersPlan, read_letters
from engine.models import LaneOffice, Office, Person, Procedure, Task, TaskStatus, Version
from engine.routing.homes import HOMES, Homes, read_homes
from engine.routing.rules import rule_of
from engine.routing.said import groups_named
from engine.search import fold
from engine.sheet import Sheet, read_sheet
from engine.spiff import Compiled, compile_model

CACHE_SIZE = 256
_HEAVY = ("drawing", "model", "forms", "decisions", "sheet", "element_names")


@dataclass(frozen=True, slots=True, eq=False)
class Blueprint:
    """A version as it is run: compiled, with its diagram at hand. Shared by all cases, never changed."""

    version_id: int
    procedure_id: int
    compiled: Compiled
    nodes: dict[str, Node]  # every flow node of the file by id, called processes included
    lanes: dict[str, Lane]  # by id
    number_prefix: str | None  # of the procedure sheet: what case numbers begin with
    letters: LettersPlan
    sheet: Sheet
    place: Jurisdiction  # whose law and days the sheet follows

    def lane_names(self, lane_id: str | None) -> tuple[str, ...]:
        """Names of a lane and those around it, the innermost first."""
        names = []
        seen = set()
        while lane_id is not None and lane_id not in seen:
            seen.add(lane_id)
            lane = self.lanes.get(lane_id)
            if lane is None:
                break
            if lane.name:
                names.append(lane.name)
            lane_id = lane.parent
        return tuple(names)


class PrefixTaken(Refusal):
    """Two procedures may not number their cases alike."""

    sentence = "The cases of “{procedure}” are already numbered {prefix}-…. Choose another number_prefix in the sheet."


def deploy(
    session: Session,
    key: str,
    name: str,
    *,
    drawing: bytes,
    model: bytes,
    process_id: str,
    forms: dict[str, Any] | None = None,
    decisions: dict[str, Any] | None = None,
    sheet: dict[str, Any] | None = None,
    by: Person | None,
    at: datetime,
) -> Version:
    """A new version, at once the one that new cases take; the procedure is made when the key is new.

    A new procedure belongs to the publisher's first office, so that its tasks have a home before lanes are matched;
    a lane called as an office is matched with it.
    Raises engine.spiff's NotRunnable with everything that stands in the way, engine.bpmn's UnreadableDiagram,
    engine.letters' BadTemplate and BadLetters.
    """
    _check_prefix(session, key, sheet)
    read = bpmn.read(model)
    compiled = compile_model(read, process_id)
    read_letters(sheet, _nodes(read))
    procedure = session.scalar(select(Procedure).where(Procedure.key == key).with_for_update())
    if procedure is None:
        office_ids = sorted(by.office_ids) if by is not None else []
        procedure = Procedure(
            id=new_id(at),
            key=key,
            name=name,
            office_id=office_ids[0] if office_ids else None,
            is_suspended=False,
            created_at=at,
        )
        session.add(procedure)
        session.flush()
    procedure.name = name
    number = session.scalar(
        select(func.coalesce(func.max(Version.number), 0)).where(
            Version.procedure_id == procedure.id
        )
    )
    version = Version(
        id=new_id(at),
        procedure_id=procedure.id,
        number=(number or 0) + 1,
        process_id=compiled.process_id,
        hash=compiled.model_hash,
        drawing=drawing,
        model=model,
        forms=forms or {},
        decisions=decisions or {},
        sheet=sheet or {},
        element_names=_element_names(read),
        published_at=at,
        published_by_id=None if by is None else by.id,
    )
    version.procedure = procedure
    session.add(version)
    procedure.current_version_id = version.id
    session.flush()
    starting.listen(session, version, compiled, at=at)
    _match_namesakes(session, version, read)
    return version


def procedure_by_key(session: Session, key: str) -> Procedure:
    """The procedure with this key; NotFound."""
    procedure = session.scalar(select(Procedure).where(Procedure.key == key))
    if procedure is None:
        raise NotFound(what="procedure", name=key)
    return procedure


def current_version(session: Session, procedure: Procedure) -> Version:
    """The version that new cases take; NotFound where nothing is published."""
    version = None
    if procedure.current_version_id is not None:
        version = session.get(Version, procedure.current_version_id)
    if version is None:
        raise NotFound(what="published version", name=procedure.key)
    return version


_VERSION = columns(Version, but=_HEAVY)
_PROCEDURE = columns(Procedure, but=("task_rules",))  # which are among HOMES
# Made once: every case that begins asks.
_CURRENT = (
    select(*_VERSION, *_PROCEDURE, *HOMES)
    .join(Version.procedure)
    .where(Procedure.key == bindparam("key"), Procedure.current_version_id == Version.id)
)


def current_version_of(session: Session, key: str) -> Version:
    """The version that new cases of the procedure with this key take, and its procedure; NotFound."""
    return current_version_and_homes(session, key)[0]


def current_version_and_homes(session: Session, key: str) -> tuple[Version, Homes | None]:
    """The same, with where its work is at home, for who begins a case of it at once."""
    session.flush()
    row = session.connection().execute(_CURRENT, {"key": key}).one_or_none()
    if row is None:  # which says what is missing
        return current_version(session, procedure_by_key(session, key)), None
    values = tuple(row)
    begins, ends = len(_VERSION), len(_VERSION) + len(_PROCEDURE)
    version = as_read(session, Version, _VERSION, values[:begins])
    procedure = as_read(session, Procedure, _PROCEDURE, values[begins:ends])
    homes = read_homes(*values[ends:])
    set_committed_value(procedure, "task_rules", homes.rules)
    set_committed_value(version, "procedure", procedure)
    return version, homes


def blueprint(session: Session, version_id: int) -> Blueprint:
    """The compiled version, from this program's memory or else read and compiled now; NotFound."""
    with _lock:
        known = _blueprints.get(version_id)
        if known is not None:
            _blueprints.move_to_end(version_id)
            return known
    row = session.execute(
        select(Version.model, Version.process_id, Version.procedure_id, Version.sheet).where(
            Version.id == version_id
        )
    ).first()
    if row is None:
        raise NotFound(what="version", name=version_id)
    read = bpmn.read(row.model)
    nodes = _nodes(read)
    made = Blueprint(
        version_id=version_id,
        procedure_id=row.procedure_id,
        compiled=compile_model(read, row.process_id),
        nodes=nodes,
        lanes={lane.id: lane for process in read.processes for lane in process.lanes},
        number_prefix=_number_prefix(row.sheet),
        letters=read_letters(row.sheet, nodes),
        sheet=read_sheet(row.sheet or {}),
        place=jurisdiction_of(row.sheet),
    )
    with _lock:
        _blueprints[version_id] = made
        while len(_blueprints) > CACHE_SIZE:
            _blueprints.popitem(last=False)
    return made


def compiled(session: Session, version_id: int) -> Compiled:
    """The version as the engine runs it, shared and read-only."""
    return blueprint(session, version_id).compiled


def version_lanes(version: Version) -> list[str]:
    """Names of the lanes of a version's diagram, outer before inner, in document order."""
    read = bpmn.read(version.model)
    return list(dict.fromkeys(lane.name for p in read.processes for lane in p.lanes if lane.name))


def lane_offices(session: Session, procedure: Procedure) -> dict[str, int]:
    """Lane name → office that does its tasks."""
    rows = session.execute(
        select(LaneOffice.lane, LaneOffice.office_id).where(LaneOffice.procedure_id == procedure.id)
    )
    return {row.lane: row.office_id for row in rows}


def match_lanes(
    session: Session,
    procedure: Procedure,
    offices: dict[str, int],
    *,
    by: Person | None,
    at: datetime,
) -> None:
    """Say which office does each lane or group, instead of what was said before; open tasks nobody took go along."""
    session.execute(
        delete(LaneOffice)
        .where(LaneOffice.procedure_id == procedure.id)
        .execution_options(synchronize_session=False)
    )
    if offices:
        rows = [
            {"procedure_id": procedure.id, "lane": lane, "office_id": office_id}
            for lane, office_id in offices.items()
        ]
        session.execute(insert(LaneOffice), rows)
    _move_open_tasks(session, procedure, offices)
    session.flush()


def _move_open_tasks(session: Session, procedure: Procedure, offices: dict[str, int]) -> None:
    waiting = (
        Task.procedure_id == procedure.id,
        Task.status == TaskStatus.OPEN,
        Task.assignee_id.is_(None),
    )
    kinds = session.execute(select(Task.version_id, Task.element_id).where(*waiting).distinct())
    for version_id, element_id in kinds.all():
        plan = blueprint(session, version_id)
        rule = rule_of(plan.sheet.raw, procedure.task_rules, element_id)
        if rule.offices or rule.decision:
            continue  # a rule says where it is, whatever its lane is matched with
        node = plan.nodes.get(element_id)
        names = () if node is None else (*groups_named(node), *plan.lane_names(node.lane))
        office_id = next((offices[name] for name in names if name in offices), None)
        if office_id is not None:
            session.execute(
                update(Task)
                .where(*waiting, Task.version_id == version_id, Task.element_id == element_id)
                # A pool says itself who belongs.
                .values(
                    office_id=office_id,
                    queue_id=case((Task.queue_id < 0, Task.queue_id), else_=office_id),
                )
                .execution_options(synchronize_session="fetch")
            )
    follow_tasks(session, Task.procedure_id == procedure.id)


def set_home_office(session: Session, procedure: Procedure, office_id: int | None) -> None:
    """Say which office does the tasks that no lane gives to another; open tasks without an office go there too."""
    procedure.office_id = office_id
    session.execute(
        update(Task)
        .where(
            Task.procedure_id == procedure.id,
            Task.status == TaskStatus.OPEN,
            Task.office_id.is_(None),
        )
        .values(office_id=office_id, queue_id=func.coalesce(Task.queue_id, office_id))
        .execution_options(synchronize_session="fetch")
    )
    follow_tasks(session, Task.procedure_id == procedure.id)


def version_numbered(session: Session, procedure: Procedure, number: int) -> Version:
    """The version with this number; NotFound."""
    version = session.scalar(
        select(Version).where(Version.procedure_id == procedure.id, Version.number == number)
    )
    if version is None:
        raise NotFound(what="version", name=f"{procedure.key} {number}")
    version.procedure = procedure
    return version


def version_with_everything(session: Session, version_id: int) -> Version:
    """The version with drawing, model, forms, decisions and sheet loaded; NotFound."""
    version = session.scalar(
        select(Version)
        .where(Version.id == version_id)
        .options(*(undefer(getattr(Version, name)) for name in _HEAVY))
    )
    if version is None:
        raise NotFound(what="version", name=version_id)
    return version


_blueprints: OrderedDict[int, Blueprint] = OrderedDict()
_lock = Lock()


def _match_namesakes(session: Session, version: Version, model: Model) -> None:
    """A lane or group that is called as an office is that office's until somebody says otherwise."""
    names = {lane.name for process in model.processes for lane in process.lanes if lane.name}
    for process in model.processes:
        names.update(name for _, node in process.scope.everything() for name in groups_named(node))
    if not names:
        return
    said = set(
        session.scalars(
            select(LaneOffice.lane).where(LaneOffice.procedure_id == version.procedure_id)
        )
    )
    offices = {fold(row.name): row.id for row in session.execute(select(Office.name, Office.id))}
    rows = [
        {"procedure_id": version.procedure_id, "lane": name, "office_id": offices[fold(name)]}
        for name in sorted(names - said)
        if fold(name) in offices
    ]
    if rows:
        session.execute(insert(LaneOffice), rows)


def _check_prefix(session: Session, key: str, sheet: dict[str, Any] | None) -> None:
    """Raise PrefixTaken when the case numbers of another procedure begin the same."""
    wanted = _number_prefix(sheet)
    if wanted is None:
        return
    others = session.execute(
        select(Procedure.name, Version.sheet)
        .join(Version, Version.id == Procedure.current_version_id)
        .where(Procedure.key != key)
    )
    for name, said in others:
        if _number_prefix(said) == wanted:
            raise PrefixTaken(prefix=wanted, procedure=name)


def _number_prefix(sheet: dict[str, Any] | None) -> str | None:
    wanted = (sheet or {}).get("number_prefix")
    return wanted.strip()[:20] or None if isinstance(wanted, str) else None


def _nodes(model: Model) -> dict[str, Node]:
    return {n.id: n for p in model.processes for _, n in p.scope.everything()}


def _element_names(model: Model) -> dict[str, str]:
    return {
        node.id: node.name
        for process in model.processes
        for _, node in process.scope.everything()
        if node.name
    }
