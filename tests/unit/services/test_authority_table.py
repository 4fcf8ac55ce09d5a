"""Every action as every kind of person. A cell that is not listed as allowed must be refused, and do nothing."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters.boards.boards import Boards
from bot.adapters.workspace.errors import SlackUnavailable
from bot.blocks import notices
from bot.flows.cards import Cards
from bot.services.adjusting import Adjusting
from bot.services.authority import Authorities, Verdict
from bot.services.clicks import Click, PlanRef
from bot.services.details import Details
from bot.services.explaining import Explaining
from bot.services.sprint_plans import SprintPlans
from bot.services.what_if import WhatIfs
from bot.settings import Settings
from storage.audit import entries
from storage.clock import ManualClock
from storage.database import Database
from storage.forms import add_proposal
from storage.plans import add_sprint_plan, find_sprint_plan, move, store_document
from storage.tables import AuthorityAction, SprintPlanRow, SprintPlanStatus
from storage.ventures import add_venture, allow, new_venture, withdraw
from tests.support.push_plans import document_of, many

OWNER, PLANNER, APPROVER, DECIDER = "U0OWNER", "U0PLAN", "U0APPROVE", "U0DECIDE"
GROUP_PLANNER, GROUP_APPROVER, ADMIN, GROUP_ADMIN, OUTSIDER = "U0GP", "U0GA", "U0ADMIN", "U0GADMIN", "U0OUT"
PEOPLE = (OWNER, PLANNER, APPROVER, DECIDER, GROUP_PLANNER, GROUP_APPROVER, ADMIN, GROUP_ADMIN, OUTSIDER)
EVERYTHING = {OWNER, ADMIN, GROUP_ADMIN}
MAY_PLAN = EVERYTHING | {PLANNER, GROUP_PLANNER}
MAY_APPROVE = EVERYTHING | {APPROVER, GROUP_APPROVER}
TABLE = {
    "approve": MAY_APPROVE,
    "retry": MAY_APPROVE,
    "share": MAY_PLAN,
    "adjust": MAY_PLAN,
    "keep": MAY_PLAN,
    "drop": MAY_PLAN,
    "what if": MAY_PLAN,
    "ask": MAY_PLAN,
    "discard": MAY_PLAN,
    "details": MAY_PLAN | MAY_APPROVE,
    "holds": MAY_PLAN | MAY_APPROVE,
    "why": MAY_PLAN | MAY_APPROVE,
    "csv": MAY_PLAN | MAY_APPROVE,
    "show": MAY_PLAN | MAY_APPROVE,
}
GROUPS = {"S0PLAN": {GROUP_PLANNER}, "S0APPROVE": {GROUP_APPROVER}, "S0ADMIN": {GROUP_ADMIN}}


class KnownGroups:
    """User groups in memory; `away` makes Slack unreachable."""

    def __init__(self) -> None:
        self.away = False

    def members(self, group: str) -> frozenset[str]:
        """Who is in it."""
        if self.away:
            raise SlackUnavailable("usergroups.users.list", "timeout")
        return frozenset(GROUPS[group])


class Effects:
    """Stands where durable work is started and modals are opened, and counts."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def note(*args: object, **_: object) -> str:
            self.seen.append(name)
            return "V1"

        return note


