"""Runs the fake in a process of its own: `python -m tests.peers.jira_fake --port 0 --state FILE`."""

import argparse
import signal
from pathlib import Path

from tests.peers.jira_fake import FakeJira, Options


def main() -> None:
    """Print the address, then serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--deployment", choices=("Cloud", "Server"), default="Cloud")
    parser.add_argument("--index-lag", type=float, default=0.0)
    given = parser.parse_args()
    options = Options(deployment=given.deployment, index_lag=given.index_lag)
    jira = FakeJira(options, state=given.state, port=given.port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"Fake Jira: {jira.url}", flush=True)
    try:
        signal.pause()
    except KeyboardInterrupt:
        jira.stop()


if __name__ == "__main__":
    main()
