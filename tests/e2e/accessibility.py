"""axe-core on the page as it stands, its findings as sentences."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_GRAVE = {"serious", "critical"}


def barriers(page: Page) -> list[str]:
    """Serious and critical findings of axe (WCAG 2.2 A and AA, and its own best practices), one line each.

    Runs through the debugger, so the page's content security policy stays as it is.
    Raises FileNotFoundError when the front-end packages are not installed (`make setup`).
    """
    page.evaluate(AXE.read_text(encoding="utf-8") + "\n; undefined")
    found: dict[str, Any] = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['impact']} {violation['id']}: {violation['help']}: "
        + " | ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:3])
        for violation in found["violations"]
        if violation["impact"] in _GRAVE
    ]
