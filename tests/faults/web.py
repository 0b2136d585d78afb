"""A web process that can be killed, and clients that ask again until they are answered, as browsers' people do."""

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any

import orjson

ROOT = Path(__file__).resolve().parents[2]
# seconds that a client asks again: a server may take that long to start on a machine that others use as well
PATIENCE = 180.0


def free_port() -> int:
    """A port below those that the system gives to who asks for any.

    While a server is being started again nobody else must be given its port, and nobody who asks for it may be
    connected with themselves, as happens when the port they come from is the one they ask for.
    """
    for port in random.sample(range(15_000, 30_000), 100):
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free")


class Web:
    """`expedito serve`, worker included, on a port that stays the same however often it is killed."""

    def __init__(self, url: str, folder: Path) -> None:
        self.port: int = free_port()
        self.environment = {
            **os.environ,
            "EXPEDITO_DATABASE_URL": url,
            "EXPEDITO_VAR": str(folder),
            "EXPEDITO_SECRET_KEY": "s" * 40,
            "PYTHONPATH": str(ROOT),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "webapp.cli", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise TimeoutError("the server did not start")

    def kill(self) -> None:
        """As the kernel does when memory runs out: nothing is finished, nothing is tidied."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(PATIENCE)


@dataclass
class Load:
    """Clients at work until told to stop: each starts cases and completes their tasks, and notes what was answered."""

    port: int
    token: str
    started: dict[str, str] = field(default_factory=dict)  # idempotency key → case number
    completed: dict[str, int] = field(default_factory=dict)  # task → answers that said it is done
    lost_answers: int = 0  # requests of which nobody knew whether they had been carried out
    broken: list[str] = field(default_factory=list)

    def work(self, clients: int, stop: Flag) -> list[Thread]:
        """Begin, each client in a thread of its own."""
        threads = [Thread(target=self._client, args=(number, stop)) for number in range(clients)]
        for thread in threads:
            thread.start()
        return threads

    def _client(self, client: int, stop: Flag) -> None:
        rng = random.Random(client)
        count = 0
        while not stop.is_set():
            count += 1
            key = f"start-{client}-{count}"
            status, case = self.ask(
                "POST", "/procedures/permit/cases", {"applicant": {"name": "Rosa"}}, key
            )
            if status != 201:
                self.broken.append(f"{key}: {status} {case}")
                return
            self.started[key] = case["number"]
            _, shown = self.ask("GET", f"/cases/{case['number']}")
            for task in shown["tasks"]:
                key = f"complete-{task['id']}"
                for _ in range(rng.choice((1, 1, 2))):  # now and then a double click
                    status, said = self.ask(
                        "POST", f"/tasks/{task['id']}/complete", {"answers": {}}, key
                    )
                    if status != 200:
                        self.broken.append(f"{key}: {status} {said}")
                        return
                self.completed[task["id"]] = 1

    def ask(self, method: str, path: str, body: object = None, key: str = "") -> tuple[int, Any]:
        """Ask until there is an answer: the same key again, so that nothing is done twice."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        until = time.monotonic() + PATIENCE
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                data = None if body is None else orjson.dumps(body)
                connection.request(method, f"/api/v1{path}", data, headers)
                response = connection.getresponse()
                said = response.read()
                # 5xx: the database was away or locked, not an answer to the question
                if response.status < 500:
                    return response.status, orjson.loads(said)
            except (OSError, http.client.HTTPException):
                self.lost_answers += 1
            finally:
                connection.close()
            if time.monotonic() > until:
                raise TimeoutError(f"{method} {path}: no answer")
            time.sleep(0.05)
