"""`muster plan`: what it prints, what it writes, and how it fails."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from planners.sprints.model import SprintPlan
from tests.integration.cli.conftest import ROOT, SMALL, Muster

REALISTIC = ROOT / "examples" / "realistic"
BESIDE = [
    f"--{name}={REALISTIC / file}"
    for name, file in (
        ("history", "history.csv"),
        ("resources", "resources.yaml"),
        ("timeline", "timeline.yaml"),
    )
]


def test_the_table_names_every_item(muster: Muster) -> None:
    ended = muster("plan", SMALL)
    assert (ended.code, ended.err) == (0, "")
    for key in ("sign-up", "add-tool", "statistics"):
        assert key in ended.out
    assert "All must-haves by" in ended.out


def test_json_is_a_sprint_plan_and_nothing_else(muster: Muster) -> None:
    ended = muster("plan", SMALL, "--json")
    plan = SprintPlan.model_validate_json(ended.out)
    assert len(plan.items) == 12
    assert ended.err == ""


def test_picture_and_csv_are_written(muster: Muster, tmp_path: Path) -> None:
    assert muster("plan", SMALL, "--chart", tmp_path / "b.png", "--csv", tmp_path / "b.csv").code == 0
    assert (tmp_path / "b.png").read_bytes().startswith(b"\x89PNG")
    with (tmp_path / "b.csv").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert sum(row["Issue Type"] == "Story" for row in rows) == 12


def test_files_beside_the_plan_count(muster: Muster) -> None:
    folder = ROOT / "examples" / "realistic"
    args = [
        f"--{name}={folder / file}"
        for name, file in (
            ("history", "history.csv"),
            ("resources", "resources.yaml"),
            ("timeline", "timeline.yaml"),
        )
    ]
    ended = muster("plan", folder / "plan.yaml", *args, "--json")
    assert ended.code == 0, ended.err
    plan = json.loads(ended.out)
    assert {load["team"] for sprint in plan["sprints"] for load in sprint["teams"]} == {"apps", "core", "platform"}


def test_options_are_taken_in_per_cent(muster: Muster) -> None:
    ended = muster("plan", SMALL, "--json", "--buffer", "10", "--confidence", "50", "--start", "2027-02-01")
    options = json.loads(ended.out)["options"]
    assert (options["buffer"], options["confidence"], options["start"]) == ("0.1", "0.5", "2027-02-01")


def test_every_problem_of_a_plan_is_one_line_with_its_place(muster: Muster) -> None:
    ended = muster("plan", ROOT / "examples" / "broken.yaml")
    lines = ended.err.splitlines()
    assert ended.code == 2
    assert ended.out == ""
    assert any("broken.yaml:15: plan.epics[0].stories[0].points: 'five' is not a number" in line for line in lines)
    assert len(lines) > 30


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--buffer", "50"], "--buffer '50': expected 10 to 20 (per cent)"),
        (["--confidence", "99"], "--confidence '99': expected 50 to 95 (per cent)"),
        (["--sprint-weeks", "9"], "--sprint-weeks '9': expected 1 to 4 (weeks)"),
        (["--start", "soon"], "--start 'soon': expected a date such as 2027-01-11"),
        (["--scope", "nice"], "--scope 'nice': expected must, should or could"),
        (["--history", "missing.csv"], "--history 'missing.csv': no such file or directory"),
        (["--seconds", "x"], "'x' is not a number"),
        (["--chart", "no/such/folder.png"], "'no/such/folder.png': no such file or directory"),
        (["--frobnicate"], "No such option: --frobnicate"),
    ],
)
def test_bad_options_are_one_line_and_exit_2(muster: Muster, args: list[str], said: str) -> None:
    ended = muster("plan", SMALL, *args)
    assert ended.code == 2
    assert said in ended.err
    assert len(ended.err.splitlines()) == 1


def test_no_plan_keeps_every_demand(muster: Muster, tmp_path: Path) -> None:
    plan = tmp_path / "circle.yaml"
    plan.write_text(
        "plan:\n  venture: loop\n  title: Loop\n  stories:\n"
        "    - {key: a, title: A, points: 1, depends_on: [b]}\n    - {key: b, title: B, points: 1, depends_on: [a]}\n"
        "resources:\n  people: [{name: Ana}]\n"
    )
    ended = muster("plan", plan)
    assert ended.code == 3
    assert ended.err.startswith("infeasible: ")
    assert "a -> b -> a" in ended.err or "A -> B -> A" in ended.err


def test_a_plan_comes_through_standard_input(muster: Muster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SMALL.read_bytes())))
    assert muster("plan", "-", "--json").code == 0


def test_why_says_what_holds_an_item(muster: Muster) -> None:
    ended = muster("plan", REALISTIC / "plan.yaml", *BESIDE, "--why", "app-bookings")
    assert (ended.code, ended.err) == (0, "")
    assert "'My bookings in the app' is in sprint" in ended.out
    assert "Its dependencies allow sprint" in ended.out
    found = json.loads(muster("plan", REALISTIC / "plan.yaml", *BESIDE, "--why", "app-bookings", "--json").out)
    assert found["key"] == "app-bookings"


def test_why_of_an_unknown_item_names_the_near_one(muster: Muster) -> None:
    ended = muster("plan", SMALL, "--why", "sgn-up")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "--why 'sgn-up': the plan has no item 'sgn-up'; did you mean 'sign-up'?\n"


def test_explain_says_what_decides_the_plan(muster: Muster) -> None:
    ended = muster("plan", REALISTIC / "plan.yaml", *BESIDE, "--explain")
    assert ended.code == 0, ended.err
    for said in ("Critical chain", "Tightest in each sprint", "Milestone 'Pilot harbour goes live' has"):
        assert said in ended.out


def test_what_if_prints_the_difference_and_takes_several_changes(muster: Muster) -> None:
    changes = ["--what-if", "lose Tomasz from sprint 3", "--what-if", "drop could"]
    ended = muster("plan", REALISTIC / "plan.yaml", *BESIDE, *changes)
    assert (ended.code, ended.err) == (0, "")
    assert "What if: lose Tomasz from sprint 3; drop could" in ended.out
    assert "20 stories are no longer in the plan" in ended.out
    found = json.loads(muster("plan", REALISTIC / "plan.yaml", *BESIDE, *changes, "--json").out)
    assert found["difference"]["sprints_after"] < found["difference"]["sprints_before"]


def test_what_if_names_the_word_that_is_not_understood(muster: Muster) -> None:
    ended = muster("plan", SMALL, "--what-if", "velocty -20 %")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("--what-if: 'velocty' is not a change; did you mean 'velocity'?")


def test_a_late_milestone_is_asked_about_like_an_item(muster: Muster, tmp_path: Path) -> None:
    plan = tmp_path / "late.yaml"
    plan.write_text(
        "plan:\n  venture: late\n  title: Late\n  stories:\n"
        "    - {key: a, title: A, points: 8}\n    - {key: b, title: B, points: 8}\n"
        "timeline:\n  start: 2026-03-02\n  milestones: [{key: beta, title: Beta, due: 2026-03-13, items: [a, b]}]\n"
        "resources:\n  people: [{name: Ana}]\n"
    )
    ended = muster("plan", plan, "--why", "beta")
    assert (ended.code, ended.err) == (0, "")
    assert "Milestone 'Beta' is 1 sprint late" in ended.out
    assert "Move milestone 'Beta' by 1 sprint, to 27 March 2026." in ended.out


def test_what_cannot_be_planned_comes_with_its_repairs(muster: Muster, tmp_path: Path) -> None:
    plan = tmp_path / "skill.yaml"
    plan.write_text(
        "plan:\n  venture: skill\n  title: Skill\n  stories:\n"
        "    - {key: a, title: A, points: 3, skills: {cobol: 1}}\n"
        "resources:\n  people: [{name: Ana, skills: [api]}]\n"
    )
    ended = muster("plan", plan)
    assert ended.code == 3
    assert ended.err.splitlines() == [
        "infeasible: Nobody in team team has the skill 'cobol', which a needs.",
        "repair: Leave out 1 story: a. Try --what-if 'drop a'",
        "repair: One person with cobol in team team, from sprint 1. Try --what-if 'add 1 cobol to team'",
    ]


def test_planning_again_offers_choices_from_the_plan_before(muster: Muster, tmp_path: Path) -> None:
    before = tmp_path / "before.json"
    before.write_text(muster("plan", REALISTIC / "plan.yaml", *BESIDE, "--json").out)
    slower = tmp_path / "plan.yaml"
    slower.write_text((REALISTIC / "plan.yaml").read_text().replace("points: 8", "points: 13"))
    ended = muster("plan", slower, *BESIDE, "--previous", before)
    assert (ended.code, ended.err) == (0, "")
    assert "Planning again" in ended.out
    assert "Best plan" in ended.out
    choices = json.loads(muster("plan", slower, *BESIDE, "--previous", before, "--json").out)
    assert [choice["moves"] for choice in choices] == sorted(choice["moves"] for choice in choices)


def test_a_previous_plan_that_is_none_is_refused(muster: Muster, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"venture": 1}')
    ended = muster("plan", SMALL, "--previous", other)
    assert (ended.code, ended.out) == (2, "")
    assert "not a plan as 'muster plan --json' prints it" in ended.err


def test_with_same_sprint_a_chain_may_share_a_sprint(muster: Muster) -> None:
    apart, together = (json.loads(muster("plan", SMALL, "--json", *more).out) for more in ([], ["--same-sprint"]))
    assert len(together["sprints"]) < len(apart["sprints"])


def test_pictures_by_team_are_written(muster: Muster, tmp_path: Path) -> None:
    ended = muster("plan", SMALL, "--gantt", tmp_path / "g.png", "--capacity", tmp_path / "c.png")
    assert (ended.code, ended.err) == (0, "")
    assert all((tmp_path / name).read_bytes().startswith(b"\x89PNG") for name in ("g.png", "c.png"))
    assert muster("plan", SMALL, "--gantt", "no/such/g.png").err == "'no/such/g.png': no such file or directory\n"
