"""What an operator watches: requests by view and status, and the CPU time they took.

`/health/metrics` shows them in the format that monitors read. They count this process only: with several, ask each.
"""

import time

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import generate_latest


class Figures:
    """The counters of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "expedito_requests", "Answers sent", ["view", "status"], registry=self.registry
        )
        self.cpu = Histogram(
            "expedito_request_cpu_seconds",
            "CPU time of a request",
            ["view"],
            registry=self.registry,
            buckets=(0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.5, 2),
        )

    def text(self) -> bytes:
        """The exposition format of Prometheus, version 0.0.4."""
        return generate_latest(self.registry)


def register(app: Flask) -> None:
    """Count every request."""
    figures: Figures = app.extensions.setdefault("figures", Figures())

    @app.before_request
    def _start() -> None:
        g.cpu_started = time.thread_time()

    @app.after_request
    def _count(response: Response) -> Response:
        view = request.endpoint or "none"
        figures.requests.labels(view, str(response.status_code)).inc()
        if "cpu_started" in g:
            figures.cpu.labels(view).observe(time.thread_time() - g.cpu_started)
        return response
