"""`python -m bot.demo`: a Slack workspace on this machine with Muster in it, to try; `--check` drives it once."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from bot.demo.check import CheckFailed, check
from bot.demo.node import PeerMissing
from bot.demo.process import StartError
from bot.demo.running import Demo, running_demo
from bot.demo.workspace import APPROVER, LEAD, OUTSIDER, TEAM, VENTURE

CHECK_SECONDS = 300
LOOK_SECONDS = 0.5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo until it is stopped, or check it. Exit codes: 0 done or stopped, 1 it does not work."""
    chosen = _parser().parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        if chosen.check:
            signal.signal(signal.SIGALRM, _too_long)
        _tell("Starting a Slack workspace and Muster on this machine (the first time it is downloaded: a minute) …")
        with running_demo(port=chosen.port, folder=chosen.folder) as demo:
            if chosen.check:
                signal.alarm(CHECK_SECONDS)
                check(demo, _tell)
                _tell("Everything happened as it should.")
            else:
                _invite(demo)
                _wait(demo)
    except KeyboardInterrupt:
        _tell("Stopped.")
    except (CheckFailed, PeerMissing, StartError, OSError) as error:
        sys.stderr.write(f"demo: {error}\n")
        return 1
    finally:
        signal.alarm(0)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.demo", description=__doc__)
    parser.add_argument("--check", action="store_true", help="drive /sprint-plan to the board without a browser")
    parser.add_argument("--port", type=int, help="port of the workspace; 3800 or the next free one otherwise")
    parser.add_argument("--folder", type=Path, help="keep the database in this folder; it is thrown away otherwise")
    return parser


def _invite(demo: Demo) -> None:
    _tell(
        f"""
Open {demo.slack.url} in a browser. You are {LEAD.real_name}, who leads {VENTURE}; go to #{TEAM.name} and type

    /sprint-plan {VENTURE}

Press Preview, then Share. "Act as" at the top right changes who you are: {APPROVER.real_name} may approve,
{OUTSIDER.real_name} may not. Approving puts the backlog on Muster's own board; see it from another terminal with

    MUSTER_DATABASE_URL={demo.database_url} .venv/bin/muster board show {VENTURE}

Muster's log: {demo.muster.log}
Ctrl-C stops everything."""
    )


def _wait(demo: Demo) -> None:
    try:
        while (ended := demo.ended()) is None:
            time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        _tell("\nStopping …")
        raise
    raise StartError(f"{ended.name} ended; its log:\n{ended.tail()}")


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _stop(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _too_long(_number: int, _frame: object) -> NoReturn:
    raise CheckFailed(f"it took more than {CHECK_SECONDS} seconds")


if __name__ == "__main__":
    sys.exit(main())
