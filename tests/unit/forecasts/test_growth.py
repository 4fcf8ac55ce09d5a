"""Scope growth is measured, shrunk while there is little to measure, and never negative."""

import pytest

from planners.forecasts.growth import measured_growth


def test_steady_growth_is_found() -> None:
    growth = measured_growth([5.0] * 40, [100.0] * 40)
    assert growth.rate == pytest.approx(0.05, abs=0.003)
    assert growth.spread < 0.01


def test_little_history_stays_near_the_usual() -> None:
    assert measured_growth([], []).rate == pytest.approx(0.02)
    assert measured_growth([30.0], [100.0]).rate < 0.15
    assert measured_growth([30.0], [100.0]).spread > measured_growth([30.0] * 20, [100.0] * 20).spread


def test_a_shrinking_backlog_does_not_grow() -> None:
    assert measured_growth([-10.0] * 20, [100.0] * 20).rate == 0.0


def test_one_flood_does_not_drown_the_rest() -> None:
    assert measured_growth([2.0] * 19 + [900.0], [100.0] * 20).rate < 0.05


def test_sprints_without_backlog_are_left_out() -> None:
    assert measured_growth([5.0, 8.0], [100.0, 0.0]).sprints == 1


@pytest.mark.parametrize(("added", "backlog"), [([1.0], []), ([float("nan")], [10.0])])
def test_nonsense_is_refused(added: list[float], backlog: list[float]) -> None:
    with pytest.raises(ValueError, match="backlog"):
        measured_growth(added, backlog)
