"""Logs are facts: a plain sentence and its fields, as a line for people or JSON for machines."""

import logging
import sys
from datetime import UTC, datetime

# what every record has; whatever else one has is a field of the fact
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def configure(form: str) -> None:
    """Send everything logged in this process to standard error; `form` is `plain` or `json`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_for_machines() if form == "json" else Plain())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells how it works, not what it did


class Plain(logging.Formatter):
    """`12:30:01 info    a sentence  field=value`, the time in UTC, and a traceback beneath where there is one."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        return f"{at} {record.levelname.lower():<7} {record.message}  {fields}".rstrip()


def _fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _USUAL}


def _for_machines() -> logging.Formatter:
    import structlog  # a megabyte that lines for people do without

    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            # Without the values of variables: people's answers and secrets are no matter of a log.
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
            ),
            structlog.processors.JSONRenderer(),
        ],
    )
