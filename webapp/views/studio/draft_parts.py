"""The files that belong to a draft's drawing, to be taken elsewhere: decision tables and forms."""

import orjson
from flask import Response

from designer.drafts import draft_by_id
from engine.errors import NotFound
from engine.models import Role
from webapp.downloads import attachment
from webapp.security.access import access
from webapp.transactions import session
from webapp.views.studio.drafts import DRAFT, pages


@pages.get(DRAFT + "/parts/<name>")
@access(Role.ANALYST)
def part(draft_id: int, name: str) -> Response:
    """A decision model (DMN), or a form (form-js JSON, named by its key)."""
    draft = draft_by_id(session(), draft_id)
    if name in draft.decisions:
        return attachment(draft.decisions[name].encode(), name)
    key = name.removesuffix(".json")
    if key in draft.forms:
        return attachment(orjson.dumps(draft.forms[key], option=orjson.OPT_INDENT_2), f"{key}.json")
    raise NotFound(what="file", name=name[:80])
