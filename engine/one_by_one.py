"""Many cases looked at in one transaction: what one of them breaks on keeps none of the others from it."""

import logging
from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from engine.database_away import database_trouble
from engine.spiff import StateUnreadable

LOG = logging.getLogger(__name__)


def one_by_one(session: Session, cases: Iterable[int], deed: Callable[[int], object]) -> list[int]:
    """Do it for each, by its id, in a savepoint of its own; those that it breaks on are logged, passed over and told.

    Raises what is the database's own trouble: away, full, or two in it waited for each other. No case is at fault then.
    """
    passed_over = []
    for case_id in cases:
        try:
            with session.begin_nested():
                deed(case_id)
        except StateUnreadable as refusal:
            # told when it was met; nothing can be seen in here
            LOG.warning("%s", refusal, extra={"action": "case_unreadable", "case": case_id})
        except Exception as error:
            if database_trouble(error) is not None:
                raise
            LOG.exception(
                "Case %s was passed over.",
                case_id,
                extra={"action": "case_passed_over", "case": case_id},
            )
            passed_over.append(case_id)
    return passed_over
