"""Would the forecasts have held? Walk through a history, forecast each step from what came before, and compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from planners.forecasts.delivery import forecast_delivery
from planners.forecasts.forecast import Floats, Forecast
from planners.forecasts.points import EstimatedItem, fit_points
from planners.forecasts.scoring import Past, Score, compared, score
from planners.forecasts.velocity import CompletedSprint, UpcomingSprint, VelocityPrior, forecast_velocity

OURS = "this forecast"
_RUNS = 1_000


@dataclass(frozen=True)
class Backtest:
    """What a walk through the past found.

    `ours` and `others` are scored on the same steps; `past` is ours step by step. `words` says it in two or
    three sentences; `short` in one, for a preview. All lists are empty when the history is too short.
    """

    ours: Score
    others: tuple[Score, ...]
    past: tuple[Past, ...]
    words: str
    short: str


def backtest_velocity(
    history: Sequence[CompletedSprint],
    *,
    prior: VelocityPrior | None = None,
    use_commitment: bool = True,
    first: int = 5,
    seed: int = 0,
) -> Backtest:
    """Forecast every sprint after the first `first` ones from those before it.

    With `use_commitment`, what was committed and who was there is known at each sprint's start. Compared with
    the last value and the mean of the last three (with the spread of their own past errors), and with plain
    Monte Carlo over the last five sprints.
    """
    if first < 1:
        raise ValueError("a forecast needs at least one sprint before it")
    done = np.array([float(sprint.completed_points) for sprint in history])
    steps = range(first, len(history))
    forecasts = [
        forecast_velocity(history[:k], _known(history[k], use_commitment), prior=prior, seed=seed) for k in steps
    ]
    rivals: dict[str, Callable[[Floats], Forecast]] = {
        "the last value": lambda past: _with_own_errors(past, 1),
        "the mean of the last 3": lambda past: _with_own_errors(past, 3),
        "Monte Carlo over the last five": lambda past: Forecast.of(past[-5:], basis="last five"),
    }
    return _report(
        forecasts,
        {name: [rival(done[:k]) for k in steps] for name, rival in rivals.items()},
        [float(done[k]) for k in steps],
        [int(k) for k in steps],
        scale=float(done.mean()) if done.size else 0.0,
        unit="sprint",
        too_short=f"A back-test needs more than {first} completed sprints; there are {len(history)}.",
        main="Monte Carlo over the last five",
    )


def backtest_delivery(throughput: Sequence[float], *, periods: int = 8, first: int = 26, seed: int = 0) -> Backtest:
    """Ask at every fourth period of the past "when is this backlog done?", and look when it was.

    The backlog is what the last 12 periods' mean pace does in `periods`. Questions that the series does not
    answer within four times `periods` count as that and one more, as do forecasts beyond. Compared with the
    plain quotient and with plain Monte Carlo over the last 12 periods.
    """
    done = np.array([float(value) for value in throughput])
    limit = 4.0 * periods + 1.0
    origins, actuals, ours = [], [], []
    quotient: list[Forecast] = []
    plain: list[Forecast] = []
    rng = np.random.default_rng(seed)
    for origin in range(first, done.size, 4):
        backlog = periods * float(done[origin - 12 : origin].mean())
        reached = np.flatnonzero(np.cumsum(done[origin:]) >= backlog - 1e-9)
        if backlog <= 0 or (not reached.size and done.size - origin < limit - 1):
            continue
        origins.append(origin)
        actuals.append(min(float(reached[0]) + 1.0 if reached.size else limit, limit))
        ours.append(_capped(forecast_delivery(done[:origin].tolist(), backlog, seed=seed), limit))
        quotient.append(Forecast.of([float(periods)], basis="quotient"))
        draws = np.cumsum(rng.choice(done[origin - 12 : origin], (_RUNS, 4 * periods)), axis=1)
        plain.append(Forecast.of((draws < backlog).sum(axis=1) + 1.0, basis="last twelve"))
    return _report(
        ours,
        {"backlog over mean pace": quotient, "Monte Carlo over the last 12": plain},
        actuals,
        origins,
        scale=float(periods),
        unit="time",
        too_short=f"A back-test needs more than {first} periods and the answers after them.",
        main="Monte Carlo over the last 12",
        by_date=True,
    )


@dataclass(frozen=True)
class PointsBacktest:
    """How estimates did on the newest items, learnt from those before.

    Errors are mean absolute errors in points, `median_error` is that of always saying the median. `held50` and
    `held80` count how often the ranges held, out of `count`.
    """

    error: float
    median_error: float
    held50: int
    held80: int
    count: int
    words: str


def backtest_points(items: Sequence[EstimatedItem], *, share: float = 0.2, seed: int = 0) -> PointsBacktest:
    """Learn from the oldest items and estimate the newest `share` of them. Items are given oldest first.

    Raises NotEnoughHistory when nothing is left to learn from.
    """
    if not 0.0 < share < 1.0:
        raise ValueError("share must be between 0 and 1")
    cut = round(len(items) * (1.0 - share))
    model = fit_points(items[:cut], seed=seed)
    median = float(np.median([float(item.points) for item in items[:cut]]))
    error = median_error = 0.0
    held50 = held80 = 0
    newest = items[cut:]
    for item in newest:
        estimate = model.estimate(
            title=item.title,
            description=item.description,
            issue_type=item.issue_type,
            components=item.components,
        )
        actual = float(item.points)
        error += abs(actual - estimate.points)
        median_error += abs(actual - median)
        held50 += estimate.low50 <= actual <= estimate.high50
        held80 += estimate.low80 <= actual <= estimate.high80
    count = len(newest)
    if count == 0:
        return PointsBacktest(0.0, 0.0, 0, 0, 0, "A back-test of story points needs more estimated items.")
    words = (
        f"For the newest {count} items the 80 % range held {held80} times ({held80 / count:.0%}). "
        f"The middle of the range was off by {error / count:.1f} points on average, "
        f"the plain median by {median_error / count:.1f}."
    )
    return PointsBacktest(error / count, median_error / count, held50, held80, count, words)


def _known(sprint: CompletedSprint, use_commitment: bool) -> UpcomingSprint | None:
    if not use_commitment:
        return None
    return UpcomingSprint(sprint.committed_points, sprint.committed_items, sprint.people, sprint.working_days)


def _with_own_errors(past: Floats, window: int) -> Forecast:
    """Forecast the mean of the last `window` values, spread by the errors that rule made so far."""
    centre = float(past[-window:].mean())
    errors = [float(past[k] - past[max(0, k - window) : k].mean()) for k in range(1, past.size)]
    return Forecast.of(np.maximum(centre + np.array(errors or [0.0]), 0.0), basis="own errors")


def _capped(forecast: Forecast, limit: float) -> Forecast:
    return Forecast.of(np.minimum(forecast.values, limit), basis=forecast.basis, notes=forecast.notes)


def _report(
    ours: Sequence[Forecast],
    rivals: dict[str, list[Forecast]],
    actuals: Sequence[float],
    index: Sequence[int],
    *,
    scale: float,
    unit: str,
    too_short: str,
    main: str,
    by_date: bool = False,
) -> Backtest:
    own = score(OURS, ours, actuals, scale)
    if not actuals:
        return Backtest(own, (), (), too_short, too_short)
    others = tuple(score(name, forecasts, actuals, scale) for name, forecasts in rivals.items())
    rival = next(other for other in others if other.method == main)
    count = own.count
    what = f"{count} {unit}s" if count != 1 else unit
    if by_date:
        short = f"asked {count} times in the past, the work was done by the P85 date {own.by_p85} times"
        theirs = f"{rival.by_p85} times"
    else:
        short = f"in the last {what} the 85 % range held {own.held85} times"
        theirs = f"{rival.held85} times"
    words = (
        f"{short[0].upper()}{short[1:]} (about {round(0.85 * count)} are right). With {main} it was {theirs}. "
        f"The error of the whole forecast was {compared(own, rival)}."
    )
    past = tuple(Past(k, actual, *_band(forecast)) for k, actual, forecast in zip(index, actuals, ours, strict=True))
    return Backtest(own, others, past, words, short)


def _band(forecast: Forecast) -> tuple[float, float, float]:
    low, high = forecast.interval(0.85)
    return low, forecast.quantile(0.5), high
