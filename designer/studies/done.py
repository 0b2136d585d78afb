"""What accepting a finding did, as a change and not as the problem it was: for the report, the draft and Undo."""

from collections.abc import Mapping

from designer.findings import Finding
from engine.errors import N_, Said

# (the finding, what was done) → a sentence over the finding's values
DONE: Mapping[tuple[str, str], str] = {
    ("approval-within-minutes", "merge_activities"): N_(
        "“{name}” is taken out and whoever prepares it decides, since it was done within {minutes} minutes in "
        "{quick} of {count} cases."
    ),
    ("approval-within-minutes", "remove_activity"): N_(
        "“{name}” is taken out, since it was done within {minutes} minutes in {quick} of {count} cases."
    ),
    ("consecutive-reviews", "merge_activities"): N_(
        "“{second}” is taken out, since “{first}” reviews the same and answers for both."
    ),
    ("mere-forwarding", "remove_activity"): N_(
        "“{name}” is taken out, since it only handed the case on to “{next}”."
    ),
    ("prohibited-requirement", "fetch_requirement"): N_(
        "“{name}” is fetched from the registry that holds it, since an office may not ask for it: {kind}."
    ),
    ("prohibited-requirement", "remove_requirement"): N_(
        "“{name}” is not asked for any more, since an office may not ask for it: {kind}."
    ),
    ("requirement-held-elsewhere", "fetch_requirement"): N_(
        "“{name}” is fetched from the registry that holds it; applicants do not bring it any more."
    ),
    ("requirement-never-missing", "remove_requirement"): N_(
        "“{name}” is not asked for any more, since it was never missing or wrong in {count} cases."
    ),
    ("requirement-often-missing", "fetch_requirement"): N_(
        "“{name}” is fetched from the registry that holds it, since it was missing or wrong in {seen} of {count} "
        "cases."
    ),
    ("requirement-without-basis", "remove_requirement"): N_(
        "“{name}” is not asked for any more, since no norm requires it."
    ),
    ("review-never-rejects", "decide_by_table"): N_(
        "“{name}” is decided by a table, since its result was the same in all of {count} cases."
    ),
    ("several-observation-loops", "remove_activity"): N_(
        "“{name}” is taken out, so that applicants are sent back less often; there were {count} loops of correction."
    ),
    ("unused-requirement", "remove_requirement"): N_(
        "“{name}” is not asked for any more, since no decision and no document uses it."
    ),
}


def done(found: Finding) -> Said:
    """What carrying out this finding's change does; what was found, where no sentence says it."""
    kind = "" if found.change is None else found.change.kind
    return Said(DONE.get((found.id, kind), found.sentence), dict(found.values))
