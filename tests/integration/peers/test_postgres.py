"""PostgreSQL: real, fresh for each test, gone with the process that started it."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from bot.demo.process import wait_until
from tests.peers import require
from tests.peers.postgres import fresh_database, start_postgres

pytestmark = pytest.mark.peer


def test_two_databases_share_nothing(postgres_url: str) -> None:
    other = require("PostgreSQL", fresh_database)
    assert other != postgres_url
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as one:
        one.execute("CREATE TABLE only_here (n int)")
    with psycopg.connect(other.replace("+psycopg", "")) as two, pytest.raises(psycopg.errors.UndefinedTable):
        two.execute("SELECT * FROM only_here")


def test_dropped_connections_are_noticed_and_the_server_stays() -> None:
    server = require("PostgreSQL", start_postgres)
    with server.program:
        url = server.fresh_database().replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            server.drop_connections()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
        assert server.answers()


def test_the_server_and_its_data_go_when_its_starter_is_killed() -> None:
    require("PostgreSQL", fresh_database)
    script = (
        "import time; from tests.peers.postgres import start_postgres as start; s = start();"
        "print(s.program.pid, s.program._scratch, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout
        pid, scratch = starter.stdout.readline().split()
        assert Path(scratch).exists()
        starter.kill()
    wait_until(lambda: not _runs(pid) and not Path(scratch).exists(), seconds=10, what="the end of the server")


def _runs(pid: str) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]
    except FileNotFoundError:
        return False
