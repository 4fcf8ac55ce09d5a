"""A back-test looks only backwards, scores everybody on the same steps and says it in words."""

import numpy as np
import pytest

from planners.forecasts import Forecast
from planners.forecasts.backtest import backtest_delivery, backtest_points, backtest_velocity
from planners.forecasts.points import EstimatedItem, NotEnoughHistory
from planners.forecasts.scoring import crps, score
from planners.forecasts.velocity import CompletedSprint


def noisy(count: int, seed: int = 1) -> list[CompletedSprint]:
    rng = np.random.default_rng(seed)
    commitments = rng.uniform(10, 40, count)
    return [CompletedSprint(float(c * rng.uniform(0.6, 1.0)), float(c), 8, 5, 10) for c in commitments]


def test_crps_of_a_sure_forecast_is_about_its_error() -> None:
    assert crps(Forecast.of([10.0], basis="sure"), 14.0) == pytest.approx(4.0)
    assert crps(Forecast.of([10.0], basis="sure"), 10.0) == 0.0


def test_spread_is_rewarded_only_where_it_is_needed() -> None:
    narrow, wide = Forecast.of([9, 10, 11], basis="x"), Forecast.of([0, 10, 20], basis="x")
    assert crps(narrow, 10.0) < crps(wide, 10.0)
    assert crps(narrow, 20.0) > crps(wide, 20.0)


def test_score_counts_what_held() -> None:
    forecast = Forecast.of(range(1, 101), basis="x")
    result = score("m", [forecast] * 4, [50.0, 30.0, 90.0, 200.0], scale=50.0)
    assert (result.held50, result.held85, result.by_p85, result.count) == (2, 3, 2, 4)


def test_the_ends_of_a_range_belong_to_it() -> None:
    forecast = Forecast.of(range(1, 101), basis="x")
    low, high = forecast.interval(0.85)
    assert score("m", [forecast] * 2, [low, high], scale=50.0).held85 == 2
    assert score("m", [forecast] * 2, [low - 0.5, high + 0.5], scale=50.0).held85 == 0


def test_a_step_is_not_forecast_from_itself() -> None:
    history = noisy(12)
    history[8] = CompletedSprint(9_000.0, 30.0, 8, 5, 10)
    assert backtest_velocity(history).past[3].high85 < 200


def test_velocity_words_agree_with_the_numbers() -> None:
    result = backtest_velocity(noisy(14))
    held = sum(step.low85 <= step.actual <= step.high85 for step in result.past)
    assert result.ours.held85 == held
    assert result.short == f"in the last 9 sprints the 85 % range held {held} times"
    assert [other.count for other in result.others] == [9, 9, 9]
    assert "Monte Carlo over the last five" in result.words


def test_the_future_does_not_leak_into_the_past() -> None:
    history = noisy(16)
    longer = [*history, CompletedSprint(9_000.0, 9_000.0)]
    assert backtest_velocity(longer).past[: len(history) - 5] == backtest_velocity(history).past


def test_the_commitment_helps_where_it_is_kept() -> None:
    history = noisy(30)
    assert backtest_velocity(history).ours.error < backtest_velocity(history, use_commitment=False).ours.error


def test_too_short_a_history_is_said_in_words() -> None:
    result = backtest_velocity(noisy(5))
    assert result.past == ()
    assert result.words == "A back-test needs more than 5 completed sprints; there are 5."
    assert backtest_velocity([]).ours.count == 0


def test_delivery_scores_answers_that_the_series_gives() -> None:
    rng = np.random.default_rng(2)
    result = backtest_delivery(rng.poisson(8, 120).astype(float).tolist())
    assert result.ours.count > 15
    assert 0.6 < result.ours.by_p85 / result.ours.count <= 1.0
    assert result.ours.error < next(o for o in result.others if o.method == "backlog over mean pace").error
    assert "by the P85 date" in result.words


def test_delivery_of_a_dead_series_is_too_short_not_a_crash() -> None:
    assert "needs more" in backtest_delivery([0.0] * 80).words
    assert "needs more" in backtest_delivery([3.0] * 10).words


def test_points_compare_with_the_median() -> None:
    rng = np.random.default_rng(3)
    items = [
        EstimatedItem("Small fix" if small else "Large migration", "", 1.0 if small else 8.0)
        for small in rng.random(200) < 0.6
    ]
    result = backtest_points(items)
    assert result.count == 40
    assert result.error < result.median_error
    assert f"held {result.held80} times" in result.words
    with pytest.raises(NotEnoughHistory):
        backtest_points([])
