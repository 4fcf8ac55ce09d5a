"""A forecast answers with its own distribution."""

import numpy as np
import pytest

from planners.forecasts import Forecast


def test_quantile_is_the_smallest_value_not_exceeded_with_p() -> None:
    forecast = Forecast.of(range(20, 0, -1), basis="twenty values")
    assert forecast.quantile(0.85) == 17
    assert forecast.quantile(0.5) == 10
    assert forecast.quantile(0.01) == 1
    assert forecast.quantile(0.99) == 20


@pytest.mark.parametrize("p", [0.0, 1.0, -0.1, 1.5, float("nan")])
def test_quantile_refuses_what_is_no_probability(p: float) -> None:
    with pytest.raises(ValueError, match="p must be between"):
        Forecast.of([1.0], basis="x").quantile(p)


def test_quantile_and_probability_agree() -> None:
    forecast = Forecast.of(np.random.default_rng(3).gamma(2.0, 5.0, 500), basis="x")
    for p in (0.05, 0.15, 0.5, 0.85, 0.999):
        assert forecast.probability(at_most=forecast.quantile(p)) >= p
        assert forecast.probability(at_most=forecast.quantile(p) - 1e-9) < p


@pytest.mark.parametrize("values", [[], [float("nan")], [float("inf")]])
def test_no_forecast_of_nothing_or_of_not_a_number(values: list[float]) -> None:
    with pytest.raises(ValueError, match="forecast"):
        Forecast.of(values, basis="x")


def test_values_cannot_be_changed_afterwards() -> None:
    source = np.array([3.0, 1.0, 2.0])
    forecast = Forecast.of(source, basis="x")
    source[0] = 99.0
    assert forecast.values.tolist() == [1.0, 2.0, 3.0]
    with pytest.raises(ValueError, match="read-only"):
        forecast.values[0] = 5.0
