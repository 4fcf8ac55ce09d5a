"""Socket Mode: Slack's events come over a connection that Muster opens. One connection for a process."""

from __future__ import annotations

import os
import signal
import threading

import structlog
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.bootstrap import build
from bot.settings import Settings

log = structlog.get_logger(__name__)

PARALLEL = 10


def serve_socket(settings: Settings) -> None:
    """Run until SIGINT or SIGTERM, then finish what runs and leave. Does not return."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopped.set())
    assert settings.slack_app_token is not None
    muster = build(settings)
    muster.start()
    handler = SocketModeHandler(
        muster.app,
        settings.slack_app_token.get_secret_value(),
        web_client=muster.app.client,
        concurrency=PARALLEL,
    )
    handler.connect()  # type: ignore[no-untyped-call]
    log.info("muster.ready", mode="socket")
    stopped.wait()
    log.info("muster.stopping")
    handler.close()  # type: ignore[no-untyped-call]
    muster.stop()
    # Threads of the libraries may still wait for something; the work itself is finished or recorded.
    os._exit(0)
