"""A simulated plan obeys arithmetic where nothing is uncertain, and order where something is."""

import numpy as np
import pytest

from planners.forecasts import Forecast
from planners.forecasts.delivery import PlannedItem, TeamPace, simulate_plan
from planners.forecasts.simulation import _count_reached


def sure(name: str, pace: float, availability: tuple[float, ...] = ()) -> TeamPace:
    return TeamPace(name, Forecast.of([pace], basis="sure"), availability)


def only(forecast: Forecast) -> float:
    """The value of a forecast that has a single one."""
    assert forecast.values[0] == forecast.values[-1]
    return forecast.quantile(0.5)


def chain(count: int, points: float, team: str = "A", **fields: object) -> list[PlannedItem]:
    return [PlannedItem(f"{team}{i}", team, points, **fields) for i in range(count)]  # type: ignore[arg-type]


def test_exactly_full_sprints_need_exactly_that_many() -> None:
    assert only(simulate_plan([sure("A", 10)], chain(12, 2.5)).everything) == 3
    assert only(simulate_plan([sure("A", 10)], chain(13, 2.5)).everything) == 4


def test_absence_delays() -> None:
    assert only(simulate_plan([sure("A", 10, (0.0, 0.5, 1.0))], chain(6, 2.5)).everything) == 3


def test_growing_scope_delays() -> None:
    plan = chain(40, 2.5)
    assert only(simulate_plan([sure("A", 10)], plan).everything) == 10
    # 100 points and 2 more every sprint against 10 a sprint: 10 n >= 100 + 2 n first holds at n = 13.
    assert only(simulate_plan([sure("A", 10)], plan, growth=0.02).everything) == 13


def test_scope_that_outgrows_the_team_is_said_to_be_never_done() -> None:
    result = simulate_plan([sure("A", 10)], chain(40, 2.5), growth=0.2, horizon=30)
    assert only(result.everything) == 31
    assert "not done within 30 sprints" in result.everything.notes[0]


def test_successor_waits_for_another_team() -> None:
    items = [*chain(8, 5.0), PlannedItem("B0", "B", 1.0, ("A7",))]
    teams = [sure("A", 10), sure("B", 10)]
    assert only(simulate_plan(teams, items).everything) == 5
    assert only(simulate_plan(teams, items, same_sprint=True).everything) == 4


def test_predecessor_listed_after_its_successor_still_counts() -> None:
    items = [PlannedItem("last", "A", 1.0, ("middle",)), PlannedItem("middle", "A", 1.0, ("A3",)), *chain(4, 10.0)]
    result = simulate_plan([sure("A", 10)], items)
    assert only(result.everything) == 7  # 2 + 4 x 10 points: A3 in sprint 5, then one more each


def test_earliest_sprint_holds_an_item_back() -> None:
    items = [PlannedItem("held", "A", 1.0, earliest=4)]
    assert only(simulate_plan([sure("A", 10)], items).everything) == 4


def test_groups_are_done_with_their_last_item() -> None:
    items = [
        PlannedItem("a", "A", 10.0, must_have=True, milestone="alpha", epic="login"),
        PlannedItem("b", "A", 10.0, milestone="beta", epic="login"),
        PlannedItem("c", "A", 10.0, epic="search"),
    ]
    result = simulate_plan([sure("A", 10)], items)
    assert result.must_haves is not None
    assert only(result.must_haves) == 1
    assert {name: only(f) for name, f in result.milestones.items()} == {"alpha": 1, "beta": 2}
    assert {name: only(f) for name, f in result.epics.items()} == {"login": 2, "search": 3}


def test_uncertain_level_is_not_averaged_away() -> None:
    pace = TeamPace("A", Forecast.of([5.0, 10.0, 15.0], basis="x"))
    plan = chain(40, 5.0)
    persistent = simulate_plan([pace], plan, persistence=0.9).everything
    independent = simulate_plan([pace], plan, persistence=0.0).everything
    assert persistent.quantile(0.95) > independent.quantile(0.95) + 3


def test_same_seed_same_result() -> None:
    pace = TeamPace("A", Forecast.of([5.0, 10.0, 15.0], basis="x"))
    first, again, other = (
        simulate_plan([pace], chain(30, 3.0), drift=0.1, growth=0.01, growth_spread=0.01, seed=s) for s in (1, 1, 2)
    )
    assert first.everything == again.everything
    assert first.everything != other.everything


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([], "no items"),
        ([PlannedItem("a", "Z", 1.0)], "unknown team Z"),
        ([PlannedItem("a", "A", 1.0, ("b",))], "unknown predecessor b"),
        ([PlannedItem("a", "A", 1.0, ("b",)), PlannedItem("b", "A", 1.0, ("a",))], "cycle"),
        ([PlannedItem("a", "A", 1.0), PlannedItem("a", "A", 1.0)], "same key"),
        ([PlannedItem("a", "A", float("nan"))], "nan points"),
    ],
)
def test_broken_plans_are_refused(items: list[PlannedItem], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        simulate_plan([sure("A", 10)], items)


@pytest.mark.parametrize("points", [[1.0] * 9, [3.0, 0.0, 0.0, 5.0], [0.0, 0.0], [1e-3] * 20 + [500.0], [0.25, 13.0]])
def test_the_fast_count_agrees_with_a_search(points: list[float]) -> None:
    thresholds = np.cumsum(points)
    burned = np.concatenate([np.random.default_rng(1).uniform(0, 600, 500), thresholds, thresholds - 1e-9, [0.0, 1e9]])
    expected = np.searchsorted(thresholds, burned, side="right")
    assert (_count_reached(thresholds, burned) == expected).all()
