"""Demands that contradict each other are named, no more of them than needed, with what resolves it."""

from dataclasses import replace

from hypothesis import given, settings

from planners.sprints.conflicts import MUSTS, Conflict, Repair, RepairKind, find_conflict
from planners.sprints.engine import allocate
from planners.sprints.problem import AllocationProblem, Crew, Member, Target, WorkItem
from tests.support.random_problems import problems

CORE = Crew("core", (Member("ann", frozenset({"api"}), (5, 5, 5, 5)),))
WEB = Crew("web", (Member("bob", frozenset({"ui"}), (5, 5, 5, 5)),))


def conflict(*items: WorkItem, targets: tuple[Target, ...] = (), horizon: int = 4) -> Conflict | None:
    return find_conflict(AllocationProblem(horizon, (CORE, WEB), items, targets), seconds=20)


def api(key: str, units: int = 5, *after: str, must: bool = False, lag: int = 1, weight: int = 0) -> WorkItem:
    before = tuple((each, lag) for each in after)
    return WorkItem(key, "core", units, (("api", units),), before, must=must, weight=weight)


def test_no_conflict_where_all_can_be_met() -> None:
    assert conflict(api("a"), api("b"), targets=(Target("t", ("a", "b"), 2),)) is None


def test_only_the_targets_that_contradict_each_other_are_named() -> None:
    found = conflict(
        api("a", must=True),
        api("b", must=True),
        WorkItem("c", "web", 1),
        targets=(Target("one", ("a",), 1), Target("side", ("c",), 1), Target("two", ("b",), 1, 3)),
    )
    assert found is not None
    assert (found.targets, found.crews, found.minimal) == (("one", "two"), ("core",), True)
    assert found.repairs == (
        Repair(RepairKind.ADD_PERSON, 1, "core", 1, skill="api"),
        Repair(RepairKind.MOVE_TARGET, 1, "one", 1),
        Repair(RepairKind.MOVE_TARGET, 3, "two", 1),
    )


def test_a_chain_that_is_too_long_is_nobodys_capacity() -> None:
    found = conflict(api("a", 1, must=True), api("b", 1, "a", must=True), targets=(Target("t", ("b",), 1, 2),))
    assert found is not None
    assert (found.targets, found.crews) == (("t",), ())
    assert found.repairs == (Repair(RepairKind.MOVE_TARGET, 2, "t", 1),)


def test_of_what_could_be_dropped_the_least_valued_is() -> None:
    items = api("must", must=True), api("dear", weight=9), api("cheap", weight=1)
    found = conflict(*items, targets=(Target("t", ("must", "dear", "cheap"), 2),))
    assert found is not None
    assert Repair(RepairKind.DROP_ITEMS, 1, items=("cheap",)) in found.repairs


def test_must_haves_past_the_horizon_are_a_conflict_without_any_target() -> None:
    found = conflict(*(api(f"m{n}", must=True) for n in range(5)))
    assert found is not None
    assert (found.targets, found.crews) == ((MUSTS,), ("core",))
    assert Repair(RepairKind.MOVE_TARGET, 1, MUSTS, 1) in found.repairs
    assert Repair(RepairKind.ADD_PERSON, 1, "core", 4, skill="api") in found.repairs


def test_a_skill_that_nobody_has_is_repaired_by_a_person() -> None:
    found = conflict(WorkItem("a", "core", 2, (("ops", 2),), must=True))
    assert found is not None
    assert found.crews == ("core",)
    assert found.repairs == (Repair(RepairKind.ADD_PERSON, 1, "core", 4, skill="ops"),)


def test_an_item_in_parts_is_not_taken_for_impossible() -> None:
    assert conflict(api("big", 15, must=True), targets=(Target("t", ("big",), 3),)) is None
    found = conflict(api("big", 15, must=True), targets=(Target("t", ("big",), 2),))
    assert found is not None
    assert found.repairs[0] == Repair(RepairKind.MOVE_TARGET, 1, "t", 1)


@settings(max_examples=15, deadline=None)
@given(problems(max_items=8, facts=False))
def test_a_conflict_is_there_exactly_where_no_plan_meets_everything(problem: AllocationProblem) -> None:
    problem = replace(problem, targets=tuple(replace(target, weight=1) for target in problem.targets))
    plan = allocate(problem, seconds=0.3)
    found = find_conflict(problem, seconds=20)
    if not plan.score.missing_musts and not plan.score.lateness:
        assert found is None
    if found is None:
        # Only what leads to demands has to fit: other items can still be left out.
        assert not plan.score.missing_musts or plan.score.missing > plan.score.missing_musts or not plan.proven
