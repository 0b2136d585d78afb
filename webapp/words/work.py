"""What the worker does by itself, of no case: said for the operator whose outbox tells that it was given up."""

from datetime import date

from engine.models import JobKind
from engine.outbox import Outgoing
from webapp.i18n import _
from webapp.words.times import day


def work_words(one: Outgoing) -> str:
    """What a job does; of a mail the subject, of a call the type of the fact."""
    if one.to:
        return one.about
    said = one.payload
    match one.kind:
        case JobKind.TIMER if one.procedure:
            return _("Begin cases of “%(procedure)s” by the clock", procedure=one.procedure)
        case JobKind.TIMER:
            return _("Begin cases by the clock")
        case JobKind.ROOT if "day" in said:
            on = day(date.fromisoformat(said["day"]))
            return _("Close the record of %(day)s with its root", day=on)
        case JobKind.MESSAGE if "name" in said:
            return _("Hand on the message “%(name)s”", name=said["name"])
        case JobKind.CLOCK:
            return _("Count terms again after a day was declared")
        case JobKind.SIGHT:
            return _("Look for cases that stand still")
        case JobKind.LOOKS:
            return _("Plan when to look at conditions that read the clock, after an upgrade")
        case JobKind.FILES:
            return _("Remove files that nothing refers to")
        case JobKind.SIMULATION:
            return _("Simulate a scenario")
        case JobKind.REPORT if "version" in said:
            return _("Print a procedure sheet")
        case JobKind.REPORT:
            return _("Make the report of a study")
        case JobKind.LOG if said.get("what") == "delete":
            return _("Take an uploaded event log out again")
        case JobKind.LOG:
            return _("Read an uploaded event log")
        case JobKind.MINING:
            return _("Find a diagram in what happened, or compare the two")
        case _:
            return _("Other work of this installation")
