"""Structured logs, one line an event, with the correlation id of what caused it."""

from __future__ import annotations

import logging
import secrets
import sys
from typing import Any

import structlog

from bot.settings import LogFormat

SECRET_WORDS = ("token", "secret", "password", "authorization", "database_url")


def set_up_logging(level: str = "INFO", form: LogFormat = LogFormat.CONSOLE) -> None:
    """Send every log line, our own and the libraries', to standard error in one form."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            # The default one prints local variables, and among them tokens.
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    last: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if form is LogFormat.JSON:
        last.append(structlog.processors.format_exc_info)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[*last, renderer]))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for chatty in ("slack_bolt", "slack_sdk", "apscheduler", "dbos", "urllib3", "granian", "_granian", "alembic"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def hide_secrets(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Replace the values of fields whose names tell that they are secrets."""
    for name in event:
        if any(word in name.lower() for word in SECRET_WORDS):
            event[name] = "***"
    return event


def report_defect(error: BaseException, **facts: Any) -> str:
    """Log an unexpected exception whole. Gives the short reference that a person is shown instead."""
    reference = secrets.token_hex(4)
    structlog.get_logger("muster").error("defect", reference=reference, exc_info=error, **facts)
    return reference
