"""Other machines for tests: a mail server and a web server that note what reaches them."""

import socketserver
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class MailServer:
    """An SMTP server (RFC 5321) in a thread."""

    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)  # receiver → what it is answered
    before_ok: Callable[[], None] = lambda: None  # called when a mail is taken, before saying so
    bye: str = "221 bye"  # answered when the sender goes; empty: the connection is dropped

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A mail server on a free port."""
    state = MailServer()

    class Talk(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self) -> None:
            self.say("220 test")
            while line := self.rfile.readline():
                said = line.decode().strip()
                verb = said[:4].upper()
                if verb == "RCPT":
                    to = said.partition("<")[2].partition(">")[0]
                    self.say(state.refused.get(to, "250 ok"))
                elif verb == "DATA":
                    self.say("354 go on")
                    body = b""
                    while (part := self.rfile.readline()) != b".\r\n":
                        if not part:
                            return  # the sender died in the middle: no mail has come
                        body += part.removeprefix(b".") if part.startswith(b"..") else part
                    state.received.append(message_from_bytes(body, EmailMessage, policy=SMTP))
                    state.before_ok()
                    self.say("250 taken")
                elif verb == "QUIT":
                    if state.bye:
                        self.say(state.bye)
                    return
                else:
                    self.say("250 ok")

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)) as port:
        state.port = port
        yield state


@dataclass
class Called:
    """One request that reached the web server."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WebServer:
    """An HTTP server in a thread."""

    port: int = 0
    status: int = 204
    location: str = ""  # of a redirect
    said: bytes = b""  # the body of the answer
    promised: int | None = None  # bytes of the body as its length says; None: what it is
    before: Callable[[], object] = lambda: None  # before the server answers
    then: Callable[[], object] = lambda: None  # before the server hangs up
    write: Callable[[bytes], object] = lambda _: None  # more of the body, while `then` goes on
    calls: list[Called] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def web_server() -> Iterator[WebServer]:
    """A web server on a free port."""
    state = WebServer()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.calls.append(Called(self.path, headers, body))
            state.before()
            self.send_response(state.status)
            if state.location:
                self.send_header("Location", state.location)
            length = len(state.said) if state.promised is None else state.promised
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(state.said)
            state.write = self.wfile.write
            state.then()

        def log_message(self, *_: object) -> None:
            pass

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Answer)) as port:
        state.port = port
        yield state


@contextmanager
def _serving(server: socketserver.ThreadingTCPServer | ThreadingHTTPServer) -> Iterator[int]:
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
