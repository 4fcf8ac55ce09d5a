"""A Slack Web API on 127.0.0.1 that records what it is asked and answers as it is told."""

from __future__ import annotations

import json
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.demo.process import wait_until

Json = dict[str, Any]
WAIT = 20.0


@dataclass(frozen=True)
class Call:
    """One request. `method` is `chat.update` and such; `response_url` and `upload` for the others."""

    method: str
    args: Json
    token: str = ""


@dataclass(frozen=True)
class Refusal:
    """An answer out of the ordinary."""

    error: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class WebApi:
    """What was asked, and what is answered."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.calls: list[Call] = []
        self.files: dict[str, bytes] = {}
        self.groups: dict[str, list[str]] = {}
        self._refusals: dict[str, deque[Refusal]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._number = 0

    @property
    def api_url(self) -> str:
        """The base of the Web API."""
        return f"{self.url}/api/"

    @property
    def response_url(self) -> str:
        """Where a click or command is answered."""
        return f"{self.url}/response/1"

    def refuse(self, method: str, *refusals: Refusal) -> None:
        """Answer the next calls of a method like this, one each."""
        self._refusals[method].extend(refusals)

    def of(self, method: str) -> list[Json]:
        """The arguments of every call of a method so far."""
        with self._lock:
            return [call.args for call in self.calls if call.method == method]

    def wait(self, method: str, accept: Callable[[Json], bool] = lambda _: True, *, number: int = 1) -> Json:
        """The `number`-th call of a method that `accept` takes, once it was made."""

        def found() -> list[Json] | None:
            matching = [args for args in self.of(method) if accept(args)]
            return matching if len(matching) >= number else None

        return wait_until(found, seconds=WAIT, what=f"{number} x {method}")[number - 1]

    def answer(self, call: Call) -> tuple[Refusal | None, Json]:
        """Record a call; what to answer."""
        with self._lock:
            self.calls.append(call)
            self._number += 1
            number = self._number
            refusal = self._refusals[call.method].popleft() if self._refusals[call.method] else None
        return refusal, self._body(call, number)

    def _body(self, call: Call, number: int) -> Json:
        args = call.args
        if call.method in ("views.open", "views.update", "views.publish"):
            view_id = args.get("view_id") or f"V{number}"
            return {"ok": True, "view": {**args["view"], "id": view_id, "hash": f"h{number}"}}
        if call.method == "conversations.open":
            return {"ok": True, "channel": {"id": f"D{args['users']}"}}
        if call.method == "usergroups.users.list":
            return {"ok": True, "users": self.groups.get(str(args["usergroup"]), [])}
        if call.method == "files.getUploadURLExternal":
            return {"ok": True, "upload_url": f"{self.url}/upload/{number}", "file_id": f"F{number}"}
        if call.method == "files.completeUploadExternal":
            return {"ok": True, "files": [{"id": "F1", "permalink": f"{self.url}/files/F1"}]}
        if call.method == "files.info":
            content = self.files[str(args["file"])]
            url = f"{self.url}/download/{args['file']}"
            return {
                "ok": True,
                "file": {"id": args["file"], "name": "plan.yaml", "size": len(content), "url_private_download": url},
            }
        return {"ok": True, "ts": f"1700000000.{number:06d}", "channel": args.get("channel")}


@contextmanager
def web_api() -> Iterator[WebApi]:
    """Serve on a free port of 127.0.0.1."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    api = WebApi(f"http://127.0.0.1:{server.server_address[1]}")
    server.api = api  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/download/"):
            self._send(200, self._api.files[parts.path.removeprefix("/download/")], {})
            return
        self._method(parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()})

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if parts.path.startswith("/upload/"):
            self._api.answer(Call("upload", {"content": body}))
            self._send(200, b"OK", {})
        elif parts.path.startswith("/response/"):
            refusal, _ = self._api.answer(Call("response_url", json.loads(body)))
            status = refusal.status if refusal else 200
            self._send(status, b"ok" if status == 200 else b"no", {})
        else:
            self._method(parts.path, _args(self.headers.get("Content-Type", ""), body))

    def _method(self, path: str, args: Json) -> None:
        call = Call(path.removeprefix("/api/"), args, self.headers.get("Authorization", ""))
        refusal, answer = self._api.answer(call)
        if refusal is None:
            self._send(200, json.dumps(answer).encode(), {})
            return
        body = {"ok": False, "error": refusal.error or "ratelimited"}
        self._send(refusal.status, json.dumps(body).encode(), refusal.headers)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    @property
    def _api(self) -> WebApi:
        return self.server.api  # type: ignore[attr-defined,no-any-return]


def _args(kind: str, body: bytes) -> Json:
    if "application/json" in kind:
        return dict(json.loads(body))
    args: Json = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    for name in ("blocks", "view", "files"):
        if isinstance(args.get(name), str):
            args[name] = json.loads(args[name])
    return args
