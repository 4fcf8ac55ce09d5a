"""Velocity forecasts follow the team, its commitment, and say when they rest on little."""

import subprocess
import sys

import numpy as np
import pytest

from planners.forecasts.velocity import (
    CompletedSprint,
    UpcomingSprint,
    VelocityPrior,
    default_prior,
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
    up, down = forecast_velocity(rising), forecast_velocity(falling)
    assert up.mean > down.mean + 4
    # The ten old sprints of 10 points keep less of the weight than the five new ones gain.
    assert up.probability(at_most=10.01) < down.probability(at_most=10.01) - 0.1


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


def test_unknown_is_none_or_nan_and_net_removals_are_no_commitment(prior: VelocityPrior) -> None:
    history = team(20.0, 8, seed=2)
    nan = float("nan")
    unknown = forecast_velocity(history, UpcomingSprint(nan, None, nan, nan), prior=prior)
    assert unknown == forecast_velocity(history, prior=prior)
    removed = forecast_velocity(history, UpcomingSprint(committed_points=-3.0), prior=prior)
    assert removed == forecast_velocity(history, UpcomingSprint(committed_points=0.0), prior=prior)
    with pytest.raises(ValueError, match="completed points"):
        forecast_velocity([CompletedSprint(nan)], prior=prior)
    with pytest.raises(ValueError, match="finite"):
        forecast_velocity(history, UpcomingSprint(people=float("inf")), prior=prior)


def test_history_that_knows_only_points_still_uses_the_coming_commitment(prior: VelocityPrior) -> None:
    bare = [CompletedSprint(s.completed_points) for s in team(20.0, 8, seed=2)]
    small = forecast_velocity(bare, UpcomingSprint(committed_points=5.0), prior=prior)
    large = forecast_velocity(bare, UpcomingSprint(committed_points=50.0), prior=prior)
    assert small.quantile(0.5) < large.quantile(0.5)


def test_absent_people_lower_the_forecast(prior: VelocityPrior) -> None:
    history = team(20.0, 10, seed=4)
    full = forecast_velocity(history, UpcomingSprint(people=5, working_days=10), prior=prior)
    short = forecast_velocity(history, UpcomingSprint(people=3, working_days=10), prior=prior)
    assert short.mean < full.mean


def test_ranges_hold_on_teams_the_prior_never_saw(prior: VelocityPrior) -> None:
    held, asked = 0, 0
    for seed in range(40, 52):
        unseen = team(float(5 + 3 * (seed - 40)), 20, seed=seed)
        for k in range(1, 20):
            coming = UpcomingSprint(unseen[k].committed_points, 10, 5, 10)
            low, high = forecast_velocity(unseen[:k], coming, prior=prior).interval(0.85)
            held += low <= unseen[k].completed_points <= high
            asked += 1
    assert 0.80 <= held / asked <= 0.95


def test_one_long_lived_team_does_not_drown_the_others() -> None:
    many = [team(20.0, 20, seed=i, kept=0.9) for i in range(5)]
    slack = team(20.0, 400, seed=77, kept=0.3)
    newcomer, ahead = team(20.0, 1, seed=5), UpcomingSprint(20.0, 10, 5, 10)
    drowned = forecast_velocity(newcomer, ahead, prior=fit_prior([slack])).mean
    alone = forecast_velocity(newcomer, ahead, prior=fit_prior(many)).mean
    together = forecast_velocity(newcomer, ahead, prior=fit_prior([*many, slack])).mean
    assert abs(together - alone) < abs(together - drowned)
    joint = fit_prior([*many, slack])
    weights = joint.rows[3]
    assert weights[np.array(joint.team) == 5].sum() < 0.5 * weights.sum()


def test_a_prior_without_any_work_is_the_weak_one() -> None:
    assert fit_prior([]) == fit_prior([[CompletedSprint(0.0)] * 9]) == default_prior()


def test_a_commitment_beyond_all_experience_moves_the_forecast_beyond_it(prior: VelocityPrior) -> None:
    history = team(20.0, 12, seed=6)
    usual = forecast_velocity(history, UpcomingSprint(committed_points=20.0), prior=prior)
    beyond = forecast_velocity(history, UpcomingSprint(committed_points=200.0), prior=prior)
    assert beyond.quantile(0.5) > 4 * usual.quantile(0.5)


def test_much_left_over_promises_more_when_the_commitment_is_not_known(prior: VelocityPrior) -> None:
    steady = [CompletedSprint(20.0, 22.0) for _ in range(9)]
    much = forecast_velocity([*steady, CompletedSprint(20.0, 60.0)], prior=prior)
    little = forecast_velocity([*steady, CompletedSprint(20.0, 20.0)], prior=prior)
    assert much.mean > little.mean
