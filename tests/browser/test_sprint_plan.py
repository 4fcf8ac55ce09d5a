"""`/sprint-plan` as people see it: the demo's page in Chromium, with a picture of every view."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.demo.running import Demo
from bot.demo.workspace import APPROVER, LEAD, OUTSIDER, TEAM, VENTURE
from tests.peers.browser import screenshot
from tests.peers.slack_page import act_as, field, modal, open_channel, say, submit

pytestmark = [pytest.mark.peer, pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("demo")]

SOON = 15_000
PLANNED = 60_000
APPROVE = "Approve and push"
# A push of this size is over in a second or two: what the page showed meanwhile is kept.
WATCH = """() => {
    window.shown = [];
    const look = () => window.shown.push(document.querySelector(".messages").innerText);
    new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""
BROKEN = json.dumps(
    {
        "plan": {
            "venture": "shop",
            "title": "A shop",
            "epics": [{"key": "sale", "title": "Sale", "stories": [{"title": "Pay", "points": "five"}]}],
        }
    }
)


def button(page: Page, name: str) -> Locator:
    """The newest button of this name in the conversation."""
    return page.locator(".messages").get_by_role("button", name=name, exact=True).last


def open_form(page: Page, venture: str = VENTURE) -> None:
    say(page, f"/sprint-plan {venture}".strip())
    field(page, "Confidence").wait_for(timeout=SOON)


def preview(page: Page) -> None:
    """From the command to the preview, with the form closed."""
    open_form(page)
    submit(page)
    button(page, APPROVE).wait_for(timeout=PLANNED)
    close_modal(page)


def close_modal(page: Page) -> None:
    modal(page).get_by_role("button", name="Close", exact=True).click()
    expect(page.locator(".modal")).to_have_count(0)


def top_of(page: Page, text: str) -> None:
    page.locator(".messages").get_by_text(text).last.evaluate("e => e.closest('.msg').scrollIntoView()")


def to_the_end(page: Page) -> None:
    page.locator(".messages").evaluate("e => e.scrollTo(0, e.scrollHeight)")


def test_the_form_is_filled_in_for_the_venture(at_desk: Page) -> None:
    open_form(at_desk)
    expect(field(at_desk, "First day")).to_have_value("2027-01-11")
    expect(field(at_desk, "Commitment buffer")).to_have_value("15")
    expect(modal(at_desk)).to_contain_text("Muster's own board")
    screenshot(at_desk, "sprint-plan-1-form")


def test_mistakes_come_back_with_the_form_and_the_answers_stay(at_desk: Page) -> None:
    open_form(at_desk, "")
    field(at_desk, "Plan as text").fill(BROKEN)
    field(at_desk, "Commitment buffer").fill("many")
    submit(at_desk)
    expect(modal(at_desk)).to_contain_text("'many' is not a number", timeout=SOON)
    expect(modal(at_desk)).to_contain_text(re.compile(r"line 1: .*stories\[0\]\.points: 'five' is not a number"))
    expect(field(at_desk, "Commitment buffer")).to_have_value("many")
    screenshot(at_desk, "sprint-plan-2-mistakes")


def test_the_preview_is_for_the_lead_alone(at_desk: Page, demo: Demo) -> None:
    preview(at_desk)
    top_of(at_desk, "Sprint plan: Harbourline")
    expect(at_desk.locator(".messages")).to_contain_text(re.compile(r"All must-haves by .+ at 85 % confidence"))
    screenshot(at_desk, "sprint-plan-3-preview")
    to_the_end(at_desk)
    screenshot(at_desk, "sprint-plan-4-preview-end")
    # The page shows everybody what is for one person, with a mark; who it is for stands in the message.
    expect(at_desk.locator(".messages")).to_contain_text("only visible to you")
    assert {message.get("ephemeral_to") for message in demo.slack.messages(TEAM.id)} == {LEAD.id}


def test_details_show_a_sprint_with_reasons(at_desk: Page) -> None:
    preview(at_desk)
    button(at_desk, "Details").click()
    expect(modal(at_desk)).to_contain_text("Development and staging environments", timeout=SOON)
    expect(modal(at_desk)).to_contain_text("Its work has started, so it stays in sprint 1.")
    screenshot(at_desk, "sprint-plan-5-details")


def test_an_adjustment_is_shown_before_it_counts(at_desk: Page) -> None:
    preview(at_desk)
    button(at_desk, "Adjust").click()
    field(at_desk, "Capacity").wait_for(timeout=SOON)
    screenshot(at_desk, "sprint-plan-6-adjust")
    field(at_desk, "Capacity").fill("80")
    submit(at_desk)
    button(at_desk, "Keep the change").wait_for(timeout=PLANNED)
    close_modal(at_desk)
    expect(at_desk.locator(".messages")).to_contain_text("Capacity: 100 % → 80 %")
    screenshot(at_desk, "sprint-plan-7-difference")
    button(at_desk, "Keep the change").click()
    expect(at_desk.locator(".messages")).to_contain_text("capacity 80 %", timeout=SOON)


def test_shared_refused_approved_and_on_the_board(at_desk: Page, demo: Demo) -> None:
    preview(at_desk)
    button(at_desk, "Share").click()
    at_desk.locator(".messages").get_by_text("1 reply").wait_for(timeout=SOON)
    top_of(at_desk, "Sprint plan: Harbourline")
    screenshot(at_desk, "sprint-plan-8-shared")
    at_desk.locator(".messages").get_by_text("1 reply").click()
    picture = at_desk.locator("img").last
    expect(picture).to_have_js_property("complete", True, timeout=SOON)
    picture.scroll_into_view_if_needed()
    screenshot(at_desk, "sprint-plan-9-picture")
    at_desk.reload()

    act_as(at_desk, OUTSIDER)
    open_channel(at_desk, TEAM.name)
    button(at_desk, APPROVE).click()
    refusal = at_desk.locator(".messages").get_by_text(f"You can't approve sprint plans of {VENTURE} yet.")
    refusal.wait_for(timeout=SOON)
    screenshot(at_desk, "sprint-plan-10-refused")

    act_as(at_desk, APPROVER)
    at_desk.evaluate(WATCH)
    button(at_desk, APPROVE).click()
    at_desk.locator(".messages").get_by_text(re.compile("small harbours is on ")).wait_for(timeout=SOON)
    to_the_end(at_desk)
    screenshot(at_desk, "sprint-plan-11-progress")
    at_desk.locator(".messages").get_by_text(re.compile(r"^\d+ created, .*")).wait_for(timeout=PLANNED)
    shown = "\n".join(at_desk.evaluate("window.shown"))
    assert re.search(r"small harbours is on its way to .*(steps|counting)", shown, re.DOTALL)
    to_the_end(at_desk)
    screenshot(at_desk, "sprint-plan-12-done")
    expect(button(at_desk, APPROVE)).to_have_count(0)
    assert "HARBOURLINE-1 Foundations" in at_desk.locator(".messages").inner_text()


def test_the_home_tab_lists_what_is_open(at_desk: Page, demo: Demo) -> None:
    preview(at_desk)
    open_channel(at_desk, "Muster")
    at_desk.get_by_text("Your sprint plans").wait_for(timeout=SOON)
    at_desk.get_by_text("preview, only you see it").first.wait_for(timeout=SOON)
    at_desk.get_by_text(f"/sprint-plan {VENTURE}").wait_for(timeout=SOON)
    screenshot(at_desk, "sprint-plan-13-home")
    assert demo.slack.home(LEAD.id) is not None
