"""What contradicts each other is named as a smallest set, and its repairs repair."""

from __future__ import annotations

import datetime as dt

import pytest

from planners.plan.models import PlanDocument
from planners.sprints.answers import MilestoneExplanation, PlanConflict, RepairKind
from planners.sprints.model import SprintPlan
from planners.sprints.planner import plan_sprints
from planners.sprints.repairs import explain_milestone, find_conflicts
from planners.sprints.what_if import what_if
from tests.support.plan_documents import MONDAY, document, options, person, story


def due(key: str, days: int, *items: str, weight: int = 1) -> dict[str, object]:
    return {"title": key.title(), "key": key, "due": MONDAY + dt.timedelta(days=days), "items": items, "weight": weight}


def conflicts(given_document: PlanDocument, **more: str) -> tuple[PlanConflict, ...]:
    return find_conflicts(given_document, plan_sprints(given_document, options()), milestone=more.get("milestone"))


def on_time(plan: SprintPlan, given_document: PlanDocument) -> bool:
    ends = {sprint.number: sprint.end for sprint in plan.sprints}
    done = {item.key: item.sprint for item in plan.items}
    for milestone in given_document.timeline.milestones:
        for key in milestone.items:
            sprint = done.get(key, 1)
            if sprint is None or ends[sprint] > milestone.due:
                return False
    return True


def test_a_plan_that_keeps_everything_has_no_conflict() -> None:
    assert conflicts(document(story("a"), story("b"), milestones=[due("beta", 30, "a", "b")])) == ()


NEED = {"a": "must", "b": "must", "c": "could"}
BETA = document(
    *(
        story(key, 6, priority=priority, skills={"api": 6})
        for key, priority in (("a", "must"), ("b", "must"), ("c", "could"))
    ),
    people=[person("Ann", skills=["api"]), person("Bo", skills=["ui"])],
    milestones=[due("beta", 25, "a", "b", "c", weight=3), due("gold", 200, "c")],
)


def test_a_milestone_that_cannot_be_met_is_named_alone_with_ranked_repairs() -> None:
    [found] = conflicts(BETA)
    assert (found.demands, found.teams, found.minimal) == (("beta",), ("team",), True)
    assert found.text == "Milestone 'Beta' on 27 March 2026 can't be met with the people of team team."
    assert [repair.effort for repair in found.repairs] == sorted(repair.effort for repair in found.repairs)
    assert {(repair.kind, repair.text, repair.what_if) for repair in found.repairs} == {
        (RepairKind.DROP_ITEMS, "Leave out 1 story: c.", ("drop c",)),
        (
            RepairKind.ADD_PERSON,
            "One more person with api in team team, from sprint 2.",
            ("add 1 api to team from sprint 2",),
        ),
        (
            RepairKind.MOVE_MILESTONE,
            "Move milestone 'Beta' by 1 sprint, to 10 April 2026.",
            ("milestone beta +1 sprint",),
        ),
    }


@pytest.mark.parametrize("repair", conflicts(BETA)[0].repairs, ids=lambda repair: repair.kind)
def test_every_repair_repairs(repair: object) -> None:
    from planners.sprints.what_if import apply

    changes = repair.what_if  # type: ignore[attr-defined]
    assert not on_time(plan_sprints(BETA, options()), BETA)
    assert on_time(what_if(BETA, options(), changes).plan, apply(BETA, options(), changes)[0])


def test_milestones_that_are_met_alone_but_not_together_are_named_together() -> None:
    found = conflicts(document(story("a", 8), story("b", 8), milestones=[due("one", 11, "a"), due("two", 11, "b")]))
    assert [set(each.demands) for each in found] == [{"one", "two"}]
    assert "Milestones 'One' on 13 March 2026 and 'Two' on 13 March 2026 can't be met together" in found[0].text
    kinds = [repair.kind for repair in found[0].repairs]
    assert kinds.count(RepairKind.MOVE_MILESTONE) == 2
    assert RepairKind.ADD_PERSON in kinds


