"""The form: what it keeps, what it says, and where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.blocks import cards, notices
from storage.ventures import add_venture, new_venture
from tests.integration.slack.bench import (
    ADMIN,
    CHANNEL,
    LEAD,
    OUTSIDER,
    PLAN,
    Bench,
    all_text,
    bench,
    find_button,
)
from tests.integration.slack.web_api import Refusal, WebApi
from tests.peers.blocks import check_blocks, check_view

BAD_PLAN = PLAN.replace("points: 5", "points: five")


def errors(answer: object) -> dict[str, str]:
    """The errors of a submission by field."""
    body = json.loads(answer.body)  # type: ignore[attr-defined]
    assert body["response_action"] == "errors", body
    return dict(body["errors"])


def test_the_loading_view_opens_before_the_form_is_known(slack_bench: Bench, api: WebApi) -> None:
    slack_bench.command("atlas")
    assert "One moment" in all_text(api.of("views.open")[0]["view"])


def test_help_is_answered_as_a_dict_because_plain_text_gets_lost_over_http(slack_bench: Bench, api: WebApi) -> None:
    answer = json.loads(slack_bench.command("help").body)
    assert answer["response_type"] == "ephemeral"
    assert "/sprint-plan" in answer["text"]
    assert not api.of("views.open")


def test_a_command_in_a_thread_is_refused_kindly(slack_bench: Bench, api: WebApi) -> None:
    answer = json.loads(slack_bench.command(thread_ts="1.0").body)
    assert answer["text"] == notices.THREAD
    assert not api.of("views.open")


def test_the_form_is_filled_in_for_the_venture(slack_bench: Bench) -> None:
    form = slack_bench.form("ATLAS")
    blocks = {block.get("block_id"): block for block in form["blocks"]}
    assert blocks["venture"]["element"]["initial_option"]["value"] == "atlas"
    assert blocks["weeks"]["element"]["initial_option"]["value"] == "2"
    assert blocks["buffer"]["element"]["initial_value"] == "15"
    assert blocks["confidence"]["element"]["initial_value"] == "85"
    check_view({key: value for key, value in form.items() if key != "id"})


def test_an_unknown_venture_is_said_in_the_form(slack_bench: Bench) -> None:
    assert "no venture 'nowhere'" in all_text(slack_bench.form("nowhere", user=ADMIN))


def test_somebody_without_authority_gets_a_refusal_in_the_modal(slack_bench: Bench) -> None:
    assert "You can't plan sprints for *atlas*" in all_text(slack_bench.form("atlas", user=OUTSIDER))


def test_who_is_known_not_to_plan_gets_a_sentence_and_no_form(slack_bench: Bench, api: WebApi) -> None:
    now = slack_bench.muster.core.clock.now()
    with slack_bench.muster.database.transaction() as session:
        add_venture(session, new_venture("borealis", "Borealis", by=LEAD, at=now))
    slack_bench.command("Borealis", user=OUTSIDER)
    assert "You can't plan sprints for *borealis*" in api.wait("response_url")["text"]
    assert not api.of("views.open")


@pytest.mark.parametrize(
    ("field", "given", "said"),
    [
        ("buffer", "9", "9 is not between 10 and 20"),
        ("buffer", "lots", "'lots' is not a number; expected 10 to 20"),
        ("buffer", "NaN", "NaN is not between 10 and 20"),
        ("confidence", "99", "99 is not between 50 and 95"),
        # A closing fence or a formula must come back as it was typed.
        ("confidence", "=1+1", "'=1+1' is not a number; expected 50 to 95"),
    ],
)
def test_numbers_are_refused_at_their_field(slack_bench: Bench, field: str, given: str, said: str) -> None:
    assert errors(slack_bench.submit(slack_bench.form("atlas"), {field: given}))[field] == said


def test_nothing_given_is_said_at_the_text(slack_bench: Bench) -> None:
    assert "Choose a stored plan" in errors(slack_bench.submit(slack_bench.form(), {}))["text"]


def test_pasted_text_is_refused_with_line_and_path(slack_bench: Bench) -> None:
    said = errors(slack_bench.submit(slack_bench.form(), {"text": BAD_PLAN}))["text"]
    assert "'five'" in said
    assert "line 9" in said
    assert "stories[0].points" in said


def test_a_file_with_mistakes_brings_the_form_back_with_every_value(slack_bench: Bench, api: WebApi) -> None:
    api.files["F77"] = BAD_PLAN.encode()
    form = slack_bench.form()
    slack_bench.submit(form, {"file": [{"id": "F77", "name": "plan.yaml"}], "buffer": "18", "confidence": "70"})
    again = api.wait("views.update", number=2)["view"]
    text = all_text(again)
    assert "plan.yaml:9" in text
    assert "'five'" in text
    assert "'plan.yaml' is kept" in text
    blocks = {block.get("block_id"): block for block in again["blocks"]}
    assert blocks["buffer"]["element"]["initial_value"] == "18"
    assert blocks["confidence"]["element"]["initial_value"] == "70"
    check_view(again)

    # The kept file need not be attached again.
    api.files["F77"] = PLAN.encode()
    slack_bench.submit({**again, "id": "V1"}, {})
    assert "Atlas" in api.wait("chat.postEphemeral")["text"]


def test_a_closed_form_with_mistakes_can_be_opened_again(slack_bench: Bench, api: WebApi) -> None:
    api.files["F77"] = BAD_PLAN.encode()
    form = slack_bench.form()
    api.refuse("views.update", Refusal("not_found"))
    slack_bench.submit(form, {"file": [{"id": "F77", "name": "plan.yaml"}]})
    shown = api.wait("chat.postEphemeral")
    check_blocks(shown["blocks"])
    slack_bench.click(find_button(shown["blocks"], notices.REOPEN))
    assert "plan.yaml:9" in all_text(api.wait("views.update", number=3)["view"])


def test_a_file_that_is_too_large_is_not_downloaded(slack_bench: Bench, api: WebApi) -> None:
    api.files["F77"] = b"x" * (10 * 1024 * 1024 + 1)
    slack_bench.submit(slack_bench.form(), {"file": [{"id": "F77", "name": "plan.yaml"}]})
    assert "at most 10 MB" in all_text(api.wait("views.update", number=2)["view"])


def test_a_new_venture_needs_an_admin(slack_bench: Bench, api: WebApi) -> None:
    other = PLAN.replace("venture: atlas", "venture: borealis")
    slack_bench.submit(slack_bench.form(), {"text": other})
    assert "Only an admin may start one" in all_text(api.wait("views.update", number=2)["view"])
    slack_bench.submit(slack_bench.form(user=ADMIN), {"text": other}, user=ADMIN)
    assert api.wait("chat.postEphemeral")["user"] == ADMIN


def test_anyone_may_start_a_venture_where_the_setting_says_so(api: WebApi, tmp_path: Path) -> None:
    with bench(api, tmp_path, new_ventures="anyone") as running:
        running.submit(running.form(user=OUTSIDER), {"text": PLAN}, user=OUTSIDER)
        assert api.wait("chat.postEphemeral")["user"] == OUTSIDER


def test_a_venture_in_other_letters_is_the_same_venture(slack_bench: Bench, api: WebApi) -> None:
    slack_bench.submit(slack_bench.form(), {"text": PLAN.replace("venture: atlas", "venture: ATLAS")})
    approve = find_button(api.wait("chat.postEphemeral")["blocks"], cards.APPROVE)
    assert slack_bench.row(approve).venture == "atlas"


def test_where_muster_is_not_in_the_channel_the_preview_comes_as_a_direct_message(
    slack_bench: Bench, api: WebApi
) -> None:
    api.refuse("chat.postEphemeral", Refusal("not_in_channel"))
    slack_bench.submit(slack_bench.form("atlas"), {})
    told = api.wait("response_url")
    assert "/invite @Muster` in it" in told["text"]
    posted = api.wait("chat.postMessage")
    assert posted["channel"] == f"D{LEAD}"
    find_button(posted["blocks"], cards.APPROVE)


def test_slack_that_is_busy_for_a_moment_loses_nothing(slack_bench: Bench, api: WebApi) -> None:
    api.refuse("chat.postEphemeral", Refusal(status=429, headers={"Retry-After": "0"}), Refusal("oops", status=503))
    slack_bench.submit(slack_bench.form("atlas"), {})
    assert api.wait("chat.postEphemeral", number=3)["channel"] == CHANNEL


def test_a_workspace_without_tables_gets_plain_blocks(slack_bench: Bench, api: WebApi) -> None:
    api.refuse("chat.postEphemeral", Refusal("invalid_blocks"))
    slack_bench.submit(slack_bench.form("atlas"), {})
    shown = api.wait("chat.postEphemeral", number=2)
    assert "table" not in {block["type"] for block in shown["blocks"]}


def test_a_trigger_that_ran_out_is_explained(slack_bench: Bench, api: WebApi) -> None:
    api.refuse("views.open", Refusal("expired_trigger_id"))
    assert slack_bench.command("atlas").status == 200
    assert api.wait("response_url")["text"] == notices.EXPIRED


def test_the_same_command_delivered_twice_opens_one_form(slack_bench: Bench, api: WebApi) -> None:
    for _ in range(2):
        slack_bench.command("atlas", trigger_id="same")
    assert len(api.of("views.open")) == 1


def test_a_form_is_taken_from_nobody_but_who_opened_it(slack_bench: Bench) -> None:
    assert errors(slack_bench.submit(slack_bench.form("atlas"), {}, user=OUTSIDER))["text"] == notices.GONE


def test_two_plans_at_once_are_one_too_many(slack_bench: Bench) -> None:
    given = {"text": PLAN, "file": [{"id": "F77", "name": "plan.yaml"}]}
    assert "Please keep one" in errors(slack_bench.submit(slack_bench.form(), given))["text"]


def test_a_first_day_left_open_is_the_plans_own(slack_bench: Bench, api: WebApi) -> None:
    slack_bench.submit(slack_bench.form(), {"text": f"{PLAN}\ntimeline:\n  start: 2027-03-01\n", "venture": None})
    preview = api.wait("chat.postEphemeral")
    row = slack_bench.row(find_button(preview["blocks"], cards.SHARE))
    assert row.result["options"]["start"] == "2027-03-01"
