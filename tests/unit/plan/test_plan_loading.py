"""One entrance for every format and any number of pieces; limits are clear refusals."""

from __future__ import annotations

import json
import time
from decimal import Decimal

import pytest

from planners.plan.loading import Source, load_document
from planners.plan.models import MAX_BYTES, ItemStatus, PlanDocument, Priority
from planners.plan.problems import PlanProblems

FLAT = "venture: shop\ntitle: A shop\nstories:\n  - title: Search\n    points: 3\n"


def problems(content: str | bytes, name: str = "", *extra: Source) -> list[str]:
    with pytest.raises(PlanProblems) as raised:
        load_document(content, name=name, extra=extra)
    return [str(each) for each in raised.value.problems]


def test_the_sentence_that_was_promised() -> None:
    text = "venture: a\ntitle: b\nstories:\n" + "  - title: x\n    points: 1\n" * 3 + "  - title: y\n    points: five\n"
    assert problems(text, "plan.yaml") == ["plan.yaml:11: stories[3].points: 'five' is not a number"]


def test_a_plan_may_stand_at_the_top_or_below_its_name() -> None:
    nested = "plan:\n" + "".join(f"  {line}\n" for line in FLAT.splitlines())
    assert load_document(FLAT) == load_document(nested)


def test_other_parts_may_stand_beside_a_plan_at_the_top() -> None:
    document = load_document(FLAT + "timeline:\n  sprint_weeks: 3\nhistory:\n  - completed_points: 20\n")
    assert document.timeline.sprint_weeks == 3
    assert document.history[0].completed_points == 20


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("auto", "sprint_weeks: 3\n"),
        ("timeline", "sprint_weeks: 3\n"),
        ("auto", "timeline:\n  sprint_weeks: 3\n"),
        ("timeline", '{"timeline": {"sprint_weeks": 3}}'),
    ],
)
def test_a_timeline_in_its_own_file(kind: str, content: str) -> None:
    extra = [Source("t.txt", content, kind)]  # type: ignore[arg-type]
    assert load_document(FLAT, extra=extra).timeline.sprint_weeks == 3


def test_resources_come_first_and_the_plan_is_an_extra_piece() -> None:
    document = load_document("people:\n  - name: Ana\n", name="r.yaml", extra=[Source("p.yaml", FLAT)])
    assert document.resources.people[0].name == "Ana"


def test_a_history_is_a_list_in_json() -> None:
    extra = [Source("h.json", '[{"completed_points": 20}, {"completed_points": 22.5}]', "history")]
    assert [each.completed_points for each in load_document(FLAT, extra=extra).history] == [20, Decimal("22.5")]


def test_a_part_in_two_places_is_a_problem_that_names_both() -> None:
    found = problems(FLAT + "timeline: {sprint_weeks: 2}\n", "p.yaml", Source("t.yaml", "sprint_weeks: 3\n"))
    assert found == ["t.yaml:1: timeline: is also in p.yaml; it may stand in one place only"]


def test_problems_of_all_pieces_come_in_their_order() -> None:
    found = problems(
        FLAT.replace("3", "x"), "p.yaml", Source("r.yaml", "people: 3\n"), Source("t.yaml", "sprint_weeks: 9\n")
    )
    assert [each.split(":")[0] for each in found] == ["p.yaml", "r.yaml", "t.yaml"]


def test_a_part_without_a_plan_says_that_the_plan_is_missing() -> None:
    assert "plan: is missing" in problems("sprint_weeks: 2\n")[0]


@pytest.mark.parametrize("text", ["", "  \n", "# only a comment\n", "null"])
def test_nothing_is_empty(text: str) -> None:
    assert problems(text, "p.yaml") == ["p.yaml: is empty"]


def test_a_byte_order_mark_is_no_part_of_a_plan() -> None:
    for content in (FLAT.encode("utf-8-sig"), FLAT.encode("utf-16"), "\ufeff" + FLAT):
        assert load_document(content, name="p.yaml") == load_document(FLAT)


def test_bytes_that_are_no_text_are_refused() -> None:
    assert problems(b"\x89PNG\xff\xfe", "p.yaml") == ["p.yaml: is not text in UTF-8"]


def test_half_a_sign_in_a_text_is_refused() -> None:
    assert problems("title: \ud800")


