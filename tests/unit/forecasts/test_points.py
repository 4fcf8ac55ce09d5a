"""Story points come as ranges in the team's own scale, and say when the history is too short."""

import numpy as np
import pytest

from planners.forecasts.points import ENOUGH, EstimatedItem, NotEnoughHistory, fit_points

WORDS = ("payment", "login", "report", "export", "search", "profile", "invoice", "banner")


def history(count: int, seed: int = 0) -> list[EstimatedItem]:
    """Typos are small, migrations are large, the rest is anything."""
    rng = np.random.default_rng(seed)
    items = []
    for _ in range(count):
        where = " ".join(rng.choice(WORDS, 3))
        kind = rng.integers(3)
        if kind == 0:
            items.append(EstimatedItem(f"Fix typo in {where}", "wording", float(rng.choice([1, 1, 2])), "Bug"))
        elif kind == 1:
            title = f"Migrate {where} database"
            items.append(EstimatedItem(title, "schema migration", float(rng.choice([8, 13, 13])), "Story", ("db",)))
        else:
            items.append(EstimatedItem(f"Work on {where}", "", float(rng.choice([1, 2, 3, 5, 8])), "Story"))
    return items


def test_words_type_and_component_move_the_estimate() -> None:
    model = fit_points(history(240))
    small = model.estimate(title="Fix typo in profile", description="wording", issue_type="Bug")
    large = model.estimate(
        title="Migrate login database", description="schema migration", issue_type="Story", components=("db",)
    )
    assert small.high80 < large.low80
    assert small.points <= 2
    assert large.points >= 8


def test_ranges_nest_and_stay_in_the_teams_scale() -> None:
    model = fit_points(history(150))
    scale = {1.0, 2.0, 3.0, 5.0, 8.0, 13.0}
    for item in history(40, seed=9):
        e = model.estimate(title=item.title, description=item.description, issue_type=item.issue_type)
        assert e.low80 <= e.low50 <= e.points <= e.high50 <= e.high80
        assert {e.low80, e.low50, e.points, e.high50, e.high80} <= scale
        assert e.reliable


def test_ranges_hold_on_items_to_come() -> None:
    model, ahead = fit_points(history(400)), history(400, seed=5)
    estimates = [
        model.estimate(title=i.title, description=i.description, issue_type=i.issue_type, components=i.components)
        for i in ahead
    ]
    held80 = np.mean([e.low80 <= i.points <= e.high80 for e, i in zip(estimates, ahead, strict=True)])
    held50 = np.mean([e.low50 <= i.points <= e.high50 for e, i in zip(estimates, ahead, strict=True)])
    assert 0.74 <= held80 <= 0.95
    assert 0.45 <= held50 <= 0.85


def test_short_history_is_flagged_and_none_is_an_error() -> None:
    for count in (1, 2, 12, ENOUGH - 1):
        estimate = fit_points(history(count)).estimate(title="Anything", description="at all")
        assert not estimate.reliable
        assert "Not enough history" in estimate.notes[0]
    with pytest.raises(NotEnoughHistory, match="no item has story points"):
        fit_points([])


@pytest.mark.parametrize("points", [-1.0, float("nan")])
def test_nonsense_points_are_refused(points: float) -> None:
    with pytest.raises(ValueError, match="not negative"):
        fit_points([EstimatedItem("a", "b", points)])


def test_empty_and_unknown_texts_are_no_trouble() -> None:
    model = fit_points([EstimatedItem("", "", 3.0) for _ in range(60)])
    estimate = model.estimate(title="", description="", issue_type="Never seen", components=("nor this",))
    assert (estimate.points, estimate.low80, estimate.high80) == (3.0, 3.0, 3.0)
    wordless = fit_points(history(100)).estimate(title="12345", description="??? 漢字 emoji 🙂" * 50)
    assert wordless.low80 <= wordless.points <= wordless.high80


def test_same_items_same_estimates() -> None:
    first, second = (fit_points(history(120), seed=3) for _ in range(2))
    asked = {"title": "Migrate search database", "description": ""}
    assert first.estimate(**asked) == second.estimate(**asked)


def test_a_component_alone_moves_the_estimate() -> None:
    rng = np.random.default_rng(8)
    items = [
        EstimatedItem("Work", "", *((1.0, None, ("web",)) if light else (13.0, None, ("core",))))
        for light in rng.random(160) < 0.5
    ]
    model = fit_points(items)
    light = model.estimate(title="Work", description="", components=("web",))
    heavy = model.estimate(title="Work", description="", components=("core",))
    assert (light.points, heavy.points) == (1.0, 13.0)
