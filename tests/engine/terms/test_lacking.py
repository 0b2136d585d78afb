"""What applicants lacked is counted once a case, however it ended and however many notices there were."""

from engine.cases import cancel_case
from engine.metrics.evidence import evidence
from engine.metrics.question import Question
from engine.terms import notices
from engine.terms.notices import Item
from tests.engine.terms.desk import Desk


def test_a_requirement_is_counted_in_every_ended_case_that_lacked_it(desk: Desk) -> None:
    version = desk.publish()
    desk.on("2026-01-05")
    cases = [desk.file(version) for _ in range(4)]
    with desk.hall() as hall:
        by = desk.person(hall.session)
        for case_id, keys in (
            (cases[0], ("plan", "plan", "form")),
            (cases[1], ("plan",)),
            (cases[2], ("",)),
        ):
            items = [Item(key, "Mend it.") for key in keys]
            notices.give_notice(hall.session, case_id, items, by=by, at=hall.at)
        for case_id in cases[:3]:
            cancel_case(hall.session, case_id, "Not corrected.", by=by, at=hall.at)
    with desk.hall() as hall:
        seen = evidence(
            hall.session, Question(desk.person(hall.session), desk.case(cases[0]).procedure_id)
        )
        assert seen.missing == {"plan": 2, "form": 1}
        assert seen.ended == 3  # the fourth still runs, and may lack something yet
