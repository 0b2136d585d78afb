"""What is larger than is taken gets a page that says what to do, whichever part refuses it."""

import socket
import threading
from collections.abc import Iterator

import pytest
from waitress import create_server

from tests.webapp.conftest import Town
from webapp.config import LARGEST_FORM
from webapp.too_large import answer_in_person


@pytest.fixture
def port(town: Town) -> Iterator[int]:
    """Of waitress, as `expedito serve` has it."""
    answer_in_person()
    server = create_server(
        town.app,
        host="127.0.0.1",
        port=0,
        threads=1,
        ident="expedito",
        max_request_body_size=LARGEST_FORM + 1024,
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.task_dispatcher.shutdown()
    server.trigger.pull_trigger(server.close)
    thread.join(timeout=5)


def sent(port: int, length: int) -> str:
    """The answer to a form of so many announced bytes, of which none is sent."""
    head = (
        "POST /verify/file HTTP/1.1\r\nHost: localhost\r\nAccept-Language: es\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {length}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(head.encode())
        parts = []
        while part := line.recv(65_536):
            parts.append(part)
    return b"".join(parts).decode()


def test_waitress_answers_with_a_page_in_the_language_of_its_reader(port: int) -> None:
    answer = sent(port, LARGEST_FORM + 4096)
    assert answer.startswith("HTTP/1.1 413")
    assert "pida a la oficina" in answer
    assert "waitress" not in answer


def test_a_copy_too_large_to_check_says_who_can(town: Town) -> None:
    stranger = town.visitor()
    answer = stranger.client.post(
        "/verify/file",
        data={"csrf_token": stranger.token("/verify/file")},
        content_type="multipart/form-data",
        environ_overrides={"CONTENT_LENGTH": str(LARGEST_FORM + 1)},
    )
    assert answer.status_code == 413
    assert "Ask the office to check it" in answer.text
    assert "Check it yourself" in answer.text
