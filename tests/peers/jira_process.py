"""The fake Jira in a process of its own: for benchmarks, and for a test that stops it in the middle."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bot.demo.process import Program
from tests.peers.jira_fake import Deployment, Options

READY_SECONDS = 20.0
SECONDS = 15.0


@dataclass(frozen=True)
class JiraProcess:
    """A fake elsewhere; look into it and make things go wrong through its control address."""

    program: Program
    url: str
    email: str
    token: str

    def control(self, method: str, what: str, body: Any = None) -> Any:
        """For example `control("GET", "counters")` or `control("POST", "faults", {"path": "/issue$"})`."""
        answer = requests.request(method, f"{self.url}/_control/{what}", json=body, timeout=SECONDS)
        answer.raise_for_status()
        return answer.json() if answer.content else None


@contextmanager
def jira_process(
    deployment: Deployment = "Cloud", *, state: Path | None = None, port: int = 0, index_lag: float = 0.0
) -> Iterator[JiraProcess]:
    """Run the fake; started again with the same `state` and `port`, it goes on where it was, also after a kill."""
    argv = [sys.executable, "-m", "tests.peers.jira_fake", "--port", str(port), "--deployment", deployment]
    argv += ["--index-lag", str(index_lag), *(["--state", str(state)] if state else [])]
    with Program("fake-jira", argv, cwd=Path(__file__).resolve().parents[2]) as program:
        found = program.wait_ready(lambda: re.search(r"Fake Jira: (http://\S+)", program.tail()), seconds=READY_SECONDS)
        yield JiraProcess(program, found[1], Options().email, Options().token)
