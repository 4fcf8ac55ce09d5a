"""The entrance to planning: what must hold for every plan, and what it says when it can't."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planners.plan.models import PlanDocument
from planners.sprints.forecasting import forecast_sentence
from planners.sprints.model import PinnedSprint, PlanningError, PlanOptions, SprintPlan, WarningKind
from planners.sprints.planner import default_options, plan_digest, plan_sprints
from tests.support.plan_documents import MONDAY, document, documents, history, options, person, story
from tests.support.sprint_plan_checker import broken

SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def sprint_of(plan: SprintPlan) -> dict[str, int | None]:
    return {item.key: item.sprint for item in plan.items}


def texts(plan: SprintPlan, kind: WarningKind) -> list[str]:
    return [warning.text for warning in plan.warnings if warning.kind is kind]


@SLOW
@given(documents(), st.sampled_from(["must", "should", "could"]), st.booleans())
def test_every_plan_keeps_its_rules(given_document: PlanDocument, scope: str, same: bool) -> None:
    plan = plan_sprints(given_document, options(scope=scope, same_sprint=same))
    assert broken(plan, given_document) == []


@SLOW
@given(documents(cycles=True))
def test_cycles_are_named_and_planned_around(given_document: PlanDocument) -> None:
    plan = plan_sprints(given_document, options())
    assert broken(plan, given_document) == []
    assert len(texts(plan, WarningKind.CYCLE)) == sum("wait for each other" in reason for reason in plan.infeasible)


@SLOW
@given(documents())
def test_equal_inputs_give_an_equal_plan_that_survives_json(given_document: PlanDocument) -> None:
    plan = plan_sprints(given_document, options())
    again = plan_sprints(PlanDocument.model_validate_json(given_document.model_dump_json()), options())
    assert again == plan
    assert SprintPlan.model_validate_json(plan.model_dump_json()) == plan
    assert plan.digest == plan_digest(plan)


def test_digest_changes_with_what_is_planned() -> None:
    one = plan_sprints(document(story("a")), options())
    assert plan_sprints(document(story("a", 5)), options()).digest != one.digest
    assert plan_sprints(document(story("a")), options(buffer="0.2")).digest != one.digest


def test_an_item_comes_in_a_later_sprint_than_what_it_waits_for() -> None:
    plan = plan_sprints(document(story("b", depends_on=["a"]), story("a")), options())
    assert sprint_of(plan) == {"a": 1, "b": 2}
    assert plan.items[0].why == "Comes after 'Story a'."


def test_the_same_sprint_will_do_when_the_lead_says_so() -> None:
    plan = plan_sprints(document(story("b", depends_on=["a"]), story("a")), options(same_sprint=True))
    assert sprint_of(plan) == {"a": 1, "b": 1}


def test_must_haves_go_first_and_so_does_what_they_wait_for() -> None:
    plan = plan_sprints(
        document(
            story("nice", 8, priority="should"),
            story("base", 8, priority="could"),
            story("core", 8, priority="must", depends_on=["base"]),
        ),
        options(),
    )
    assert sprint_of(plan) == {"nice": 3, "base": 1, "core": 2}


def test_a_milestone_pulls_its_items_forward() -> None:
    stories = [story("a", 8, priority="must"), story("b", 8, priority="should")]
    due = [{"title": "Beta", "due": MONDAY + dt.timedelta(days=11), "items": ["b"]}]
    assert sprint_of(plan_sprints(document(*stories), options())) == {"a": 1, "b": 2}
    assert sprint_of(plan_sprints(document(*stories, milestones=due), options())) == {"a": 2, "b": 1}


def test_a_late_milestone_is_warned_of_with_its_chance() -> None:
    due = [{"title": "Beta", "due": "2026-03-13", "items": ["a", "b"]}]
    plan = plan_sprints(document(story("a", 8), story("b", 8), milestones=due), options())
    [text] = texts(plan, WarningKind.MILESTONE_LATE)
    assert "due on 13 March 2026, but the plan finishes it on 27 March 2026: b comes too late" in text
    assert "Its chance to be on time is" in text


def test_a_cycle_is_named_by_titles_and_its_last_edge_ignored() -> None:
    gateway = {**story("gw", depends_on=["auth"]), "title": "API gateway"}
    auth = {**story("auth", depends_on=["gw"]), "title": "Auth"}
    plan = plan_sprints(document(gateway, auth), options())
    [text] = texts(plan, WarningKind.CYCLE)
    assert "API gateway -> Auth -> API gateway" in text
    assert "ignores that 'Auth' waits for 'API gateway'" in text
    assert plan.infeasible == ("Items wait for each other: API gateway -> Auth -> API gateway.",)
    assert sprint_of(plan) == {"auth": 1, "gw": 2}


def test_started_work_stays_in_sprint_1_and_done_work_is_gone() -> None:
    plan = plan_sprints(
        document(
            story("done", status="done"),
            story("late", 10, status="started", depends_on=["other"]),
            story("other", 3, depends_on=["done"]),
        ),
        options(),
    )
    assert sprint_of(plan) == {"late": 1, "other": 2}
    assert "started" in plan.items[0].why


def test_what_the_board_holds_in_an_active_sprint_is_not_moved() -> None:
    stories = [story("a", 8), story("b", 8), story("c", 8)]
    plan = plan_sprints(document(*stories), options(), pinned=[PinnedSprint(key="c", sprint=1)])
    assert sprint_of(plan) == {"a": 2, "b": 3, "c": 1}
    assert broken(plan, document(*stories), {"c": 1}) == []


def test_a_pin_beyond_the_work_makes_the_plan_longer() -> None:
    plan = plan_sprints(document(story("a")), options(), pinned=[PinnedSprint(key="a", sprint=70)])
    assert sprint_of(plan) == {"a": 70}
    assert len(plan.sprints) == 70


def test_the_scope_leaves_out_what_nothing_waits_for() -> None:
    plan = plan_sprints(
        document(
            story("must", priority="must", depends_on=["needed"]),
            story("needed", priority="could"),
            story("could", priority="could"),
            story("wont", priority="wont"),
        ),
        options(scope="must"),
    )
    assert set(sprint_of(plan)) == {"must", "needed"}
    assert "needed" in texts(plan, WarningKind.SCOPE)[0]


def test_missing_points_are_the_median_of_the_teams_others() -> None:
    plan = plan_sprints(
        document(
            *(story(f"r{n}", n, team="red") for n in (1, 5, 8)),
            story("b", 2, team="blue"),
            story("x", None, team="red"),
            people=[person("Ann", team="red"), person("Bo", team="blue")],
        ),
        options(),
    )
    assert (plan.items[-1].points, plan.items[-1].points_assumed) == (Decimal(5), True)
    assert texts(plan, WarningKind.NO_POINTS) == [
        "1 story has no points, so the median of its team's other stories is assumed: x."
    ]


def test_points_of_the_tasks_are_those_of_the_story() -> None:
    tasks = [{"title": "one", "points": 2}, {"title": "two", "points": "1.5"}]
    plan = plan_sprints(document(story("a", None, tasks=tasks)), options())
    assert (plan.items[0].points, plan.items[0].points_assumed) == (Decimal("3.5"), False)


def test_skills_of_the_tasks_are_those_of_the_story_unless_they_go_beyond_its_points() -> None:
    tasks = [{"title": "one", "points": 2, "skill": "api"}, {"title": "two", "points": 2, "skill": "cobol"}]
    people = [person(skills=["api"])]
    held = plan_sprints(document(story("a", 4, tasks=tasks), people=people), options())
    assert texts(held, WarningKind.NO_SKILL) == ["Nobody in team team has the skill 'cobol', which a needs."]
    other_scale = plan_sprints(document(story("a", 3, tasks=tasks), people=people), options())
    assert sprint_of(other_scale) == {"a": 1}


def test_a_history_of_nothing_says_that_it_is_the_history() -> None:
    plan = plan_sprints(document(story("a"), history=history(0, 0, 0, 0, 0)), options(confidence="0.95"))
    assert "going by its closed sprints" in plan.infeasible[0]


def test_many_cycles_are_counted_not_listed() -> None:
    pairs = [
        pair for n in range(30) for pair in (story(f"a{n}", depends_on=[f"b{n}"]), story(f"b{n}", depends_on=[f"a{n}"]))
    ]
    plan = plan_sprints(document(*pairs), options())
    assert len(plan.infeasible) == 21
    assert texts(plan, WarningKind.CYCLE)[-1] == "10 more dependency cycles were opened in the same way."


def test_time_to_improve_keeps_the_rules_and_costs_nothing() -> None:
    given_document = document(
        *(story(f"s{n}", 1 + n % 5, depends_on=[f"s{n - 3}"] if n > 3 else []) for n in range(20))
    )
    listed = plan_sprints(given_document, options())
    improved = plan_sprints(given_document, options(), seconds=0.3)
    assert broken(improved, given_document) == []
    assert len(improved.sprints) <= len(listed.sprints)


def test_an_item_too_big_for_any_sprint_is_planned_in_parts() -> None:
    plan = plan_sprints(document(story("big", 20)), options())
    assert [part.sprint for part in plan.items[0].parts] == [1, 2]
    assert sum(part.points for part in plan.items[0].parts) == 20
    assert plan.items[0].sprint == 2
    assert "big" in texts(plan, WarningKind.TOO_BIG)[0]


def test_one_warning_names_all_without_acceptance_criteria() -> None:
    bare = [story(f"s{n}", 1, acceptance_criteria=[]) for n in range(9)]
    plan = plan_sprints(document(*bare), options())
    assert texts(plan, WarningKind.NO_ACCEPTANCE_CRITERIA) == [
        "9 stories have no acceptance criteria: s0, s1, s2, s3, s4 and 4 more."
    ]


def test_nobody_and_no_history_is_infeasible_and_says_what_to_add() -> None:
    plan = plan_sprints(document(story("a"), people=[]), options())
    assert sprint_of(plan) == {"a": None}
    assert plan.sprints == ()
    [reason] = plan.infeasible
    assert "Team team has no capacity" in reason
    assert "Add its people to the resources, or its velocity history." in reason
    assert plan.forecast.everything.at_confidence is None
    assert "no date" in forecast_sentence(plan)


def test_a_team_without_capacity_does_not_stop_the_others() -> None:
    stories = [story("r", team="red"), story("b", team="blue"), story("w", team="red", depends_on=["b"])]
    plan = plan_sprints(document(*stories, people=[person(team="red")]), options())
    assert sprint_of(plan) == {"r": 1, "b": None, "w": None}
    assert plan.items[2].why == "It waits for 'Story b', which is in no sprint."


def test_a_skill_nobody_has_is_named() -> None:
    stories = [story("a", 3, skills={"cobol": 2}), story("b", 3, skills={"api": 1})]
    plan = plan_sprints(document(*stories, people=[person(skills=["api"])]), options())
    assert sprint_of(plan) == {"a": None, "b": 1}
    assert texts(plan, WarningKind.NO_SKILL) == ["Nobody in team team has the skill 'cobol', which a needs."]
    assert plan.items[0].why == "Nobody in team team can do cobol."
    assert plan.infeasible == ("Nobody in team team has the skill 'cobol', which a needs.",)


def test_fixed_work_takes_the_teams_time_even_if_nobody_has_its_skill() -> None:
    stories = [story("a", 8, skills={"cobol": 8}, sprint=1), story("b", 5)]
    given_document = document(*stories, people=[person(skills=["api"])])
    plan = plan_sprints(given_document, options())
    assert sprint_of(plan) == {"a": 1, "b": 2}
    assert broken(plan, given_document) == []


def test_a_story_without_team_goes_where_its_skills_are() -> None:
    people = [person("Ann", team="red", skills=["ui"]), person("Bo", team="blue", skills=["api"])]
    stories = [story("a", skills={"api": 1}), story("b", skills={"ui": 1}), story("c")]
    plan = plan_sprints(document(*stories, people=people), options())
    assert [item.team for item in plan.items] == ["blue", "red", "red"]
    assert texts(plan, WarningKind.NO_TEAM) == ["1 story names no team and went to red: c."]


def test_planning_one_team_takes_the_others_as_done() -> None:
    stories = [story("r", team="red", depends_on=["b"]), story("b", team="blue")]
    people = [person("Ann", team="red"), person("Bo", team="blue")]
    plan = plan_sprints(document(*stories, people=people), options(team="red"))
    assert sprint_of(plan) == {"r": 1}
    assert [a.text for a in plan.assumptions if a.name == "Other teams"] == [
        "1 story of other teams, which red waits for, count as done"
    ]


def test_an_unknown_team_is_refused_with_the_near_name() -> None:
    with pytest.raises(PlanningError) as caught:
        plan_sprints(document(story("a", team="payments")), options(team="payment"))
    [problem] = caught.value.problems
    assert (problem.path, "did you mean 'payments'?" in problem.message) == ("team", True)


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"country": "DE-QQ"}, "resources.country"),
        ({"people": [person(), person("Bo", country="DE-QQ")]}, "resources.people[1].country"),
        ({"teams": [{"key": "core", "country": "DE-QQ"}]}, "resources.teams[0].country"),
    ],
)
def test_an_unknown_country_is_refused_where_it_stands(more: dict[str, Any], path: str) -> None:
    with pytest.raises(PlanningError, match="known in DE: ") as caught:
        plan_sprints(document(story("a"), **more), options())
    assert caught.value.problems[0].path == path


def test_a_plan_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(PlanningError, match="beyond the year 9999"):
        plan_sprints(document(story("a")), PlanOptions(start=dt.date(9999, 12, 1)))


def test_skills_that_overlap_in_too_many_ways_are_refused() -> None:
    people = [person(f"p{n}", skills=[f"s{n}", f"s{n + 1}"]) for n in range(100)]
    stories = [story(f"i{n}", 1, skills={f"s{n}": 1}) for n in range(101)]
    with pytest.raises(PlanningError, match="overlap in too many ways"):
        plan_sprints(document(*stories, people=people), options())


def test_skills_beyond_the_points_are_refused() -> None:
    with pytest.raises(PlanningError, match=r"a\.skills: ask for 5 points, but a has 3"):
        plan_sprints(document(story("a", 3, skills={"api": 5})), options())


def test_a_plan_where_all_is_done_is_empty_and_says_so() -> None:
    plan = plan_sprints(document(story("a", status="done")), options())
    assert (plan.sprints, plan.items, plan.infeasible) == ((), (), ())
    assert forecast_sentence(plan) == "Nothing is left to plan."


def test_default_options_start_with_the_timeline_or_the_monday_after() -> None:
    assert default_options(document(story("a")), dt.date(2026, 1, 1)).start == MONDAY
    bare = document(story("a")).model_copy(update={"timeline": type(document().timeline)()})
    assert default_options(bare, dt.date(2026, 1, 1)).start == dt.date(2026, 1, 5)
    assert default_options(bare, dt.date(2026, 1, 5)).start == dt.date(2026, 1, 12)


def test_less_capacity_makes_it_later() -> None:
    stories = [story(f"s{n}", 5) for n in range(8)]
    whole = plan_sprints(document(*stories), options())
    half = plan_sprints(document(*stories), options(capacity_factor="0.5"))
    assert len(half.sprints) > len(whole.sprints)
    assert half.forecast.everything.dates["0.50"] > whole.forecast.everything.dates["0.50"]


def test_the_forecast_knows_must_haves_milestones_and_everything() -> None:
    stories = [story(f"m{n}", 5, priority="must") for n in range(4)] + [story(f"c{n}", 5) for n in range(4)]
    due = [{"title": "Beta", "due": "2026-04-24", "items": ["m0"]}]
    plan = plan_sprints(document(*stories, milestones=due, history=history(9, 11, 10, 12, 9, 10)), options())
    forecast = plan.forecast
    assert forecast.must_haves is not None
    assert forecast.must_haves.at_confidence == forecast.must_haves.dates["0.85"]
    assert list(forecast.everything.dates) == sorted(forecast.everything.dates)
    days = list(forecast.everything.dates.values())
    assert days == sorted(days)
    assert forecast.must_haves.dates["0.50"] < forecast.everything.dates["0.50"]
    [beta] = forecast.milestones
    assert beta.due == dt.date(2026, 4, 24)
    assert beta.probability_on_time is not None
    assert beta.probability_on_time > 0.5
    assert forecast_sentence(plan).startswith("All must-haves by ")


def test_the_burn_up_starts_at_nothing_and_its_lines_keep_their_order() -> None:
    teams = ("red", "blue", "green")
    stories = [story(f"s{n}", 5, team=teams[n % 3]) for n in range(12)]
    closed = [sprint for team in teams for sprint in history(9, 14, 4, 12, 9, team=team)]
    plan = plan_sprints(document(*stories, people=[], history=closed), options())
    points = plan.forecast.burn_up
    assert [str(each) for each in (points[0].planned, points[0].p50, points[0].scope)] == ["0", "0", "60"]
    assert all(point.p15 <= point.p50 <= point.p85 <= point.scope for point in points)
    assert points[len(plan.sprints)].planned == 60
    day = plan.forecast.everything.dates["0.50"]
    assert [point.p50 == 60 for point in points] == [point.date >= day and point.sprint > 0 for point in points]


@pytest.mark.slow
def test_ten_thousand_items_take_seconds() -> None:
    stories = [
        story(f"s{n}", 1 + n % 8, team=f"t{n % 20}", depends_on=[f"s{n - 7}"] if n % 3 == 0 and n > 7 else [])
        for n in range(10_000)
    ]
    people = [person(f"p{n}", team=f"t{n % 20}", skills=["api"]) for n in range(200)]
    big = document(*stories, people=people)
    begin = time.perf_counter()
    plan = plan_sprints(big, options())
    assert time.perf_counter() - begin < 20
    assert len(plan.items) == 10_000
    assert not plan.unplaced
