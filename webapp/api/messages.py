"""Messages over `/api/v1`: what another system has to say to a waiting case."""

from datetime import timedelta
from typing import Any

from engine.messages import Outcome, publish
from engine.models import Role
from webapp.api.problems import blueprint
from webapp.api.shapes import MessageIn, MessageOut
from webapp.security.access import access
from webapp.security.sessions import signed_in
from webapp.transactions import now, session

api = blueprint("api_messages")


@api.post("/messages")
@access(Role.OPERATOR)
@api.input(MessageIn)
@api.output(MessageOut)
@api.doc(security="token")
def send(json_data: dict[str, Any]) -> dict[str, Any]:
    """Hand a message to the case that waits for it, else start one by it, else keep it for `ttl` seconds.

    `outcome` says which it was; with “nobody” it is gone: no case waits for it with these values, none begins with it,
    and it was not to be kept. A message that names a case is never kept. Where the case that waits is suspended and the
    message is not to be kept, it is refused (409): send it again later.
    """
    ttl = json_data.get("ttl")
    delivery = publish(
        session(),
        json_data["name"],
        json_data["correlation"],
        json_data["payload"],
        ttl=None if ttl is None else timedelta(seconds=ttl),
        by=signed_in(),
        at=now(),
    )
    return {
        "outcome": delivery.outcome,
        "case": delivery.case_number,
        "kept_until": delivery.kept_until,
        "is_started": delivery.outcome == Outcome.STARTED,
        "is_buffered": delivery.outcome == Outcome.KEPT,
    }
