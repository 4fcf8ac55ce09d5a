"""Time to improve: never worse than without, within the rules, and it can be watched and stopped."""

from __future__ import annotations

import datetime as dt
import random
import re
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from planners.plan.loading import Source, load_document
from planners.plan.models import PlanDocument
from planners.sprints.build import PRIORITY_WEIGHT
from planners.sprints.engine import Progress
from planners.sprints.model import SprintPlan
from planners.sprints.planner import default_options, plan_sprints
from tests.support.plan_documents import document, documents, options, person, story
from tests.support.sprint_plan_checker import broken

REALISTIC = Path(__file__).parents[3] / "examples" / "realistic"


def cost(plan: SprintPlan, given_document: PlanDocument) -> tuple[int, int, int, Decimal]:
    """Must-haves left out, sprints that milestones are late, items left out, weighted completion."""
    never = len(plan.sprints) + 1
    done = {item.key: item.sprint or never for item in plan.items}
    late = 0
    for milestone in given_document.timeline.milestones:
        keys = [key for key in milestone.items if key in done]
        ends = [sprint.number for sprint in plan.sprints if sprint.end <= milestone.due]
        late += milestone.weight * max(0, max((done[key] for key in keys), default=0) - max(ends, default=0))
    weights = {item.key: item.points * PRIORITY_WEIGHT[item.priority] for item in plan.items}
    values = {story.key: story.value for story in given_document.plan.stories if story.value is not None}
    completion = sum((values.get(key, weights[key]) * sprint for key, sprint in done.items()), Decimal(0))
    musts = sum(item.priority == "must" for item in plan.unplaced)
    return musts, late, len(plan.unplaced), completion


def quality(plan: SprintPlan) -> str:
    return next((each.text for each in plan.assumptions if each.name == "Quality"), "")


def of_size(count: int) -> PlanDocument:
    rng = random.Random(count)
    stories = [
        story(
            f"s{n}",
            rng.choice([1, 2, 3, 5, 8]),
            team=f"t{n % 3}",
            priority=rng.choice(["must", "should", "could"]),
            depends_on=[f"s{rng.randrange(n)}"] if n and rng.random() < 0.4 else [],
            skills={"api": 1} if rng.random() < 0.5 else {},
        )
        for n in range(count)
    ]
    people = [
        person(f"p{n}", team=f"t{n % 3}", skills=["api"] if n % 2 else ["ui"]) for n in range(max(6, count // 20))
    ]
    due = [{"title": "Beta", "due": "2026-04-24", "items": [f"s{n}" for n in range(0, count, 9)]}]
    return document(*stories, people=people, teams=[{"key": f"t{n}"} for n in range(3)], milestones=due)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_it_is_never_worse_and_keeps_the_rules(given_document: PlanDocument) -> None:
    listed = plan_sprints(given_document, options())
    improved = plan_sprints(given_document, options(), seconds=0.3)
    assert broken(improved, given_document) == []
    assert cost(improved, given_document)[0] <= cost(listed, given_document)[0]
    assert len(improved.unplaced) <= len(listed.unplaced)


def test_a_small_plan_is_proven_best_and_says_so() -> None:
    given_document = of_size(14)
    plan = plan_sprints(given_document, options(), seconds=20)
    assert re.fullmatch(r"proven best possible within the \d+ sprints looked at", quality(plan))
    assert cost(plan, given_document) <= cost(plan_sprints(given_document, options()), given_document)


def test_a_large_plan_says_how_far_from_the_best_it_is_at_most() -> None:
    given_document = of_size(300)
    listed = plan_sprints(given_document, options())
    improved = plan_sprints(given_document, options(), seconds=4)
    assert broken(improved, given_document) == []
    assert cost(improved, given_document) < cost(listed, given_document)
    assert quality(listed) == ""
    assert "best" in quality(improved)


def test_progress_is_told_and_comes_to_an_end() -> None:
    told: list[Progress] = []
    plan_sprints(of_size(60), options(), seconds=1, progress=told.append)
    assert told
    assert [each.fraction for each in told] == sorted(each.fraction for each in told)
    assert all(0 <= each.fraction <= 1 for each in told)
    assert told[-1].score <= told[0].score


def test_who_cancels_gets_the_plan_so_far() -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return True

    given_document = of_size(60)
    plan = plan_sprints(given_document, options(), seconds=600, cancelled=cancelled)
    assert asked
    assert broken(plan, given_document) == []
    assert cost(plan, given_document) <= cost(plan_sprints(given_document, options()), given_document)


def test_the_realistic_example_is_improved_within_its_rules() -> None:
    parts = [
        Source(name, (REALISTIC / name).read_text("utf-8"))
        for name in ("resources.yaml", "timeline.yaml", "history.csv")
    ]
    given_document = load_document((REALISTIC / "plan.yaml").read_text("utf-8"), name="plan.yaml", extra=parts)
    chosen = default_options(given_document, dt.date(2026, 11, 24))
    listed, improved = (plan_sprints(given_document, chosen, seconds=seconds) for seconds in (0, 10))
    assert len(improved.sprints) <= len(listed.sprints)
    assert "best" in quality(improved)
