"""What a gateway and a way on are called where the drawing gives them no name: by what is drawn next to them."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from webapp.i18n import _


def gateway_words(gateway: Mapping[str, Any]) -> str:
    """“Who decides?”, or “After Prepare”; its id where nothing around it has a name (designer.outline.gateways)."""
    if gateway["name"]:
        return str(gateway["name"])
    after = gateway.get("after")  # drafts kept before it was told have none
    return _("After %(names)s", names=", ".join(after)) if after else str(gateway["id"])


def leads_to(flow: Mapping[str, Any]) -> str:
    """Where a way leads: to what people know, not to the id of a node that only joins."""
    return ", ".join(flow.get("leads_to") or [str(flow["target"])])


def register(app: Flask) -> None:
    """Give templates the words."""
    app.jinja_env.filters.update(gateway_words=gateway_words, leads_to=leads_to)
