"""local-slack against a real Bolt app, in Socket Mode and over signed HTTP."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.app.app import SlackAppDevelopmentServer
from slack_sdk import WebClient

from bot.demo.process import free_port, wait_until
from tests.peers.local_slack import LEAD, TEAM, LocalSlack, running_workspace
from tests.peers.signed import SignedRequests

pytestmark = pytest.mark.peer

Json = dict[str, Any]
Start = Callable[[str | None], LocalSlack]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


SELECT = {
    "type": "static_select",
    "action_id": "length",
    "initial_option": {"text": plain("2 weeks"), "value": "2"},
    "options": [{"text": plain("2 weeks"), "value": "2"}, {"text": plain("3 weeks"), "value": "3"}],
}
VIEW: Json = {
    "type": "modal",
    "callback_id": "plan",
    "title": plain("Plan"),
    "submit": plain("Go"),
    "blocks": [
        {"type": "input", "block_id": "length", "label": plain("Length"), "element": SELECT},
        {
            "type": "input",
            "block_id": "name",
            "label": plain("Name"),
            "element": {"type": "plain_text_input", "action_id": "name"},
        },
    ],
}
BUTTON = {"type": "button", "action_id": "approve", "text": plain("Approve"), "value": "v1"}


def build(slack: LocalSlack) -> App:
    client = WebClient(token=slack.app.bot_token, base_url=slack.api_url)
    app = App(client=client, signing_secret=slack.app.signing_secret, process_before_response=True)

    @app.command("/plan")
    def command(ack: Any, body: Json, client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=VIEW)

    @app.view("plan")
    def view(ack: Any, view: Json, client: WebClient) -> None:
        values = view["state"]["values"]
        name, length = values["name"]["name"]["value"], values["length"]["length"]["selected_option"]["value"]
        if not name:
            ack(response_action="errors", errors={"name": "Say a name."})
            return
        ack()
        blocks: list[Json] = [{"type": "actions", "block_id": "b", "elements": [BUTTON]}]
        client.chat_postMessage(channel=TEAM.id, text=f"{name} {length}", blocks=blocks)

    @app.action("approve")
    def approve(ack: Any, body: Json, respond: Any) -> None:
        ack()
        respond(text=f"approved {body['actions'][0]['value']} by {body['user']['id']}", replace_original=True)

    @app.event("app_home_opened")
    def home(event: Json, client: WebClient) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [{"type": "divider"}]})

    @app.event("message")
    def message(event: Json, client: WebClient) -> None:
        client.chat_postMessage(channel=event["channel"], text=f"heard {event['text']}")

    return app


def drive(slack: LocalSlack) -> None:
    slack.command(LEAD.id, TEAM.id, "/plan")
    slack.wait_for_modal("plan")
    assert slack.submit_view(LEAD.id, {"name": ""}).errors == {"name": "Say a name."}
    with pytest.raises(KeyError, match="colour"):
        slack.submit_view(LEAD.id, {"colour": "red"})
    submitted = slack.submit_view(LEAD.id, {"name": "Shop", "length": "3"})
    assert not submitted.errors
    assert not submitted.modals
    posted = slack.wait_for_message(TEAM.id, lambda m: m["text"] == "Shop 3")
    slack.interact(LEAD.id, TEAM.id, posted["ts"], "approve")
    slack.wait_for_message(TEAM.id, lambda m: m["text"] == f"approved v1 by {LEAD.id}")
    with pytest.raises(LookupError):
        slack.interact(LEAD.id, TEAM.id, posted["ts"], "approve")
    slack.open_home(LEAD.id)
    home = slack.home(LEAD.id)
    assert home is not None
    assert home["blocks"] == [{"type": "divider"}]
    slack.post_message(LEAD.id, slack.app.bot_user_id, "hello")
    wait_until(
        lambda: [m["text"] for m in slack.direct_messages(LEAD.id)] == ["hello", "heard hello"],
        seconds=10,
        what="the answer",
    )
    slack.reset()
    assert not slack.messages(TEAM.id)


def test_a_round_trip_in_socket_mode(slack: LocalSlack) -> None:
    app = build(slack)
    handler: Any = SocketModeHandler(app, app_token=slack.app.app_token, web_client=app.client)
    handler.connect()
    try:
        wait_until(slack.connected, seconds=10, what="the connection")
        drive(slack)
    finally:
        handler.close()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def over_http(start_slack: Start, port: int) -> Iterator[LocalSlack]:
    slack = start_slack(f"http://127.0.0.1:{port}/slack/events")
    server = SlackAppDevelopmentServer(port, "/slack/events", build(slack))._server
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield slack
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_round_trip_over_signed_http(over_http: LocalSlack) -> None:
    drive(over_http)


def test_signed_requests_reach_the_app_and_forged_ones_do_not(over_http: LocalSlack, port: int) -> None:
    app = over_http.app
    address = f"http://127.0.0.1:{port}/slack/events"
    slack = SignedRequests(address, app)
    answer = slack.event({"type": "app_home_opened", "user": LEAD.id, "tab": "home"}, event_id="Ev1", retry=1)
    assert answer.status_code == 200
    assert over_http.home(LEAD.id)
    assert SignedRequests(address, replace(app, signing_secret="other")).event({}).status_code == 401


def test_a_file_is_read_with_the_bots_token(start_slack: Start) -> None:
    slack = start_slack(None)
    shared = slack.upload(LEAD.id, TEAM.id, "plan.yaml", b"epics: []")
    link = shared["files"][0]["url_private"]
    assert slack._http.get(link).status_code == 403
    read = slack._http.get(link, headers={"Authorization": f"Bearer {slack.app.bot_token}"})
    assert read.content == b"epics: []"


def test_it_listens_on_loopback_only(slack: LocalSlack) -> None:
    port = int(slack.url.rpartition(":")[2])
    wanted = f"{port:04X}"
    listening = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            if state == "0A" and local.endswith(f":{wanted}"):
                listening.append(local)
    assert listening == [f"0100007F:{wanted}"]


def test_two_workspaces_do_not_meet(slack: LocalSlack) -> None:
    with running_workspace() as other:
        other.post_message(LEAD.id, TEAM.id, "there")
        assert not slack.messages(TEAM.id)
        assert other.messages(TEAM.id)
