"""The real process against a workspace that we did not write, over HTTP and in Socket Mode."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from bot.blocks import adjusting, cards, forms
from bot.bootstrap import build_core
from bot.demo.local_slack import LocalSlack
from bot.demo.process import Program, free_port, wait_until
from bot.settings import Settings
from planners.plan.loading import load_document
from storage.plans import store_document
from storage.tables import AuthorityAction
from storage.ventures import add_venture, allow, new_venture
from tests.integration.slack.bench import PLAN, all_text, find_button
from tests.integration.slack.web_api import Json
from tests.peers import require
from tests.peers.blocks import check_blocks, check_view
from tests.peers.local_slack import DEV, GENERAL, LEAD, OUTSIDER, TEAM, running_workspace

pytestmark = [pytest.mark.peer, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[3]
COMMAND = "/sprint-plan"


@pytest.fixture(scope="module", params=["http", "socket"])
def slack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSlack]:
    """A workspace with `muster run` in it, and the venture atlas."""
    folder = tmp_path_factory.mktemp(request.param)
    address = f"sqlite:///{folder / 'muster.db'}"
    prepare(address)
    port = free_port()
    url = f"http://127.0.0.1:{port}/slack/events" if request.param == "http" else None
    workspace = running_workspace(url)
    running = require("local-slack", workspace.__enter__)
    try:
        with muster(running, address, request.param, port):
            yield running
    finally:
        workspace.__exit__(None, None, None)


def prepare(address: str) -> None:
    """The venture atlas with its plan; LEAD leads it, DEV may approve."""
    core = build_core(Settings(_env_file=None, database_url=address))
    now = core.clock.now()
    with core.database.transaction() as session:
        add_venture(session, new_venture("atlas", "Atlas", by=LEAD.id, at=now))
        allow(session, "atlas", AuthorityAction.APPROVE, [DEV.id])
        store_document(session, "atlas", load_document(PLAN), source="plan.yaml", by=LEAD.id, at=now)
    core.database.engine.dispose()


@contextmanager
def muster(slack: LocalSlack, address: str, mode: str, port: int) -> Iterator[Program]:
    """The process, ready."""
    env = {
        "MUSTER_DATABASE_URL": address,
        "MUSTER_SLACK_MODE": mode,
        "MUSTER_SLACK_API_URL": slack.api_url,
        "MUSTER_SLACK_BOT_TOKEN": slack.app.bot_token,
        "MUSTER_SLACK_APP_TOKEN": slack.app.app_token,
        "MUSTER_SLACK_SIGNING_SECRET": slack.app.signing_secret,
        "MUSTER_HTTP_PORT": str(port),
        "MUSTER_PLANNING_SECONDS": "0",
        "PYTHONPATH": str(ROOT),
    }
    argv = [sys.executable, "-c", "from bot.cli import main; main()", "run"]
    ready: Callable[[], bool] = slack.connected if mode == "socket" else lambda: answers(port)
    with Program("muster", argv, env=env, cwd=Path(address.removeprefix("sqlite:///")).parent) as program:
        program.wait_ready(ready, seconds=60)
        yield program


def answers(port: int) -> bool:
    """Whether Muster says that it is ready."""
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def planned(slack: LocalSlack, *, channel: str = TEAM.id) -> Json:
    """Type the command, send the form as it is; the preview's message."""
    slack.command(LEAD.id, channel, COMMAND, "atlas")
    form = slack.wait_for_modal(forms.CALLBACK)
    check_view({name: form[name] for name in ("type", "title", "blocks", "submit", "close", "callback_id")})
    seen = {message["ts"] for message in slack.messages(channel)}
    slack.submit_view(LEAD.id, {})
    return slack.wait_for_message(
        channel, lambda message: message["ts"] not in seen and bool(message.get("blocks")), seconds=30
    )


