"""Velocity before there is history: from the hours that people have.

A point is four to six hours of work, people work on sprint items for about three quarters of their hours.
That is a convention, not a measurement, so the distribution around it is wide on purpose.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from planners.forecasts.forecast import Forecast

UTILISATION = 0.75
POINTS_PER_HOUR = 0.2
HOURS_PER_DAY = 8.0
# Standard deviation of log(completed / estimate). The 4-6 hours a point and a utilisation of .6-.9 alone give
# about .3; teams' scales differ more than that, and a first sprint often delivers far less than planned.
LOG_SPREAD = 0.7
_SIZE = 999
_NORMAL = NormalDist()
_Z = np.array([_NORMAL.inv_cdf((i + 0.5) / _SIZE) for i in range(_SIZE)])


def capacity_points(
    hours: float, *, utilisation: float = UTILISATION, points_per_hour: float = POINTS_PER_HOUR
) -> float:
    """Return the points that `hours` of all people together in one sprint are expected to give."""
    if not hours >= 0 or math.isinf(hours):
        raise ValueError(f"capacity hours must be zero or more, not {hours}")
    return hours * utilisation * points_per_hour


def forecast_from_capacity(
    hours: float,
    *,
    utilisation: float = UTILISATION,
    points_per_hour: float = POINTS_PER_HOUR,
    spread: float = LOG_SPREAD,
) -> Forecast:
    """Forecast a team's completed points in one sprint from its capacity hours.

    The distribution is log-normal with the estimate as its median and `spread` as the standard deviation of
    the logarithm. It is never `reliable`: three completed sprints tell more than any capacity.
    """
    centre = capacity_points(hours, utilisation=utilisation, points_per_hour=points_per_hour)
    return Forecast.of(
        centre * np.exp(spread * _Z),
        basis="capacity estimate only",
        notes=(
            f"No sprint is completed yet: {hours:.0f} hours x {utilisation:g} utilisation x "
            f"{points_per_hour:g} points an hour gives about {centre:.0f} points.",
            "The range is wide: every team counts points differently. Three completed sprints narrow it.",
        ),
        reliable=False,
    )
