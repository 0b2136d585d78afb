"""Many cases looked at in one transaction: what one of them breaks on keeps none of the others from it."""

import logging
from collections.abc import Callable, Iterable

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engine.spiff import StateUnreadable

LOG = logging.getLogger(__name__)


def one_by_one(session: Session, cases: Iterable[int], deed: Callable[[int], object]) -> list[int]:
    """Do it for each, by its id, in a savepoint of its own; those that it breaks on are logged, passed over and told.

    Raises OperationalError: a database that is away, or in which two waited for each other, is no fault of the case.
    """
    passed_over = []
    for case_id in cases:
        try:
            with session.begin_nested():
                deed(case_id)
        except OperationalError:
            raise
        except StateUnreadable as refusal:
            # told when it was met; nothing can be seen in here
            LOG.warning("%s", refusal, extra={"action": "case_unreadable", "case": case_id})
        except Exception:
            LOG.exception(
                "Case %s was passed over.",
                case_id,
                extra={"action": "case_passed_over", "case": case_id},
            )
            passed_over.append(case_id)
    return passed_over
