"""Two pushes of one venture take turns, also when both ask at the same moment."""

from concurrent.futures import ThreadPoolExecutor

from storage.database import Database
from storage.pushes import find_push, take_turn
from tests.support.push_plans import approved_push, many


def test_of_two_pushes_that_ask_at_once_one_begins(database: Database) -> None:
    asked = [approved_push(database, many(10, sprints=2 + number)).id for number in range(4)]

    def ask(push_id: str) -> bool:
        with database.transaction() as session:
            push = find_push(session, push_id)
            assert push is not None
            return take_turn(session, push) is None

    with ThreadPoolExecutor(len(asked)) as pool:
        assert list(pool.map(ask, asked)).count(True) == 1
