"""What an operator watches: requests by view and status, and the CPU time they took.

`/health/metrics` shows them in the format that monitors read. They count this process only: with several, ask each.
"""

import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from threading import Lock
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request

if TYPE_CHECKING:
    from prometheus_client import Metric

_UP_TO = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.5, 2.0)  # CPU seconds


class Figures:
    """The counters of one application. The library that writes them out comes with the first who asks."""

    def __init__(self) -> None:
        self._answers: Counter[tuple[str, str]] = Counter()  # by view and status
        self._within: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(_UP_TO) + 1))
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._lock = Lock()

    def count(self, view: str, status: int, cpu_seconds: float) -> None:
        """One more answer."""
        place = bisect_left(_UP_TO, cpu_seconds)
        with self._lock:
            self._answers[view, str(status)] += 1
            self._within[view][place] += 1
            self._seconds[view] += cpu_seconds

    def text(self) -> bytes:
        """The exposition format of Prometheus, version 0.0.4."""
        from prometheus_client import CollectorRegistry
        from prometheus_client.exposition import generate_latest

        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry)

    def collect(self) -> "Iterator[Metric]":
        """The counters as prometheus_client asks a collector for them."""
        from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

        answers = CounterMetricFamily(
            "expedito_requests", "Answers sent", labels=["view", "status"]
        )
        cpu = HistogramMetricFamily(
            "expedito_request_cpu_seconds", "CPU time of a request", labels=["view"]
        )
        with self._lock:
            for labels, number in self._answers.items():
                answers.add_metric(labels, number)
            for view, within in self._within.items():
                so_far, buckets = 0, []
                for bound, number in zip((*map(str, _UP_TO), "+Inf"), within, strict=True):
                    so_far += number
                    buckets.append((bound, so_far))
                cpu.add_metric([view], buckets, self._seconds[view])
        yield answers
        yield cpu


def register(app: Flask) -> None:
    """Count every request."""
    figures: Figures = app.extensions.setdefault("figures", Figures())

    @app.before_request
    def _start() -> None:
        g.cpu_started = time.thread_time()

    @app.after_request
    def _count(response: Response) -> Response:
        now = time.thread_time()
        figures.count(
            request.endpoint or "none", response.status_code, now - g.get("cpu_started", now)
        )
        return response
