"""Optimised plans keep every rule, are never worse than list scheduling, and are best where they say so."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings

from planners.sprints.engine import Progress, allocate
from planners.sprints.optimise.state import Plan
from planners.sprints.optimise.tidy import tidy
from planners.sprints.pieces import Pieces
from planners.sprints.problem import Allocation, AllocationProblem, Crew, Member, Score, Target, WorkItem
from tests.support.plan_checker import broken_rules
from tests.support.random_problems import problems


@settings(max_examples=25, deadline=None)
@given(problems(max_items=14))
def test_no_rule_is_broken_and_nothing_is_worse_than_the_list(problem: AllocationProblem) -> None:
    plan = allocate(problem, seconds=0.3)
    assert broken_rules(problem, plan.allocation) == []
    assert plan.score <= allocate(problem).score
    if plan.bound is not None:
        assert plan.bound.lateness <= plan.score.lateness
        assert plan.bound.completion is None or plan.bound.completion <= plan.score.completion


def every_plan(problem: AllocationProblem) -> Score:
    """The best score of all complete plans, by trying each."""
    pieces = Pieces(problem)
    best = None
    keys = [item.key for item in problem.items]
    for sprints in product(range(1, problem.horizon + 1), repeat=len(keys)):
        plan = Allocation(dict(zip(keys, sprints, strict=True)))
        if not broken_rules(problem, plan):
            score = pieces.score(list(sprints))
            best = score if best is None else min(best, score)
    assert best is not None
    return best


@settings(max_examples=25, deadline=None)
@given(problems(max_items=5, facts=False))
def test_what_is_called_proven_is_the_best_of_all_plans(problem: AllocationProblem) -> None:
    plan = allocate(problem, seconds=1.0)
    if plan.score.missing or plan.allocation.parts or problem.horizon > 4:
        return
    assert plan.proven
    best = every_plan(problem)
    assert (plan.score.lateness, plan.score.completion) == (best.lateness, best.completion)


def crew(*capacity: int) -> Crew:
    return Crew("core", (Member("ann", frozenset({"api"}), capacity),))


MILESTONE_FIRST = AllocationProblem(
    3,
    (crew(5, 5, 5),),
    (
        WorkItem("loved", "core", 5, weight=9),
        WorkItem("before", "core", 5, weight=1),
        WorkItem("due", "core", 5, predecessors=(("before", 0),)),
    ),
    (Target("beta", ("due",), due=2, weight=1),),
)


def test_a_milestone_counts_more_than_any_value() -> None:
    plan = allocate(MILESTONE_FIRST, seconds=2)
    assert plan.allocation.sprint_of == {"before": 1, "due": 2, "loved": 3}
    assert plan.proven
    assert plan.gap == 0
    assert plan.bound is not None
    assert plan.bound.lateness == 0


def test_lateness_that_no_plan_can_avoid_is_proven() -> None:
    late = replace(MILESTONE_FIRST, targets=(Target("beta", ("due",), due=1, weight=2),))
    plan = allocate(late, seconds=2)
    assert plan.bound is not None
    assert (plan.score.lateness, plan.bound.lateness, plan.proven) == (2, 2, True)


def test_a_must_have_is_placed_before_something_that_is_only_wanted() -> None:
    items = (WorkItem("wanted", "core", 5, weight=9), WorkItem("must", "core", 5, priority=1, must=True))
    plan = allocate(AllocationProblem(1, (crew(5),), items), seconds=0.3)
    assert plan.allocation.sprint_of == {"must": 1}


def test_of_equal_plans_the_known_one_is_kept() -> None:
    items = tuple(WorkItem(key, "core", 5, weight=1) for key in "abc")
    known = {"a": 3, "b": 1, "c": 2}
    plan = allocate(AllocationProblem(3, (crew(5, 5, 5),), items), seconds=1, previous=known)
    assert plan.allocation.sprint_of == known
    assert plan.score.moves == 0


def test_of_equal_plans_the_one_that_ends_first_is_taken() -> None:
    items = (
        WorkItem("worthless", "core", 3),
        WorkItem("chain", "core", 1, predecessors=(("worthless", 1),)),
        WorkItem("small", "core", 2, weight=1),
        WorkItem("big", "core", 4, weight=1),
    )
    problem = AllocationProblem(3, (crew(5, 5, 5),), items)
    pieces = Pieces(problem)
    plan = Plan(pieces, [2, 3, 2, 1])
    tidy(plan, seconds=5, seed=0)
    assert plan.sprints == [1, 2, 1, 2]
    assert allocate(problem, seconds=2).score == plan.score


def test_a_good_hint_is_not_lost() -> None:
    hint = {"before": 1, "due": 2, "loved": 3}
    plan = allocate(MILESTONE_FIRST, seconds=0.001, hint=hint)
    assert plan.allocation.sprint_of == hint


def test_progress_never_gets_worse_and_ends_with_the_plan() -> None:
    heard: list[Progress] = []
    plan = allocate(MILESTONE_FIRST, seconds=2, progress=heard.append)
    scores = [step.score for step in heard]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] == plan.score
    assert all(0 <= step.fraction <= 1 for step in heard)


def test_a_cancelled_search_still_gives_a_plan() -> None:
    plan = allocate(MILESTONE_FIRST, seconds=60, cancelled=lambda: True)
    assert broken_rules(MILESTONE_FIRST, plan.allocation) == []


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_seed_gives_the_same_plan(seed: int) -> None:
    items = tuple(
        WorkItem(f"i{n}", "core", 2 + n % 3, weight=n * 7 % 5, predecessors=((f"i{n - 4}", n % 2),) if n > 4 else ())
        for n in range(16)
    )
    problem = AllocationProblem(12, (crew(*(5,) * 12),), items)
    one, other = (allocate(problem, seconds=20, seed=seed) for _ in range(2))
    assert one.proven
    assert one.allocation == other.allocation
