"""The HTTP side: routes, authentication, injected faults, the log of requests."""

import base64
import json
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import parse_qs, unquote, urlsplit

from tests.peers.jira_fake.fields import Fields
from tests.peers.jira_fake.model import Json, Options, World

Action = Literal["status", "delay", "hang", "drop_before", "drop_after"]
BODY_LIMIT = 20_000_000


@dataclass
class Fault:
    """Something to go wrong with requests that match `method` and `path` (a regular expression).

    It strikes from the `nth` match on, `times` times (None: for ever). `status` answers with `status` instead of
    doing the work; `delay` waits `seconds`, then does it; `hang` does it, then waits `seconds` before it answers;
    `drop_before` and `drop_after` close the connection before or after having done the work.
    """

    path: str
    action: Action = "status"
    method: str = "*"
    nth: int = 1
    times: int | None = 1
    status: int = 503
    retry_after: int | None = None
    reason: str | None = None
    seconds: float = 0.0
    seen: int = 0

    def strikes(self, method: str, path: str) -> bool:
        """Count a request, and tell whether it is one to strike."""
        if self.method not in ("*", method) or not re.search(self.path, path):
            return False
        self.seen += 1
        return self.seen >= self.nth and (self.times is None or self.seen < self.nth + self.times)


@dataclass
class Request:
    """A request that a route handles."""

    method: str
    path: str
    query: dict[str, list[str]]
    body: Any
    base: str
    args: dict[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """The version of the REST API that was called: `2` or `3`."""
        return "2" if self.args.get("v") == "latest" else self.args.get("v", "2")

    def one(self, name: str, default: str = "") -> str:
        """A query parameter."""
        return self.query.get(name, [default])[-1]

    def number(self, name: str, default: int) -> int:
        """A query parameter, or one of the body, as a number."""
        given = self.body.get(name) if isinstance(self.body, dict) and name in self.body else self.one(name)
        try:
            return int(given) if given not in (None, "") else default
        except ValueError as error:
            raise Refused(400, f"The value '{given}' of {name} is not a number.") from error

    def words(self, name: str) -> list[str]:
        """A list: a query parameter with commas or given several times, or a list of the body."""
        if isinstance(self.body, dict) and name in self.body:
            given = self.body[name] or []
            return [str(word) for word in (given.split(",") if isinstance(given, str) else given)]
        return [word for text in self.query.get(name, []) for word in text.split(",") if word]


@dataclass
class Reply:
    """An answer; no `body` means an empty one."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """An error for the client, in Jira's form."""

    def __init__(self, status: int, *messages: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(*messages)
        self.reply = Reply(status, {"errorMessages": list(messages), "errors": errors or {}})


@dataclass
class Jira:
    """What a route works on."""

    world: World
    fields: Fields
    base: str = ""
    version: str = ""

    @property
    def api(self) -> str:
        """The root of links in an answer: the API that was called, else the newest."""
        return f"{self.base}/rest/api/{self.version or ('3' if self.world.cloud else '2')}"


Handler = Callable[[Jira, Request], Reply]
_ROUTES: list[tuple[str, re.Pattern[str], Handler]] = []


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Register a handler; `{name}` stands for one part of the path, `{v}` for the API's version."""
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path.replace("{v}", "(?P<v>2|3|latest)"))

    def register(handler: Handler) -> Handler:
        _ROUTES.append((method, re.compile(pattern), handler))
        # The literal path wins over one with a name in it, in whatever order the modules were imported.
        _ROUTES.sort(key=lambda entry: entry[1].pattern.count("(?P<"))
        return handler

    return register


def endpoints() -> list[tuple[str, re.Pattern[str]]]:
    """The methods and paths that the fake knows."""
    return [(method, pattern) for method, pattern, _ in _ROUTES]


def paged(values: list[Any], request: Request, key: str = "values", limit: int = 50) -> Json:
    """One page of a list, in the form that most of Jira's lists have."""
    start = request.number("startAt", 0)
    size = min(max(request.number("maxResults", limit), 0), limit)
    page = values[start : start + size]
    last = start + len(page) >= len(values)
    return {"maxResults": size, "startAt": start, "total": len(values), "isLast": last, key: page}


class FakeServer(ThreadingHTTPServer):
    """Serves one Jira on a port of 127.0.0.1."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, options: Options, state: Path | None = None, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Connection)
        world = World(options, state)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.jira = Jira(world, Fields(world), self.url)
        self.faults: list[Fault] = []
        self.log: list[Json] = []
        self._open: set[socket.socket] = set()
        self._bookkeeping = threading.Lock()

    def fault_for(self, method: str, path: str) -> Fault | None:
        """The first fault that strikes this request."""
        with self._bookkeeping:
            return next((f for f in self.faults if f.strikes(method, path)), None)

    def note(self, entry: Json) -> None:
        """Write a request to the log."""
        with self._bookkeeping:
            self.log.append({"n": len(self.log) + 1, **entry})

    def keep(self, connection: socket.socket, *, open_now: bool) -> None:
        """Remember which connections are open, to close them when the server stops, as a killed one would."""
        with self._bookkeeping:
            (self._open.add if open_now else self._open.discard)(connection)

    def close(self) -> None:
        """Stop serving, and drop the open connections."""
        self.shutdown()
        with self._bookkeeping:
            connections = list(self._open)
        for connection in connections:
            _hang_up(connection)
        self.server_close()
        self.jira.world.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is none of our business; an error in a route is answered with a 500."""


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeServer

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.server.keep(self.connection, open_now=True)

    def finish(self) -> None:
        self.server.keep(self.connection, open_now=False)
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """The log is ours, see `FakeServer.note`."""

    def do_GET(self) -> None:
        """Every method is the same."""
        self._serve()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

    def _serve(self) -> None:
        raw = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), BODY_LIMIT))
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        fault = None if path.startswith("/_control/") else self.server.fault_for(self.command, path)
        entry: Json = {"method": self.command, "path": path, "query": parts.query}
        if fault:
            entry["fault"] = fault.action
        if fault and fault.action == "drop_before":
            self._drop(entry)
            return
        if fault and fault.action == "delay":
            time.sleep(fault.seconds)
        reply = _struck(fault) if fault and fault.action == "status" else self._answer(path, parts.query, raw)
        if fault and fault.action == "hang":
            time.sleep(fault.seconds)
        if fault and fault.action == "drop_after":
            self._drop({**entry, "done": reply.status})
            return
        if not path.startswith("/_control/"):
            self.server.note({**entry, "status": reply.status})
        self._send(reply)

    def _answer(self, path: str, query: str, raw: bytes) -> Reply:
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            return Refused(400, "Unexpected character in the request's body.").reply
        request = Request(self.command, path, parse_qs(query, keep_blank_values=True), body, self.server.url)
        try:
            if path.startswith("/_control/"):
                from tests.peers.jira_fake.control import control

                return control(self.server, request)
            self._authenticate()
            return self._dispatch(request)
        except Refused as refused:
            return refused.reply
        except Exception as error:
            return Reply(500, {"errorMessages": [f"The fake failed: {error!r}"], "errors": {}})

    def _dispatch(self, request: Request) -> Reply:
        known = False
        for method, pattern, handler in _ROUTES:
            match = pattern.fullmatch(request.path)
            if not match or (match.groupdict().get("v") == "3" and not self.server.jira.world.cloud):
                continue
            known = True
            if method == request.method:
                request.args = match.groupdict()
                with self.server.jira.world.lock:
                    self.server.jira.version = request.version if "v" in request.args else ""
                    return handler(self.server.jira, request)
        if known:
            return Reply(405, {"errorMessages": ["Method not allowed"], "errors": {}})
        return Reply(404, {"errorMessages": [f"No endpoint {request.method} {request.path}"], "errors": {}})

    def _authenticate(self) -> None:
        options = self.server.jira.world.options
        given = self.headers.get("Authorization", "")
        basic = base64.b64encode(f"{options.email}:{options.token}".encode()).decode()
        wanted = f"Basic {basic}" if options.deployment == "Cloud" else f"Bearer {options.token}"
        if given != wanted:
            raise Refused(401, "Client must be authenticated to access this resource.")

    def _drop(self, entry: Json) -> None:
        self.server.note({**entry, "status": None})
        self.close_connection = True
        _hang_up(self.connection)

    def _send(self, reply: Reply) -> None:
        content = b"" if reply.body is None else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        if content:
            self.send_header("Content-Type", "application/json;charset=UTF-8")
        if reply.status != 204:
            self.send_header("Content-Length", str(len(content)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def _struck(fault: Fault) -> Reply:
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.reason:
        headers["RateLimit-Reason"] = fault.reason
    text = "Rate limit exceeded." if fault.status == 429 else "The service is not available for now."
    return Reply(fault.status, cast("Json", {"errorMessages": [text], "errors": {}}), headers)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
