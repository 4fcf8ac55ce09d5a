"""Why items are where they are, and what moves if one is forced."""

from dataclasses import replace

import pytest
from hypothesis import given

from planners.sprints.explain import Explainer, Hold, Slack
from planners.sprints.forcing import Move, force_earlier
from planners.sprints.listing import list_schedule
from planners.sprints.problem import Allocation, AllocationProblem, Crew, Member, Target, WorkItem
from tests.support.plan_checker import broken_rules
from tests.support.random_problems import problems

ANN = Member("ann", frozenset({"api"}), (5, 5, 5, 5))
CORE = Crew("core", (ANN,))


def explain(*items: WorkItem, crew: Crew = CORE, targets: tuple[Target, ...] = ()) -> Explainer:
    problem = AllocationProblem(4, (crew,), items, targets)
    return Explainer(problem, list_schedule(problem))


def test_a_chain_is_named_by_the_item_waited_for() -> None:
    why = explain(WorkItem("a", "core", 1), WorkItem("b", "core", 1, predecessors=(("a", 1),))).why("b")
    assert (why.sprint, why.by_dependencies, why.by_capacity) == (2, 2, 2)
    assert (why.hold, why.by) == (Hold.CHAIN, ("a",))


def test_taken_skills_are_named_with_the_rivals() -> None:
    why = explain(WorkItem("a", "core", 4, (("api", 4),)), WorkItem("b", "core", 3, (("api", 3),))).why("b")
    assert (why.sprint, why.by_dependencies, why.by_capacity) == (2, 1, 1)
    assert (why.hold, why.by, why.rivals) == (Hold.SKILL, ("api",), ("a",))


def test_an_absence_is_named_by_the_person() -> None:
    crew = Crew("core", (replace(ANN, capacity=(2, 5, 5, 5)),))
    why = explain(WorkItem("a", "core", 4, (("api", 4),)), crew=crew).why("a")
    assert (why.sprint, why.by_dependencies, why.by_capacity) == (2, 1, 2)
    assert (why.hold, why.by) == (Hold.ABSENCE, ("ann",))


def test_the_commitment_is_told_from_the_skills() -> None:
    why = explain(WorkItem("a", "core", 3), WorkItem("b", "core", 2), crew=replace(CORE, limit=(4,) * 4)).why("b")
    assert (why.hold, why.by, why.rivals) == (Hold.CREW, ("core",), ("a",))


def test_room_taken_for_a_milestone_is_named_by_it() -> None:
    items = WorkItem("a", "core", 4, (("api", 4),)), WorkItem("b", "core", 3, (("api", 3),))
    why = explain(*items, targets=(Target("beta", ("a",), 1),)).why("b")
    assert (why.hold, why.by, why.rivals) == (Hold.TARGET, ("beta",), ("a",))


@pytest.mark.parametrize(
    ("item", "hold"),
    [
        (WorkItem("a", "core", 1, earliest=3), Hold.START),
        (WorkItem("a", "core", 1), Hold.START),
        (WorkItem("a", "core", 1, forbidden=frozenset({1})), Hold.FORBIDDEN),
        (WorkItem("a", "core", 1, fixed=2), Hold.FIXED),
        (WorkItem("a", "core", 1, (("ui", 1),)), Hold.OUT),
    ],
)
def test_what_else_holds(item: WorkItem, hold: Hold) -> None:
    assert explain(item).why("a").hold is hold


def test_an_item_that_could_be_earlier_is_held_by_nothing() -> None:
    problem = AllocationProblem(4, (CORE,), (WorkItem("a", "core", 1),))
    assert Explainer(problem, Allocation({"a": 3})).why("a").hold is Hold.NOTHING


def test_the_critical_chain_runs_through_dependencies_and_taken_people() -> None:
    explainer = explain(
        WorkItem("a", "core", 4, (("api", 4),)),
        WorkItem("b", "core", 4, (("api", 4),)),
        WorkItem("c", "core", 1, (("api", 1),), predecessors=(("b", 1),)),
    )
    assert [(why.key, why.hold) for why in explainer.critical_chain()] == [
        ("a", Hold.START),
        ("b", Hold.SKILL),
        ("c", Hold.CHAIN),
    ]


def test_the_bottleneck_is_the_fullest_skill() -> None:
    crew = Crew("core", (ANN, Member("bob", frozenset({"ui"}), (5, 5, 5, 5))))
    (load,) = explain(WorkItem("a", "core", 5, (("api", 4), ("ui", 1))), crew=crew).bottlenecks()
    assert (load.sprint, load.skills, load.used, load.capacity) == (1, ("api",), 4, 5)


def test_slack_of_targets_met_missed_and_left_out() -> None:
    items = WorkItem("a", "core", 5), WorkItem("b", "core", 5), WorkItem("c", "core", 1, (("ui", 1),))
    slack = explain(*items, targets=(Target("t", ("a",), 3), Target("u", ("b",), 1), Target("v", ("c",), 1))).slack()
    assert slack == (Slack("t", 3, 1), Slack("u", 1, 2), Slack("v", 1, None))
    assert [each.sprints for each in slack] == [2, -1, None]


@given(problems())
def test_bounds_are_in_order_and_every_chain_ends_the_plan(problem: AllocationProblem) -> None:
    plan = list_schedule(problem)
    explainer = Explainer(problem, plan)
    never = problem.horizon + 1
    for item in problem.items:
        why = explainer.why(item.key)
        assert (why.by_dependencies or never) <= (why.by_capacity or never) <= (why.sprint or never)
        assert (why.hold is Hold.OUT) == (item.key in plan.unplaced) or item.key in plan.unplaced
    chain = explainer.critical_chain()
    assert bool(chain) == bool(plan.sprint_of)
    if chain:
        assert chain[-1].sprint == max(plan.sprint_of.values())


def test_a_forced_item_takes_its_chain_along_and_pushes_what_is_worth_least() -> None:
    items = (
        WorkItem("cheap", "core", 5, weight=1),
        WorkItem("dear", "core", 5, weight=9, predecessors=(("first", 1),)),
        WorkItem("first", "core", 5, weight=2),
    )
    problem = AllocationProblem(4, (CORE,), items)
    plan = list_schedule(problem)
    assert plan.sprint_of == {"cheap": 1, "first": 2, "dear": 3}
    forced = force_earlier(problem, plan, "dear")
    assert forced.moves == (Move("cheap", 1, 3), Move("dear", 3, 2), Move("first", 2, 1))
    assert forced.after.completion == forced.before.completion - 9 - 2 + 2


def test_what_stops_a_forced_item_is_named() -> None:
    items = WorkItem("a", "core", 1, earliest=2), WorkItem("b", "core", 1, predecessors=(("a", 1),))
    problem = AllocationProblem(4, (CORE,), items)
    forced = force_earlier(problem, list_schedule(problem), "b")
    assert (forced.stopped_by, forced.moves) == ("a", ())


@given(problems())
def test_forcing_keeps_every_rule(problem: AllocationProblem) -> None:
    plan = list_schedule(problem)
    for key, sprint in plan.sprint_of.items():
        forced = force_earlier(problem, plan, key)
        if forced.stopped_by is not None or plan.parts:
            continue
        after = dict(plan.sprint_of)
        for move in forced.moves:
            if move.after is None:
                del after[move.key]
            else:
                after[move.key] = move.after
        assert after[key] < sprint
        left_out = {item.key: "pushed" for item in problem.items if item.key not in after}
        assert broken_rules(problem, Allocation(after, left_out)) == []  # type: ignore[arg-type]