def test_more_than_ten_megabytes_are_refused_with_the_number() -> None:
    content = b"#" * (MAX_BYTES // 2 + 1_000_000)
    found = problems(content, "p.yaml", Source("r.yaml", content))
    assert found == ["p.yaml: has 11.9 MB; at most 10 MB are taken"]


def test_more_than_ten_thousand_stories_are_refused_with_the_number() -> None:
    stories = [{"title": f"Story {number}"} for number in range(10_001)]
    found = problems(json.dumps({"venture": "v", "title": "t", "stories": stories}), "p.json")
    assert found == ["p.json: has 10,001 stories; at most 10,000 are taken"]


def test_ten_thousand_stories_are_read_within_seconds() -> None:
    story = (
        "  - title: Story {0}\n    key: s{0}\n    points: 5\n    priority: High\n    team: web\n"
        "    depends_on: [s{1}]\n    skills: {{backend: 3, frontend: 2}}\n    acceptance_criteria:\n"
        "      - It works\n      - It is quick\n    labels: [a, b]\n    description: some words\n"
    )
    text = "venture: v\ntitle: t\nstories:\n" + "".join(story.format(n, (n + 1) % 10_000) for n in range(10_000))
    started = time.perf_counter()
    assert len(load_document(text, name="p.yaml").plan.stories) == 10_000
    assert time.perf_counter() - started < 10


def test_whole_epics_that_wait_for_each_other_are_bounded() -> None:
    epics = [
        {"title": f"E{n}", "key": f"e{n}", "depends_on": [f"e{1 - n}"], "stories": [{"title": "s"}] * 1000}
        for n in range(2)
    ]
    found = problems(json.dumps({"venture": "v", "title": "t", "epics": epics}))
    assert "stand for 2,000,000 links between stories; at most 500,000 are taken" in found[0]


def test_a_circle_of_dependencies_is_no_problem_of_loading() -> None:
    text = "venture: v\ntitle: t\nstories:\n  - {title: A, depends_on: [b]}\n  - {title: B, depends_on: [a]}\n"
    assert load_document(text).plan.stories[0].depends_on == ("b",)


def test_a_hundred_problems_are_told_and_the_rest_is_counted() -> None:
    text = "venture: v\ntitle: t\nstories:\n" + "  - {title: A, points: x}\n" * 150
    found = problems(text)
    assert len(found) == 101
    assert found[-1] == "and 50 more problems"


def test_a_long_value_is_cut_in_the_message() -> None:
    (found,) = problems(FLAT.replace("3", "x" * 5_000), "p.yaml")
    assert len(found) < 200
    assert "xxx…'" in found


def test_a_known_name_without_a_value_is_as_good_as_absent() -> None:
    document = load_document(FLAT + "    description:\n    acceptance_criteria:\n    priority: ~\nepics:\n")
    assert document == load_document(FLAT)


def test_an_unknown_name_without_a_value_is_still_unknown() -> None:
    assert problems(FLAT + "    descripton:\n") == [
        "line 6: stories[0].descripton: is not a known name here; did you mean 'description'?"
    ]


def test_a_number_in_place_of_a_date_is_no_second_of_1970() -> None:
    assert "is not a date" in problems(FLAT + "timeline: {start: 1799625600}\n")[0]


def test_a_huge_exponent_is_no_budget() -> None:
    assert "resources.budget_usd" in problems(FLAT + "resources: {budget_usd: 1e999999999}\n")[0]


@pytest.mark.parametrize(
    ("word", "priority"),
    [
        ("Highest", Priority.MUST),
        ("blocker", Priority.MUST),
        ("CRITICAL", Priority.MUST),
        ("P0", Priority.MUST),
        ("Must-have", Priority.MUST),
        ("high", Priority.SHOULD),
        ("Medium", Priority.SHOULD),
        ("major", Priority.SHOULD),
        ("normal", Priority.SHOULD),
        ("p1", Priority.SHOULD),
        ("p2", Priority.SHOULD),
        ("Low", Priority.COULD),
        ("lowest", Priority.COULD),
        ("Minor", Priority.COULD),
        ("trivial", Priority.COULD),
        ("p3", Priority.COULD),
        ("Could have", Priority.COULD),
        ("Won’t", Priority.WONT),
        ("wont", Priority.WONT),
    ],
)
def test_words_for_priorities(word: str, priority: Priority) -> None:
    assert load_document(FLAT + f"    priority: {word}\n").plan.stories[0].priority is priority


def test_words_for_states() -> None:
    for word, status in (("In Progress", ItemStatus.STARTED), ("closed", ItemStatus.DONE), ("To Do", ItemStatus.TODO)):
        assert load_document(FLAT + f"    status: {word}\n").plan.stories[0].status is status


def test_a_document_survives_json() -> None:
    document = load_document(FLAT + "epics:\n  - {title: E, priority: must, stories: [{title: x}]}\n")
    assert PlanDocument.model_validate_json(document.model_dump_json()) == document
    assert load_document(document.model_dump_json(), name="p.json") == document