def test_a_chain_that_is_too_long_blames_nobody() -> None:
    chain = document(story("a"), story("b", depends_on=["a"]), milestones=[due("beta", 11, "b")])
    [found] = conflicts(chain)
    assert found.teams == ()
    assert "the chain of what waits for each other is too long, whoever works on it" in found.text
    assert [repair.kind for repair in found.repairs] == [RepairKind.MOVE_MILESTONE]


def test_a_skill_nobody_has_is_the_conflict_and_a_person_the_repair() -> None:
    stories = [story("a", 3, priority="must", skills={"cobol": 2}), story("b", 3, depends_on=["a"]), story("c", 3)]
    given_document = document(*stories, people=[person(skills=["api"])])
    plan = plan_sprints(given_document, options())
    assert plan.infeasible == (
        "Nobody in team team has the skill 'cobol', which a needs.",
        "Because of that, 1 story can't be planned either: b.",
    )
    [found] = find_conflicts(given_document, plan)
    assert found.text == plan.infeasible[0]
    assert [(repair.kind, repair.what_if) for repair in found.repairs] == [
        (RepairKind.ADD_PERSON, ("add 1 cobol to team",))
    ]
    assert what_if(given_document, options(), found.repairs[0].what_if).plan.infeasible == ()


def test_a_skill_whose_only_holder_is_away_all_the_time_is_missing() -> None:
    away = [{"start": MONDAY, "end": MONDAY + dt.timedelta(days=4000)}]
    people = [person("Ann", skills=["api"], absences=away), person("Bo", skills=["ui"])]
    [found] = conflicts(document(story("a", 3, skills={"api": 1}), people=people))
    assert "Nobody in team team has the skill 'api'" in found.text


def test_more_work_than_sixty_sprints_hold_is_counted_and_may_be_dropped() -> None:
    stories = [story(f"s{n}", 8, priority="must" if n < 9 else "could") for n in range(70)]
    given_document = document(*stories)
    [found] = conflicts(given_document)
    assert found.text == (
        "Team team has work for 560 points, and 60 sprints of 612 in all are not enough for it in whole items: s60, "
        "s61, s62, s63, s64 and 5 more fit nowhere."
    )
    assert [repair.kind for repair in found.repairs] == [RepairKind.ADD_PERSON, RepairKind.DROP_ITEMS]
    for repair in found.repairs:
        assert what_if(given_document, options(), repair.what_if).plan.infeasible == ()


def test_a_team_of_nobody_is_told_to_hire() -> None:
    given_document = document(story("a", priority="must"), people=[])
    [found] = conflicts(given_document)
    assert found.text == "Team team has no capacity, so a can't be planned."
    assert [repair.what_if for repair in found.repairs] == [("add 1 person to team",)]
    assert what_if(given_document, options(), ["add 1 person to team"]).plan.infeasible == ()


def test_a_circle_is_the_conflict_and_its_edge_the_repair() -> None:
    [found] = conflicts(document(story("a", depends_on=["b"]), story("b", depends_on=["a"])))
    assert set(found.demands) == {"a", "b"}
    [repair] = found.repairs
    assert (repair.kind, repair.what_if) == (RepairKind.REMOVE_DEPENDENCY, ())


def test_a_milestone_is_explained_with_its_way_out() -> None:
    plan = plan_sprints(BETA, options())
    late = explain_milestone(BETA, plan, "beta")
    assert late.sentences[0].startswith("Milestone 'Beta' is 1 sprint late")
    assert "1. Leave out 1 story: c." in late.sentences
    assert MilestoneExplanation.model_validate_json(late.model_dump_json()) == late
    good = explain_milestone(BETA, plan, "gold")
    assert good.conflicts == ()
    assert len(good.sentences) == 1
    with pytest.raises(KeyError):
        explain_milestone(BETA, plan, "silver")


def test_without_time_nothing_is_claimed() -> None:
    plan = plan_sprints(BETA, options())
    assert find_conflicts(BETA, plan, seconds=0) == ()
    assert "No contradiction is proven" in explain_milestone(BETA, plan, "beta", seconds=0).sentences[-1]
