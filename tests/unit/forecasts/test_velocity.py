"""Velocity forecasts follow the team, its commitment, and say when they rest on little."""

import subprocess
import sys

import numpy as np
import pytest

from planners.forecasts.velocity import (
    CompletedSprint,
    UpcomingSprint,
    VelocityPrior,
    fit_prior,
    forecast_velocity,
)


def team(level: float, sprints: int, *, kept: float = 0.8, seed: int = 0) -> list[CompletedSprint]:
    """A team that completes `kept` of what it commits to, give or take."""
    rng = np.random.default_rng(seed)
    commitments = level * rng.uniform(0.6, 1.4, sprints)
    done = np.minimum(commitments * np.clip(rng.normal(kept, 0.15, sprints), 0, 1.2), commitments * 1.2)
    return [CompletedSprint(float(d), float(c), 10, 5, 10) for d, c in zip(done, commitments, strict=True)]


@pytest.fixture(scope="module")
def prior() -> VelocityPrior:
    return fit_prior([team(level, 25, seed=i) for i, level in enumerate((8.0, 20.0, 35.0, 60.0, 15.0, 25.0))])


def test_commitment_moves_and_narrows_the_forecast(prior: VelocityPrior) -> None:
    history = team(30.0, 15, seed=99)
    plain = forecast_velocity(history, prior=prior)
    small = forecast_velocity(history, UpcomingSprint(committed_points=15.0), prior=prior)
    large = forecast_velocity(history, UpcomingSprint(committed_points=45.0), prior=prior)
    assert small.quantile(0.5) < plain.quantile(0.5) < large.quantile(0.5)
    low, high = small.interval(0.85)
    plain_low, plain_high = plain.interval(0.85)
    assert high - low < plain_high - plain_low


def test_recent_sprints_weigh_more() -> None:
    rising = [CompletedSprint(p) for p in [10.0] * 10 + [30.0] * 5]
    falling = [CompletedSprint(p) for p in [30.0] * 5 + [10.0] * 10]
    assert forecast_velocity(rising).mean > forecast_velocity(falling).mean


def test_few_sprints_are_wide_and_said_so(prior: VelocityPrior) -> None:
    full = team(30.0, 30, seed=5)
    for count in (1, 2, 3, 4):
        short = forecast_velocity(full[:count], prior=prior)
        assert not short.reliable
        assert any("sprint" in note for note in short.notes)
    assert forecast_velocity(full, prior=prior).reliable


def test_no_history_falls_back_to_capacity_then_commitment() -> None:
    # 5 people x 10 days x 8 hours x .75 x .2 = 60 points
    capacity = forecast_velocity([], UpcomingSprint(people=5, working_days=10))
    assert capacity.basis == "capacity estimate only"
    assert capacity.quantile(0.5) == pytest.approx(60.0)
    low, high = capacity.interval(0.85)
    assert high > 1.8 * 60
    assert low < 0.5 * 60
    assert forecast_velocity([], UpcomingSprint(committed_points=20)).basis == "the commitment only"
    with pytest.raises(ValueError, match="commitment or people"):
        forecast_velocity([])


@pytest.mark.parametrize("scale", [0.1, 1.0, 1000.0])
def test_forecast_scales_with_the_teams_points(scale: float, prior: VelocityPrior) -> None:
    base = team(30.0, 12, seed=7)
    scaled = [CompletedSprint(s.completed_points * scale, (s.committed_points or 0) * scale, 10, 5, 10) for s in base]
    ahead, scaled_ahead = UpcomingSprint(25.0, 10, 5, 10), UpcomingSprint(25.0 * scale, 10, 5, 10)
    for p in (0.1, 0.5, 0.9):
        expected = forecast_velocity(base, ahead, prior=prior).quantile(p) * scale
        assert forecast_velocity(scaled, scaled_ahead, prior=prior).quantile(p) == pytest.approx(expected, rel=0.02)


def test_never_negative_and_finite_for_odd_series(prior: VelocityPrior) -> None:
    for points in ([0.0], [0.0] * 8, [0, 0, 0, 500], [1e-6] * 5, [5.0]):
        for ahead in (
            None,
            UpcomingSprint(0.0),
            UpcomingSprint(12.0, 3),
            UpcomingSprint(people=0, working_days=0),
        ):
            forecast = forecast_velocity([CompletedSprint(float(p)) for p in points], ahead, prior=prior)
            assert forecast.values[0] >= 0.0
            assert np.isfinite(forecast.mean)


def test_prior_survives_json(prior: VelocityPrior) -> None:
    again = VelocityPrior.from_json(prior.to_json())
    history, ahead = team(20.0, 8, seed=3), UpcomingSprint(18.0, 8, 4, 10)
    assert forecast_velocity(history, ahead, prior=again) == forecast_velocity(history, ahead, prior=prior)
    with pytest.raises(ValueError, match="not a saved velocity prior"):
        VelocityPrior.from_json('{"something": "else"}')


def test_importing_velocity_loads_nothing_heavy() -> None:
    code = "import sys, planners.forecasts.velocity; print({'scipy', 'sklearn', 'pandas'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
