"""Procedures kept as folders of files: read one, publish it with its forms, decisions, sheet and offices."""

import base64
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy.orm import Session

from designer.beside import Beside
from designer.examination import Examination, examine
from designer.sheet_prints import ask_for_print
from engine.deployments import deploy, match_lanes
from engine.errors import Refusal
from engine.machines import service_keys
from engine.models import Person, Procedure, Version
from engine.people import office_named
from engine.procedures import callable_names


class IncompleteFolder(Refusal):
    """A procedure's folder lacks what it needs."""

    sentence = "The folder “{folder}” cannot be published: {reason}."


@dataclass(frozen=True, slots=True)
class Folder:
    """A procedure as it lies in files (see processes/README.md)."""

    key: str
    name: str
    file_name: str
    drawing: bytes
    forms: dict[str, Any] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)
    sheet: dict[str, Any] = field(default_factory=dict)


def procedure_folders(processes: Path) -> list[Path]:
    """The folders that hold a procedure, by name."""
    return sorted(path.parent for path in processes.glob("*/procedure.toml"))


def read_folder(path: Path) -> Folder:
    """Everything a procedure's folder says; IncompleteFolder names what is missing."""
    try:
        sheet = tomllib.loads((path / "procedure.toml").read_text("utf-8"))
        diagram = path / sheet["diagram"]["file"]
        return Folder(
            key=sheet["key"],
            name=sheet["name"],
            file_name=diagram.name,
            drawing=diagram.read_bytes(),
            forms={
                form.stem: orjson.loads(form.read_bytes())
                for form in sorted(path.glob("forms/*.json"))
            },
            decisions={
                table.name: table.read_text("utf-8") for table in sorted(path.glob("*.dmn"))
            },
            sheet=_with_letters(path, sheet),
        )
    except (OSError, KeyError, ValueError) as problem:
        raise IncompleteFolder(folder=path.name, reason=problem) from problem


def _with_letters(path: Path, sheet: dict[str, Any]) -> dict[str, Any]:
    """The sheet with the text of each letter and the logo of the letterhead, so that a version holds all of it."""
    for name, letter in sheet.get("letters", {}).items():
        letter["template"] = (path / "letters" / f"{name}.md").read_text("utf-8")
    head = sheet.get("letterhead", {})
    if "logo" in head:
        head["logo"] = base64.b64encode((path / "letters" / head["logo"]).read_bytes()).decode()
    return sheet


def examine_folder(session: Session, folder: Folder) -> Examination:
    """What is found in a folder's diagram, beside what is published here."""
    beside = Beside(
        decisions=folder.decisions,
        published=callable_names(session),
        connectors=service_keys(session),
    )
    return examine(folder.drawing, beside)


def publish_folder(session: Session, path: Path, *, by: Person | None, at: datetime) -> Version:
    """Publish what lies in a folder; see `publish_procedure`. Raises IncompleteFolder."""
    return publish_procedure(session, read_folder(path), by=by, at=at)


def publish_procedure(
    session: Session,
    folder: Folder,
    *,
    examined: Examination | None = None,
    by: Person | None,
    at: datetime,
) -> Version:
    """Publish a folder as the next version of its procedure and match its lanes with the offices it names.

    `examined`: what `examine_folder` said, for callers that asked before. Raises IncompleteFolder.
    """
    examined = examined or examine_folder(session, folder)
    if examined.model is None or examined.process_id is None:
        raise IncompleteFolder(folder=folder.key, reason=examined.report["error"]["message"])
    version = deploy(
        session,
        folder.key,
        folder.name,
        drawing=folder.drawing,
        model=examined.model,
        process_id=examined.process_id,
        forms=folder.forms,
        decisions=folder.decisions,
        sheet=folder.sheet,
        by=by,
        at=at,
    )
    procedure = session.get_one(Procedure, version.procedure_id)
    offices = folder.sheet.get("offices", {})
    if "decides" in offices or "receives" in offices:
        home = office_named(session, offices.get("receives") or offices["decides"], at=at)
        procedure.office_id = home.id
    lanes = {
        lane: office_named(session, name, at=at).id
        for lane, name in offices.get("lanes", {}).items()
    }
    match_lanes(session, procedure, lanes, by=by, at=at)
    ask_for_print(session, version, at=at)
    return version
