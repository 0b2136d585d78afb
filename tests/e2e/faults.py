"""What a browser complains about while a test walks through pages: any of it fails the test."""

from playwright.sync_api import ConsoleMessage, Error, Page, Request, Response

_TELL_VIOLATION = """
document.addEventListener('securitypolicyviolation', (event) => window.expeditoViolation(
  `${event.effectiveDirective} blocked ${event.blockedURI || 'inline'} at ${event.sourceFile}:${event.lineNumber}`
));
"""


class Faults:
    """Collects errors of scripts and console, violations of the content security policy, 5xx, and strangers.

    A stranger is a request to another address than the server's: pages must work without the Internet.
    """

    def __init__(self, server: str) -> None:
        self.server = server
        self.found: list[str] = []

    def watch(self, page: Page) -> None:
        """Collect what this page complains about; before its first navigation."""
        page.expose_function("expeditoViolation", self._violation)
        page.add_init_script(_TELL_VIOLATION)
        page.on("console", self._console)
        page.on("pageerror", self._script)
        page.on("request", self._request)
        page.on("response", self._response)

    def forgive(self, words: str) -> None:
        """Drop the faults that contain these words, when provoking them was the test."""
        self.found = [fault for fault in self.found if words not in fault]

    def _violation(self, words: str) -> None:
        self.found.append(f"content security policy: {words}")

    def _console(self, message: ConsoleMessage) -> None:
        # A refusal that the page shows to a person (409, 422, …) is also logged by Chromium; that is no fault.
        if message.type == "error" and "status of 4" not in message.text:
            self.found.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _script(self, error: Error) -> None:
        self.found.append(f"script: {error.message}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.server, "data:", "blob:", "about:")):
            self.found.append(f"stranger: {request.method} {request.url}")

    def _response(self, response: Response) -> None:
        missing = response.status == 404 and response.request.resource_type != "document"
        if response.status >= 500 or missing:
            self.found.append(f"{response.status}: {response.request.method} {response.url}")
