"""Starts local-slack, a Slack workspace on this machine with a page for the browser, and stops it."""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.demo.node import PeerMissing, install, system
from bot.demo.process import Program
from bot.demo.slack_driver import SlackDriver

VERSION = "0.1.8"
PACKAGES = {"linux-x64": "local-slack-linux-x64"}
READY_SECONDS = 30.0


@dataclass(frozen=True)
class Person:
    """Someone in the workspace."""

    id: str
    name: str
    real_name: str
    email: str
    tz: str = "Europe/London"


@dataclass(frozen=True)
class Channel:
    """A channel and the ids of its members. The app is a member when `with_app` is set."""

    id: str
    name: str
    members: tuple[str, ...] = ()
    topic: str = ""
    is_private: bool = False
    with_app: bool = True


@dataclass(frozen=True)
class SlackApp:
    """The app under `request_url`, or in Socket Mode when there is none. The credentials are made up."""

    request_url: str | None = None
    app_id: str = "A0MUSTER"
    bot_user_id: str = "U0MUSTER"
    bot_name: str = "muster"
    bot_token: str = "xoxb-local-muster"  # noqa: S105
    app_token: str = "xapp-local-muster"  # noqa: S105
    signing_secret: str = "local-signing-secret"  # noqa: S105


@dataclass(frozen=True)
class Workspace:
    """What local-slack starts with."""

    people: Sequence[Person]
    channels: Sequence[Channel]
    app: SlackApp = field(default_factory=SlackApp)
    name: str = "Muster demo"
    domain: str = "muster-demo"
    team_id: str = "T0MUSTER"

    def config(self) -> dict[str, Any]:
        """The configuration in local-slack's form."""
        app = self.app
        entry: dict[str, Any] = {
            "appId": app.app_id,
            "botUserId": app.bot_user_id,
            "botName": app.bot_name,
            "botToken": app.bot_token,
            "appToken": app.app_token,
            "signingSecret": app.signing_secret,
            "mode": "events" if app.request_url else "socket",
        }
        if app.request_url:
            entry["requestUrl"] = app.request_url
        return {
            "workspace": {"name": self.name, "domain": self.domain, "teamId": self.team_id},
            "apps": [entry],
            "users": [
                {"id": p.id, "name": p.name, "real_name": p.real_name, "email": p.email, "tz": p.tz}
                for p in self.people
            ],
            "channels": [
                {
                    "id": c.id,
                    "name": c.name,
                    "topic": c.topic,
                    "is_private": c.is_private,
                    "members": [*c.members, *([app.bot_user_id] if c.with_app else [])],
                }
                for c in self.channels
            ],
        }


class LocalSlack(SlackDriver):
    """A running workspace: `url` is its page, `api_url` the base for `WebClient(base_url=…)`."""

    def __init__(self, program: Program, workspace: Workspace, url: str) -> None:
        super().__init__(url, workspace.app.app_id)
        self.program = program
        self.workspace = workspace

    @property
    def app(self) -> SlackApp:
        """The app of the workspace, with its tokens and signing secret."""
        return self.workspace.app


@contextmanager
def local_slack(workspace: Workspace, *, port: int = 0) -> Iterator[LocalSlack]:
    """Run a workspace on 127.0.0.1; port 0 takes a free one.

    Raises:
        PeerMissing: there is no local-slack for this machine, or npm cannot install it.
        StartError: it did not come up; the message ends with its log.
    """
    binary = _binary()
    folder = Path(tempfile.mkdtemp(prefix="muster-slack-"))
    # Bun splits its options at blanks and knows no quotes: a relative path holds none.
    shutil.copy(Path(__file__).with_name("loopback.ts"), folder / "loopback.ts")
    (folder / "workspace.json").write_text(json.dumps(workspace.config()))
    argv = [str(binary), "--config", "workspace.json", "--port", str(port), "--base-host", "127.0.0.1"]
    argv += ["--files-dir", str(folder / "files")]
    env = {"BUN_OPTIONS": "--preload=./loopback.ts"}
    with Program("local-slack", argv, env=env, cwd=folder, scratch=folder) as program:
        url = program.wait_ready(lambda: _page(program.tail()), seconds=READY_SECONDS)
        slack = LocalSlack(program, workspace, url)
        yield slack
        slack.close()


def _binary() -> Path:
    package = PACKAGES.get(system())
    if package is None:
        raise PeerMissing(f"local-slack {VERSION} has no build for {system()}, only for {', '.join(PACKAGES)}")
    return install(package, VERSION) / "bin" / "local-slack"


def _page(log: str) -> str | None:
    found = re.search(r"Web UI:\s+(http://\S+)", log)
    return found.group(1) if found and "Apps:" in log else None