class Desk:
    """The services on a real database."""

    def __init__(self, database: Database, clock: ManualClock) -> None:
        self.database = database
        self.clock = clock
        self.effects = Effects()
        self.groups = KnownGroups()
        settings = Settings(_env_file=None, admins=(ADMIN, "S0ADMIN"))
        boards = Boards(database)
        self.authorities = Authorities(settings, database, self.groups)
        cards = Cards(database, boards, rich=True)
        work: Any = self.effects
        self.plans = SprintPlans(database, clock, self.authorities, boards, cards, work, work)
        self.adjusting = Adjusting(database, clock, self.plans, work, work)
        self.details = Details(database, cards, self.plans, work)
        self.what_ifs = WhatIfs(database, clock, self.plans, work, work)
        self.explaining = Explaining(database, self.plans, work, work)

    def row(self, status: SprintPlanStatus = SprintPlanStatus.PREVIEW) -> SprintPlanRow:
        """A fresh sprint plan of the venture, at that status."""
        plan = many(12)
        path = {"failed": (SprintPlanStatus.APPROVED, SprintPlanStatus.FAILED)}.get(status.value, ())
        with self.database.transaction() as session:
            version = store_document(session, "atlas", document_of(plan), source="x", by=OWNER, at=self.clock.now())
            row = add_sprint_plan(session, plan, version.id, by=OWNER, at=self.clock.now(), channel="C1")
            for to in path:
                move(session, row, to, by=OWNER, at=self.clock.now())
        return row

    def act(self, action: str, user: str) -> str | None:
        """Do one thing as one person; what they are told."""
        row = self.row(SprintPlanStatus.FAILED if action == "retry" else SprintPlanStatus.PREVIEW)
        click = Click(user, "C1", f"t-{action}-{user}", "https://hooks.example/1", "1.0")
        ref = PlanRef(row.id, row.revision)
        if action in ("keep", "drop"):
            proposal = self._proposal(row)
            return self.adjusting.keep(click, proposal) if action == "keep" else self.adjusting.drop(click, proposal)
        if action == "adjust":
            return self.adjusting.open(click, ref)
        if action == "what if":
            return self.what_ifs.open(click, ref)
        if action == "ask":
            return self.what_ifs.submit(click, f"{row.id}:{row.revision}|C1", "velocity -20 %").get("change")
        if action == "details":
            return self.details.open(click, ref)
        if action == "why":
            return self.explaining.item(click, f"{row.id}:{row.revision}|1:0", "item-1").get("item")
        if action == "holds":
            return self.explaining.plan(click, ref)
        told: str | None = getattr(self.plans, action)(click, ref)
        return told

    def _proposal(self, row: SprintPlanRow) -> str:
        with self.database.transaction() as session:
            proposal = add_proposal(
                session,
                row.id,
                base_revision=row.revision,
                options={},
                channel="C1",
                response_url="",
                by=OWNER,
                at=self.clock.now(),
            )
            proposal.result = row.result
        return proposal.id


@pytest.fixture
def desk(sqlite_database: Database, clock: ManualClock) -> Desk:
    """A venture with every kind of person."""
    with sqlite_database.transaction() as session:
        add_venture(session, new_venture("atlas", "Atlas", by=OWNER, at=clock.now()))
        allow(session, "atlas", AuthorityAction.PLAN, [PLANNER, "S0PLAN"])
        allow(session, "atlas", AuthorityAction.APPROVE, [APPROVER, "S0APPROVE"])
        allow(session, "atlas", AuthorityAction.DECIDE, [DECIDER])
    return Desk(sqlite_database, clock)


@pytest.mark.parametrize("action", TABLE)
def test_each_person_may_exactly_what_the_table_says(desk: Desk, action: str) -> None:
    for user in PEOPLE:
        desk.effects.seen.clear()
        with desk.database.transaction() as session:
            before = len(entries(session))
        told = desk.act(action, user)
        with desk.database.transaction() as session:
            decided = len(entries(session)) - before
        if user in TABLE[action]:
            assert desk.effects.seen, (action, user, told)
        else:
            assert told is not None
            assert "You can't" in told or "not shared yet" in told, (action, user, told)
            assert not desk.effects.seen, (action, user)
            assert decided == 0, (action, user)


@pytest.mark.parametrize("action", TABLE)
def test_when_slack_can_not_say_who_is_in_a_group_nothing_is_done_and_it_says_so(desk: Desk, action: str) -> None:
    desk.groups.away = True
    assert desk.act(action, GROUP_PLANNER) == notices.UNCHECKED
    assert not desk.effects.seen
    assert desk.act(action, ADMIN) != notices.UNCHECKED


def test_a_shared_plan_may_be_looked_at_by_everybody(desk: Desk) -> None:
    row = desk.row()
    with desk.database.transaction() as session:
        stored = find_sprint_plan(session, row.id)
        assert stored is not None
        stored.message_ts = "1.0"
        session.add(stored)
    assert desk.plans.look_refusal(OUTSIDER, stored) is None


def test_a_permission_that_was_withdrawn_counts_at_the_next_click(desk: Desk) -> None:
    assert desk.authorities.may(PLANNER, "atlas", AuthorityAction.PLAN) is Verdict.ALLOWED
    with desk.database.transaction() as session:
        withdraw(session, "atlas", AuthorityAction.PLAN, [PLANNER])
    assert desk.authorities.may(PLANNER, "atlas", AuthorityAction.PLAN) is Verdict.DENIED


def test_a_button_that_no_card_of_ours_carries_is_refused() -> None:
    for value in ("", "abc", "abc:x", "../x:1", "a b:1"):
        with pytest.raises(ValueError, match="not a sprint plan"):
            PlanRef.parse(value)
