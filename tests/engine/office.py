"""A small town hall for tests: people, offices, diagrams written in a few words."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.cases import Applicant, start_case
from engine.deployments import deploy, match_lanes
from engine.models import Case, Office, Person, Role, Version
from engine.people import create_person, office_named

ROSA = Applicant("Rosa Ñahui Pérez", document="41234567")
_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:e="urn:expedito:bpmn:1" id="d" targetNamespace="urn:test">'
)


def diagram(
    body: str, *, flows: str = "", process_id: str = "p", lanes: str = "", roots: str = ""
) -> bytes:
    """A BPMN file of one process; `flows` is “a>b c>d”, with ids such as a_b."""
    drawn = ""
    for flow in flows.split():
        source, _, target = flow.partition(">")
        drawn += f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'
    text = (
        f'{_HEAD}{roots}<process id="{process_id}" isExecutable="true">{lanes}{body}{drawn}'
        "</process></definitions>"
    )
    return text.encode()


TWO_TASKS = diagram(
    '<startEvent id="start"/><userTask id="receive" name="Receive"/>'
    '<userTask id="decide" name="Decide"/><endEvent id="done" name="Decided"/>',
    flows="start>receive receive>decide decide>done",
    lanes='<laneSet id="l"><lane id="l1" name="Front desk"><flowNodeRef>receive</flowNodeRef>'
    '</lane><lane id="l2" name="Board"><flowNodeRef>decide</flowNodeRef></lane></laneSet>',
)


@dataclass
class TownHall:
    """People by name and offices by name, in one database."""

    session: Session
    at: datetime
    people: dict[str, Person] = field(default_factory=dict)

    def office(self, name: str, *, below: str | None = None) -> Office:
        """The office, made when new."""
        parent = None if below is None else self.office(below).id
        return office_named(self.session, name, parent_id=parent, at=self.at)

    def person(self, name: str, *offices: str, roles: tuple[str, ...] = ()) -> Person:
        """Someone of these offices; a civil servant unless said otherwise."""
        made = create_person(
            self.session,
            name,
            full_name=name.title(),
            roles=roles or (Role.CIVIL_SERVANT,),
            offices=offices,
            at=self.at,
        )
        self.people[name] = made
        return made

    def publish(
        self, model: bytes, *, key: str = "permit", by: Person | None = None, **more: Any
    ) -> Version:
        """A version of the procedure `key`."""
        process_id = more.pop("process_id", "p")
        return deploy(
            self.session,
            key,
            key.title(),
            drawing=model,
            model=model,
            process_id=process_id,
            by=by,
            at=self.at,
            **more,
        )

    def lanes(self, version: Version, **offices: str) -> None:
        """Match lanes with offices by name; underscores stand for blanks."""
        matched = {
            lane.replace("_", " "): self.office(office).id for lane, office in offices.items()
        }
        match_lanes(self.session, version.procedure, matched, by=None, at=self.at)

    def start(self, version: Version, by: Person | None = None, **answers: Any) -> Case:
        """A case of Rosa's."""
        return start_case(self.session, version, answers, applicant=ROSA, by=by, at=self.at)
