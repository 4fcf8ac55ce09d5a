"""Ventures and authority, on both databases."""

import datetime as dt

from storage.database import Database
from storage.tables import AuthorityAction
from storage.ventures import add_venture, allow, allowed, find_venture, list_ventures, new_venture, withdraw

NOW = dt.datetime(2027, 1, 4, 9, tzinfo=dt.UTC)


def _add(database: Database, *keys: str) -> None:
    with database.transaction() as session:
        for key in keys:
            add_venture(session, new_venture(key, key.title(), by="U1", at=NOW))


def test_the_creator_may_do_everything_and_nobody_else_anything(database: Database) -> None:
    _add(database, "atlas")
    with database.transaction() as session:
        for action in AuthorityAction:
            who = allowed(session, "atlas", action)
            assert who.users == {"U1"}
            assert not who.groups


def test_permissions_are_given_once_and_taken_singly(database: Database) -> None:
    _add(database, "atlas", "borealis")
    with database.transaction() as session:
        allow(session, "atlas", AuthorityAction.APPROVE, ["U2", "S9", "U2"])
        allow(session, "atlas", AuthorityAction.APPROVE, ["U2"])
    with database.transaction() as session:
        who = allowed(session, "atlas", AuthorityAction.APPROVE)
        assert sorted(who.users) == ["U1", "U2"]
        assert sorted(who.groups) == ["S9"]
        withdraw(session, "atlas", AuthorityAction.APPROVE, ["U1"])
    with database.transaction() as session:
        assert allowed(session, "atlas", AuthorityAction.APPROVE).users == {"U2"}
        assert allowed(session, "atlas", AuthorityAction.PLAN).users == {"U1"}
        assert allowed(session, "borealis", AuthorityAction.APPROVE).users == {"U1"}


def test_a_venture_is_found_whatever_the_case(database: Database) -> None:
    _add(database, "Atlas")
    with database.transaction() as session:
        found = find_venture(session, "aTLAS")
        assert found is not None
        assert found.created_at == NOW
        assert find_venture(session, "atl") is None


def test_the_list_is_paged(database: Database) -> None:
    _add(database, "c", "a", "b")
    with database.transaction() as session:
        first = list_ventures(session, limit=2)
        rest = list_ventures(session, limit=2, after=first[-1].key)
    assert [venture.key for venture in first] == ["a", "b"]
    assert [venture.key for venture in rest] == ["c"]
