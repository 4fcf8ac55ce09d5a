"""Plan versions and the moves of a sprint plan, on both databases."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from planners.plan.models import PlanDocument, Story, TechnicalPlan
from planners.sprints.model import DateForecast, PlanForecast, PlanOptions, SprintPlan
from storage.database import Database
from storage.plans import (
    MOVES,
    MoveRefusedError,
    add_sprint_plan,
    document_of,
    find_sprint_plan,
    last_pushed,
    move,
    newest_version,
    open_plans,
    replace_result,
    sprint_plan_of,
    store_document,
)
from storage.tables import SprintPlanRow, SprintPlanStatus
from storage.ventures import add_venture, new_venture

NOW = dt.datetime(2027, 1, 4, 9, tzinfo=dt.UTC)


def _document(title: str = "Atlas") -> PlanDocument:
    return PlanDocument(plan=TechnicalPlan(venture="atlas", title=title, stories=(Story(title="One", points=3),)))


def _plan(digest: str = "d1") -> SprintPlan:
    everything = DateForecast(name="Everything", dates={}, at_confidence=None)
    return SprintPlan(
        venture="atlas",
        title="Atlas",
        options=PlanOptions(start=dt.date(2027, 1, 11)),
        sprints=(),
        epics=(),
        items=(),
        forecast=PlanForecast(must_haves=None, everything=everything, basis="capacity"),
        digest=digest,
    )


@pytest.fixture
def row(database: Database) -> SprintPlanRow:
    with database.transaction() as session:
        add_venture(session, new_venture("atlas", "Atlas", by="U1", at=NOW))
        version = store_document(session, "atlas", _document(), source="plan.yaml", by="U1", at=NOW)
        return add_sprint_plan(session, _plan(), version.id, by="U1", at=NOW, channel="C1")


def test_an_equal_document_is_no_new_version(database: Database, row: SprintPlanRow) -> None:
    with database.transaction() as session:
        again = store_document(session, "atlas", _document(), source="other.yaml", by="U2", at=NOW)
        assert again.id == row.plan_version
        changed = store_document(session, "atlas", _document("Atlas 2"), source="plan.yaml", by="U2", at=NOW)
        assert changed.number == 2
    with database.transaction() as session:
        newest = newest_version(session, "atlas")
        assert newest is not None
        assert document_of(newest) == _document("Atlas 2")


def test_a_plan_survives_the_round_trip(database: Database, row: SprintPlanRow) -> None:
    with database.transaction() as session:
        found = find_sprint_plan(session, row.id)
        assert found is not None
        assert sprint_plan_of(found) == _plan()


@pytest.mark.parametrize("start", SprintPlanStatus)
@pytest.mark.parametrize("to", SprintPlanStatus)
def test_only_the_listed_moves_exist(sqlite_database: Database, start: SprintPlanStatus, to: SprintPlanStatus) -> None:
    with sqlite_database.transaction() as session:
        add_venture(session, new_venture("atlas", "Atlas", by="U1", at=NOW))
        version = store_document(session, "atlas", _document(), source="", by="U1", at=NOW)
        plan = add_sprint_plan(session, _plan(), version.id, by="U1", at=NOW)
        plan.status = start.value
        if to in MOVES[start]:
            move(session, plan, to, by="U9", at=NOW)
            assert (plan.status, plan.revision, plan.decided_by) == (to.value, 2, "U9")
        else:
            with pytest.raises(MoveRefusedError, match=to.value):
                move(session, plan, to, by="U9", at=NOW)
            assert (plan.status, plan.revision) == (start.value, 1)


def test_two_approvals_at_once_are_one_approval(database: Database, row: SprintPlanRow) -> None:
    def approve(user: str) -> str:
        with database.transaction() as session:
            found = find_sprint_plan(session, row.id, lock=True)
            assert found is not None
            try:
                move(session, found, SprintPlanStatus.APPROVED, by=user, at=NOW)
            except MoveRefusedError as refused:
                return f"refused, by {refused.decided_by}"
            return "approved"

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(approve, ["U1", "U2", "U3", "U4"]))
    assert results.count("approved") == 1
    winner = f"U{results.index('approved') + 1}"
    assert results.count(f"refused, by {winner}") == 3


def test_an_approved_plan_is_not_adjusted(database: Database, row: SprintPlanRow) -> None:
    with database.transaction() as session:
        found = find_sprint_plan(session, row.id)
        assert found is not None
        replace_result(session, found, _plan("d2"))
        assert (found.digest, found.revision) == ("d2", 2)
        move(session, found, SprintPlanStatus.APPROVED, by="U1", at=NOW)
        with pytest.raises(MoveRefusedError, match="adjusted"):
            replace_result(session, found, _plan("d3"))


def test_open_and_pushed_plans_are_found(database: Database, row: SprintPlanRow) -> None:
    with database.transaction() as session:
        assert [plan.id for plan in open_plans(session, "atlas")] == [row.id]
        assert last_pushed(session, "atlas") is None
        found = find_sprint_plan(session, row.id)
        assert found is not None
        move(session, found, SprintPlanStatus.APPROVED, by="U1", at=NOW)
        move(session, found, SprintPlanStatus.PUSHED)
    with database.transaction() as session:
        assert open_plans(session, "atlas") == []
        pushed = last_pushed(session, "atlas")
        assert pushed is not None
        assert pushed.id == row.id
