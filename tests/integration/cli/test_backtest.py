"""`muster backtest`: scores on one's own history, in words, as JSON and as a picture; bad input by line and column."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.cli.conftest import ROOT, Muster

HISTORY = ROOT / "examples" / "realistic" / "history.csv"


def test_velocity_is_told_team_by_team_beside_simpler_methods(muster: Muster) -> None:
    ended = muster("backtest", "velocity", HISTORY)
    assert (ended.code, ended.err) == (0, "")
    for said in (
        "core: In the last 4 sprints",
        "apps: ",
        "platform: ",
        "this forecast",
        "the last value",
        "Monte Carlo",
    ):
        assert said in ended.out


def test_json_has_the_scores(muster: Muster) -> None:
    found = json.loads(muster("backtest", "velocity", HISTORY, "--json").out)
    assert set(found) == {"core", "apps", "platform"}
    assert found["core"]["ours"]["count"] == len(found["core"]["past"]) == 4
    assert len(found["core"]["others"]) == 3


def test_delivery_of_one_unnamed_team(muster: Muster, tmp_path: Path) -> None:
    rows = [f"2025-{n},{3 + n % 4}" for n in range(90)]
    (tmp_path / "done.csv").write_text("period,done\n" + "\n".join(rows) + "\n")
    ended = muster("backtest", "delivery", tmp_path / "done.csv", "--chart", tmp_path / "done.png")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("all: Asked ")
    assert (tmp_path / "done.png").read_bytes().startswith(b"\x89PNG")


def test_points_are_told_in_words(muster: Muster, tmp_path: Path) -> None:
    rows = [
        f"Story {n} about {'search' if n % 2 else 'login'},text,{(1, 2, 3, 5)[n % 4]},Story,web;api" for n in range(80)
    ]
    (tmp_path / "items.csv").write_text("title,description,points,type,components\n" + "\n".join(rows) + "\n")
    ended = muster("backtest", "points", tmp_path / "items.csv")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("For the newest 16 items the 80 % range held ")


def test_a_short_history_says_what_is_missing(muster: Muster, tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("sprint,completed\n1,20\n2,22\n")
    ended = muster("backtest", "velocity", tmp_path / "v.csv")
    assert ended.code == 0
    assert "needs more than 5 completed sprints; there are 2" in ended.out
    ended = muster("backtest", "velocity", tmp_path / "v.csv", "--chart", tmp_path / "v.png")
    assert (ended.code, "the history is too short" in ended.err) == (2, True)


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("velocity", "sprint,completed\n1,20\n2,many\n", "in.csv:3: completed: 'many' is not a number from 0 up"),
        ("velocity", "sprint,completed,people\n1,20,-3\n", "in.csv:2: people: '-3' is not a number from 0 up"),
        ("velocity", "sprint,completed\n1,\n", "in.csv:2: completed: '' is not a number from 0 up"),
        (
            "velocity",
            "sprint,compleeted\n1,2\n",
            "in.csv:1: 'compleeted' is not a known column; did you mean 'completed'?",
        ),
        ("delivery", "period\n1\n", "in.csv:1: there is no column 'done'; expected team, period, done"),
        ("delivery", "period,done\n", "in.csv:2: there are no rows"),
        ("points", "title,points\nA,nan\n", "in.csv:2: points: 'nan' is not a number from 0 up"),
        ("velocity", 'sprint,completed\n"1,2\n', "in.csv:2: can't be read as CSV"),
    ],
)
def test_bad_input_names_line_and_column(muster: Muster, tmp_path: Path, kind: str, text: str, said: str) -> None:
    (tmp_path / "in.csv").write_text(text)
    ended = muster("backtest", kind, "in.csv")
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_a_missing_file_and_an_unknown_kind_are_one_line(muster: Muster) -> None:
    assert muster("backtest", "velocity", "none.csv").err == "FILE 'none.csv': no such file or directory\n"
    ended = muster("backtest", "weather", HISTORY)
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)


def test_the_plan_says_how_forecasts_did_so_far(muster: Muster) -> None:
    folder = ROOT / "examples" / "realistic"
    files = [
        f"--history={HISTORY}",
        f"--resources={folder / 'resources.yaml'}",
        f"--timeline={folder / 'timeline.yaml'}",
    ]
    found = json.loads(muster("plan", folder / "plan.yaml", *files, "--json").out)
    texts = {each["name"]: each["text"] for each in found["assumptions"]}
    assert texts["Forecasts of core so far"] == "in the last 4 sprints the 85 % range held 4 times"
