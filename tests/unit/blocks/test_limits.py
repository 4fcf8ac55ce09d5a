"""Plans of any size, and any text in them, stay within Slack's limits."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import adjusting, cards, details, explaining, home, progress, what_if
from bot.blocks.cards import CardState, card
from bot.blocks.details import Bookmark, Place
from bot.blocks.elements import section
from bot.blocks.text import MESSAGE, bullets, cut, escape, length, period, safe
from planners.plan.models import Priority
from planners.sprints.answers import (
    Bottleneck,
    ChainLink,
    ItemExplanation,
    MilestoneSlack,
    PlanConflict,
    PlanExplanation,
    PlanRepair,
    RepairKind,
    Shift,
    WhatIf,
)
from planners.sprints.difference import difference
from planners.sprints.explain import Hold
from planners.sprints.model import (
    Assumption,
    BurnUpPoint,
    DateForecast,
    PlanForecast,
    PlannedItem,
    PlannedSprint,
    PlanOptions,
    PlanWarning,
    SprintPlan,
    TeamLoad,
    WarningKind,
)
from tests.peers.blocks import check_blocks, check_view

START = dt.date(2027, 1, 4)
WEEK = dt.timedelta(weeks=1)
NASTY = "<!channel> & `code` *bold* <@U1|x> ``` " + "long " * 40


def plan_of(items: int, *, per_sprint: int = 50, title: str = "Atlas", word: str = "Item") -> SprintPlan:
    """A plan with this many items, one in forty of which fits nowhere."""
    planned = [
        PlannedItem(
            key=f"k-{n}",
            title=f"{word} {n}",
            team="web",
            points=Decimal(3),
            priority=Priority.SHOULD,
            sprint=None if n % 40 == 39 else n // per_sprint + 1,
            why=f"{word} waits for {n - 1}",
        )
        for n in range(items)
    ]
    sprints = [
        PlannedSprint(
            number=number,
            name=f"Sprint {number}",
            start=START + WEEK * 2 * (number - 1),
            end=START + WEEK * 2 * number - dt.timedelta(days=3),
            goal=word,
            teams=(TeamLoad(team="web", capacity=Decimal(200), commitment=Decimal(170), load=Decimal(150)),),
            items=tuple(item.key for item in planned if item.sprint == number),
        )
        for number in range(1, (items - 1) // per_sprint + 2)
    ]
    late = DateForecast(name=word, due=START, dates={"0.50": START, "0.85": START}, at_confidence=START)
    point = BurnUpPoint(
        sprint=0, date=START, scope=Decimal(1), planned=Decimal(1), p15=Decimal(1), p50=Decimal(1), p85=Decimal(1)
    )
    return SprintPlan(
        venture="atlas",
        title=title,
        options=PlanOptions(start=START),
        sprints=tuple(sprints),
        epics=(),
        items=tuple(planned),
        warnings=tuple(PlanWarning(kind=WarningKind.TOO_BIG, text=f"{word} {n}") for n in range(items // 2)),
        assumptions=tuple(Assumption(name=word, text=word) for _ in range(min(items, 60))),
        forecast=PlanForecast(
            must_haves=late, everything=late, milestones=(late,) * min(items, 30), burn_up=(point,), basis="x"
        ),
        infeasible=(word,) * min(items, 20),
        digest="d",
    )


def state(**more: object) -> CardState:
    """An unshared preview."""
    values = {"plan_id": "a" * 32, "revision": 12, "status": "preview", "board": "Jira ATL", "created_by": "U1"}
    return CardState(**(values | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("rich", [True, False])
@pytest.mark.parametrize("items", [1, 80, 10_000])
@pytest.mark.parametrize("word", ["Item", NASTY])
def test_a_card_of_any_plan_is_taken_by_slack(items: int, rich: bool, word: str) -> None:
    plan = plan_of(items, title=word * 3, word=word)
    before = plan_of(max(1, items // 2), word="Before")
    way = PlanRepair(kind=RepairKind.ADD_PERSON, text=word * 2, what_if=(f"add 1 {word[:9]}",), effort=1)
    odd = way.model_copy(update={"what_if": (word * 9,)})
    stuck = PlanConflict(demands=(word,), teams=(), text=word * 4, minimal=True, repairs=(way, odd) * 30)
    for each in (
        state(),
        state(conflicts=(stuck,) * 12),
        state(since_push=difference(before, plan), picture="p", shared=True, conflicts=(stuck,)),
    ):
        blocks = card(plan, each, rich=rich)
        check_blocks(blocks)
        assert length(blocks) <= MESSAGE + 600


@pytest.mark.parametrize("items", [1, 80, 10_000])
@pytest.mark.parametrize("word", ["Item", NASTY])
def test_every_page_of_the_details_is_taken_by_slack(items: int, word: str) -> None:
    plan = plan_of(items, word=word)
    for sprint in (1, 0, len(plan.sprints), 9_999):
        for page in (0, 1, 999, -5):
            check_view(details.details(plan, state(), Place(sprint, page)))


def test_every_item_can_be_reached_through_the_pages() -> None:
    plan = plan_of(80)
    seen = ""
    for sprint in (0, *(sprint.number for sprint in plan.sprints)):
        for page in range(5):
            seen += str(details.details(plan, state(), Place(sprint, page)))
    assert [item.key for item in plan.items if f"`{item.key}`" not in seen] == []


def test_more_sprints_than_a_select_holds_keep_the_chosen_one_in_it() -> None:
    plan = plan_of(7_400, per_sprint=37)
    for number in (1, 60, 120, 200):
        view = details.details(plan, state(), Place(number))
        check_view(view)
        assert view["blocks"][0]["elements"][0]["initial_option"]["value"] == str(number)


@pytest.mark.parametrize("items", [1, 80, 10_000])
def test_a_difference_of_any_size_is_taken_by_slack(items: int) -> None:
    before, after = plan_of(1, word="Old"), plan_of(items, word=NASTY)
    proposed = adjusting.Proposed("p" * 32, after, difference(before, after))
    check_blocks(adjusting.proposal_card(proposed))


@pytest.mark.parametrize("amount", [0, 1, 12, 4_000])
@pytest.mark.parametrize("word", ["Item", NASTY])
def test_an_explanation_of_any_size_is_taken_by_slack(amount: int, word: str) -> None:
    many = range(amount)
    item = ItemExplanation(
        key=word,
        title=word,
        team=word,
        sprint=2,
        earliest_by_dependencies=1,
        earliest_by_capacity=None,
        held_by=Hold.SKILL,
        moves=tuple(Shift(key=f"{word}{n}", title=word, before=n, after=None) for n in many),
        sentences=(word,) * min(amount, 40),
    )
    check_view(explaining.item_answer(item, Bookmark(state().value, Place(2, 1))))
    whole = PlanExplanation(
        critical_chain=tuple(ChainLink(key=word, title=word, sprint=n, held_by=Hold.CHAIN, text=word) for n in many),
        bottlenecks=tuple(
            Bottleneck(team=word, sprint=n // 9, skills=(word,), used=Decimal(1), capacity=Decimal(n)) for n in many
        ),
        milestones=tuple(
            MilestoneSlack(
                key=word, title=word, due=START, due_sprint=1, done_sprint=None, slack=None, text=word * (n % 3)
            )
            for n in many
        ),
        sentences=(word,) * min(amount, 40),
    )
    check_view(explaining.plan_answer(whole, state()))


@pytest.mark.parametrize("items", [1, 80, 10_000])
def test_an_answer_to_what_if_of_any_size_is_taken_by_slack(items: int) -> None:
    before, after = plan_of(1, word="Old"), plan_of(items, word=NASTY)
    found = WhatIf(
        changes=(NASTY,) * 6, plan=after, difference=difference(before, after), sentences=(NASTY,) * min(items, 60)
    )
    for proposal in ("p" * 32, ""):
        check_blocks(what_if.answer(found, state().value, proposal))
    check_blocks(what_if.refusal(escape(NASTY), state().value, NASTY * 40))
    check_view(what_if.form(f"{state().value}|C1", text=NASTY * 6))


@pytest.mark.parametrize("status", ["running", "done", "partial", "failed"])
@pytest.mark.parametrize("rich", [True, False])
def test_a_push_with_much_to_say_is_taken_by_slack(status: str, rich: bool) -> None:
    many = [NASTY] * 500
    view = progress.PushView(
        title=NASTY,
        board=NASTY,
        approved_by="U1",
        status=status,
        phase="creating",
        done=3,
        total=500,
        counts={"created": 500, "unchanged": 2},
        refused=many,
        kept=many,
        links=[(NASTY, "https://jira.example/browse/A-1?x=<>|&y")] * 80,
        failure=NASTY * 20,
        todo=many,
        plan_value="a" * 32 + ":9",
    )
    check_blocks(progress.push_card(view, rich=rich))


def test_a_home_with_everything_in_it_is_taken_by_slack() -> None:
    at = dt.datetime(2027, 1, 4, tzinfo=dt.UTC)
    plans = [home.HomePlan("a" * 32, 1, NASTY, "v" * 80, "preview", at, "C1") for _ in range(60)]
    ventures = [home.HomeVenture("v" * 80, NASTY, 3) for _ in range(60)]
    check_view(home.home(plans, ventures, left=40, next_after="v" * 80))
    check_view(home.home([], []))


def test_buttons_follow_where_the_plan_stands() -> None:
    plan = plan_of(3)

    def named(**more: object) -> list[str]:
        return [each["text"]["text"] for each in cards.card_buttons(plan, state(**more))]

    look = ["Details", "What holds it up", "CSV"]
    assert named() == ["Approve and push", "Share", "Adjust", "What if?", *look, "Discard"]
    assert named(shared=True, status="shared") == ["Approve and push", "Adjust", "What if?", *look, "Discard"]
    assert named(status="approved") == look
    assert named(status="failed") == ["Try again", *look, "Discard"]
    assert named(status="pushed") == look


def test_a_plan_of_which_nothing_fits_can_not_be_approved() -> None:
    plan = plan_of(1)
    nothing = plan.model_copy(update={"items": (plan.items[0].model_copy(update={"sprint": None}),)})
    assert cards.APPROVE not in str(cards.card_buttons(nothing, state()))


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_no_text_becomes_markup(text: str) -> None:
    for safe_text in (escape(text), safe(text, 50)):
        assert "<" not in safe_text
        assert ">" not in safe_text
        rest = safe_text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
        assert "&" not in rest


def test_a_bookmark_comes_back_as_it_was() -> None:
    mark = Bookmark(state().value, Place(0, 7))
    assert Bookmark.parse(mark.metadata) == mark


def test_a_cut_never_splits_an_escape() -> None:
    assert safe("&" * 100, 10) == "&amp;" * 9 + "…"


@given(st.lists(st.text(max_size=300), max_size=60), st.integers(300, 3_000))
@settings(max_examples=100, deadline=None)
def test_a_list_keeps_to_its_room_and_counts_the_rest(lines: list[str], room: int) -> None:
    text = bullets(lines, room)
    assert len(text) <= room + 40
    check_blocks([section(text)])


def test_cut_leaves_short_text_alone() -> None:
    assert cut("short", 5) == "short"
    assert cut("longer", 5) == "long…"


def test_a_period_names_the_year_once_unless_it_ends_in_another() -> None:
    assert period(dt.date(2027, 1, 25), dt.date(2027, 2, 5)) == "25 Jan to 5 Feb 2027"
    assert period(dt.date(2026, 12, 28), dt.date(2027, 1, 8)) == "28 Dec 2026 to 8 Jan 2027"
    assert period(dt.date(2026, 12, 28), dt.date(2027, 1, 8), year=False) == "28 Dec to 8 Jan"
