"""Prism between the client and the fake Jira: what breaks Atlassian's OpenAPI description is answered as an error."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from bot.demo.node import find_node, install
from bot.demo.process import Program, free_port, wait_until
from tests.peers.jira_fake import FakeJira, Options, fake_jira
from tests.peers.jira_spec import jira_spec

PACKAGE = "@stoplight/prism-cli"
VERSION = "5.16.0"
NODE = 20
READY_SECONDS = 60.0


@dataclass(frozen=True)
class Prism:
    """A running proxy in front of whatever listens on `upstream_port`."""

    url: str
    upstream_port: int
    program: Program


@dataclass(frozen=True)
class JiraContract:
    """A fake Jira Cloud behind Prism: give `url` to the client, look at what happened in `fake`."""

    url: str
    fake: FakeJira
    prism: Prism
    log_start: int

    def violations(self) -> list[str]:
        """What Prism found wrong with requests and answers, one line each. A test ends with none."""
        # Prism writes its log after it has answered. A path that it does not know marks where to stop reading.
        mark = f"/mark-{uuid.uuid4()}"
        requests.get(f"{self.url}{mark}", timeout=10)
        log = wait_until(lambda: self._log_to(mark), seconds=10, what="Prism's log")
        return [line for line in log.splitlines() if re.search("violat|✖", line, re.IGNORECASE) and mark not in line]

    def _log_to(self, mark: str) -> str | None:
        log = self.prism.program.log.read_bytes()[self.log_start :].decode(errors="replace")
        return re.sub(r"\x1b\[[0-9;]*m", "", log) if mark in log else None


@contextmanager
def prism() -> Iterator[Prism]:
    """Run Prism with Atlassian's description. One serves many fakes, one after the other.

    Raises:
        PeerMissing: Prism, Node or the description cannot be had.
        StartError: Prism did not come up; the message ends with its log.
    """
    spec = jira_spec()
    node = find_node(NODE)
    command = install(PACKAGE, VERSION) / "dist" / "index.js"
    port, upstream = free_port(), free_port()
    argv = [str(node.executable), str(command), "proxy", "--errors", "--host", "127.0.0.1", "--port", str(port)]
    with Program("prism", [*argv, str(spec), f"http://127.0.0.1:{upstream}"]) as program:
        program.wait_ready(lambda: "Prism is listening" in program.tail(), seconds=READY_SECONDS)
        yield Prism(f"http://127.0.0.1:{port}", upstream, program)


@contextmanager
def jira_contract(proxy: Prism, options: Options | None = None) -> Iterator[JiraContract]:
    """Run a fresh fake Jira Cloud behind a running Prism."""
    with fake_jira(options, port=proxy.upstream_port) as fake:
        yield JiraContract(proxy.url, fake, proxy, proxy.program.log.stat().st_size)
