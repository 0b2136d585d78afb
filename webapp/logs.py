"""Logs are facts: a plain sentence and its fields, as a line for people or JSON for machines."""

import logging
import sys
from typing import Any

import structlog


def configure(form: str) -> None:
    """Send everything logged in this process to standard error; `form` is `plain` or `json`."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.typing.Processor] = (
        [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
        if form == "json"
        else [_plain]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells how it works, not what it did


def _plain(_logger: Any, _method: str, fact: Any) -> str:
    """`12:30:01 info  a sentence  field=value`."""
    at, level = str(fact.pop("timestamp", ""))[11:19], fact.pop("level", "info")
    text, trace = fact.pop("event", ""), fact.pop("exception", "")
    fact.pop("logger", None)
    exc_info = fact.pop("exc_info", None)
    if exc_info and not trace:
        trace = structlog.processors.ExceptionRenderer()(_logger, _method, {"exc_info": exc_info})[
            "exception"
        ]
    fields = " ".join(f"{name}={value}" for name, value in fact.items())
    line = f"{at} {level:<7} {text}  {fields}".rstrip()
    return f"{line}\n{trace}" if trace else line
