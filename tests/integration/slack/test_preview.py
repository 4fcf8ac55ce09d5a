"""The buttons of a preview: each answers, once, and only to those who may."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bot.blocks import adjusting, cards, details, notices
from storage.audit import entries
from storage.boards import board_sprints, start_sprint
from tests.integration.slack.bench import CHANNEL, LEAD, OUTSIDER, PLAN, SECOND, Bench, all_text, bench, find_button
from tests.integration.slack.web_api import Json, Refusal, WebApi
from tests.peers.blocks import check_blocks, check_view


def shared(slack_bench: Bench, api: WebApi) -> Json:
    """Share a preview; the posted message with its timestamp."""
    preview = slack_bench.preview()
    slack_bench.click(find_button(preview["blocks"], cards.SHARE))
    posted = api.wait("chat.postMessage")
    api.wait("response_url", lambda call: "Shared in" in call["text"])
    row = slack_bench.row(find_button(posted["blocks"], cards.APPROVE))
    return {**posted, "ts": row.message_ts}


def test_user_text_never_becomes_markup(slack_bench: Bench) -> None:
    preview = slack_bench.preview()
    assert "Atlas &lt;maps&gt; &amp; more" in preview["text"]
    for block in preview["blocks"]:
        if block["type"] == "section":
            assert "<b>" not in block["text"]["text"]


def test_the_picture_goes_where_slack_can_show_it(slack_bench: Bench, api: WebApi) -> None:
    preview = slack_bench.preview()
    assert "picture is in your direct messages" in all_text(preview["blocks"])
    done = api.wait("files.completeUploadExternal")
    assert done["channel_id"] == f"D{LEAD}"
    asked = api.of("files.getUploadURLExternal")[0]
    assert asked["filename"] == "atlas-burn-up.png"
    assert "Burn-up of Atlas" in asked["alt_txt"]
    assert api.of("upload")[0]["content"].startswith(b"\x89PNG")


def test_sharing_posts_the_card_with_the_picture_in_its_thread(slack_bench: Bench, api: WebApi) -> None:
    posted = shared(slack_bench, api)
    assert posted["channel"] == CHANNEL
    check_blocks(posted["blocks"])
    assert f"Shared by <@{LEAD}>" in all_text(posted["blocks"])
    with pytest.raises(LookupError):
        find_button(posted["blocks"], cards.SHARE)
    done = api.wait("files.completeUploadExternal", lambda call: call["channel_id"] == CHANNEL)
    assert done["thread_ts"] == posted["ts"]


def test_sharing_where_muster_is_not_says_how_to_invite_it(slack_bench: Bench, api: WebApi) -> None:
    preview = slack_bench.preview()
    api.refuse("chat.postMessage", Refusal("not_in_channel"))
    slack_bench.click(find_button(preview["blocks"], cards.SHARE))
    assert "then share again" in api.wait("response_url")["text"]
    share = find_button(preview["blocks"], cards.SHARE)
    current = slack_bench.row(share)
    slack_bench.click({**share, "value": f"{current.id}:{current.revision}"})
    api.wait("chat.postMessage", number=2)


def test_two_leads_who_approve_at_once_start_one_push(slack_bench: Bench, api: WebApi) -> None:
    posted = shared(slack_bench, api)
    approve = find_button(posted["blocks"], cards.APPROVE)
    together = threading.Barrier(2)

    def press(user: str) -> None:
        together.wait()
        slack_bench.click(approve, user=user, ts=posted["ts"])

    threads = [threading.Thread(target=press, args=(user,)) for user in (LEAD, SECOND)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert slack_bench.pushed(approve).attempt == 1
    told = api.wait("response_url", lambda call: "approved this plan already" in call["text"])
    assert f"<@{slack_bench.row(approve).decided_by}>" in told["text"]
    with slack_bench.muster.database.transaction() as session:
        approvals = [each for each in entries(session) if each.action == "sprint_plan.approved"]
    assert len(approvals) == 1


def test_a_double_click_is_one_approval(slack_bench: Bench, api: WebApi) -> None:
    approve = find_button(slack_bench.preview()["blocks"], cards.APPROVE)
    slack_bench.click(approve)
    slack_bench.click(approve)
    assert slack_bench.pushed(approve).attempt == 1
    assert len(api.of("chat.postMessage")) == 1


def test_an_outdated_button_shows_the_current_plan(slack_bench: Bench, api: WebApi) -> None:
    preview = slack_bench.preview()
    approve = find_button(preview["blocks"], cards.APPROVE)
    slack_bench.click(find_button(preview["blocks"], cards.SHARE))
    api.wait("chat.postMessage")
    before = len(api.of("response_url"))
    slack_bench.click(approve)
    shown = api.wait("response_url", lambda call: notices.OUTDATED in all_text(call.get("blocks")), number=1)
    assert len(api.of("response_url")) > before
    assert find_button(shown["blocks"], cards.APPROVE)["value"] != approve["value"]
    assert slack_bench.row(approve).status == "shared"


def test_discarding_is_final_and_says_so(slack_bench: Bench, api: WebApi) -> None:
    preview = slack_bench.preview()
    slack_bench.click(find_button(preview["blocks"], cards.DISCARD))
    gone = api.wait("response_url")
    assert gone["replace_original"] is True
    assert f"Discarded by <@{LEAD}>" in all_text(gone["blocks"])
    slack_bench.click(find_button(preview["blocks"], cards.APPROVE))
    api.wait("response_url", lambda call: "discarded this plan already" in all_text(call.get("blocks")))


def test_the_csv_goes_to_the_one_who_asked(slack_bench: Bench, api: WebApi) -> None:
    slack_bench.click(find_button(slack_bench.preview()["blocks"], cards.CSV))
    asked = api.wait("files.getUploadURLExternal", lambda call: call["filename"].endswith(".csv"))
    assert asked["filename"] == "atlas-backlog.csv"
    api.wait("response_url", lambda call: "CSV is in your direct messages" in call["text"])
    assert any(b"Show <b>maps</b> & roads" in call["content"] for call in api.of("upload"))


def test_details_say_why_an_item_sits_where_it_does(slack_bench: Bench, api: WebApi) -> None:
    slack_bench.click(find_button(slack_bench.preview()["blocks"], cards.DETAILS))
    view = api.wait("views.open", lambda call: call["view"]["title"]["text"] == "Sprint plan")["view"]
    check_view(view)
    assert "Log in" in all_text(view)
    last = {"action_id": details.PICK, "type": "static_select", "selected_option": {"value": "5"}}
    slack_bench.view_click(view, last)
    turned = api.wait("views.update", lambda call: "*Sprint 5*" in all_text(call["view"]["blocks"]))
    assert "Search" in all_text(turned["view"])


def test_adjusting_shows_the_difference_and_keeps_it_only_when_told(slack_bench: Bench, api: WebApi) -> None:
    preview = slack_bench.preview()
    approve, adjust = (find_button(preview["blocks"], name) for name in (cards.APPROVE, cards.ADJUST))
    slack_bench.click(adjust)
    view = api.wait("views.open", lambda call: call["view"].get("callback_id") == adjusting.CALLBACK)["view"]
    check_view(view)
    slack_bench.submit(view, {"capacity": "200", "scope": "must"})
    shown = api.wait("chat.postEphemeral", number=2)
    check_blocks(shown["blocks"])
    assert "Capacity: 100 % → 200 %" in all_text(shown["blocks"])
    assert "no longer in the plan" in all_text(shown["blocks"])
    assert slack_bench.row(approve).revision == 1

    slack_bench.click(find_button(shown["blocks"], adjusting.KEEP))
    current = api.wait("response_url", lambda call: call.get("replace_original") is True)
    assert "capacity 200 %" in all_text(current["blocks"])
    assert slack_bench.row(approve).revision == 2

    slack_bench.click(find_button(shown["blocks"], adjusting.KEEP))
    assert "adjust it again" in api.wait("response_url", lambda call: "adjust it again" in call["text"])["text"]


def test_an_adjustment_that_is_discarded_changes_nothing(slack_bench: Bench, api: WebApi) -> None:
    preview = slack_bench.preview()
    slack_bench.click(find_button(preview["blocks"], cards.ADJUST))
    view = api.wait("views.open", lambda call: call["view"].get("callback_id") == adjusting.CALLBACK)["view"]
    slack_bench.submit(view, {"buffer": "20"})
    shown = api.wait("chat.postEphemeral", number=2)
    slack_bench.click(find_button(shown["blocks"], adjusting.DROP))
    api.wait("response_url", lambda call: "change was discarded" in all_text(call.get("blocks")))
    assert slack_bench.row(find_button(preview["blocks"], cards.APPROVE)).revision == 1


def test_a_bad_number_in_an_adjustment_is_said_at_its_field(slack_bench: Bench, api: WebApi) -> None:
    slack_bench.click(find_button(slack_bench.preview()["blocks"], cards.ADJUST))
    view = api.wait("views.open", lambda call: call["view"].get("callback_id") == adjusting.CALLBACK)["view"]
    answer = slack_bench.submit(view, {"capacity": "0"})
    assert '"capacity": "0 is not between 1 and 300"' in answer.body


def test_every_button_works_after_a_restart(api: WebApi, slack_bench: Bench, tmp_path: Path) -> None:
    preview = slack_bench.preview()
    slack_bench.muster.stop(drain_seconds=1)
    with bench(api, tmp_path) as again:
        approve = find_button(preview["blocks"], cards.APPROVE)
        again.click(approve)
        assert again.outcome(approve)["status"] == "done"


def test_planning_again_shows_the_difference_first_and_leaves_the_active_sprint(
    slack_bench: Bench, api: WebApi
) -> None:
    roomy = PLAN.replace("completed_points: 1", "completed_points: 3").replace(
        "completed_points: 9", "completed_points: 30"
    )
    slack_bench.submit(slack_bench.form(), {"text": roomy})
    approve = find_button(api.wait("chat.postEphemeral")["blocks"], cards.APPROVE)
    slack_bench.click(approve)
    slack_bench.pushed(approve)
    first = slack_bench.row(approve)
    start_first_sprint(slack_bench)

    changed = PLAN.replace(
        "{key: search", "{key: export, title: Export, points: 2, priority: must}\n        - {key: search"
    )
    slack_bench.submit(slack_bench.form("atlas"), {"text": changed})
    again = api.wait("chat.postEphemeral", number=2)
    check_blocks(again["blocks"])
    text = all_text(again["blocks"])
    assert "*Changed since the last push*" in text
    assert text.index("Changed since the last push") < text.index("*Forecast*")
    assert "`export` Export: new" in text
    now = slack_bench.row(find_button(again["blocks"], cards.APPROVE)).result
    before, after = ({i["key"]: i["sprint"] for i in each["items"]} for each in (first.result, now))
    assert after["login"] == before["login"] == 1
    assert after["export"] > 1


def start_first_sprint(slack_bench: Bench) -> None:
    """Make sprint 1 the active one on the embedded board."""
    with slack_bench.muster.database.transaction() as session:
        first = min(board_sprints(session, "atlas"), key=lambda sprint: sprint.start)
        assert first.id is not None
        start_sprint(session, "atlas", first.id)


def test_a_plan_that_is_gone_is_said_to_be(slack_bench: Bench, api: WebApi) -> None:
    approve = find_button(slack_bench.preview()["blocks"], cards.APPROVE)
    slack_bench.click({**approve, "value": "0123456789abcdef:1"})
    assert api.wait("response_url")["text"] == notices.GONE


def test_an_unshared_plan_is_nobody_elses(slack_bench: Bench, api: WebApi) -> None:
    preview = slack_bench.preview()
    slack_bench.click(find_button(preview["blocks"], cards.DETAILS), user=OUTSIDER)
    assert "not shared yet" in api.wait("response_url")["text"]
    assert not [call for call in api.of("views.open") if call["view"]["title"]["text"] == "Sprint plan"]
