"""What the WSGI application answers besides Slack's requests."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult

from bot.web.wsgi import MAX_BODY, WsgiApp, wsgi_app
from storage.database import Database, create_engine


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database that answers."""
    database = Database(create_engine(f"sqlite:///{tmp_path / 'muster.db'}"))
    yield database
    database.engine.dispose()


@pytest.fixture
def web(database: Database) -> WsgiApp:
    """The application around an app without listeners."""
    app = App(
        signing_secret="secret",
        authorize=lambda **_: AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-test"),
        process_before_response=True,
    )
    return wsgi_app(app, database)


def ask(web: WsgiApp, method: str, path: str, body: bytes = b"", **more: str) -> tuple[str, bytes]:
    said: list[str] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.input": io.BytesIO(body),
        **more,
    }

    def start_response(status: str, _headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
        said.append(status)
        return lambda _data: None

    chunks = web(environ, start_response)
    return said[0], b"".join(chunks)


def test_health_and_readiness(web: WsgiApp) -> None:
    assert ask(web, "GET", "/healthz") == ("200 OK", b"ok")
    assert ask(web, "GET", "/readyz") == ("200 OK", b"ready")


def test_not_ready_while_the_database_is_away(tmp_path: Path) -> None:
    app = App(
        signing_secret="secret",
        authorize=lambda **_: AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-test"),
    )
    database = Database(create_engine("postgresql://nobody@127.0.0.1:9/nothing"))
    web = wsgi_app(app, database)
    assert ask(web, "GET", "/readyz")[0] == "503 Service Unavailable"
    assert ask(web, "GET", "/healthz")[0] == "200 OK"
    database.engine.dispose()


def test_elsewhere_is_nothing(web: WsgiApp) -> None:
    assert ask(web, "GET", "/admin")[0] == "404 Not Found"


def test_an_unsigned_request_is_refused(web: WsgiApp) -> None:
    assert ask(web, "POST", "/slack/events", b"{}")[0].startswith("401")


@pytest.mark.parametrize("length", [str(MAX_BODY + 1), "lots"])
def test_a_huge_or_unmeasured_body_is_refused_unread(web: WsgiApp, length: str) -> None:
    status, _ = ask(web, "POST", "/slack/events", b"x", CONTENT_LENGTH=length)
    assert status == "413 Content Too Large"
