"""Why an item is where it is, and what decides the plan as a whole: in values and in words."""

from __future__ import annotations

from collections.abc import Sequence

from planners.plan.explain import did_you_mean
from planners.plan.models import ItemStatus, PlanDocument, Priority
from planners.plan.normalise import normalise
from planners.sprints.answers import (
    Bottleneck,
    ChainLink,
    ItemExplanation,
    PlanExplanation,
    Shift,
)
from planners.sprints.build import points
from planners.sprints.explain import Hold
from planners.sprints.forcing import force_earlier
from planners.sprints.model import SprintPlan
from planners.sprints.prepared import read_plan
from planners.sprints.why_words import Words, distinct, done_sprints, skill_names
from planners.sprints.words import named, percent, short

SHOWN_CHAIN = 8
TIGHT = 0.9


class UnknownItem(LookupError):
    """No such item is in the plan; the message says so, with the nearest name."""


def explain_item(document: PlanDocument, plan: SprintPlan, key: str) -> ItemExplanation:
    """What holds item `key` of `plan`, which was made from `document`.

    Raises :class:`UnknownItem` for an item that the plan does not have, and PlanningError when plan and document
    don't belong together.
    """
    reading = read_plan(document, plan)
    item = next((each for each in plan.items if each.key == key), None)
    if item is None:
        raise UnknownItem(_not_planned(document, plan, key))
    why = reading.explainer.why(key)
    first = item.parts[0].sprint if item.parts else item.sprint
    words = Words(reading)
    sentences = [words.place(item), *words.earliest(why), words.hold(item, why, first)]
    holders = words.holders(why, item.team)
    found = ItemExplanation(
        key=key,
        title=item.title,
        team=item.team,
        sprint=item.sprint,
        earliest_by_dependencies=why.by_dependencies,
        earliest_by_capacity=why.by_capacity,
        held_by=why.hold,
        holders=holders,
        competing=distinct(why.rivals, key),
        sentences=(),
    )
    if item.sprint is None or item.sprint == 1 or why.hold is Hold.FIXED:
        return found.model_copy(update={"sentences": tuple(sentences)})
    forced = force_earlier(reading.problem, reading.allocation, key)
    moves = tuple(
        Shift(key=move.key, title=reading.prepared.title(move.key), before=move.before, after=move.after)
        for move in sorted(forced.moves, key=lambda move: (move.key != key, move.before))
    )
    sentences += words.forced(item.sprint, forced, moves)
    stopped = forced.stopped_by if forced.stopped_by != key else None
    return found.model_copy(update={"moves": moves, "stopped_by": stopped, "sentences": tuple(sentences)})


def explain_plan(document: PlanDocument, plan: SprintPlan) -> PlanExplanation:
    """The critical chain, the tightest skills of each team and sprint, and each milestone's slack.

    Raises PlanningError when plan and document don't belong together.
    """
    reading = read_plan(document, plan)
    words = Words(reading)
    chain = tuple(words.link(why) for why in reading.explainer.critical_chain())
    bottlenecks = tuple(
        Bottleneck(
            team=load.crew,
            sprint=load.sprint,
            skills=skill_names(load.skills, load.limit),
            used=points(load.used),
            capacity=points(load.capacity),
        )
        for load in reading.explainer.bottlenecks()
    )
    milestones = tuple(
        words.slack(due, done) for due, done in zip(reading.prepared.dues, done_sprints(reading.explainer), strict=True)
    )
    sentences = (*_chain_sentences(chain), *_tight_sentences(bottlenecks), *(each.text for each in milestones))
    return PlanExplanation(
        critical_chain=chain, bottlenecks=bottlenecks, milestones=milestones, sentences=tuple(sentences)
    )


def _not_planned(document: PlanDocument, plan: SprintPlan, key: str) -> str:
    """Why `key` is no item of the plan."""
    stories = {story.key: story for story in normalise(document).stories}
    if key not in stories:
        return f"the plan has no item '{key[:100]}'{did_you_mean(key, [item.key for item in plan.items])}"
    if stories[key].status is ItemStatus.DONE:
        return f"'{key}' is not planned: it is done"
    if stories[key].priority is Priority.WONT:
        return f"'{key}' is not planned: it is a won't-have"
    if plan.options.team is not None and stories[key].team != plan.options.team:
        return f"'{key}' is not planned: only team {plan.options.team} is"
    return f"'{key}' is not planned: it is outside the scope"


def _chain_sentences(chain: Sequence[ChainLink]) -> list[str]:
    if not chain:
        return []
    shown = [f"'{short(link.title)}' (sprint {link.sprint})" for link in chain]
    if len(shown) > SHOWN_CHAIN:
        shown = [*shown[: SHOWN_CHAIN // 2], "…", *shown[-SHOWN_CHAIN // 2 :]]
    return [f"The end of the plan hangs on {' → '.join(shown)}."]


def _tight_sentences(bottlenecks: Sequence[Bottleneck]) -> list[str]:
    """For each team, what is tightest in most sprints."""
    tight: dict[str, dict[tuple[str, ...], list[int]]] = {}
    for each in bottlenecks:
        if each.capacity and float(each.used / each.capacity) >= TIGHT:
            tight.setdefault(each.team, {}).setdefault(each.skills, []).append(each.sprint)
    result = []
    for team, by_skills in tight.items():
        skills, sprints = max(by_skills.items(), key=lambda pair: len(pair[1]))
        what = named(skills) if skills else "everybody's time"
        where = f"sprint {sprints[0]}" if len(sprints) == 1 else f"{len(sprints)} sprints"
        result.append(f"Team {team} is tightest in {what}: at least {percent(TIGHT)} of it is taken in {where}.")
    return result
