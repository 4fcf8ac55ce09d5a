"""What goes wrong: defects, a Slack that is away, boards that refuse, events that come twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.adapters.boards.port import BoardUnavailable
from bot.blocks import cards, home
from bot.flows.push_reporting import Patience
from storage.boards import board_sprints
from storage.plans import sprint_plan_of
from storage.tables import AuthorityAction
from storage.ventures import add_venture, allow, new_venture
from tests.integration.slack.bench import ADMIN, CHANNEL, LEAD, MEMBER, Bench, all_text, bench, find_button
from tests.integration.slack.web_api import Refusal, WebApi
from tests.peers.blocks import check_blocks, check_view

HOME = {"type": "app_home_opened", "user": LEAD, "tab": "home", "channel": "D1"}


def break_it(*_: object, **__: object) -> None:
    """What no code should do."""
    raise ZeroDivisionError("the secret detail")


def test_a_defect_gives_the_person_a_reference_and_the_log_the_rest(
    slack_bench: Bench, api: WebApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = slack_bench.preview()
    monkeypatch.setattr("bot.services.sprint_plans.find_sprint_plan", break_it)
    with structlog.testing.capture_logs() as logged:
        answer = slack_bench.click(find_button(preview["blocks"], cards.CSV))
    assert answer.status == 200
    told = api.wait("response_url")["text"]
    assert "Something went wrong on our side" in told
    assert "secret detail" not in told
    assert "Traceback" not in told
    reference = told.rstrip(".").split()[-1]
    defect = next(line for line in logged if line["event"] == "defect")
    assert defect["reference"] == reference
    assert "secret detail" in str(defect["exc_info"])


def test_a_defect_in_a_submission_is_shown_in_the_modal(slack_bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    form = slack_bench.form("atlas")
    monkeypatch.setattr("bot.services.forms.options_of", break_it)
    answer = json.loads(slack_bench.submit(form, {}).body)
    assert answer["response_action"] == "update"
    assert "Something went wrong on our side" in all_text(answer["view"])


def test_a_defect_in_durable_work_does_not_leave_the_person_waiting(
    slack_bench: Bench, api: WebApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = slack_bench.form("atlas")
    monkeypatch.setattr("bot.flows.beside_board.plan_sprints", break_it)
    slack_bench.submit(form, {})
    shown = api.wait("views.update", number=2)["view"]
    assert "Something went wrong on our side" in all_text(shown)
    assert "secret detail" not in all_text(shown)


def test_a_request_that_slack_did_not_sign_is_refused(slack_bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.integration.slack.bench.SECRET", "another")
    assert slack_bench.command("atlas").status == 401


def test_slack_that_is_slow_to_say_who_is_in_a_group_is_no_yes(slack_bench: Bench, api: WebApi) -> None:
    preview = slack_bench.preview()
    api.refuse("usergroups.users.list", Refusal("internal_error", status=503))
    slack_bench.click(find_button(preview["blocks"], cards.SHARE), user=MEMBER)
    assert "could not check" in api.wait("response_url")["text"]
    assert not [call for call in api.of("chat.postMessage") if call["channel"] == CHANNEL]


def test_a_member_of_the_group_may(slack_bench: Bench, api: WebApi) -> None:
    api.groups["S0TEAM"] = [MEMBER]
    preview = slack_bench.preview()
    slack_bench.click(find_button(preview["blocks"], cards.SHARE), user=MEMBER)
    assert api.wait("chat.postMessage")["channel"] == CHANNEL


def test_an_event_delivered_again_is_dropped(slack_bench: Bench, api: WebApi) -> None:
    for retry in (0, 1, 2):
        assert slack_bench.event(HOME, event_id="Ev-same", retry=retry).status == 200
    api.wait("views.publish")
    slack_bench.event(HOME)
    api.wait("views.publish", number=2)
    assert len(api.of("views.publish")) == 2


def test_the_home_tab_brings_a_preview_back(slack_bench: Bench, api: WebApi) -> None:
    slack_bench.preview()
    slack_bench.event(HOME)
    view = api.wait("views.publish")["view"]
    check_view(view)
    assert "atlas" in all_text(view)
    assert "preview, only you see it" in all_text(view)
    slack_bench.view_click(view, find_button(view["blocks"], cards.SHOW))
    shown = api.wait("chat.postMessage")
    assert shown["channel"] == f"D{LEAD}"
    find_button(shown["blocks"], cards.APPROVE)
    told = api.wait("views.open", lambda call: "direct messages" in all_text(call["view"]))
    assert told


def test_a_stranger_sees_nothing_of_others_in_the_home_tab(slack_bench: Bench, api: WebApi) -> None:
    slack_bench.preview()
    slack_bench.event({**HOME, "user": "U0OUT"})
    view = api.wait("views.publish")["view"]
    assert "atlas" not in all_text(view)
    assert "Nothing is open" in all_text(view)


def test_an_admin_pages_through_all_ventures(slack_bench: Bench, api: WebApi) -> None:
    now = slack_bench.muster.core.clock.now()
    with slack_bench.muster.database.transaction() as session:
        for number in range(45):
            add_venture(session, new_venture(f"v{number:02}", f"Venture {number}", by="U0ELSE", at=now))
    slack_bench.event({**HOME, "user": ADMIN})
    view = api.wait("views.publish")["view"]
    seen = all_text(view)
    for number in (2, 3):
        slack_bench.view_click(view, find_button(view["blocks"], home.MORE), user=ADMIN)
        view = api.wait("views.publish", number=number)["view"]
        check_view(view)
        seen += all_text(view)
    assert [number for number in range(45) if f"(v{number:02})" not in seen] == []
    with pytest.raises(LookupError):
        find_button(view["blocks"], home.MORE)


def test_a_push_that_fails_says_what_to_do_and_goes_on_when_told(
    slack_bench: Bench, api: WebApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve = find_button(slack_bench.preview()["blocks"], cards.APPROVE)
    with monkeypatch.context() as broken:
        # Give up at the first failure, so that the test need not wait.
        broken.setattr(slack_bench.muster.push, "_patience", Patience(tries=0))
        broken.setattr("bot.adapters.boards.embedded.EmbeddedBoard.find", away)
        slack_bench.click(approve)
        assert slack_bench.outcome(approve)["status"] == "failed"
        failed = api.wait("chat.postMessage", lambda call: "did not reach" in call["text"])
    check_blocks(failed["blocks"])
    assert "Jira did not answer" in all_text(failed["blocks"])
    assert "*What to do*" in all_text(failed["blocks"])
    again = find_button(failed["blocks"], cards.RETRY)
    assert slack_bench.row(approve).status == "failed"

    slack_bench.click(again, ts="2.0")
    api.wait("chat.update", lambda call: "is on atlas" in call["text"])
    assert slack_bench.row(approve).status == "pushed"
    with slack_bench.muster.database.transaction() as session:
        names = [sprint.name for sprint in board_sprints(session, "atlas")]
    assert len(names) == len(set(names)) == len(sprint_plan_of(slack_bench.row(approve)).sprints)


def away(*_: Any) -> Any:
    """A board that does not answer."""
    raise BoardUnavailable("Jira did not answer")


def test_progress_is_told_directly_where_muster_is_not_in_the_channel(slack_bench: Bench, api: WebApi) -> None:
    approve = find_button(slack_bench.preview()["blocks"], cards.APPROVE)
    api.refuse("chat.postMessage", Refusal("channel_not_found"))
    slack_bench.click(approve)
    slack_bench.pushed(approve)
    end = api.wait("chat.update", lambda call: "is on atlas" in call["text"])
    assert end["channel"] == f"D{LEAD}"


def test_a_second_venture_of_the_same_people_stays_apart(api: WebApi, tmp_path: Path) -> None:
    with bench(api, tmp_path) as running:
        now = running.muster.core.clock.now()
        with running.muster.database.transaction() as session:
            for key in ("atlas", "borealis"):
                add_venture(session, new_venture(key, key.title(), by=ADMIN, at=now))
            allow(session, "borealis", AuthorityAction.PLAN, [LEAD])
        answer = running.submit(running.form(), {"text": "plan: {venture: atlas, title: A, stories: [{title: S}]}"})
        assert "You can't plan sprints for *atlas*" in all_text(api.wait("views.update", number=2)["view"]), answer
