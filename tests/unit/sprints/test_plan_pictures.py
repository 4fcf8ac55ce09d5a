"""Gantt, capacity and back-test as pictures, and what they say to those who can't see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from planners.forecasts.backtest import backtest_velocity
from planners.forecasts.velocity import CompletedSprint
from planners.sprints.answers import PlanExplanation
from planners.sprints.backtest_chart import backtest_png
from planners.sprints.capacity_chart import capacity_alt_text, capacity_png
from planners.sprints.chart import GROUND, INK, ORANGE, WIDTH
from planners.sprints.gantt import gantt_alt_text, gantt_png
from planners.sprints.model import SprintPlan
from planners.sprints.planner import plan_sprints
from planners.sprints.why import explain_plan
from tests.support.plan_documents import MONDAY, document, options, person, story
from tests.unit.sprints.test_chart import of_colour, pixels


def made(count: int = 12, **more: Any) -> tuple[SprintPlan, PlanExplanation]:
    stories = [
        story(f"s{n}", 5, team=("red", "blue")[n % 2], depends_on=[f"s{n - 4}"] if n >= 4 else [], skills={"api": 5})
        for n in range(count)
    ]
    people = [person(f"p{n}", team=("red", "blue")[n % 2], skills=["api"] if n < 2 else ["ui"]) for n in range(4)]
    due = [
        {"title": f"Milestone {n}", "due": MONDAY + dt.timedelta(days=25 + 14 * n), "items": ["s0"]} for n in range(3)
    ]
    given_document = document(*stories, **{"people": people, "milestones": due, **more})
    plan = plan_sprints(given_document, options())
    return plan, explain_plan(given_document, plan)


def gantt(plan: SprintPlan, found: PlanExplanation) -> bytes:
    return gantt_png(plan, [link.key for link in found.critical_chain])


def capacity(plan: SprintPlan, found: PlanExplanation) -> bytes:
    return capacity_png(plan, found.bottlenecks)


PICTURES = pytest.mark.parametrize("draw", [gantt, capacity])
Draw = Callable[[SprintPlan, PlanExplanation], bytes]


@PICTURES
def test_a_picture_has_its_width_its_ground_and_its_ink(draw: Draw) -> None:
    picture = pixels(draw(*made()))
    assert picture.shape[1] == WIDTH
    assert of_colour(picture[:3], GROUND) == 3 * WIDTH, "the ground reaches the edge, whatever is behind"
    assert of_colour(picture, INK) > 500


@PICTURES
def test_the_same_plan_gives_the_same_bytes(draw: Draw) -> None:
    assert draw(*made()) == draw(*made())


def test_the_critical_chain_stands_out() -> None:
    plan, found = made()
    marked, plain = pixels(gantt(plan, found)), pixels(gantt_png(plan))
    assert of_colour(marked, ORANGE) > 2_000
    assert of_colour(plain, ORANGE) == 0


def test_a_full_skill_stands_out() -> None:
    plan, found = made()
    assert any(each.skills == ("api",) for each in found.bottlenecks)
    assert capacity(plan, found) != capacity_png(plan)


@PICTURES
def test_large_plans_and_odd_titles_are_drawn(draw: Draw) -> None:
    plan, found = made(150)
    assert pixels(draw(plan.model_copy(update={"title": r"$x^{$ <b>" * 9}), found)).shape[0] < 1600


def test_what_is_left_out_of_a_large_plan_is_counted() -> None:
    small, large = made(30), made(60)
    assert pixels(gantt(*large)).shape[0] <= pixels(gantt(*small)).shape[0] * 1.5


@PICTURES
def test_nothing_planned_is_nothing_to_draw(draw: Draw) -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        draw(*made(people=[]))


def test_the_alternative_texts_say_what_the_pictures_show() -> None:
    plan, found = made()
    chain = [link.key for link in found.critical_chain]
    said = gantt_alt_text(plan, chain)
    assert said.startswith(f"Chart of Shop by team: 12 stories in {len(plan.sprints)} sprints, from 2 March 2026 to ")
    assert f"The end hangs on 'Story {chain[0]}'" in said
    assert "Team red: 30 of " in capacity_alt_text(plan, found.bottlenecks)
    assert "tightest in api" in capacity_alt_text(plan, found.bottlenecks)
    empty, nothing = made(people=[])
    assert gantt_alt_text(empty) == capacity_alt_text(empty, nothing.bottlenecks) == "No chart: nothing is planned."


def test_a_back_test_is_drawn_and_a_short_one_refused() -> None:
    history = [CompletedSprint(20 + 9 * (n % 3), committed_points=30) for n in range(14)]
    picture = pixels(backtest_png("Velocity", {"core": backtest_velocity(history)}, "Story points"))
    assert of_colour(picture, INK) > 500
    with pytest.raises(ValueError, match="too short"):
        backtest_png("Velocity", {"core": backtest_velocity(history[:3])}, "Story points")
