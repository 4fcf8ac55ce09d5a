"""Velocity from capacity follows the convention and stays wide."""

import pytest

from planners.forecasts.capacity import capacity_points, forecast_from_capacity


def test_convention_of_hours_utilisation_and_points() -> None:
    # 4 people x 10 days x 6 hours: 240 x .75 x .2
    assert capacity_points(240) == pytest.approx(36.0)
    assert forecast_from_capacity(240).quantile(0.5) == pytest.approx(36.0)


def test_it_is_wide_and_never_reliable() -> None:
    forecast = forecast_from_capacity(240)
    low, high = forecast.interval(0.85)
    assert high / low > 4
    assert not forecast.reliable
    assert forecast.basis == "capacity estimate only"


def test_no_capacity_gives_no_points() -> None:
    assert forecast_from_capacity(0).quantile(0.95) == 0


@pytest.mark.parametrize("hours", [-1.0, float("nan"), float("inf")])
def test_impossible_hours_are_refused(hours: float) -> None:
    with pytest.raises(ValueError, match="capacity hours"):
        forecast_from_capacity(hours)
