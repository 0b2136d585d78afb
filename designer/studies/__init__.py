"""Studies: the simplification method on one procedure, as it is beside as it is to be."""

from designer.studies.changing import (
    NothingToChange,
    accept,
    begin_to_be,
    change_to_be,
    proposed,
)
from designer.studies.commands import (
    ReasonNeeded,
    dismiss,
    keep_costed,
    measure_in,
    say,
    say_of_side,
    seal_of_costs,
    seal_of_side,
    studies,
    study_by_id,
    study_draft,
    study_version,
    take_up,
    undo_last,
)
from designer.studies.opening import study_folder
from designer.studies.said import SIDES, Said, Which, read_said
from designer.studies.sides import Side, Sides, sides

__all__ = [
    "SIDES",
    "NothingToChange",
    "ReasonNeeded",
    "Said",
    "Side",
    "Sides",
    "Which",
    "accept",
    "begin_to_be",
    "change_to_be",
    "dismiss",
    "keep_costed",
    "measure_in",
    "proposed",
    "read_said",
    "say",
    "say_of_side",
    "seal_of_costs",
    "seal_of_side",
    "sides",
    "studies",
    "study_by_id",
    "study_draft",
    "study_folder",
    "study_version",
    "take_up",
    "undo_last",
]
