"""emulate: a Slack Web API that refuses what the token's scopes do not allow."""

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.demo.node import find_node, install
from bot.demo.process import Program, free_port
from tests.peers.local_slack import Channel, Person

VERSION = "0.12.2"
NODE = 22
READY_SECONDS = 30.0

APP_ID = "A0MUSTER"
BOT_ID = "B0MUSTER"
BOT_USER = "U0MUSTER"


@dataclass(frozen=True)
class EmulatedSlack:
    """`api_url` is the base for `WebClient(base_url=…)`; `token` holds the scopes that it was started with."""

    program: Program
    api_url: str
    token: str
    scopes: tuple[str, ...]


@contextmanager
def emulated_slack(
    scopes: Sequence[str], *, people: Sequence[Person] = (), channels: Sequence[Channel] = ()
) -> Iterator[EmulatedSlack]:
    """Run a workspace in which the bot's token has these scopes and no others.

    Ids are given out anew: look people and channels up by name. It does not ask whether the bot is in a channel.

    Raises:
        PeerMissing: emulate or a Node new enough for it cannot be had.
        StartError: it did not come up; the message ends with its log.
    """
    node = find_node(NODE)
    program_file = install("emulate", VERSION) / "dist" / "index.js"
    folder = Path(tempfile.mkdtemp(prefix="muster-emulate-"))
    token = "xoxb-emulated-muster"
    seed = folder / "seed.json"
    seed.write_text(json.dumps({"slack": _seed(token, scopes, people, channels)}))
    port = free_port()
    argv = [str(node.executable), str(program_file), "start", "--service", "slack"]
    argv += ["--seed", str(seed), "--port", str(port), "--host", "127.0.0.1"]
    with Program("emulate", argv, cwd=folder, scratch=folder) as program:
        url = program.wait_ready(lambda: _address(program.tail()), seconds=READY_SECONDS)
        yield EmulatedSlack(program, f"{url}/api/", token, tuple(scopes))


def _seed(token: str, scopes: Sequence[str], people: Sequence[Person], channels: Sequence[Channel]) -> dict[str, Any]:
    app = {
        "client_id": "1.2",
        "client_secret": "made-up",
        "app_id": APP_ID,
        "name": "Muster",
        "redirect_uris": ["http://127.0.0.1/callback"],
        "scopes": list(scopes),
        "bot_name": "muster",
        "bot_id": BOT_ID,
        "bot_user_id": BOT_USER,
    }
    granted = {
        "token": token,
        "type": "bot",
        "user_id": BOT_USER,
        "scopes": list(scopes),
        "app_id": APP_ID,
        "bot_id": BOT_ID,
        "bot_user_id": BOT_USER,
    }
    return {
        "team": {"name": "Muster", "domain": "muster"},
        "users": [{"name": p.name, "real_name": p.real_name, "email": p.email} for p in people],
        "channels": [{"name": c.name, "topic": c.topic, "is_private": c.is_private} for c in channels],
        "oauth_apps": [app],
        "tokens": [granted],
        "strict_scopes": True,
    }


def _address(log: str) -> str | None:
    found = re.search(r"http://(?:127\.0\.0\.1|localhost):(\d+)", log)
    return f"http://127.0.0.1:{found[1]}" if found and "Ready." in log else None
