"""HTTP mode: granian serves the WSGI application from one worker, which holds the app and the durable engine."""

from __future__ import annotations

import multiprocessing.util

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from bot.settings import Settings, load_settings
from bot.web.wsgi import WsgiApp, wsgi_app

THREADS = 16
STOP_SECONDS = 15


def serve(settings: Settings) -> None:
    """Run until SIGINT or SIGTERM. A worker that dies ends the process: its supervisor starts a new one."""
    server = Granian(
        target="bot.web.server:create",
        factory=True,
        address=settings.http_host,
        port=settings.http_port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        log_level=LogLevels.warning,
        workers_kill_timeout=STOP_SECONDS,
    )
    server.serve()


def create() -> WsgiApp:
    """Build Muster inside the worker. Called by granian."""
    from bot.bootstrap import build
    from bot.logs import set_up_logging

    settings = load_settings()
    set_up_logging(settings.log_level, settings.log_format)
    muster = build(settings)
    muster.start()
    # granian ends its worker without a hook of its own; multiprocessing runs finalizers on the way out.
    multiprocessing.util.Finalize(None, muster.stop, exitpriority=100)
    return wsgi_app(muster.app, muster.database)
