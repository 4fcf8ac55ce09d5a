"""Forms, adjustments, pictures and the Home tab's lists, on both databases."""

from __future__ import annotations

import datetime as dt
import threading

from storage.clock import ManualClock
from storage.database import Database
from storage.forms import (
    add_form,
    add_proposal,
    find_form,
    find_picture,
    find_proposal,
    forget_forms,
    keep_picture,
)
from storage.home import groups_with_a_say, open_plans_of, ventures_of
from storage.locking import begin_writing
from storage.plans import MoveRefusedError, add_sprint_plan, find_sprint_plan, move, store_document
from storage.tables import AuthorityAction, PlanPicture, SprintPlanRow, SprintPlanStatus
from storage.ventures import add_venture, allow, new_venture
from tests.support.push_plans import document_of, many


def stored(database: Database, clock: ManualClock, *, venture: str = "atlas", by: str = "U1") -> SprintPlanRow:
    """A preview of a venture that is there."""
    plan = many(8, venture=venture)
    with database.transaction() as session:
        version = store_document(session, venture, document_of(plan), source="x", by=by, at=clock.now())
        return add_sprint_plan(session, plan, version.id, by=by, at=clock.now())


def venture(database: Database, clock: ManualClock, key: str = "atlas", by: str = "U1") -> None:
    """A venture."""
    with database.transaction() as session:
        add_venture(session, new_venture(key, key.title(), by=by, at=clock.now()))


def test_a_form_keeps_what_was_filled_in(database: Database, clock: ManualClock) -> None:
    with database.transaction() as session:
        form = add_form(session, by="U1", channel="C1", response_url="https://x", values={"a": 1}, at=clock.now())
    with database.transaction() as session:
        again = find_form(session, form.id, lock=True)
        assert again is not None
        again.values = again.values | {"text": "plan: {}"}
        session.add(again)
    with database.transaction() as session:
        kept = find_form(session, form.id)
    assert kept is not None
    assert kept.values == {"a": 1, "text": "plan: {}"}
    assert kept.created_at == clock.now()


def test_old_forms_and_adjustments_are_forgotten_and_new_ones_are_not(database: Database, clock: ManualClock) -> None:
    venture(database, clock)
    row = stored(database, clock)

    def both() -> tuple[str, str]:
        with database.transaction() as session:
            form = add_form(session, by="U1", channel="C1", response_url="", values={}, at=clock.now())
            proposal = add_proposal(
                session, row.id, base_revision=1, options={}, channel="C1", response_url="", by="U1", at=clock.now()
            )
        return form.id, proposal.id

    old_form, old_proposal = both()
    clock.advance(dt.timedelta(days=31))
    new_form, new_proposal = both()
    with database.transaction() as session:
        assert forget_forms(session, clock.now() - dt.timedelta(days=30)) == 2
    with database.transaction() as session:
        assert find_form(session, old_form) is None
        assert find_proposal(session, old_proposal) is None
        assert find_form(session, new_form) is not None
        assert find_proposal(session, new_proposal) is not None


def test_a_picture_is_remembered_by_what_it_shows_and_where(database: Database, clock: ManualClock) -> None:
    venture(database, clock)
    row = stored(database, clock)
    for _ in range(2):
        with database.transaction() as session:
            keep_picture(session, PlanPicture(sprint_plan=row.id, digest="d", conversation="D1", file_id="F1"))
    with database.transaction() as session:
        assert find_picture(session, row.id, "d", "D1") is not None
        assert find_picture(session, row.id, "other", "D1") is None
        assert find_picture(session, row.id, "d", "C1") is None


def test_a_person_sees_their_own_open_plans_newest_first(database: Database, clock: ManualClock) -> None:
    venture(database, clock)
    rows = []
    for _ in range(4):
        rows.append(stored(database, clock))
        clock.advance(dt.timedelta(minutes=1))
    stored(database, clock, by="U2")
    with database.transaction() as session:
        gone = find_sprint_plan(session, rows[0].id, lock=True)
        assert gone is not None
        move(session, gone, SprintPlanStatus.DISCARDED, by="U1", at=clock.now())
    with database.transaction() as session:
        found, total = open_plans_of(session, "U1", limit=2)
    assert [row.id for row in found] == [rows[3].id, rows[2].id]
    assert total == 3


def test_ventures_are_those_where_one_has_a_say(database: Database, clock: ManualClock) -> None:
    for key, by in (("atlas", "U1"), ("borealis", "U2"), ("cetus", "U3")):
        venture(database, clock, key, by)
    stored(database, clock)
    with database.transaction() as session:
        allow(session, "cetus", AuthorityAction.PLAN, ["S0TEAM"])
        allow(session, "cetus", AuthorityAction.APPROVE, ["S0TEAM"])
        assert groups_with_a_say(session) == ["S0TEAM"]
        assert [(each.key, number) for each, number in ventures_of(session, {"U1"})] == [("atlas", 1)]
        assert [each.key for each, _ in ventures_of(session, {"U1", "S0TEAM"})] == ["atlas", "cetus"]
        assert [each.key for each, _ in ventures_of(session, None, after="atlas", limit=1)] == ["borealis"]


def test_of_two_who_decide_at_once_one_finds_it_decided(database: Database, clock: ManualClock) -> None:
    venture(database, clock)
    row = stored(database, clock)
    together = threading.Barrier(2)
    ended: list[str] = []

    def decide(user: str) -> None:
        together.wait()
        try:
            with database.transaction() as session:
                begin_writing(session)
                mine = find_sprint_plan(session, row.id, lock=True)
                assert mine is not None
                move(session, mine, SprintPlanStatus.APPROVED, by=user, at=clock.now())
            ended.append(user)
        except MoveRefusedError as late:
            ended.append(f"after {late.decided_by}")

    threads = [threading.Thread(target=decide, args=(user,)) for user in ("U1", "U2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) in (["U1", "after U1"], ["U2", "after U2"])
