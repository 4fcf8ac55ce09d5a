"""Events seen once, leases, and the sweep, on both databases."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from storage.database import Database
from storage.operations import forget_events, live_executors, release_lease, renew_lease, seen_before, sweeping

NOW = dt.datetime(2027, 1, 4, 9, tzinfo=dt.UTC)


def test_an_event_is_new_once(database: Database) -> None:
    with database.transaction() as session:
        assert not seen_before(session, "Ev1", NOW)
    with database.transaction() as session:
        assert seen_before(session, "Ev1", NOW)
        assert not seen_before(session, "Ev2", NOW)


def test_of_eight_redeliveries_at_once_one_is_new(database: Database) -> None:
    def deliver(_: int) -> bool:
        with database.transaction() as session:
            return seen_before(session, "Ev-race", NOW)

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(deliver, range(8)))
    assert seen.count(False) == 1


def test_old_events_are_forgotten_and_young_ones_kept(database: Database) -> None:
    with database.transaction() as session:
        seen_before(session, "old", NOW - dt.timedelta(days=3))
        seen_before(session, "young", NOW)
    with database.transaction() as session:
        assert forget_events(session, NOW - dt.timedelta(days=2)) == 1
    with database.transaction() as session:
        assert not seen_before(session, "old", NOW)
        assert seen_before(session, "young", NOW)


def test_a_lease_that_is_not_renewed_runs_out(postgres_database: Database) -> None:
    with postgres_database.transaction() as session:
        renew_lease(session, "alive")
        renew_lease(session, "alive")
        renew_lease(session, "dead")
        session.execute(sa.text("UPDATE lease SET renewed_at = now() - interval '11 seconds' WHERE executor = 'dead'"))
    with postgres_database.transaction() as session:
        assert live_executors(session, 10) == {"alive"}
        release_lease(session, "alive")
    with postgres_database.transaction() as session:
        assert live_executors(session, 10) == set()


def test_only_one_sweeps(postgres_database: Database) -> None:
    with postgres_database.transaction() as first, postgres_database.transaction() as second:
        assert sweeping(first)
        assert not sweeping(second)
    with postgres_database.transaction() as later:
        assert sweeping(later)


def test_a_naive_moment_is_refused(database: Database) -> None:
    with pytest.raises(sa.exc.StatementError, match="naive"), database.transaction() as session:
        seen_before(session, "Ev", dt.datetime(2027, 1, 4))  # noqa: DTZ001