def test_the_way_to_the_board(slack: LocalSlack) -> None:
    slack.reset()
    preview = planned(slack)
    assert preview["ephemeral_to"] == LEAD.id
    check_blocks(preview["blocks"])
    wait_until(lambda: "Your preview is in" in all_text(slack.modals()), seconds=15, what="the modal's end")

    slack.interact(LEAD.id, TEAM.id, preview["ts"], cards.SHARE)
    shared = slack.wait_for_message(TEAM.id, lambda message: "Shared by" in all_text(message.get("blocks")))
    check_blocks(shared["blocks"])
    picture = slack.wait_for_message(TEAM.id, lambda message: bool(message.get("files")), seconds=30)
    assert picture["thread_ts"] == shared["ts"]
    assert picture["files"][0]["mimetype"] == "image/png"

    slack.interact(DEV.id, TEAM.id, shared["ts"], cards.APPROVE)
    end = slack.wait_for_message(TEAM.id, lambda message: "is on atlas" in message["text"], seconds=30)
    check_blocks(end["blocks"])
    assert "ATLAS-1 Base" in all_text(end["blocks"])
    assert f"Approved by <@{DEV.id}>" in all_text(end["blocks"])


def test_a_form_with_mistakes_comes_back_with_its_errors(slack: LocalSlack) -> None:
    slack.reset()
    slack.command(LEAD.id, TEAM.id, COMMAND)
    slack.wait_for_modal(forms.CALLBACK)
    said = slack.submit_view(LEAD.id, {"text": PLAN.replace("points: 5", "points: five"), "buffer": "3"})
    assert "'five'" in said.errors["text"]
    assert said.errors["buffer"] == "3 is not between 10 and 20"


def test_an_attached_file_is_planned(slack: LocalSlack) -> None:
    slack.reset()
    uploaded = slack.upload(LEAD.id, TEAM.id, "plan.yaml", PLAN.replace("Log in", "Sign in").encode())
    slack.command(LEAD.id, TEAM.id, COMMAND)
    slack.wait_for_modal(forms.CALLBACK)
    slack.submit_view(LEAD.id, {"file": uploaded["files"]})
    preview = slack.wait_for_message(TEAM.id, lambda message: bool(message.get("ephemeral_to")), seconds=30)
    assert "Sign in" in all_text(preview["blocks"]).replace("\N{NO-BREAK SPACE}", " ")


def test_adjusting_and_keeping(slack: LocalSlack) -> None:
    slack.reset()
    preview = planned(slack)
    slack.interact(LEAD.id, TEAM.id, preview["ts"], cards.ADJUST)
    slack.wait_for_modal(adjusting.CALLBACK)
    slack.submit_view(LEAD.id, {"capacity": "150"})
    shown = slack.wait_for_message(TEAM.id, lambda message: "adjustment changes" in message["text"], seconds=30)
    slack.interact(LEAD.id, TEAM.id, shown["ts"], adjusting.KEEP)
    slack.wait_for_message(TEAM.id, lambda message: "capacity 150 %" in all_text(message.get("blocks")), seconds=30)


def test_somebody_without_authority_is_refused_kindly(slack: LocalSlack) -> None:
    slack.reset()
    preview = planned(slack)
    slack.send_action(OUTSIDER.id, TEAM.id, preview["ts"], action_of(preview, cards.APPROVE))
    told = slack.wait_for_message(TEAM.id, lambda message: "You can't approve" in message["text"])
    assert told["ephemeral_to"] == OUTSIDER.id


def test_help_is_an_answer_that_only_the_asker_sees(slack: LocalSlack) -> None:
    slack.reset()
    slack.command(LEAD.id, GENERAL.id, COMMAND, "help")
    told = slack.wait_for_message(GENERAL.id, lambda message: "/sprint-plan" in message["text"])
    assert told["ephemeral_to"] == LEAD.id


def test_the_home_tab_lists_what_is_open(slack: LocalSlack) -> None:
    slack.reset()
    planned(slack)
    slack.open_home(LEAD.id)
    home = wait_until(lambda: slack.home(LEAD.id), seconds=15, what="the Home tab")
    check_view({"type": home["type"], "blocks": home["blocks"]})
    find_button(home["blocks"], cards.SHOW)


def action_of(message: Json, name: str) -> Json:
    """A click on a button, as the page would send it."""
    element = find_button(message["blocks"], name)
    return {"type": "button", "action_id": name, "block_id": "b", "value": element["value"], "text": element["text"]}
