"""What if: every form of change does what it says, and what is not understood is named."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planners.plan.models import PlanDocument
from planners.sprints.answers import WhatIf
from planners.sprints.model import ChangeKind, PinnedSprint, SprintPlan
from planners.sprints.planner import plan_sprints
from planners.sprints.what_if import WhatIfError, apply, what_if
from tests.support.plan_documents import MONDAY, document, history, options, person, story
from tests.support.sprint_plan_checker import broken

PEOPLE = [person("Ana Ruiz", team="core", skills=["api"]), person("Bo Li", team="core", skills=["api", "ui"])]
ROLES = [{"title": "Tester", "skills": ["qa"], "team": "core"}]


def shop(count: int = 30, **more: object) -> PlanDocument:
    stories = [
        story(f"s{n}", 2, priority=("must", "should", "could")[n % 3], skills={"api": 1}, team="core")
        for n in range(count)
    ]
    due = [{"title": "Beta", "key": "beta", "due": MONDAY + dt.timedelta(days=39), "items": ["s0", "s3", "s6"]}]
    parts = {"people": PEOPLE, "milestones": due, **more}
    made = document(*stories, **parts)
    resources = made.resources.model_validate(made.resources.model_dump() | {"roles": ROLES})
    return made.model_copy(update={"resources": resources})


def after(*changes: str, made: PlanDocument | None = None, **more: object) -> WhatIf:
    return what_if(made or shop(), options(**more), changes)


def committed(plan: SprintPlan, sprint: int) -> Decimal:
    return sum((team.commitment for team in plan.sprints[sprint - 1].teams), Decimal(0))


KNOWN = pytest.mark.parametrize("known", [[], history(12, 13, 11, 12, 13, 12, team="core")])


@KNOWN
@pytest.mark.parametrize(
    "change", ["lose Ana", "lose ana ruiz from sprint 1", "Lose  Bo from  Sprint 2", "velocity -40 %"]
)
def test_with_less_capacity_teams_take_on_less_and_it_takes_longer(change: str, known: list[object]) -> None:
    made = shop(45, history=known)
    before, found = plan_sprints(made, options()), after(change, made=made)
    assert committed(found.plan, 3) < committed(before, 3) * Decimal("0.7")
    assert found.difference.sprints_after > found.difference.sprints_before
    assert found.sentences[0] == (
        f"The plan takes {found.difference.sprints_after} sprints instead of {found.difference.sprints_before}."
    )
    assert all(each.after is None or (each.before and each.after > each.before) for each in found.difference.dates)


@KNOWN
@pytest.mark.parametrize(
    "change", ["add 2 api to core", "add 2 people to core", "add 3 ui from sprint 2", "velocity +60%", "fill tester"]
)
def test_with_more_capacity_teams_take_on_more(change: str, known: list[object]) -> None:
    made = shop(60, history=known)
    before, found = plan_sprints(made, options()), after(change, made=made)
    assert committed(found.plan, 2) > committed(before, 2) * Decimal("1.4")
    assert found.difference.sprints_after < found.difference.sprints_before


def test_with_less_scope_it_is_faster() -> None:
    found = after("drop could")
    assert {item.priority for item in found.plan.items} == {"must", "should"}
    assert found.difference.sprints_after < found.difference.sprints_before


def test_people_leave_and_come_with_the_sprint() -> None:
    made, chosen = shop(), options(sprint_weeks=2)
    changed, _ = apply(made, chosen, ["lose Ana from sprint 3", "add 1 api from sprint 2"])
    ana, bo, new = changed.resources.people
    assert ana.ends == MONDAY + dt.timedelta(days=27)
    assert (new.starts, new.team, new.skills) == (MONDAY + dt.timedelta(days=14), "core", ("api",))
    assert bo == made.resources.people[1]


def test_dropped_items_are_gone_and_the_rest_is_planned() -> None:
    found = after("drop s0, S1".replace("S1", "s1"))
    gone = {change.key for change in found.difference.items if change.kind is ChangeKind.REMOVED}
    assert gone == {"s0", "s1"}
    assert "2 stories are no longer in the plan: s0 and s1." in found.sentences
    assert found.plan.infeasible == ()


def test_a_milestone_moves_by_days_weeks_sprints_or_to_a_day() -> None:
    def due(change: str) -> dt.date:
        changed, _ = apply(shop(), options(sprint_weeks=3), [change])
        return changed.timeline.milestones[0].due

    first = MONDAY + dt.timedelta(days=39)
    assert due("milestone beta +2 weeks") == first + dt.timedelta(days=14)
    assert due("milestone Beta -1 day") == first - dt.timedelta(days=1)
    assert due("milestone beta +1 sprint") == first + dt.timedelta(days=21)
    assert due("milestone beta 2026-05-01") == dt.date(2026, 5, 1)


def test_a_milestone_that_becomes_late_is_told() -> None:
    found = after("milestone beta 2026-03-06")
    assert any("Milestone 'Beta' is due on 6 March 2026" in sentence for sentence in found.sentences)


def test_a_later_start_moves_every_date_and_no_sprint_number() -> None:
    found = after("start 2026-03-16")
    assert found.difference.options == ("First day: 2 March 2026 → 16 March 2026",)
    assert all(each.after and each.before and (each.after - each.before).days == 14 for each in found.difference.dates)


def test_the_start_stays_where_the_board_holds_items() -> None:
    with pytest.raises(WhatIfError, match="'start' can't be changed"):
        what_if(shop(), options(), ["start 2026-03-16"], pinned=[PinnedSprint(key="s0", sprint=1)])


def test_changes_come_one_after_the_other_and_may_cancel_out() -> None:
    assert after("milestone beta +1 week", "milestone beta -7 days").sentences == ("Nothing changes.",)
    changed, chosen = apply(shop(), options(), ["velocity -50 %", "velocity +100 %"])
    assert (changed, chosen.capacity_factor) == (shop(), Decimal(1))


def test_the_changed_plan_keeps_its_rules_and_survives_json() -> None:
    made = shop()
    found = after("lose Bo from sprint 2", "drop could", made=made)
    assert broken(found.plan, apply(made, options(), found.changes)[0]) == []
    assert WhatIf.model_validate_json(found.model_dump_json()) == found


def test_it_is_compared_with_the_plan_that_is_given() -> None:
    before = plan_sprints(shop(), options())
    assert what_if(shop(), options(), ["velocity -10 %"], before=before).difference.sprints_before == len(
        before.sprints
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("drp could", "'drp' is not a change; did you mean 'drop'?; expected lose NAME [from sprint N], "),
        ("lose Anna", "the plan has no person 'Anna'; did you mean 'Ana'?"),
        ("lose", "'' is not understood; expected lose NAME from sprint N"),
        ("lose Ana from sprint 0", "'sprint 0': the first sprint is 1"),
        ("add 1 apj to core", "the plan has no skill 'apj'; did you mean 'api'?"),
        ("add 1 api to cor", "the plan has no team 'cor'; did you mean 'core'?"),
        ("add 0 api", "'0' people: expected 1 to 100"),
        ("add api", "'api' is not understood; expected add COUNT SKILL to TEAM from sprint N"),
        ("fill Tester soon", "the plan has no role 'Tester soon'; did you mean 'Tester'?"),
        ("velocity 20", "'20' is not understood; expected velocity -20 %"),
        ("velocity -100 %", "'-100 %': expected more than -100 % and up to +200 %"),
        ("drop", "'drop' names nothing"),
        ("drop s99", "the plan has no item 's99'"),
        ("milestone bta +1 week", "the plan has no milestone 'bta'; did you mean 'beta'?"),
        ("milestone beta soon", "'beta soon' is not understood; expected milestone KEY +2 weeks"),
        ("start tomorrow", "'tomorrow' is not a day; expected a date such as 2027-02-01"),
        ("start 2027-02-30", "'2027-02-30' is not a day"),
    ],
)
def test_what_is_not_understood_is_named(change: str, said: str) -> None:
    with pytest.raises(WhatIfError) as caught:
        after(change)
    assert str(caught.value).startswith(said)


def test_who_leaves_after_the_plan_changes_nothing() -> None:
    assert after("lose Ana from sprint 999").sentences == ("Nothing changes.",)


def test_a_first_name_of_two_people_needs_the_whole_name() -> None:
    people = [person("Ana Ruiz"), person("Ana Lima")]
    with pytest.raises(WhatIfError, match="could be Ana Ruiz and Ana Lima"):
        apply(document(story("a"), people=people), options(), ["lose Ana"])


def test_with_several_teams_the_team_must_be_said() -> None:
    people = [person("Ana", team="red", skills=["api"]), person("Bo", team="blue")]
    with pytest.raises(WhatIfError, match="which team\\? Expected 'to TEAM', one of red and blue"):
        apply(document(story("a"), people=people), options(), ["add 1 api"])


@given(
    st.text(max_size=60)
    | st.sampled_from(["lose ", "add 1 ", "milestone beta ", "start ", "drop "]).flatmap(
        lambda verb: st.text(max_size=30).map(lambda rest: verb + rest)
    )
)
def test_any_text_is_applied_or_refused_in_one_line(text: str) -> None:
    try:
        _, chosen = apply(shop(), options(), [text])
    except WhatIfError as error:
        said = str(error)
    else:
        said = repr(chosen)
    assert said
    assert "\n" not in said
