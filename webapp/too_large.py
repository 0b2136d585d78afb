"""A request larger than waitress takes gets the application's own answer, in the reader's language.

waitress refuses by the announced length, with a line of English that no browser's reader can use. The application
refuses by the same length without reading the body (413), and says what to do.
"""

from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import RequestEntityTooLarge


class _Refused(WSGITask):  # type: ignore[misc]  # waitress has no types
    """What waitress would not take."""

    def execute(self) -> None:
        if isinstance(self.request.error, RequestEntityTooLarge) and self.request.content_length:
            self.set_close_on_finish()  # what is still on its way is not the next request
            super().execute()
            return
        self.complete = True
        ErrorTask.execute(self)


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _Refused


def answer_in_person() -> None:
    """From now on the servers that waitress makes answer so."""
    BaseWSGIServer.channel_class = _Channel
