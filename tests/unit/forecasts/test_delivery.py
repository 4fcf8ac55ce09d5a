"""Delivery forecasts count whole periods and say when the series carries none."""

import pytest

from planners.forecasts.delivery import forecast_delivery


def test_backlog_that_is_done_needs_no_period() -> None:
    assert forecast_delivery([3, 4, 5], 0).quantile(0.85) == 0


def test_periods_are_whole_and_at_least_one() -> None:
    forecast = forecast_delivery([5.0] * 20, 1.0)
    assert forecast.quantile(0.05) == 1.0


def test_median_is_near_the_plain_quotient_for_a_steady_team() -> None:
    forecast = forecast_delivery([10.0, 9.0, 11.0, 10.0] * 6, 80.0)
    assert 7 <= forecast.quantile(0.5) <= 9
    assert forecast.quantile(0.95) > 10


def test_no_throughput_carries_no_date() -> None:
    forecast = forecast_delivery([0.0] * 10, 5.0)
    assert not forecast.reliable
    assert "no date can be forecast" in forecast.notes[0]


def test_few_active_periods_are_said_so() -> None:
    assert not forecast_delivery([0, 0, 4, 0, 3], 20).reliable
    assert forecast_delivery([4, 3] * 6, 20).reliable


def test_same_seed_same_forecast() -> None:
    assert forecast_delivery([1, 2, 9], 30, seed=4) == forecast_delivery([1, 2, 9], 30, seed=4)


@pytest.mark.parametrize(("series", "backlog"), [([1.0, -2.0], 3.0), ([1.0], -1.0), ([float("nan")], 1.0)])
def test_nonsense_is_refused(series: list[float], backlog: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        forecast_delivery(series, backlog)
