"""The guard says when the data carry no forecast, and what would."""

import pytest

from planners.forecasts.velocity import CompletedSprint, UpcomingSprint, forecast_velocity


def sprints(*points: float, people: float | None = None) -> list[CompletedSprint]:
    return [CompletedSprint(p, people=people) for p in points]


STEADY = (20.0, 24.0, 18.0, 22.0, 21.0, 19.0, 25.0, 20.0, 22.0)


def test_a_steady_series_passes() -> None:
    forecast = forecast_velocity(sprints(*STEADY))
    assert forecast.reliable
    assert forecast.notes == ()
    assert forecast.basis == "9 sprints"


@pytest.mark.parametrize(
    ("points", "says"),
    [
        ((20.0,), "Only one sprint so far"),
        ((20.0, 22.0, 19.0), "Only three sprints so far"),
        ((*STEADY, 0.0, 0.0, 0.0, 0.0), "the series is broken"),
        ((*STEADY, 70.0, 80.0, 75.0, 90.0), "on another level"),
        ((*STEADY, 4.0, 5.0, 3.0, 6.0), "on another level"),
    ],
)
def test_what_is_wrong_and_what_would_help(points: tuple[float, ...], says: str) -> None:
    forecast = forecast_velocity(sprints(*points))
    assert not forecast.reliable
    assert any(says in note for note in forecast.notes)
    assert any(word in " ".join(forecast.notes) for word in ("more", "again"))


def test_one_outlier_is_no_break() -> None:
    assert forecast_velocity(sprints(*STEADY, 60.0)).reliable


@pytest.mark.parametrize(("people", "changed"), [(6, False), (8, False), (2, True), (14, True)])
def test_a_changed_team_is_said(people: int, changed: bool) -> None:
    forecast = forecast_velocity(sprints(*STEADY, people=6), UpcomingSprint(people=people))
    assert forecast.reliable is not changed
    assert any("The team changed" in note for note in forecast.notes) is changed
