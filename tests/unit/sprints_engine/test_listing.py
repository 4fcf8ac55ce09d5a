"""List scheduling keeps every rule, and is fast."""

import time

from hypothesis import given

from planners.sprints.engine import allocate
from planners.sprints.listing import list_schedule
from planners.sprints.problem import AllocationProblem, Crew, Member, Reason, WorkItem
from tests.support.plan_checker import broken_rules
from tests.support.random_problems import problems


@given(problems())
def test_no_rule_is_broken(problem: AllocationProblem) -> None:
    assert broken_rules(problem, list_schedule(problem)) == []


@given(problems())
def test_the_same_problem_gives_the_same_plan(problem: AllocationProblem) -> None:
    assert list_schedule(problem) == list_schedule(problem) == allocate(problem).allocation


def crew(*capacity: int, limit: tuple[int, ...] | None = None) -> Crew:
    return Crew("core", (Member("ann", frozenset({"api"}), capacity),), limit)


def test_priority_goes_before_the_order_written() -> None:
    items = (WorkItem("a", "core", 5, priority=1), WorkItem("b", "core", 5), WorkItem("c", "core", 5))
    assert list_schedule(AllocationProblem(3, (crew(5, 5, 5),), items)).sprint_of == {"b": 1, "c": 2, "a": 3}


def test_an_item_too_big_for_any_sprint_is_planned_as_parts() -> None:
    items = (
        WorkItem("big", "core", 12, (("api", 10),)),
        WorkItem("next", "core", 1, predecessors=(("big", 0),)),
    )
    plan = list_schedule(AllocationProblem(4, (crew(5, 5, 0, 5),), items))
    assert plan.parts == {"big": ((1, 3), (2, 4), (4, 5))}
    assert plan.sprint_of == {"big": 4}
    assert plan.unplaced == {"next": Reason.NO_ROOM}


def test_why_an_item_is_in_no_sprint() -> None:
    items = (
        WorkItem("skill", "core", 1, (("ui", 1),)),
        WorkItem("waits", "core", 1, predecessors=(("skill", 0),)),
        WorkItem("full", "core", 5),
        WorkItem("room", "core", 1),
        WorkItem("late", "core", 1, forbidden=frozenset({1})),
    )
    assert list_schedule(AllocationProblem(1, (crew(5),), items)).unplaced == {
        "skill": Reason.NO_SKILL,
        "waits": Reason.WAITS,
        "room": Reason.NO_ROOM,
        "late": Reason.TOO_LATE,
    }


def test_a_fact_stays_although_its_sprint_is_overfull_and_takes_the_room_first() -> None:
    items = (WorkItem("first", "core", 2), WorkItem("started", "core", 6, fixed=1, priority=9))
    plan = list_schedule(AllocationProblem(2, (crew(5, 5),), items))
    assert plan.sprint_of == {"started": 1, "first": 2}


def test_the_commitment_limit_binds_below_what_members_could_do() -> None:
    items = (WorkItem("a", "core", 3), WorkItem("b", "core", 2))
    assert list_schedule(AllocationProblem(2, (crew(5, 5, limit=(4, 4)),), items)).sprint_of == {
        "a": 1,
        "b": 2,
    }


def test_ten_thousand_items_within_a_second() -> None:
    skills = ("api", "ui", "qa", "data", "ops", "mobile")
    crews = tuple(
        Crew(
            f"c{g}",
            tuple(Member(f"m{n}", frozenset({skills[n], skills[(n + g) % 6]}), (800,) * 30) for n in range(6)),
        )
        for g in range(50)
    )
    items = tuple(
        WorkItem(
            f"i{n}",
            f"c{n % 50}",
            500,
            ((skills[n % 6], 300), (skills[(n // 6) % 6], 100)) if n % 6 != n // 6 % 6 else ((skills[n % 6], 400),),
            ((f"i{n - 7}", n % 2),) if n % 7 and n > 7 else (),
        )
        for n in range(10_000)
    )
    problem = AllocationProblem(30, crews, items)
    started = time.process_time()
    plan = list_schedule(problem)
    assert time.process_time() - started < 1
    assert broken_rules(problem, plan) == []
