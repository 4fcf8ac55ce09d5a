"""The WSGI application: Slack's requests, and the two questions that an orchestrator asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from slack_bolt.adapter.wsgi import SlackRequestHandler

from storage.database import Database

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from slack_bolt import App

MAX_BODY = 2 * 1024 * 1024
SLACK_PATH = "/slack/events"

WsgiApp = Callable[["WSGIEnvironment", "StartResponse"], Iterable[bytes]]


def wsgi_app(app: App, database: Database) -> WsgiApp:
    """Routes: POST /slack/events, GET /healthz (the process answers), GET /readyz (it can work).

    A body over 2 MiB is refused before it is read: Slack's own stay far below.
    """
    slack = SlackRequestHandler(app, path=SLACK_PATH)

    def handle(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == SLACK_PATH:
            if _length(environ) > MAX_BODY:
                return _answer(start_response, "413 Content Too Large", "The body is larger than 2 MiB.")
            return slack(environ, start_response)
        if path == "/healthz":
            return _answer(start_response, "200 OK", "ok")
        if path == "/readyz":
            return _ready(database, start_response)
        return _answer(start_response, "404 Not Found", "Nothing here.")

    return handle


def _length(environ: WSGIEnvironment) -> int:
    try:
        return int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return MAX_BODY + 1


def _ready(database: Database, start_response: StartResponse) -> Iterable[bytes]:
    try:
        with database.engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError:
        return _answer(start_response, "503 Service Unavailable", "The database does not answer.")
    return _answer(start_response, "200 OK", "ready")


def _answer(start_response: Any, status: str, text: str) -> Iterable[bytes]:
    body = text.encode()
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]
