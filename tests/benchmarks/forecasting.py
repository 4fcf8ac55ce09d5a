"""Measure the forecasts on real data: `python -m tests.benchmarks.forecasting DATA_DIR [--out DIR]`.

DATA_DIR holds any of velocity.csv, delivery_tasks.csv with throughput_weekly.csv, and points.csv. Velocity is
cross-validated over boards: each board is forecast with a prior fitted on the others. Delivery uses no prior.
Points are learnt from the train and validation rows and measured on the test rows. With --out, predictions are
written as CSV for external scoring.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from planners.forecasts import Forecast
from planners.forecasts.delivery import PlannedItem, TeamPace, forecast_delivery, simulate_plan
from planners.forecasts.forecast import Floats
from planners.forecasts.points import EstimatedItem, PointsEstimate, fit_points
from planners.forecasts.velocity import (
    CompletedSprint,
    UpcomingSprint,
    VelocityPrior,
    fit_prior,
    forecast_velocity,
)

LEVELS: Floats = np.round(np.arange(0.05, 0.96, 0.05), 3)
DATE_LEVELS: Floats = np.array([0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95])
RANGE_LEVELS = sorted({*LEVELS.tolist(), 0.075, 0.925})
MIN_HISTORY = 5

Row = dict[str, str]
Quantiles = Callable[[float], float]
Boards = dict[str, list[CompletedSprint]]
# A board and a number of sprints before the one that is forecast.
Method = Callable[[str, int], Quantiles]


def rows(path: Path) -> list[Row]:
    """Read a CSV file; fields may be long texts."""
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def grouped(table: Iterable[Row], key: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in table:
        groups[row[key]].append(row)
    return dict(groups)


def write(folder: Path | None, name: str, header: Sequence[str], lines: Sequence[Sequence[object]]) -> None:
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(lines)


def table(title: str, header: Sequence[str], lines: Sequence[tuple[str, Sequence[float]]]) -> None:
    print(f"\n{title}")
    print(" " * 44 + "".join(f"{name:>12}" for name in header))
    for name, values in lines:
        print(f"{name:44}" + "".join(f"{value:12.3f}" for value in values))


def pinball(actual: float, values: Floats, levels: Floats) -> float:
    gap = actual - values
    return float(2.0 * np.maximum(levels * gap, (levels - 1.0) * gap).mean())


# --- velocity ---------------------------------------------------------------------------------------------


def sprint(row: Row) -> CompletedSprint:
    committed = sum(
        sign * float(row[name])
        for sign, name in ((1, "points_at_start"), (1, "points_added_t0"), (-1, "points_removed_t0"))
    )
    return CompletedSprint(
        float(row["delivered_points"]),
        max(0.0, committed),
        int(row["issues_at_start"]),
        float(row["team_members"]),
        float(row["planned_days"]),
    )


def own_errors(window: int) -> Callable[[Floats], Quantiles]:
    """The mean of the last `window` values with the spread of its own past errors."""

    def forecast(past: Floats) -> Quantiles:
        centre = float(past[-window:].mean())
        errors = np.array([past[k] - past[max(0, k - window) : k].mean() for k in range(2, past.size)])
        return lambda p: max(0.0, centre + float(np.quantile(errors, p)))

    return forecast


def velocity(folder: Path, out: Path | None) -> None:
    boards = {
        name: [sprint(r) for r in sorted(group, key=lambda r: int(r["seq"]))]
        for name, group in grouped(rows(folder / "velocity.csv"), "board_id").items()
    }
    start = time.perf_counter()
    priors = {name: fit_prior([other for key, other in boards.items() if key != name]) for name in boards}
    fitting = (time.perf_counter() - start) / len(boards)
    known: dict[str, Callable[[CompletedSprint], UpcomingSprint | None]] = {
        "from history": lambda _: None,
        "from history, people and days": lambda s: UpcomingSprint(people=s.people, working_days=s.working_days),
        "with the commitment": lambda s: UpcomingSprint(
            s.committed_points, s.committed_items, s.people, s.working_days
        ),
    }
    plain: dict[str, Callable[[Floats], Quantiles]] = {
        "last value": own_errors(1),
        "mean of last 3": own_errors(3),
        "Monte Carlo last 5": lambda past: lambda p: float(np.quantile(past[-5:], p)),
        "Monte Carlo all": lambda past: lambda p: float(np.quantile(past, p)),
    }
    lines = []
    for label, upcoming in known.items():
        for suffix, chosen in (("", priors), (", shipped prior", {})):
            predictions: list[list[object]] = []
            method = resampled(boards, chosen, upcoming)
            lines.append((label + suffix, velocity_scores(boards, method, predictions)))
            file = f"velocity_{re.sub('[^a-z]+', '_', label + suffix)}.csv"
            write(out, file, ["board_id", "seq", *(f"q{level:g}" for level in RANGE_LEVELS)], predictions)
    done = {name: np.array([s.completed_points for s in team]) for name, team in boards.items()}
    for label, rule in plain.items():
        lines.append((label, velocity_scores(boards, plainly(done, rule), [])))
    title = f"Velocity: {len(boards)} boards, prior fitted on the other boards ({fitting:.1f} s a fit)"
    table(title, ["nCRPS", "50 % held", "85 % held"], lines)


def resampled(
    boards: Boards,
    priors: dict[str, VelocityPrior],
    upcoming: Callable[[CompletedSprint], UpcomingSprint | None],
) -> Method:
    def forecast(name: str, k: int) -> Quantiles:
        team = boards[name]
        return forecast_velocity(team[:k], upcoming(team[k]), prior=priors.get(name)).quantile

    return forecast


def plainly(done: dict[str, Floats], rule: Callable[[Floats], Quantiles]) -> Method:
    return lambda name, k: rule(done[name][:k])


def velocity_scores(
    boards: Boards,
    forecast: Method,
    predictions: list[list[object]],
) -> list[float]:
    per_board, held50, held85 = [], [], []
    for name, team in boards.items():
        mean = float(np.mean([s.completed_points for s in team]))
        errors = []
        for k in range(MIN_HISTORY, len(team)):
            quantile, actual = forecast(name, k), team[k].completed_points
            values = {level: quantile(level) for level in RANGE_LEVELS}
            predictions.append([name, k + 1, *values.values()])
            errors.append(pinball(actual, np.array([values[level] for level in LEVELS.tolist()]), LEVELS))
            held50.append(values[0.25] <= actual <= values[0.75])
            held85.append(values[0.075] <= actual <= values[0.925])
        if errors and mean > 0:
            per_board.append(float(np.mean(errors)) / mean)
    return [float(np.mean(per_board)), float(np.mean(held50)), float(np.mean(held85))]


# --- delivery ---------------------------------------------------------------------------------------------


def delivery(folder: Path, out: Path | None) -> None:
    series: dict[tuple[str, str], Floats] = {}
    for project, group in grouped(rows(folder / "throughput_weekly.csv"), "project").items():
        group.sort(key=lambda r: int(r["week"]))
        for unit in ("issues", "points"):
            series[project, unit] = np.array([float(r[f"{unit}_done"]) for r in group])
    tasks = rows(folder / "delivery_tasks.csv")
    rng = np.random.default_rng(0)

    def shipped(task: Row, past: Floats) -> Floats:
        forecast = forecast_delivery(past.tolist(), float(task["backlog"]))
        return np.array([forecast.quantile(level) for level in DATE_LEVELS.tolist()])

    def monte_carlo(window: int, spread: float = 0.0) -> Callable[[Row, Floats], Floats]:
        def simulate(task: Row, past: Floats) -> Floats:
            draws = rng.choice(past[-window:], (1_000, 4 * int(task["nominal_weeks"])))
            if spread:
                draws = draws * np.exp(rng.normal(0.0, spread, (1_000, 1)))
            weeks = (np.cumsum(draws, axis=1) < float(task["backlog"])).sum(axis=1) + 1
            result: Floats = np.quantile(weeks, DATE_LEVELS)
            return result

        return simulate

    methods: dict[str, Callable[[Row, Floats], Floats]] = {
        "forecast_delivery": shipped,
        "backlog / mean of 12": lambda task, _: np.full(DATE_LEVELS.size, float(task["nominal_weeks"])),
        "Monte Carlo last 12": monte_carlo(12),
        "Monte Carlo last 12, log-normal rate .5": monte_carlo(12, 0.5),
    }
    lines = []
    for label, method in methods.items():
        loss: dict[str, list[float]] = defaultdict(list)
        held85, held50 = [], []
        predictions: list[list[object]] = []
        for task in tasks:
            nominal, actual = int(task["nominal_weeks"]), float(task["true_weeks"])
            past = series[task["project"], task["unit"]][: int(task["origin_week"])]
            values = np.minimum(method(task, past), 4.0 * nominal + 1.0)
            predictions.append([task["task_id"], *values.tolist()])
            loss[task["project"]].append(pinball(actual, values, DATE_LEVELS) / nominal)
            held50.append(actual <= values[7])
            held85.append(actual <= values[12])
        error = float(np.mean([np.mean(losses) for losses in loss.values()]))
        lines.append((label, [error, float(np.mean(held50)), float(np.mean(held85))]))
        if label == "forecast_delivery":
            write(out, "delivery.csv", ["task_id", *(f"q{level:g}" for level in DATE_LEVELS)], predictions)
    table(f"Delivery: {len(tasks)} questions", ["nPinball", "P50 met", "P85 met"], lines)


# --- a whole plan -----------------------------------------------------------------------------------------


def plan() -> None:
    """Time 10,000 runs of 12 sprints x 3 teams with dependencies, growth and drift."""
    rng = np.random.default_rng(0)
    teams = [TeamPace(n, Forecast.of(rng.gamma(9.0, 2.7, 999), basis="made up"), (1.0, 0.8, 1.0)) for n in "ABC"]
    items = [
        PlannedItem(
            f"{team}{i}",
            team,
            float(rng.choice([1, 2, 3, 5, 8])),
            (f"{team}{i - 5}",) if i % 3 == 0 and i > 5 else (),
            must_have=i % 2 == 0,
            milestone=f"milestone {i // 30}",
            epic=f"{team} epic {i // 10}",
        )
        for team in "ABC"
        for i in range(85)
    ]
    seconds = []
    for seed in range(7):
        start = time.perf_counter()
        simulate_plan(teams, items, growth=0.02, growth_spread=0.01, drift=0.05, horizon=24, seed=seed)
        seconds.append(time.perf_counter() - start)
    print(
        f"\nPlan of {len(items)} items, 12 sprints x 3 teams, 10,000 runs: {np.median(seconds) * 1e3:.0f} ms (median)"
    )


# --- story points -----------------------------------------------------------------------------------------


def item(row: Row) -> EstimatedItem:
    components = tuple(name.strip() for name in re.split(r"[;,|]", row["components"]) if name.strip())
    return EstimatedItem(
        row["title"], row["description"], float(row["story_points"]), row["issue_type"] or None, components
    )


def points(folder: Path, out: Path | None) -> None:
    lines: list[tuple[str, Sequence[float]]] = []
    predictions: list[list[object]] = []
    held50: list[bool] = []
    held80: list[bool] = []
    start = time.perf_counter()
    for project, group in grouped(rows(folder / "points.csv"), "project").items():
        past = [item(row) for row in group if row["split"] != "test"]
        model = fit_points(past)
        median = float(np.median([i.points for i in past]))
        errors, median_errors, inside = [], [], []
        for row in group:
            if row["split"] != "test":
                continue
            asked = item(row)
            e: PointsEstimate = model.estimate(
                title=asked.title,
                description=asked.description,
                issue_type=asked.issue_type,
                components=asked.components,
            )
            predictions.append([row["issue_id"], e.points, e.low50, e.high50, e.low80, e.high80])
            errors.append(abs(asked.points - e.points))
            median_errors.append(abs(asked.points - median))
            held50.append(e.low50 <= asked.points <= e.high50)
            inside.append(e.low80 <= asked.points <= e.high80)
        held80 += inside
        relative = float(np.mean(errors)) / float(np.mean(median_errors))
        lines.append((project, [float(np.mean(errors)), relative, float(np.mean(inside))]))
    relatives = [values[1] for _, values in lines]
    lines.append(
        (
            "all: mean of projects, pooled range",
            [float(np.mean([values[0] for _, values in lines])), float(np.mean(relatives)), float(np.mean(held80))],
        )
    )
    title = f"Story points: {len(predictions)} items ({time.perf_counter() - start:.0f} s)"
    table(title, ["MAE", "of median's", "80 % held"], lines)
    print(f"worst project {max(relatives):.3f} of the median's error; the 50 % range held {np.mean(held50):.3f}")
    write(out, "points.csv", ["issue_id", "estimate", "lo50", "hi50", "lo80", "hi80"], predictions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with the CSV files")
    parser.add_argument("--out", type=Path, help="folder for prediction files")
    arguments = parser.parse_args()
    measures = {"velocity.csv": velocity, "delivery_tasks.csv": delivery, "points.csv": points}
    found = [measure for name, measure in measures.items() if (arguments.data / name).exists()]
    if not found:
        sys.exit(f"{arguments.data} holds none of {', '.join(measures)}")
    for measure in found:
        measure(arguments.data, arguments.out)
    plan()


if __name__ == "__main__":
    main()
