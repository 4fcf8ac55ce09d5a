"""Whatever is handed in, the answer is a document or a bounded list of problems."""

from __future__ import annotations

import json
import re
import string
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from planners.plan.loading import Source, load_document
from planners.plan.models import PlanDocument
from planners.plan.normalise import normalise
from planners.plan.problems import PlanProblems

EXAMPLES = Path(__file__).parents[3] / "examples"
NAMES = ["", "p.yaml", "p.json", "p.md", "p.csv"]
CALM = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["a", "b", "e", "web", "must", "done", "5", "0.5", "2027-01-11", "2027-02-30", "DE", "x" * 400, ""]
    ),
)
NAMES_OF_FIELDS = """\
plan resources timeline history format venture title key epics stories tasks points priority skills team epic depends_on
sprint not_before status labels acceptance_criteria people teams name country absences start end milestones items due
completed_points sprint_weeks pointz"""
FIELDS = st.sampled_from(NAMES_OF_FIELDS.split())
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS | st.text(max_size=5), inner, max_size=6),
    max_leaves=40,
)
KEYS = st.sampled_from(["a", "b", "c", "e", "a-2", "a/b"])
STORIES = st.fixed_dictionaries(
    {"title": st.sampled_from(["A", "B", "a b", "支", "x" * 255])},
    optional={
        "key": KEYS,
        "depends_on": st.lists(KEYS, max_size=3),
        "epic": KEYS,
        "points": st.sampled_from([0, 1, "2.5", 1000]),
        "priority": st.sampled_from(["must", "Low", "p1"]),
        "tasks": st.lists(st.fixed_dictionaries({"title": st.just("T")}, optional={"key": KEYS}), max_size=2),
        "team": st.sampled_from(["web", "app"]),
    },
)
EPICS = st.fixed_dictionaries(
    {"title": st.sampled_from(["A", "E"])},
    optional={"key": KEYS, "depends_on": st.lists(KEYS, max_size=2), "stories": st.lists(STORIES, max_size=3)},
)
PLANS = st.fixed_dictionaries(
    {"venture": st.just("v"), "title": st.just("t")},
    optional={"epics": st.lists(EPICS, max_size=3), "stories": st.lists(STORIES, max_size=5)},
)


def outcome(content: str | bytes, name: str) -> PlanDocument | PlanProblems:
    try:
        return load_document(content, name=name)
    except PlanProblems as found:
        return found


def check(content: str | bytes, name: str) -> None:
    found = outcome(content, name)
    if isinstance(found, PlanDocument):
        normalise(found)
        assert PlanDocument.model_validate_json(found.model_dump_json()) == found
        return
    assert 1 <= len(found.problems) <= 101
    for problem in found.problems:
        assert problem.message
        assert len(str(problem)) < 600
        assert str(problem).isprintable()


@CALM
@given(content=st.text() | st.binary(), name=st.sampled_from(NAMES))
@example(content="\ud800", name="")
@example(content="%YAML 9.9\n---\n", name="p.yaml")
@example(content="{}", name="")
@example(content="[]", name="p.json")
@example(content="# \n## \n### \n- \n", name="p.md")
@example(content="Summary,Issue key\n,\n", name="p.csv")
@example(content="summary,status\n\n", name="p.csv")
@example(content="'", name="p.yaml")
@example(content="\x1b\r\x1b", name="p.csv")
def test_any_text(content: str | bytes, name: str) -> None:
    check(content, name)


@CALM
@given(content=st.text(alphabet="ab:-#[]{}&*!|>'\"%@` \n\t,?~;.0"), name=st.sampled_from(NAMES))
def test_texts_of_signs_that_mean_something(content: str, name: str) -> None:
    check(content, name)


@CALM
@given(tree=TREES)
def test_any_tree_in_json_and_yaml(tree: Any) -> None:
    check(json.dumps(tree), "p.json")
    check(yaml.safe_dump(tree, allow_unicode=True), "p.yaml")


@CALM
@given(plan=PLANS)
def test_plans_with_tangled_names_load_and_normalise_or_have_problems(plan: Any) -> None:
    check(json.dumps(plan), "p.json")


LINES = """\
# A|## E|### S|#### Tasks|#### Notes|## People|## Teams|## Stack|## Timeline|## Milestones|## History|points: 3|key: a
depends on: a, S|- x; points: 2|  - key: b|text|- points: x|Acceptance criteria:||```|> quote|off: 2027-01-01
- A; off: 1, (x)|skills: a 1|team: T|epic: E|title: x|stories: 3|start: 2027-01-11|1. y|***|-|tasks: x|; ;|- ;a: b"""


@CALM
@given(lines=st.lists(st.sampled_from(re.split(r"[|\n]", LINES)), max_size=30))
def test_any_markdown(lines: list[str]) -> None:
    check("\n".join(lines), "p.md")


COLUMNS = ["Summary", "Issue key", "Issue id", "Issue Type", "Parent", "Parent key", "Parent summary", "Story Points"]
COLUMNS += ["Inward issue link (Blocks)", "Outward issue link (Blocks)", "Labels", "Status", "Description", "Team"]
CELLS = st.sampled_from(
    ["", "A-1", "A-2", "A-3", "1", "2", "Epic", "Sub-task", "Story", "h3. Acceptance criteria\n* x", "é ü"]
)


@CALM
@given(
    columns=st.lists(st.sampled_from(COLUMNS), max_size=12),
    rows=st.lists(st.lists(CELLS, min_size=14, max_size=14), max_size=6),
    separator=st.sampled_from(",;"),
)
def test_any_export(columns: list[str], rows: list[list[str]], separator: str) -> None:
    header = ["Summary", "Issue key", *columns]
    lines = [header, *(row[: len(header)] for row in rows)]
    check("\n".join(separator.join(f'"{cell}"' for cell in line) for line in lines), "p.csv")


@CALM
@given(
    example_name=st.sampled_from(["small.yaml", "small.md", "broken.yaml"]),
    at=st.floats(0, 1),
    junk=st.text(alphabet=string.printable, max_size=5),
    length=st.integers(0, 40),
)
def test_examples_with_a_piece_cut_out(example_name: str, at: float, junk: str, length: int) -> None:
    text = (EXAMPLES / example_name).read_text()
    start = int(at * len(text))
    check(text[:start] + junk + text[start + length :], example_name)


@pytest.mark.parametrize("name", NAMES)
def test_many_unknown_names_stay_bounded(name: str) -> None:
    check("\n".join(f"name{number}: {number}" for number in range(20_000)), name)


@pytest.mark.parametrize("kind", ["auto", "plan", "resources", "timeline", "history"])
@pytest.mark.parametrize("content", ["", "x", "[]", "{}", "[1]", '{"plan": 1}', "history: {}", "a: 1"])
def test_any_piece_as_any_part(kind: Any, content: str) -> None:
    for extra in ([], [Source("x", content, kind)]):
        with pytest.raises(PlanProblems):
            load_document(content, extra=[*extra, Source("y", "plan: {}", kind)])
