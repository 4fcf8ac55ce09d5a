"""The words of explanations: what holds an item, what its move would cost, how a milestone stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from planners.sprints.answers import ChainLink, MilestoneSlack, Shift
from planners.sprints.assignability import ANYBODY
from planners.sprints.build import Due
from planners.sprints.explain import Explainer, Hold, Why
from planners.sprints.forcing import Forced
from planners.sprints.model import PlannedItem
from planners.sprints.prepared import Reading
from planners.sprints.words import long_date, named, short, sprints

SHOWN = 3
SHOWN_MOVES = 6
WORTH_SAYING = 0.001


class Words:
    """Says what an explanation holds, with titles instead of keys."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._prepared = reading.prepared
        self._plan = reading.plan
        self._due = {due.name: due for due in reading.prepared.dues}
        self._sprint = {item.key: item.sprint for item in reading.plan.items}

    def place(self, item: PlannedItem) -> str:
        """Where it is, and when that is."""
        if item.sprint is None:
            return f"'{short(item.title)}' is in no sprint."
        sprint = self._plan.sprints[item.sprint - 1]
        done = "is done in" if item.parts else "is in"
        return (
            f"'{short(item.title)}' {done} sprint {item.sprint} of team {item.team}, "
            f"{long_date(sprint.start)} to {long_date(sprint.end)}."
        )

    def earliest(self, why: Why) -> list[str]:
        """The earliest by dependencies and by capacity, at most one sentence."""
        if why.hold is Hold.FIXED or why.by_dependencies is None:
            return []
        text = f"Its dependencies allow sprint {why.by_dependencies}"
        if why.by_capacity is None:
            return [f"{text}; no sprint would have room for it, even without other work."]
        if why.by_capacity == why.by_dependencies:
            return [f"{text}, and without other work it would have room there."]
        return [f"{text}; without other work the team would have room in sprint {why.by_capacity}."]

    def hold(self, item: PlannedItem, why: Why, first: int | None) -> str:
        """One sentence about what keeps it from the sprint before its first."""
        if why.hold in (Hold.FIXED, Hold.OUT) or first is None:
            return item.why
        before = first - 1
        rivals = self._quoted(distinct(why.rivals, item.key))
        taken = f", taken by {rivals}" if rivals else ""
        match why.hold:
            case Hold.START:
                return (
                    "It can't be earlier: sprint 1 is the first."
                    if first == 1
                    else f"It can't be earlier: the plan says not before sprint {first}."
                )
            case Hold.FORBIDDEN:
                return f"Sprint {before} is not allowed for it."
            case Hold.CHAIN:
                waits = [f"'{short(self._prepared.title(key))}' (sprint {self._sprint[key]})" for key in why.by]
                return f"It comes after {named(waits, SHOWN)}."
            case Hold.ABSENCE:
                rest = f" The rest is taken by {rivals}." if rivals else ""
                return f"Sprint {before} has less time than usual: {self._absences(why, item.team, before)}.{rest}"
            case Hold.TARGET:
                milestones = named([f"'{short(self._due[key].title)}'" for key in why.by], SHOWN)
                need = "milestone {} needs" if len(why.by) == 1 else "the milestones {} need"
                return f"Sprint {before} is kept for what {need.format(milestones)}{taken}."
            case Hold.NOTHING:
                return f"Sprint {before} would have room for it; nothing else in the plan gains by moving it."
        skills = skill_names(why.by, limit=why.hold is Hold.CREW)
        if skills:
            return f"In sprint {before} team {item.team} has no more room for {named(skills)}{taken}."
        return f"In sprint {before} team {item.team} has no more room{taken}."

    def holders(self, why: Why, team: str) -> tuple[str, ...]:
        """What holds it: keys of items or milestones, names of people or skills, or the team."""
        if why.hold is Hold.ABSENCE:
            return tuple(_person(key) for key in why.by)
        if why.hold in (Hold.SKILL, Hold.CREW):
            return skill_names(why.by, limit=why.hold is Hold.CREW) or (team,)
        return why.by

    def link(self, why: Why) -> ChainLink:
        """An item of the critical chain and how the one before holds it."""
        if why.hold is Hold.CHAIN:
            text = f"waits for '{short(self._prepared.title(why.by[0]))}'"
        elif why.hold is Hold.ABSENCE:
            text = f"waits for {named([_person(key) for key in why.by], SHOWN)}"
        elif why.rivals:
            text = f"waits for room that '{short(self._prepared.title(why.rivals[0]))}' takes"
        elif why.hold is Hold.FIXED:
            text = "is fixed there"
        else:
            text = "starts the chain"
        title = self._prepared.title(why.key)
        return ChainLink(key=why.key, title=title, sprint=why.sprint or 0, held_by=why.hold, text=text)

    def slack(self, due: Due, done: int | None) -> MilestoneSlack:
        """How a milestone stands that is done in sprint `done`, None when part of it is in no sprint."""
        spare = None if done is None else due.sprint - done
        where = f"Milestone '{short(due.title)}'"
        if spare is None:
            text = f"{where} is not reached: part of it is in no sprint."
        elif spare < 0:
            text = f"{where} is {sprints(-spare)} late: done in sprint {done}, due on {long_date(due.date)}."
        else:
            left = f"{sprints(spare)} to spare" if spare else "no sprint to spare"
            text = f"{where} has {left}: done in sprint {done}, due on {long_date(due.date)}."
        return MilestoneSlack(
            key=due.name,
            title=due.title,
            due=due.date,
            due_sprint=due.sprint,
            done_sprint=done,
            slack=spare,
            text=text,
        )

    def forced(self, sprint: int, forced: Forced, moves: Sequence[Shift]) -> list[str]:
        """What one sprint earlier would cost."""
        if not moves:
            stopped = forced.stopped_by
            who = "it" if stopped in (None, forced.key) else f"'{short(self._prepared.title(stopped or ''))}'"
            return [f"One sprint earlier is not possible: {who} can't move, or finds no room."]
        others = moves[1:]
        text = f"In sprint {sprint - 1} instead,"
        if not others:
            return [f"{text} nothing else would move.", *self._price(forced)]
        listed = named([f"'{short(move.title)}' ({_from_to(move)})" for move in others], SHOWN_MOVES)
        return [f"{text} {_count(len(others))} would move: {listed}.", *self._price(forced)]

    def _price(self, forced: Forced) -> list[str]:
        after = {move.key: move.after for move in forced.moves}
        result = []
        for due, done in zip(self._prepared.dues, done_sprints(self._reading.explainer), strict=True):
            ends = [after.get(key, self._sprint[key]) for key in due.items]
            if done is None or None in ends:
                continue
            now = max(end for end in ends if end is not None)
            if now != done:
                late = f", {sprints(now - due.sprint)} late" if now > due.sprint else ""
                result.append(f"Milestone '{short(due.title)}' would be done in sprint {now} instead of {done}{late}.")
        change = forced.after.completion / max(1, forced.before.completion) - 1
        if not result and abs(change) >= WORTH_SAYING:
            kind = "later" if change > 0 else "earlier"
            result.append(f"By value, the plan as a whole would be done {abs(change) * 100:.1f} % {kind}.")
        if forced.after.missing > forced.before.missing:
            result.append(f"{_count(forced.after.missing - forced.before.missing).capitalize()} would fall out.")
        return result

    def _absences(self, why: Why, team: str, sprint: int) -> str:
        """Who has less time and because of what; public holidays, which many share, as a whole."""
        reasons = [self._away(key, team, sprint) for key in why.by]
        known = [reason for reason in reasons if reason]
        if len(known) < len(reasons):
            known.append("there are public holidays")
        return named(known, SHOWN)

    def _away(self, key: str, team: str, sprint: int) -> str:
        """Because of which absence somebody has less time; nothing when it is none of their own."""
        number, _, name = key.partition(" ")
        people = self._prepared.teams.people[team]
        if not people:
            return ""
        person = people[int(number)]
        days = self._plan.sprints[sprint - 1]
        for absence in person.absences:
            if absence.start <= days.end and absence.end >= days.start:
                reason = f"{absence.reason}, " if absence.reason else ""
                return f"{name} is away ({reason}{long_date(absence.start)} to {long_date(absence.end)})"
        if person.starts and person.starts > days.start:
            return f"{name} starts on {long_date(person.starts)}"
        if person.ends and person.ends < days.end:
            return f"{name} leaves on {long_date(person.ends)}"
        return ""

    def _quoted(self, keys: Iterable[str]) -> str:
        return named([f"'{short(self._prepared.title(key))}'" for key in keys], SHOWN)


def done_sprints(explainer: Explainer) -> list[int | None]:
    """The sprint in which each milestone is done, in their order."""
    return [slack.done for slack in explainer.slack()]


def skill_names(skills: Sequence[str], limit: bool) -> tuple[str, ...]:
    """The skills to name; none where the team as a whole is meant."""
    return () if limit or ANYBODY in skills else tuple(skills)


def _person(key: str) -> str:
    return key.partition(" ")[2]


def distinct(keys: Iterable[str], without: str) -> tuple[str, ...]:
    """Each key once, in order, without one of them."""
    return tuple(dict.fromkeys(key for key in keys if key != without))


def _from_to(move: Shift) -> str:
    return f"sprint {move.before} to {move.after}" if move.after else f"from sprint {move.before} out of the plan"


def _count(count: int) -> str:
    return "one other item" if count == 1 else f"{count} other items"
