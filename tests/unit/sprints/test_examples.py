"""The example plans that ship can be planned, shown and exported."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from planners.plan.loading import Source, load_document
from planners.sprints.chart import burn_up_alt_text, burn_up_png
from planners.sprints.csv_export import to_jira_csv
from planners.sprints.planner import default_options, plan_sprints

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("small.yaml", ()),
        ("small.md", ()),
        ("realistic/plan.yaml", ("resources.yaml", "timeline.yaml", "history.csv")),
    ],
)
def test_an_example_gives_a_whole_plan(name: str, extra: tuple[str, ...]) -> None:
    path = EXAMPLES / name
    parts = [Source(other, (path.parent / other).read_text("utf-8")) for other in extra]
    document = load_document(path.read_text("utf-8"), name=path.name, extra=parts)
    plan = plan_sprints(document, default_options(document, dt.date(2026, 11, 24)))
    assert plan.infeasible == ()
    assert plan.unplaced == ()
    assert len(plan.items) >= 12
    assert all(sprint.goal for sprint in plan.sprints)
    assert all(item.why.endswith(".") for item in plan.items)
    assert plan.forecast.must_haves is not None
    assert plan.forecast.must_haves.at_confidence is not None
    assert burn_up_png(plan)
    assert burn_up_alt_text(plan)
    assert to_jira_csv(plan).count("\r\n") > len(plan.items)
