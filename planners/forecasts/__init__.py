"""Forecasts: velocity, delivery dates and story points as distributions, never as bare numbers.

Each module is imported where it is used, so that asking for a velocity stays cheap:
`velocity`, `capacity`, `delivery` (with `simulate_plan`), `points`, `backtest`.
"""

from planners.forecasts.forecast import Forecast

__all__ = ["Forecast"]
