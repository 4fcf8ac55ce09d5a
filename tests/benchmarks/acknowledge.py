"""How fast `/sprint-plan` is acknowledged, beside an empty Bolt app, over HTTP in the same run.

    python -m tests.benchmarks.acknowledge [--seconds S] [--connections N]

Both apps are served by granian with one worker and answer signed requests from N connections, in turns (empty,
Muster, empty, Muster, …). Slack's Web API is a stub that answers at once, in a process of its own. Muster's listener
opens the loading view and records the durable start before it acknowledges; the empty app only acknowledges.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from bot.demo.process import Program, free_port, wait_until
from bot.web.wsgi import WsgiApp

SECRET = "bench-signing-secret"
ROUNDS = 3
HOST = "127.0.0.1"


def stub() -> WsgiApp:
    """Slack's Web API, agreeing to everything."""
    body = json.dumps({"ok": True, "view": {"id": "V1", "hash": "1.a"}, "ts": "1.1", "channel": "C1"}).encode()

    def answer(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return answer


def empty() -> WsgiApp:
    """A Bolt app whose one command does nothing."""
    from slack_bolt import App
    from slack_bolt.adapter.wsgi import SlackRequestHandler
    from slack_bolt.authorization import AuthorizeResult

    app = App(
        signing_secret=SECRET,
        process_before_response=True,
        authorize=lambda **_: AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-bench"),
    )

    @app.command("/sprint-plan")
    def _acknowledge(ack: Any) -> None:
        ack()

    return SlackRequestHandler(app)


def serve(factory: str, port: int) -> None:
    """Serve one of the factories above, or Muster's own, until killed."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        target=factory,
        factory=True,
        address=HOST,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=16,
        log_level=LogLevels.error,
    ).serve()


@contextmanager
def served(factory: str, **environment: str) -> Iterator[int]:
    """The port of a server process."""
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.acknowledge", "--serve", factory, "--port", str(port)]
    program = Program(factory, command, env=environment)
    try:
        wait_until(lambda: _open(port), seconds=30, what=f"{factory} to answer")
        yield port
    finally:
        program.stop()


def _open(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def fire(port: int, seconds: float, connections: int, run: str) -> list[float]:
    """Seconds that each acknowledgement took."""
    until = time.monotonic() + seconds
    latencies: list[list[float]] = [[] for _ in range(connections)]

    def send(number: int) -> None:
        connection = http.client.HTTPConnection(HOST, port, timeout=10)
        verifier = SignatureVerifier(SECRET)
        count = 0
        while time.monotonic() < until:
            count += 1
            form = {
                "command": "/sprint-plan",
                "text": "",
                "trigger_id": f"{run}.{number}.{count}",
                "user_id": "U1",
                "channel_id": "C1",
                "team_id": "T1",
                "response_url": "",
            }
            body, stamp = urlencode(form), str(int(time.time()))
            signature = verifier.generate_signature(timestamp=stamp, body=body) or ""
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Slack-Request-Timestamp": stamp,
                "X-Slack-Signature": signature,
            }
            begun = time.perf_counter()
            connection.request("POST", "/slack/events", body, headers)
            answer = connection.getresponse()
            answer.read()
            latencies[number].append(time.perf_counter() - begun)
            if answer.status != 200:
                raise RuntimeError(f"answered {answer.status}")
        connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(latency for one in latencies for latency in one)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--serve")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.port)
        return
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        slack = running.enter_context(served("tests.benchmarks.acknowledge:stub"))
        settings = {
            "MUSTER_SLACK_MODE": "http",
            "MUSTER_SLACK_BOT_TOKEN": "xoxb-bench",
            "MUSTER_SLACK_SIGNING_SECRET": SECRET,
            "MUSTER_SLACK_API_URL": f"http://{HOST}:{slack}/api/",
            "MUSTER_DATABASE_URL": f"sqlite:///{folder / 'muster.db'}",
            "MUSTER_ADMINS": "U1",
            "MUSTER_LOG_LEVEL": "ERROR",
        }
        bolt = running.enter_context(served("tests.benchmarks.acknowledge:empty"))
        muster = running.enter_context(served("bot.web.server:create", **settings))
        report(bolt, muster, options.seconds, options.connections)


def report(bolt: int, muster: int, seconds: float, connections: int) -> None:
    """Turns of both, and the medians of the turns' figures and ratios."""
    rates: dict[str, list[float]] = {"empty": [], "Muster": []}
    tails: dict[str, list[float]] = {"empty": [], "Muster": []}
    for turn in range(ROUNDS):
        for name, port in (("empty", bolt), ("Muster", muster)):
            taken = fire(port, seconds, connections, f"{name}{turn}")
            rates[name].append(len(taken) / seconds)
            tails[name].append(taken[int(len(taken) * 0.99)] * 1000)
    print(f"/sprint-plan acknowledged, {connections} connections, {ROUNDS} turns of {seconds:g} s each, SQLite")
    for name in rates:
        print(
            f"  {name:<7} {statistics.median(rates[name]):8.0f} a second   p99 {statistics.median(tails[name]):7.1f} ms"
        )
    ratios = [ours / theirs for ours, theirs in zip(rates["Muster"], rates["empty"], strict=True)]
    print(f"  Muster / empty app: {statistics.median(ratios):.3f} of the rate")


if __name__ == "__main__":
    main()
