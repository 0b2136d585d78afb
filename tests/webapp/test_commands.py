"""The command line: a database, a person, a token, a server."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EXPEDITO_")}
    return {**kept, "EXPEDITO_VAR": str(tmp_path / "var"), "PYTHONUNBUFFERED": "1"}


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "webapp.cli", *words],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_new_installation_comes_up_serves_and_leaves(environment: dict[str, str]) -> None:
    assert "is now at" in run(environment, "upgrade").stdout
    added = run(
        environment, "person", "add", "zoe", "--roles", "civil_servant", "--offices", "Mesa,Archivo"
    )
    assert "zoe can sign in with: " in added.stdout
    token = run(environment, "token", "zoe").stdout.strip()
    assert token.startswith("exp_")

    server = subprocess.Popen(
        [sys.executable, "-m", "webapp.cli", "serve", "--port", "0"],
        env=environment,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr is not None
        url = next(line.split("url=")[1].split()[0] for line in server.stderr if "url=" in line)
        with urllib.request.urlopen(f"{url}/health", timeout=30) as answer:
            assert answer.read() == b"ok\n"
        asked = urllib.request.Request(
            f"{url}/api/v1/tasks", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            assert answer.status == 200
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=40) == 0
    finally:
        server.kill()
        server.communicate()


@pytest.mark.parametrize("words", [("serve", "--port", "0"), ("demo",)])
def test_a_database_without_tables_is_not_used(
    environment: dict[str, str], words: tuple[str, ...]
) -> None:
    refused = run(environment, *words)
    assert refused.returncode == 2
    assert "expedito upgrade" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_port_that_is_taken_is_said_and_no_worker_stays_behind(
    environment: dict[str, str],
) -> None:
    run(environment, "upgrade")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = run(environment, "serve", "--port", str(port))
    assert refused.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_refusal_is_a_sentence_and_not_a_trace(environment: dict[str, str]) -> None:
    run(environment, "upgrade")
    refused = run(environment, "token", "nobody")
    assert refused.returncode == 2
    assert refused.stderr.startswith("There is no person “nobody”.")
